"""At a tablet, an act that a person may not do is approved by one who may, that once."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from psycopg import Connection

from app.core.ids import new_id
from app.core.words import CARD
from tests.support.chain import open_second, send_to
from tests.support.kitchen import send
from tests.support.restaurants import Person, Restaurant
from tests.support.signing_in import open_browser, open_tablet
from tests.support.trade import order, pay
from tests.support.visitor import Visitor


@pytest.fixture
def place(new_restaurant: Callable[[], Restaurant]) -> Restaurant:
    return new_restaurant()


@pytest.fixture
def tablet(app: Flask, place: Restaurant) -> Visitor:
    """Bob, a server, at a paired tablet, on the page of an order that the kitchen has."""
    visitor = Visitor(app)
    visitor.client = open_tablet(app, place, place.people["bob"])
    visitor.get(f"{place.url}/orders/{send(place, 'Bruschetta')}")
    return visitor


def line_of(visitor: Visitor) -> str:
    assert visitor.page is not None
    line = visitor.page.select_one("#bill a.line")
    assert line is not None
    return str(line["id"]).removeprefix("line-")


def void(visitor: Visitor, place: Restaurant, *, status: int = 403) -> BeautifulSoup:
    """Ask for a void of the order's line, which Bob may not do."""
    values = {"version": "1", "reason": "Wrong item", "made": "0"}
    address = f"{place.url}/lines/{line_of(visitor)}/void"
    return visitor.send(address, {"idem": new_id(), **values}, fragment=True, status=status)


def approve(
    visitor: Visitor, sheet: BeautifulSoup, by: Person, *, status: int = 200, **changed: str
) -> BeautifulSoup:
    """Fill in the sheet that asks who may."""
    form = sheet.select_one("form#approval")
    assert isinstance(form, Tag)
    values = {
        "approver_id": str(by.member_id),
        "approver_pin": by.pin,
        "approval_reason": "Looked at it",
        **changed,
    }
    return visitor.submit(form, values, fragment=True, status=status)


def state_of(owner: Connection, visitor: Visitor) -> str:
    row = owner.execute("SELECT state FROM order_line WHERE id = %s", [line_of(visitor)]).fetchone()
    assert row is not None
    return str(row[0])


def test_a_void_is_approved_by_pin_and_its_entry_names_both_and_why(
    tablet: Visitor, place: Restaurant, owner_connection: Connection
) -> None:
    alice, bob = place.people["alice"], place.people["bob"]

    sheet = void(tablet, place)
    names = [label.get_text(" ", strip=True) for label in sheet.select(".people label")]
    approve(tablet, sheet, alice)

    assert names == ["A Alice"]
    assert state_of(owner_connection, tablet) == "voided"
    entry = owner_connection.execute(
        "SELECT e.actor_id, e.approver_id, e.reason, d.kind FROM audit_entry e"
        " JOIN device d ON d.tenant_id = e.tenant_id AND d.id = e.device_id"
        " WHERE e.tenant_id = %s AND e.act = 'order.void_fired'",
        [place.tenant.id],
    ).fetchone()
    assert entry == (bob.member_id, alice.member_id, "Looked at it", "tablet")
    line = tablet.get(tablet.path).select_one("#bill a.line .m")
    assert line is not None
    assert line.get_text().endswith("by Bob, approved by Alice")


def test_an_approval_is_for_that_act_alone(
    app: Flask, tablet: Visitor, place: Restaurant, owner_connection: Connection
) -> None:
    """Neither the next act, nor another address, nor other content of the form."""
    sheet = void(tablet, place)
    form = sheet.select_one("form#approval")
    assert isinstance(form, Tag)
    other = Visitor(app)
    other.client = tablet.client
    other.get(f"{place.url}/orders/{send(place, 'Bruschetta')}")

    form["action"] = f"{place.url}/lines/{line_of(other)}/void"
    approve(tablet, sheet, place.people["alice"], status=403)
    form["action"] = f"{place.url}/lines/{line_of(tablet)}/void"
    approve(tablet, sheet, place.people["alice"], status=403, made="1")
    untouched = state_of(owner_connection, tablet), state_of(owner_connection, other)
    approve(tablet, sheet, place.people["alice"])

    assert untouched == ("fired", "fired")
    assert state_of(owner_connection, tablet) == "voided"
    assert "Ask someone who may" in void(other, place).get_text()


def test_a_refund_by_a_server_is_approved(
    tablet: Visitor, place: Restaurant, owner_connection: Connection
) -> None:
    with place.inside():
        payment_id = pay(place, order(place, "Espresso"))
    refund = f"{place.url}/payments/{payment_id}/refunds"
    tablet.get(f"{refund}/new", fragment=True)

    sheet = tablet.send(refund, {"amount": "0.50", "reason": "Cold"}, fragment=True, status=403)
    approve(tablet, sheet, place.people["alice"])

    refunded = owner_connection.execute(
        "SELECT amount_minor FROM refund WHERE tenant_id = %s AND payment_id = %s",
        [place.tenant.id, payment_id],
    ).fetchall()
    assert refunded == [(50,)]


def test_a_wrong_pin_approves_nothing_and_is_counted(
    tablet: Visitor, place: Restaurant, owner_connection: Connection
) -> None:
    alice = place.people["alice"]
    sheet = void(tablet, place)

    for _ in range(5):
        again = approve(tablet, sheet, alice, status=422, approver_pin="0000")
    waits = approve(tablet, sheet, alice, status=429)

    assert "The PIN is wrong." in again.get_text()
    assert "Wait 30 seconds." in waits.get_text()
    assert state_of(owner_connection, tablet) != "voided"


def test_a_reason_is_kept_by_the_rules_of_everything_that_is_written(
    tablet: Visitor, place: Restaurant, owner_connection: Connection
) -> None:
    sheet, alice = void(tablet, place), place.people["alice"]
    card = "Paid by 4111 1111 1111 1111"

    refused = approve(tablet, sheet, alice, status=422, approval_reason=card)

    assert CARD in refused.get_text()
    assert state_of(owner_connection, tablet) != "voided"
    approve(tablet, sheet, alice, status=422, approval_reason="x\n" * 300)
    approve(tablet, sheet, alice, status=422, approval_reason=" ")


def test_who_may_not_either_approves_nothing(
    tablet: Visitor, place: Restaurant, owner_connection: Connection
) -> None:
    sheet = void(tablet, place)

    approve(tablet, sheet, place.people["dan"], status=403)

    assert state_of(owner_connection, tablet) != "voided"


def test_an_approval_without_the_pages_token_tries_no_pin(
    tablet: Visitor, place: Restaurant, owner_connection: Connection
) -> None:
    sheet = void(tablet, place)
    form = sheet.select_one("form#approval")
    assert isinstance(form, Tag)
    alice = place.people["alice"]
    values = {field["name"]: field["value"] for field in form.select("input[type=hidden]")}
    values |= {"approver_id": str(alice.member_id), "approver_pin": "0000", "approval_reason": "x"}
    del values["csrf_token"]

    answer = tablet.client.post(str(form["action"]), data=values, headers={"HX-Request": "true"})

    tried = owner_connection.execute(
        "SELECT count(*) FROM sign_in_failure WHERE tenant_id = %s", [place.tenant.id]
    ).fetchone()
    assert answer.status_code == 400
    assert tried == (0,)


def test_at_a_browser_of_ones_own_nobody_is_asked(app: Flask, place: Restaurant) -> None:
    visitor = Visitor(app)
    visitor.client = open_browser(app, place, place.people["bob"])
    visitor.get(f"{place.url}/orders/{send(place, 'Bruschetta')}")

    refused = void(visitor, place)

    assert "You may not void lines the kitchen has." in refused.get_text()
    assert refused.select_one("form") is None


def test_where_nobody_may_the_refusal_stands(
    tablet: Visitor, place: Restaurant, owner_connection: Connection
) -> None:
    owner_connection.execute(
        "UPDATE member SET pin_hash = NULL WHERE id = %s", [place.people["alice"].member_id]
    )

    refused = void(tablet, place)

    assert refused.select_one("form") is None
    assert "You may not void lines the kitchen has." in refused.get_text()


@pytest.mark.parametrize(
    ("page", "permission"),
    [
        ("brand", "settings.edit"),
        ("privacy/retention", "tenant.manage"),
        ("security", "tenant.manage"),
        ("staff/add", "staff.manage"),
    ],
)
def test_what_belongs_to_no_location_is_approved_by_nobody(
    tablet: Visitor, place: Restaurant, owner_connection: Connection, page: str, permission: str
) -> None:
    """A PIN at a tablet proves what its owner may do at the tablet's location."""
    address = f"/t/{place.tenant.slug}/settings/{page}"
    alice = place.people["alice"]
    sheet = void(tablet, place)
    sealed = sheet.select_one("form#approval [name=approval_seal]")
    assert sealed is not None

    refused = tablet.send(address, {"name": "Mine"}, fragment=True, status=403)
    by_hand = {
        "name": "Mine",
        "approval_for": permission,
        "approver_id": str(alice.member_id),
        "approver_pin": alice.pin,
        "approval_reason": "Looked at it",
        "approval_seal": str(sealed["value"]),
    }
    tablet.send(address, by_hand, fragment=True, status=403)

    assert refused.select_one("form") is None
    noted = owner_connection.execute(
        "SELECT act, count(*) FROM audit_entry WHERE tenant_id = %s AND actor_id = %s"
        " AND act <> 'session.pin' GROUP BY act",
        [place.tenant.id, place.people["bob"].member_id],
    ).fetchall()
    assert noted == [("security.denied", 1)]


def test_who_manages_one_place_approves_there_and_nothing_beyond(
    app: Flask, place: Restaurant, owner_connection: Connection
) -> None:
    open_second(place)
    send_to(place, "dan", (place, "manager"))
    tablet = Visitor(app)
    tablet.client = open_tablet(app, place, place.people["bob"])
    tablet.get(f"{place.url}/orders/{send(place, 'Bruschetta')}")
    brand = f"/t/{place.tenant.slug}/settings/brand"

    refused = tablet.send(brand, {"name": "Mine"}, fragment=True, status=403)
    approve(tablet, void(tablet, place), place.people["dan"])

    assert refused.select_one("form") is None
    assert state_of(owner_connection, tablet) == "voided"
