"""The tax rates of a location: seen and changed on a page, from the next order on."""

from decimal import Decimal
from uuid import UUID

import pytest
from bs4 import Tag
from flask import Flask
from psycopg import Connection

from app.core import clock
from app.core.ids import new_id
from app.menu.queries import tax_classes
from app.ordering.commands import Placed
from tests.support.chain import open_second, send_to
from tests.support.restaurants import Restaurant
from tests.support.servers import Addresses
from tests.support.trade import finish, order
from tests.support.truth import offences
from tests.support.visitor import Visitor, signed_in


@pytest.fixture
def alice(app: Flask, bistro: Restaurant) -> Visitor:
    return signed_in(app, bistro.people["alice"])


def address(place: Restaurant) -> str:
    return f"/t/{place.tenant.slug}/settings/locations/{place.location.id}/taxes"


def rates(place: Restaurant) -> dict[str, list[str]]:
    """What holds there now, as people say it."""
    with place.inside():
        return {
            one.name: [
                f"{rate.name} {rate.percent.normalize():f} {rate.service_type or ''}".strip()
                for rate in one.rates
            ]
            for one in tax_classes(place.location, clock.now())
        }


def class_id(place: Restaurant, name: str) -> UUID:
    with place.inside():
        return next(one.id for one in tax_classes(None, clock.now()) if one.name == name)


def field(place: Restaurant, what: str, name: str, row: int = 0) -> str:
    """The name of a field: the row-th rate of a tax class."""
    return f"{what}-{class_id(place, name)}-{row}"


def open_form(visitor: Visitor, place: Restaurant) -> Tag:
    visitor.get(address(place))
    return visitor.form("/taxes")


def taxed(owner: Connection, placed: Placed) -> set[Decimal]:
    rows = owner.execute(
        "SELECT t.percent FROM line_tax t JOIN order_line l ON l.tenant_id = t.tenant_id"
        " AND l.id = t.line_id WHERE l.order_id = %s",
        [placed.order_id],
    ).fetchall()
    return {row[0].normalize() for row in rows}


def test_a_changed_rate_counts_from_the_next_order_on(
    alice: Visitor, bistro: Restaurant, owner_connection: Connection, addresses: Addresses
) -> None:
    with bistro.inside():
        before = order(bistro, "Espresso")

    alice.get(f"/t/{bistro.tenant.slug}/settings/locations/{bistro.location.id}")
    assert alice.page is not None
    assert address(bistro) in {str(link["href"]) for link in alice.page.select("main a")}
    alice.submit(open_form(alice, bistro), {field(bistro, "percent", "drinks"): "23,5"})

    with bistro.inside():
        after = order(bistro, "Espresso")
        finish(bistro, before)
        finish(bistro, after)
    assert taxed(owner_connection, before) == {Decimal(22)}
    assert taxed(owner_connection, after) == {Decimal("23.5")}
    assert rates(bistro)["food"] == ["Tax on food 10"]
    assert offences(addresses.owner_url, bistro.tenant.id) == []


def test_the_audit_trail_says_what_the_tax_was_and_is(alice: Visitor, bistro: Restaurant) -> None:
    alice.submit(open_form(alice, bistro), {field(bistro, "percent", "food"): "12"})
    alice.submit(open_form(alice, bistro))  # nothing was changed: nothing is said

    entries = alice.get(f"/t/{bistro.tenant.slug}/settings/audit?act=settings.edit")
    said = [" ".join(one.get_text(" ", strip=True).split()) for one in entries.select(".diff")]
    assert said == ["tax on food Tax on food 10 % → Tax on food 12 %"]


def test_several_rates_hold_at_once_and_one_ends_where_it_is_emptied(
    alice: Visitor, bistro: Restaurant
) -> None:
    form = open_form(alice, bistro)
    city = {
        field(bistro, "percent", "food", 1): "2.125",
        field(bistro, "name", "food", 1): "City",
        field(bistro, "service_type", "food", 1): "takeaway",
    }
    alice.submit(form, city)
    both = rates(bistro)["food"]

    first = {field(bistro, what, "food", 1): "" for what in ("percent", "name")}
    alice.submit(open_form(alice, bistro), first)

    assert both == ["City 2.125 takeaway", "Tax on food 10"]
    assert rates(bistro)["food"] == ["City 2.125 takeaway"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"percent": "101"}, "A rate is a number from 0 to 100"),
        ({"percent": "-1"}, "A rate is a number from 0 to 100"),
        ({"percent": "8.87501"}, "A rate is a number from 0 to 100"),
        ({"percent": "<b>"}, "A rate is a number from 0 to 100"),
        ({"percent": ""}, "A rate is a number from 0 to 100"),
        ({"percent": "", "name": ""}, "food needs a rate: 0 where there is no tax."),
        ({"name": ""}, "Say what the tax is called, such as VAT."),
        ({"name": "V" * 41}, "40"),
        ({"service_type": "drone"}, "Choose one of the list."),
    ],
)
def test_what_is_no_rate_comes_back_with_its_sentence(
    alice: Visitor, bistro: Restaurant, typed: dict[str, str], sentence: str
) -> None:
    values = {field(bistro, name, "food"): value for name, value in typed.items()}

    page = alice.submit(open_form(alice, bistro), values, status=422)

    wrong = page.select_one("main [aria-invalid=true]")
    assert wrong is not None
    assert sentence in page.get_text()
    assert rates(bistro) == {"drinks": ["Tax on drinks 22"], "food": ["Tax on food 10"]}


def test_the_same_tax_is_not_charged_twice(alice: Visitor, bistro: Restaurant) -> None:
    twice = {
        field(bistro, "percent", "food", 1): "5",
        field(bistro, "name", "food", 1): "Tax on food",
    }

    page = alice.submit(open_form(alice, bistro), twice, status=422)

    assert "Tax on food stands there twice" in page.get_text()


def test_the_rates_of_a_location_are_its_own_and_its_managers_alone(
    app: Flask, bistro: Restaurant
) -> None:
    second = open_second(bistro)
    send_to(bistro, "alice", (second, None))
    alice = signed_in(app, bistro.people["alice"])

    alice.submit(open_form(alice, second), {field(bistro, "percent", "food"): "0"})

    assert rates(second)["food"] == ["Tax on food 0"]
    assert rates(bistro)["food"] == ["Tax on food 10"]
    alice.get(address(bistro), status=404)
    alice.post(address(bistro), status=404)
    alice.get(address(bistro).replace(str(bistro.location.id), str(new_id())), status=404)
    assert signed_in(app, bistro.people["bob"]).get(address(bistro), status=403)
