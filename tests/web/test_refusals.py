"""What cannot be is refused in a sentence: wrong ids, repeated ids, ids of another location."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from app.core.db import execute
from app.core.ids import new_id
from app.ordering import commands as ordering
from app.ordering.commands import NewLine, PlaceOrder
from app.tenancy.commands import NewLocation, open_location
from app.tenancy.queries import LocationView, get_location_by_id
from tests.support.restaurants import Restaurant
from tests.support.tablet import Tablet, open_table
from tests.support.visitor import Visitor

Json = dict[str, Any]
Change = Callable[[Restaurant, Json], object]


@pytest.fixture(scope="module")
def trattoria(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    """One of this module's own: a second location would change where people land elsewhere."""
    return new_restaurant()


@pytest.fixture
def alice(trattoria: Restaurant, client_of: Callable[..., Visitor]) -> Visitor:
    visitor = client_of(trattoria.people["alice"])
    visitor.get(f"{trattoria.url}/floor")
    return visitor


@pytest.fixture(scope="module")
def harbour(trattoria: Restaurant) -> LocationView:
    """A second location of the trattoria."""
    new = NewLocation(
        slug="harbour-side",
        name="Harbour Side",
        time_zone="Europe/Rome",
        locale="en",
        currency="EUR",
        tax_inclusive=True,
    )
    with trattoria.inside():
        return get_location_by_id(open_location(new))


def wanted(restaurant: Restaurant) -> Json:
    line = {"line_id": str(new_id()), "variant_id": str(restaurant.variants["Espresso"])}
    return {"order_id": str(new_id()), "service_type": "takeaway", "lines": [line]}


def send(visitor: Visitor, restaurant: Restaurant, body: object, **headers: str) -> TestResponse:
    """Place an order as a program does; each request is a gesture of its own."""
    given = {"X-CSRFToken": visitor.token, "Accept": "application/json", **headers}
    return visitor.client.post(f"{restaurant.url}/api/orders", json=body, headers=given)


def set_line(name: str, value: object) -> Change:
    return lambda _restaurant, body: body["lines"][0].__setitem__(name, value)


def set_order(name: str, value: object) -> Change:
    return lambda _restaurant, body: body.__setitem__(name, value)


def other_item(restaurant: Restaurant, body: Json) -> None:
    """A modifier that exists, of an item that is not on the order."""
    body["lines"][0]["modifier_ids"] = [str(next(iter(restaurant.modifiers.values())))]


def many(name: str, value: object) -> Change:
    """More of what a line has a list of than any restaurant ever meets."""
    return set_line(name, [value] * 10_000)


def many_lines(_restaurant: Restaurant, body: Json) -> None:
    body["lines"] *= 10_000


def twice(_restaurant: Restaurant, body: Json) -> None:
    body["lines"] *= 2


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (set_line("variant_id", str(new_id())), 404, "no_sellable"),
        (set_line("modifier_ids", [str(new_id())]), 422, "modifiers"),
        (other_item, 422, "modifiers"),
        (set_line("quantity", "0"), 422, "quantity"),
        (set_line("quantity", "-1"), 422, "quantity"),
        (set_line("quantity", "1e400"), 422, "form"),
        (set_line("quantity", "NaN"), 422, "form"),
        (set_line("note", "no\x00tuna"), 422, "form"),
        (set_line("note", "no\ud800tuna"), 422, "form"),
        (set_line("note", "pays by 4111 1111 1111 1111"), 422, "form"),
        (set_order("pickup_name", "Ann\u202e"), 422, "form"),
        (set_line("seats", [0]), 422, "form"),
        (set_order("table_id", str(new_id())), 404, "no_table"),
        (set_order("order_id", "7"), 422, "form"),
        (set_order("lines", []), 422, "form"),
        (twice, 409, "line_exists"),
    ],
)
def test_an_order_that_cannot_be_is_refused_and_nothing_is_kept(
    trattoria: Restaurant, alice: Visitor, change: Change, status: int, code: str
) -> None:
    body = wanted(trattoria)
    change(trattoria, body)

    answer = send(alice, trattoria, body)

    assert (answer.status_code, answer.get_json()["title"]) == (status, code)
    assert answer.get_json()["detail"]
    alice.get(f"{trattoria.url}/orders/{body['order_id']}", status=404)


@pytest.mark.parametrize(
    ("change", "sentences"),
    [
        (many_lines, {"lines": ["At most 200 lines."]}),
        (many("modifier_ids", "no id"), {"lines.0.modifier_ids": ["At most 50 choices."]}),
        (many("seats", 1), {"lines.0.seats": ["At most 99 seats."]}),
        (many("allergies", {"allergen": "milk"}), {"lines.0.allergies": ["At most 50 allergies."]}),
        (set_line("seats", "1"), {"lines.0.seats": ["Not a valid list."]}),
    ],
)
def test_a_list_without_end_is_refused_unread(
    trattoria: Restaurant, alice: Visitor, change: Change, sentences: dict[str, list[str]]
) -> None:
    body = wanted(trattoria)
    change(trattoria, body)

    answer = send(alice, trattoria, body)

    assert (answer.status_code, answer.get_json()["errors"]) == (422, sentences)


@pytest.mark.parametrize(
    ("path", "field", "value", "sentence"),
    [
        ("{url}/orders/{order}/serve", "line_ids", new_id(), "At most 1000 lines."),
        ("/t/{slug}/settings/roles/new", "permissions", "menu.edit", "permissions."),
        ("/t/{slug}/settings/staff/add", "location_ids", new_id(), "At most 1000 locations."),
    ],
)
def test_a_form_without_end_is_refused_in_a_sentence(
    trattoria: Restaurant,
    alice: Visitor,
    path: str,
    field: str,
    value: object,
    sentence: str,
) -> None:
    address = path.format(url=trattoria.url, slug=trattoria.tenant.slug, order=new_id())
    form = {"csrf_token": alice.token, "name": "Ida", "idem": new_id(), field: [value] * 2_000}

    answer = alice.client.post(address, data=form)

    assert answer.status_code == 422
    assert sentence in answer.text


@pytest.mark.parametrize(("repeated", "code"), [("order", "order_exists"), ("line", "line_exists")])
def test_an_id_that_is_taken_is_a_conflict(
    trattoria: Restaurant, alice: Visitor, repeated: str, code: str
) -> None:
    first, second = wanted(trattoria), wanted(trattoria)
    if repeated == "order":
        second["order_id"] = first["order_id"]
    else:
        second["lines"][0]["line_id"] = first["lines"][0]["line_id"]

    assert send(alice, trattoria, first).status_code == 201
    answer = send(alice, trattoria, second)

    assert (answer.status_code, answer.get_json()["title"]) == (409, code)


def test_the_same_request_again_has_the_same_answer(trattoria: Restaurant, alice: Visitor) -> None:
    body, key = wanted(trattoria), {"Idempotency-Key": str(new_id())}

    first, second = (send(alice, trattoria, body, **key) for _ in range(2))

    assert first.status_code == second.status_code == 201
    assert first.get_json() == second.get_json()


def test_a_program_needs_the_token_too(trattoria: Restaurant, alice: Visitor) -> None:
    answer = send(alice, trattoria, wanted(trattoria), **{"X-CSRFToken": ""})

    assert answer.status_code == 400


@pytest.mark.parametrize("body", [[], "text", 7, None])
def test_what_is_no_order_is_refused(trattoria: Restaurant, alice: Visitor, body: object) -> None:
    assert send(alice, trattoria, body).status_code == 422


def test_a_line_id_that_is_taken_adds_nothing(trattoria: Restaurant, alice: Visitor) -> None:
    tablet = open_table(trattoria, alice)
    line_id = new_id()
    tablet.add("Espresso", line_id=line_id)

    tablet.add("Espresso", line_id=line_id, status=409)

    assert len(tablet.lines()) == 1


def test_a_second_party_at_a_table_gets_the_order_that_is_there(
    trattoria: Restaurant, alice: Visitor
) -> None:
    tablet = open_table(trattoria, alice)
    table_id = _table_of(trattoria, tablet)

    alice.post(f"{trattoria.url}/visits", fragment=False, table_id=table_id, guests=2)

    assert alice.path.endswith(str(tablet.order_id))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("orders/{order}/send", {}),
        ("orders/{order}/close", {}),
        ("orders/{order}/cancel", {"reason": "no"}),
        ("orders/{order}/serve", {}),
        ("orders/{order}/leave-off", {}),
        ("orders/{order}/courses/1/fire", {}),
        ("lines/{line}", {"version": 1}),
        ("lines/{line}/remove", {"version": 1}),
        ("lines/{line}/void", {"version": 1, "reason": "no", "made": "true"}),
        ("bills/{bill}/payments/cash", {"version": 1, "amount_minor": 150}),
        ("bills/{bill}/payments/card", {"version": 1, "amount_minor": 150}),
    ],
)
def test_what_is_of_another_location_is_not_found(
    trattoria: Restaurant, harbour: LocationView, alice: Visitor, address: str, said: Json
) -> None:
    ids = _placed(trattoria)
    there = f"/t/{trattoria.tenant.slug}/{harbour.slug}"

    for fragment in (True, False):
        url = f"{there}/{address.format_map(ids)}"
        alice.post(url, status=404, fragment=fragment, **said)

    shown = alice.get(f"{trattoria.url}/orders/{ids['order']}")
    assert len(shown.select("#bill a.line")) == 1


def test_a_table_of_another_location_is_not_found(
    trattoria: Restaurant, harbour: LocationView, alice: Visitor
) -> None:
    url = f"/t/{trattoria.tenant.slug}/{harbour.slug}/visits"

    alice.post(url, status=404, table_id=trattoria.new_table(), guests=2)


def _placed(restaurant: Restaurant) -> dict[str, UUID]:
    line = NewLine(line_id=new_id(), variant_id=restaurant.variants["Espresso"])
    order = PlaceOrder(order_id=new_id(), service_type="takeaway", lines=(line,))
    with restaurant.inside():
        actor = restaurant.people["alice"].actor
        placed = ordering.place(actor, restaurant.location, order)
    return {"order": placed.order_id, "bill": placed.bill_id, "line": line.line_id}


def _table_of(restaurant: Restaurant, tablet: Tablet) -> str:
    with restaurant.inside():
        found = execute(
            text(
                "SELECT vt.table_id FROM visit_table vt JOIN orders o"
                " ON o.tenant_id = vt.tenant_id AND o.visit_id = vt.visit_id WHERE o.id = :id"
            ),
            {"id": tablet.order_id},
        )
        return str(found.scalar_one())
