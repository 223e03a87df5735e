"""Every page and fragment that can be asked for is whole HTML that leads somewhere.

Generated from the map of addresses, at a restaurant that has been open for a while.
"""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from flask import Flask
from psycopg import Connection, sql
from werkzeug.routing import Rule, UUIDConverter

from tests.support.restaurants import Person, Restaurant
from tests.support.trade import trade
from tests.support.visitor import Visitor

# The table that an id in an address belongs to.
TABLES = {
    "order_id": "orders",
    "line_id": "order_line",
    "item_id": "item",
    "location_id": "location",
    "table_id": "floor_table",
    "visit_id": "visit",
    "payment_id": "payment",
    "document_id": "fiscal_document",
    "ticket_id": "ticket",
    "device_id": "device",
    "member_id": "member",
    "role_id": "role",
}
WORDS = {"step": "tables", "station": "kitchen", "on": "2026-01-31"}
# An order that was paid, where the others ask for the last one.
PAID = {"reporting.order_receipt"}
# Not pages, or for paired devices (tests/web), or (the mailbox) not there on an installation with
# servers of its own.
APART = {
    "static",
    "assets.bundle",
    "stream.watch",
    "health.healthz",
    "health.readyz",
    "token_endpoint.keys_of_host",
    "mailbox.page",
    "contact.security_txt",
    "media.picture",
    "identity.pin_page",
    "devices.start",
    # Mailed links, with a token that no address names.
    "account.new_password_page",
    "account.email_link",
    "staff.invitation",
    "sign_up.confirm",
    "privacy.download",  # a file that a job makes: tests/integration/test_exports.py
}


@pytest.fixture(scope="module")
def open_house(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    restaurant = new_restaurant()
    trade(restaurant)
    return restaurant


def _rules(app: Flask) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        is_public = rule.endpoint.startswith("storefront.")  # found by host name: tested apart
        if "GET" in (rule.methods or ()) and rule.endpoint not in APART and not is_public:
            yield rule


def _path(rule: Rule, restaurant: Restaurant, owner: Connection) -> str:
    values: dict[str, object] = {
        name: _id(owner, TABLES[name], restaurant.tenant.id, first=rule.endpoint in PAID)
        if isinstance(converter, UUIDConverter)
        else WORDS.get(name)
        for name, converter in rule._converters.items()
    }
    values |= {"tenant": restaurant.tenant.slug, "location": restaurant.location.slug}
    built = rule.build(values)
    assert built is not None
    return built[1].split("?")[0]


def _id(owner: Connection, table: str, tenant_id: UUID, *, first: bool) -> UUID:
    statement = sql.SQL("SELECT id FROM {} WHERE tenant_id = %s ORDER BY id")
    rows = owner.execute(statement.format(sql.Identifier(table)), [tenant_id]).fetchall()
    return UUID(str(rows[0 if first else -1][0]))


@pytest.mark.parametrize("fragment", [False, True], ids=["page", "fragment"])
def test_every_address_answers_with_sound_html(
    app: Flask,
    open_house: Restaurant,
    client_of: Callable[[Person], Visitor],
    owner_connection: Connection,
    *,
    fragment: bool,
) -> None:
    visitor = client_of(open_house.people["alice"])
    wrong = []
    for rule in _rules(app):
        try:
            visitor.get(_path(rule, open_house, owner_connection), fragment=fragment)
        except AssertionError as error:
            wrong.append(f"{rule}: {str(error)[:600]}")

    assert not wrong, "\n".join(wrong)
