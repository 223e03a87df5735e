"""A person at a browser without scripts: the test client that reads what it is shown."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from app.core.ids import new_id
from tests.support import pages
from tests.support.restaurants import Person


class Visitor:
    """Visits pages of one application; every HTML answer is checked (tests.support.pages).

    `page` is the last whole page, `answer` the last answer, `shown` its parsed HTML.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self.client = app.test_client()
        self.answer: TestResponse | None = None
        self.page: BeautifulSoup | None = None
        self.path = "/"

    def get(self, path: str, *, status: int = 200, fragment: bool = False) -> BeautifulSoup:
        """Ask for a page (or, as htmx does, a fragment), following redirects."""
        headers = _as_htmx(fragment)
        return self._take(self.client.get(path, headers=headers, follow_redirects=True), status)

    def submit(
        self,
        form: Tag,
        values: Mapping[str, Any] | None = None,
        *,
        status: int = 200,
        fragment: bool = False,
    ) -> BeautifulSoup:
        """Send a form of the last page with its own fields, overridden or added to by `values`."""
        data = _fields(form) | dict(values or {})
        return self.send(
            urljoin(self.path, str(form.get("action") or self.path)),
            data,
            method=str(form.get("method", "get")).upper(),
            status=status,
            fragment=fragment,
        )

    def post(
        self, path: str, *, status: int = 200, fragment: bool = True, **values: Any
    ) -> BeautifulSoup:
        """Post with the last page's token and a new idempotency key, as htmx would."""
        return self.send(path, {"idem": str(new_id()), **values}, status=status, fragment=fragment)

    def send(
        self,
        path: str,
        data: Mapping[str, Any],
        *,
        method: str = "POST",
        status: int = 200,
        fragment: bool = False,
    ) -> BeautifulSoup:
        """Send `data` exactly as it stands, with the token in its header."""
        headers = _as_htmx(fragment) | {"X-CSRFToken": self.token, "Origin": "http://localhost"}
        content_type, body = _encoded(data)
        answer = self.client.open(
            path,
            method=method,
            headers=headers,
            follow_redirects=True,
            query_string=data if method == "GET" else None,
            data=body if method != "GET" else None,
            content_type=content_type,
        )
        return self._take(answer, status)

    def form(self, action_end: str) -> Tag:
        """The one form of the last page whose action ends so, its query aside."""
        assert self.page is not None
        found: list[Tag] = [
            form
            for form in self.page.find_all("form")
            if str(form.get("action", "")).partition("?")[0].endswith(action_end)
        ]
        assert len(found) == 1, f"{len(found)} forms end in {action_end} on {self.path}"
        return found[0]

    @property
    def token(self) -> str:
        """The CSRF token of the last page."""
        if self.page is None:
            return ""
        field = self.page.find("input", attrs={"name": "csrf_token"})
        if isinstance(field, Tag):
            return str(field["value"])
        carrier = self.page.select_one(r"[hx-headers\:inherited]")
        if carrier is not None:
            return str(json.loads(str(carrier["hx-headers:inherited"]))["X-CSRFToken"])
        return ""

    def _take(self, answer: TestResponse, status: int) -> BeautifulSoup:
        self.answer = answer
        text = answer.get_data().decode(errors="replace")
        assert answer.status_code == status, f"{answer.status}: {answer.request.path}\n{text[:800]}"
        if answer.mimetype != "text/html" or not text.strip():
            return BeautifulSoup("", "html.parser")
        shown = pages.check(self._app, answer)
        if shown.html is not None:
            self.page, self.path = shown, answer.request.path
        return shown


def signed_in(app: Flask, person: Person) -> Visitor:
    """A visitor who has signed in at his restaurant with his password, through the form.

    He stands at the page behind his own avatar, which everybody may see.
    """
    visitor = Visitor(app)
    start = f"/t/{person.tenant}/account/menu"
    page = visitor.get(f"/t/{person.tenant}/sign-in?next={start}")
    form = page.select_one("form:has(input[type=password])")
    assert form is not None, "the sign-in page asks for no password"
    visitor.submit(form, {"email": person.email, "password": person.password})
    assert visitor.path == start, f"{person.name} could not sign in"
    return visitor


def _as_htmx(fragment: bool) -> dict[str, str]:
    return {"HX-Request": "true"} if fragment else {}


def _encoded(data: Mapping[str, Any]) -> tuple[str | None, Any]:
    """A form as it is sent: with files in parts, which the client itself would put on the disk."""
    if not any(isinstance(value, FileStorage) for value in data.values()):
        return None, data
    boundary, body = encode_multipart(data)
    return f'multipart/form-data; boundary="{boundary}"', body


def _fields(form: Tag) -> dict[str, str]:
    """What a browser sends of a form that nobody has touched."""
    values: dict[str, str] = {}
    for field in form.find_all(["input", "textarea"]):
        kind = str(field.get("type", "text"))
        unchosen = kind in {"checkbox", "radio"} and not field.has_attr("checked")
        if field.get("name") and not unchosen and kind not in {"submit", "button"}:
            text = field.get_text() if field.name == "textarea" else field.get("value", "")
            values[str(field["name"])] = str(text)
    for select in form.find_all("select"):
        options = select.find_all("option")
        chosen = next((option for option in options if option.has_attr("selected")), None)
        if chosen := chosen or (options[0] if options else None):
            values[str(select["name"])] = str(chosen.get("value", chosen.get_text()))
    return values
