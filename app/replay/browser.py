"""A browser as far as replay needs one: keep-alive, cookies, the last page's CSRF token."""

import html
import json
import re
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

_TOKEN = re.compile(r'"X-CSRFToken": ?"([^"]+)"')
FORM = "application/x-www-form-urlencoded"
TIMEOUT_S = 30.0


class RequestFailed(Exception):
    """The product answered with something other than success."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Browser:
    """One signed-in person. Not shared between threads."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        parts = urlsplit(base_url)
        self._connection = HTTPConnection(
            parts.hostname or "127.0.0.1", parts.port, timeout=TIMEOUT_S
        )
        self._cookies: SimpleCookie = SimpleCookie()
        self._token = ""

    @property
    def cookies(self) -> str:
        """The cookies as a header, for a socket of the same person."""
        return "; ".join(f"{name}={morsel.value}" for name, morsel in self._cookies.items())

    def take_cookie(self, cookie: str) -> None:
        """Hold a cookie: an answer's, or one that was given elsewhere; or let go of it."""
        self._cookies.load(cookie)
        for name in [name for name, held in self._cookies.items() if held["max-age"] == "0"]:
            del self._cookies[name]

    def close(self) -> None:
        """Close the connection; the session stays."""
        self._connection.close()

    @property
    def token(self) -> str:
        """The CSRF token of the last page, for a form that is sent as a browser does."""
        return self._token

    def beside(self) -> "Browser":
        """The same person on a connection of its own, as another tab has one."""
        other = Browser(self.base_url)
        other._cookies, other._token = SimpleCookie(self._cookies), self._token
        return other

    def sign_in(self, tenant: str, email: str, password: str) -> None:
        """Sign in with the form, as a person does."""
        page = f"/t/{tenant}/sign-in"
        self.get(page)
        self.post(page, {"email": email, "password": password, "csrf_token": self._token})

    def get(self, path: str) -> str:
        """A page, redirects followed."""
        status, location, body = self._ask("GET", path, None, {"Accept": "text/html"})
        if location:
            return self.get(_path_of(location))
        return self._expect(status, path, body)

    def post(self, path: str, form: dict[str, str], key: UUID | None = None) -> str:
        """Submit a form; the answer's redirect is followed. `key` names the gesture."""
        headers = self._headers(FORM, key)
        status, location, body = self._ask("POST", path, urlencode(form), headers)
        if location:
            return self.get(_path_of(location))
        return self._expect(status, path, body)

    def post_fragment(self, path: str, form: dict[str, str], key: UUID | None = None) -> str:
        """Submit a form as htmx does; the answer is a fragment."""
        headers = self._headers(FORM, key) | {"HX-Request": "true"}
        status, _location, body = self._ask("POST", path, urlencode(form), headers)
        return self._expect(status, path, body)

    def post_json(self, path: str, content: dict[str, Any], key: UUID) -> dict[str, Any]:
        """Send JSON and read JSON."""
        headers = self._headers("application/json", key) | {"Accept": "application/json"}
        status, _location, body = self._ask("POST", path, json.dumps(content), headers)
        answer: dict[str, Any] = json.loads(self._expect(status, path, body))
        return answer

    def _headers(self, content_type: str, key: UUID | None) -> dict[str, str]:
        headers = {"Content-Type": content_type, "X-CSRFToken": self._token}
        return headers | ({"Idempotency-Key": str(key)} if key else {})

    def _ask(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[int, str | None, str]:
        sent = {**headers, "Cookie": self.cookies, "Referer": self.base_url + path}
        response, text = self._exchange(method, path, body, sent)
        for cookie in response.headers.get_all("Set-Cookie") or ():
            self.take_cookie(cookie)
        token = _TOKEN.search(html.unescape(text))
        if token:
            self._token = token[1]
        redirected = response.headers.get("Location") or response.headers.get("HX-Redirect")
        return response.status, redirected, text

    def _exchange(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[HTTPResponse, str]:
        """Ask, once more where the server had closed the connection meanwhile.

        Safe for every request here: a GET changes nothing, a gesture has its key, and a bump
        sets a state.
        """
        try:
            return self.exchange(method, path, body, headers)
        except (ConnectionError, HTTPException):
            self._connection.close()
            return self.exchange(method, path, body, headers)

    def exchange(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[HTTPResponse, str]:
        """One request and what came back; OSError or HTTPException where nothing did."""
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        return response, response.read().decode()

    def _expect(self, status: int, path: str, body: str) -> str:
        if not 200 <= status < 300:
            raise RequestFailed(status, f"{path} answered {status}: {_sentence(body)}")
        return body


def _path_of(location: str) -> str:
    parts = urlsplit(location)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _sentence(body: str) -> str:
    """What a page or a fragment says, without its markup, shortened."""
    text = re.sub(r"<(script|style|svg|head)\b.*?</\1>|<[^>]+>", " ", body, flags=re.DOTALL)
    return " ".join(html.unescape(text).split())[:200]
