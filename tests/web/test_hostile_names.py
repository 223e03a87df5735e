"""A restaurant where every name is an attack: its pages, papers and files show names, no more.

The names are put into the tables by their owner, past every form: what forms refuse has tests of
its own (tests/unit/test_words.py), and this is for what came in by another way.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from psycopg import Connection
from werkzeug.test import TestResponse

from app.core.csv_cells import FORMULA, text_cell
from app.reporting import pdf
from tests.architecture.test_pages import _path, _rules
from tests.support import pages
from tests.support.renaming import rename
from tests.support.restaurants import Restaurant
from tests.support.trade import Wanted, order, pay, prepare_tablet
from tests.support.visitor import Visitor, signed_in

SUM = str(7777 * 7777)
ATTACKS = {
    "markup": "</title></textarea><script>nibHostile()</script>\"'><img src=x onerror=nib()>",
    "templates": "{{7777*7777}}{% raw %}${7777*7777}#{7777*7777}<%= 7777*7777 %>",
    "directions": "\u202eabc\u2066def\u200b\ufeff שלום \u200f مطعم",
    "equals": '=HYPERLINK("http://evil.example")',
    "plus": "+1+1",
    "minus": "-1+1",
    "at": "@SUM(A1)",
    "tab": "\t=1+1",
    "long": "W" * 10_000,
}
TRICKS = re.compile("[\u200b\u202a-\u202e\u2066-\u2069\ufeff]")


@pytest.fixture(scope="module")
def house(new_restaurant: Callable[..., Restaurant], owner_connection: Connection) -> Restaurant:
    """It has been open for a while: an order paid, one that waits, one to take away."""
    found = new_restaurant()
    assert rename(owner_connection, found, list(ATTACKS.values())) > 20
    sold = [name for name in found.variants if name != "Steak"]  # it asks how it is to be done
    noted = zip(sold, ATTACKS.values(), strict=False)
    every = [Wanted(name, note=attack) for name, attack in noted]
    with found.inside():
        pay(found, order(found, *every))
        order(found, *every)
        order(found, "Espresso", service_type="takeaway")
        prepare_tablet(found)
    rename(owner_connection, found, list(ATTACKS.values()))
    return found


@pytest.fixture(scope="module")
def alice(app: Flask, house: Restaurant) -> Visitor:
    return signed_in(app, house.people["alice"])


def breaches(app: Flask, answer: TestResponse) -> Iterator[str]:
    """What a name has done to an HTML answer."""
    try:
        shown = pages.check(app, answer)
    except pages.PageError as error:
        yield str(error)[:500]
        return
    yield from _breaches(shown)


def _breaches(shown: BeautifulSoup) -> Iterator[str]:
    text = str(shown)
    if SUM in text:
        yield "a name was worked out as a template"
    if TRICKS.search(text):
        yield "a name turns the line around"
    for tag in shown.find_all(name=True):
        if tag.get("src") == "x":
            yield "a name became a picture"
        if tag.name == "script" and "nibHostile" in tag.get_text():
            yield "a name became a script"


@pytest.mark.parametrize("fragment", [False, True], ids=["page", "fragment"])
def test_every_page_and_fragment_shows_names_as_names(
    app: Flask, house: Restaurant, alice: Visitor, owner_connection: Connection, *, fragment: bool
) -> None:
    wrong, seen = [], ""
    headers = {"HX-Request": "true"} if fragment else {}
    for rule in _rules(app):
        path = _path(rule, house, owner_connection)
        answer = alice.client.get(path, headers=headers, follow_redirects=True)
        if answer.status_code != 200:
            wrong.append(f"{rule}: {answer.status}")
        if answer.mimetype == "text/html":
            seen += BeautifulSoup(answer.text, "html.parser").get_text()
            wrong += [f"{rule}: {breach}" for breach in breaches(app, answer)]

    assert wrong == []
    for attack in ("markup", "templates", "equals", "tab", "long"):
        assert ATTACKS[attack].strip() in seen, (
            f"{attack} stands nowhere: the test looks at nothing"
        )


def test_guests_see_names_too(app: Flask, house: Restaurant) -> None:
    answer = app.test_client().get("/", base_url=f"http://{house.tenant.slug}.localhost")

    assert answer.status_code == 200
    assert list(breaches(app, answer)) == []
    assert "&lt;script&gt;nibHostile()" in answer.text


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The words that stand in each PDF that is made, one text a PDF."""
    texts: list[str] = []
    laid_out = pdf._document

    def note(html: str, css: str) -> Any:
        document = laid_out(html, css)
        boxes = (box for page in document.pages for box in page._page_box.descendants())
        texts.append(" ".join(getattr(box, "text", "") for box in boxes))
        return document

    monkeypatch.setattr(pdf, "_document", note)
    return texts


def test_papers_print_names_as_names(
    house: Restaurant, alice: Visitor, owner_connection: Connection, printed: list[str]
) -> None:
    ids = owner_connection.execute(
        "SELECT d.id, o.id, b.date FROM fiscal_document d, orders o, business_day b"
        " WHERE d.tenant_id = %(t)s AND o.tenant_id = %(t)s AND b.tenant_id = %(t)s"
        " ORDER BY o.id DESC LIMIT 1",
        {"t": house.tenant.id},
    ).fetchone()
    assert ids is not None
    document, open_order, day = ids
    for path in (
        f"documents/{document}?format=pdf",
        f"orders/{open_order}/provisional?format=pdf",
        f"reports/{day}.pdf",
    ):
        answer = alice.client.get(f"{house.url}/{path}")
        assert answer.data.startswith(b"%PDF-"), answer.status
        assert not re.search(rb"/(JS|JavaScript|Launch|URI)\b", answer.data)

    everything = "".join(printed)
    assert SUM not in everything
    assert not TRICKS.search(everything)
    assert "nibHostile()" in everything


def test_no_cell_of_a_table_is_a_formula(
    house: Restaurant, alice: Visitor, owner_connection: Connection
) -> None:
    day = owner_connection.execute(
        "SELECT date FROM business_day WHERE tenant_id = %s", [house.tenant.id]
    ).fetchone()
    assert day is not None

    answer = alice.client.get(f"{house.url}/reports/{day[0]}.csv")

    rows = list(csv.reader(io.StringIO(answer.text)))
    names = [cell for row in rows[1:] for cell in row[1:3]]
    assert [cell for cell in names if cell.startswith(FORMULA)] == []
    assert any(cell.startswith("'=HYPERLINK") for cell in names)
    assert not TRICKS.search(answer.text)


@pytest.mark.parametrize("start", [*FORMULA, " =", "\u202e="])
def test_every_start_of_a_formula_is_quoted(start: str) -> None:
    assert text_cell(f"{start}1+1").startswith("'")
    assert text_cell("1 = 1") == "1 = 1"
