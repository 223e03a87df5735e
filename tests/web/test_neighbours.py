"""A restaurant's own words stand in nothing that its neighbour can get."""

import logging
from collections.abc import Callable, Iterator
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from psycopg import Connection

from app.core.events import wiring
from app.core.ids import new_id
from app.core.sockets.snapshots import Snapshots
from app.core.sockets.views import view_of
from app.core.tenant import tenant_scope
from app.privacy import commands
from app.privacy.files import get_export_file
from app.reporting import pdf
from tests.architecture.test_pages import _path, _rules
from tests.support.letters import letters_to
from tests.support.renaming import rename
from tests.support.restaurants import DINER, Restaurant
from tests.support.trade import Wanted, order, trade
from tests.support.visitor import Visitor, signed_in

CANARY = "canary-of-the-neighbour"


@pytest.fixture(scope="module")
def neighbour(
    new_restaurant: Callable[..., Restaurant], owner_connection: Connection
) -> Restaurant:
    """Next door everything is called by one name; it does business, and so has rows everywhere."""
    found = new_restaurant(DINER)
    with found.inside():
        order(found, Wanted("Margherita", note=CANARY))
    rename(owner_connection, found, [CANARY])
    trade(found)
    rename(owner_connection, found, [CANARY])
    return found


@pytest.fixture(scope="module")
def house(new_restaurant: Callable[..., Restaurant], neighbour: Restaurant) -> Restaurant:
    found = new_restaurant()
    trade(found)
    assert found.tenant.id != neighbour.tenant.id
    return found


@pytest.fixture(scope="module")
def alice(app: Flask, house: Restaurant) -> Visitor:
    return signed_in(app, house.people["alice"])


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The HTML of each PDF that is made."""
    texts: list[str] = []
    laid_out = pdf._document

    def note(html: str, css: str) -> Any:
        texts.append(html)
        return laid_out(html, css)

    monkeypatch.setattr(pdf, "_document", note)
    return texts


def answers(
    app: Flask, who: Visitor, house: Restaurant, owner: Connection
) -> Iterator[tuple[str, str]]:
    """Every address that can be asked for, as page and as fragment, at `house`."""
    for rule in _rules(app):
        for headers in ({}, {"HX-Request": "true"}):
            path = _path(rule, house, owner)
            answer = who.client.get(path, headers=headers, follow_redirects=True)
            yield f"{rule} {headers}: {answer.status}", answer.get_data().decode(errors="replace")


def test_no_page_paper_table_or_log_line_of_one_names_the_other(
    app: Flask,
    house: Restaurant,
    alice: Visitor,
    owner_connection: Connection,
    printed: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        seen = list(answers(app, alice, house, owner_connection))

    assert [where for where, text in seen if CANARY in text] == []
    assert printed
    assert CANARY not in "".join(printed)
    assert CANARY not in caplog.text


def test_the_canary_would_be_seen(
    app: Flask, neighbour: Restaurant, owner_connection: Connection
) -> None:
    charlie = signed_in(app, neighbour.people["charlie"])

    seen = list(answers(app, charlie, neighbour, owner_connection))

    assert len([where for where, text in seen if CANARY in text]) > 40


def test_no_answer_to_a_program_names_the_other(house: Restaurant, alice: Visitor) -> None:
    alice.get(f"{house.url}/floor")
    for variant in (house.variants["Espresso"], new_id()):
        answer = alice.client.post(
            f"{house.url}/api/orders",
            json={
                "order_id": str(new_id()),
                "service_type": "takeaway",
                "lines": [{"line_id": str(new_id()), "variant_id": str(variant)}],
            },
            headers={"X-CSRFToken": alice.token, "Idempotency-Key": str(new_id())},
        )
        assert answer.status_code in (201, 404, 422)
        assert CANARY not in answer.text


def test_no_socket_of_one_shows_the_other(
    app: Flask, house: Restaurant, neighbour: Restaurant
) -> None:
    def shown(place: Restaurant) -> str:
        messages = []
        with app.test_request_context(f"{place.url}/floor"), tenant_scope(place.tenant.id):
            for station in place.stations.values():
                name = f"kitchen:{station}"
                view = view_of(wiring().views, name)
                messages.append(Snapshots().take(place.tenant, place.location, name, view)[1])
        return b"".join(messages).decode(errors="replace")

    assert CANARY not in shown(house)
    assert CANARY in shown(neighbour)


def test_no_export_and_no_mail_of_one_names_the_other(
    app: Flask, house: Restaurant, drain: Callable[..., None]
) -> None:
    owner = house.people["alice"]
    with house.inside():
        export_id = commands.ask_export(owner.actor, "tenant")
    drain()

    with house.inside(), ZipFile(get_export_file(export_id)) as archive:
        texts = [archive.read(name).decode(errors="replace") for name in archive.namelist()]
    assert len(texts) > 10
    assert [text for text in texts if CANARY in text] == []
    assert [letter for letter in letters_to(app, owner.email) if CANARY in letter] == []


def test_redis_keeps_the_words_of_one_under_no_key_of_the_other(
    app: Flask, house: Restaurant, neighbour: Restaurant, drain: Callable[..., None]
) -> None:
    drain()
    redis = app.extensions["redis"]

    kept = [key for key in redis.scan_iter("nib:*") if str(house.tenant.id).encode() in key]
    values = [redis.dump(key) or b"" for key in kept]

    assert not any(CANARY.encode() in value for value in values)
    assert not any(str(neighbour.tenant.id).encode() in key for key in kept)
