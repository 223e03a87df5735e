"""Every address asks for what it declares: generated from the map of addresses."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from psycopg import Connection, sql
from werkzeug.routing import Rule, UUIDConverter
from werkzeug.test import TestResponse

from app.core.access import PAIRED, PUBLIC, SIGNED_IN, access_of
from app.core.ids import new_id
from app.identity.permissions import PERMISSIONS, ROLES
from app.settings.domains.commands import add_domain
from app.tenancy.domain import RESERVED_SLUGS
from tests.support.programs import a_key
from tests.support.restaurants import DINER, TRATTORIA, Restaurant
from tests.support.signing_in import open_device
from tests.support.trade import trade
from tests.support.visitor import Visitor, signed_in

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
# What may differ between two answers that say the same.
PASSING = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|value=\"[\w.-]{60,}\"|Token[^}]*")
NAMED_IN_ADDRESSES = (
    "orders",
    "order_line",
    "bill",
    "payment",
    "fiscal_document",
    "visit",
    "floor_table",
    "ticket",
    "ticket_line",
    "item",
    "member",
    "role",
    "variant",
    "modifier",
    "location",
    "device",
    "api_grant",
    "domain",
)
# What forms ask for, so that a call gets past its form and looks for its thing.
FORM = {
    "version": "1",
    "quantity": "1",
    "reason": "Cold",
    "made": "1",
    "done": "1",
    "guests": "2",
    "is_86": "false",
    "amount": "1.00",
    "amount_minor": "100",
    "tip_minor": "0",
    "tendered_minor": "100",
    "service_type": "takeaway",
    "sure": "1",
}
NOTHING_THERE = {302, 404}  # a redirect leads to the page that says so
SOCKET = "stream.watch"  # speaks no HTTP after its handshake: it has tests of its own
# Names in addresses that are no ids: what stands for them at the sample restaurant.
WORDS = {
    "station": "kitchen",
    "step": "tables",
    "on": "2026-01-31",
    "filename": "nothing",
    "digest": "0" * 16,
    "kind": "css",
    "course": 1,
    "name": "0" * 32,
}


@dataclass(frozen=True)
class Call:
    """One method of one address."""

    rule: Rule
    method: str
    access: str | None

    def path(self, restaurant: Restaurant, some_id: UUID) -> str:
        """The address at a restaurant, with `some_id` wherever an id belongs."""
        values: dict[str, Any] = {
            name: some_id if isinstance(converter, UUIDConverter) else WORDS.get(name)
            for name, converter in self.rule._converters.items()
        }
        values |= {"tenant": restaurant.tenant.slug, "location": restaurant.location.slug}
        assert None not in values.values(), f"WORDS lacks a value for {self.rule}"
        built = self.rule.build(values)
        assert built is not None, f"{self.rule} takes none of {values}"
        return built[1].split("?")[0]

    @property
    def takes_ids(self) -> bool:
        """Whether an id stands in the address."""
        return any(isinstance(it, UUIDConverter) for it in self.rule._converters.values())

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"


def calls(app: Flask) -> Iterator[Call]:
    """Every method of every address, but those that HTTP answers by itself, and but sockets."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint == SOCKET:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Call(rule, method, access_of(app.view_functions[rule.endpoint]))


def ask(visitor: Visitor, call: Call, path: str, *, token: bool = True) -> TestResponse:
    """Make a call, with a form that suits most."""
    headers = {"X-CSRFToken": visitor.token} if token else {}
    headers["Idempotency-Key"] = str(new_id())
    form = FORM if call.method in UNSAFE else None
    return visitor.client.open(path, method=call.method, headers=headers, data=form)


@pytest.fixture(scope="module")
def house(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    """A restaurant where every role is played by one person of its name."""
    return new_restaurant(replace(TRATTORIA, staff={role: role for role in ROLES}))


@pytest.fixture(scope="module")
def foreign_ids(
    new_restaurant: Callable[..., Restaurant], owner_connection: Connection
) -> dict[str, UUID]:
    """An id of each thing that addresses name, of a restaurant next door that does business."""
    neighbour = new_restaurant(DINER)
    trade(neighbour)
    a_key(neighbour, neighbour.people["charlie"])
    with neighbour.inside():
        add_domain(neighbour.people["charlie"].actor, "next-door.example")
    found = {}
    for table in NAMED_IN_ADDRESSES:
        statement = sql.SQL("SELECT id FROM {} WHERE tenant_id = %s LIMIT 1")
        row = owner_connection.execute(
            statement.format(sql.Identifier(table)), [neighbour.tenant.id]
        ).fetchone()
        assert row is not None, f"the neighbour has no {table}"
        found[table] = row[0]
    return found


def test_every_address_declares_who_may_call_it(app: Flask) -> None:
    known = {PUBLIC, SIGNED_IN, PAIRED, *PERMISSIONS}

    assert [str(call) for call in calls(app) if call.access not in known] == []


def test_no_location_can_have_the_name_of_an_address_beside_it(app: Flask) -> None:
    """Else a new page under /t/<tenant>/ would hide a location, or a location a page."""
    beside = {
        rule.rule.split("/")[3]
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/t/<tenant>/")
    }
    words = {name for name in beside if name and not name.startswith("<") and "." not in name}

    assert words >= {"settings", "sign-in", "pin"}
    assert words - RESERVED_SLUGS == set()


def test_nothing_is_changed_by_following_a_link(app: Flask) -> None:
    both = [str(call) for call in calls(app) if call.rule.methods and call.method == "GET"
            and call.rule.methods & UNSAFE]  # fmt: skip

    assert both == []


def test_who_is_not_signed_in_is_asked_to(app: Flask, house: Restaurant) -> None:
    stranger = Visitor(app)
    stranger.get(f"/t/{house.tenant.slug}/sign-in")
    let_in = []
    for call in calls(app):
        if call.access == PUBLIC:
            continue
        answer = ask(stranger, call, call.path(house, new_id()))
        asked = answer.status_code == 401 or "/sign-in" in answer.headers.get("Location", "")
        if not asked:
            let_in.append(f"{call}: {answer.status}")

    assert let_in == []


@pytest.mark.parametrize("role", ROLES)
def test_a_role_reaches_what_it_may_and_nothing_else(
    role: str, app: Flask, house: Restaurant
) -> None:
    visitor = signed_in(app, house.people[role])
    wrong = []
    for call in calls(app):
        if call.access in {PUBLIC, SIGNED_IN, PAIRED}:
            continue
        status = ask(visitor, call, call.path(house, new_id())).status_code
        may = call.access in ROLES[role]
        if (status == 403) == may or status >= 500:
            wrong.append(f"{call} asks for {call.access}: {status}")

    assert wrong == []


def test_another_restaurants_things_are_like_no_things(
    app: Flask, house: Restaurant, foreign_ids: dict[str, UUID]
) -> None:
    owner = signed_in(app, house.people["owner"])
    telling = []
    for call in calls(app):
        if not call.takes_ids:
            continue
        nothing = _seen(ask(owner, call, call.path(house, new_id())))
        telling += [
            f"{call} with an id of {table}"
            for table, some_id in foreign_ids.items()
            if _seen(ask(owner, call, call.path(house, some_id))) != nothing
        ]
        if nothing[0] not in NOTHING_THERE:
            telling.append(f"{call} with a random id: {nothing[0]}")

    assert telling == []


def _seen(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, PASSING.sub("", answer.get_data(as_text=True))


def test_another_restaurants_pages_are_no_pages(
    app: Flask, house: Restaurant, trattoria: Restaurant
) -> None:
    """A member of one restaurant is nobody at another, whatever its addresses."""
    owner = signed_in(app, house.people["owner"])
    let_in = []
    for call in calls(app):
        if call.access == PUBLIC:
            continue
        answer = ask(owner, call, call.path(trattoria, new_id()))
        if answer.status_code < 300:
            let_in.append(f"{call}: {answer.status}")

    assert let_in == []


def test_nothing_is_changed_without_the_pages_token(app: Flask, house: Restaurant) -> None:
    owner, tablet = signed_in(app, house.people["owner"]), Visitor(app)
    tablet.client = open_device(app, house, "tablet")
    taken = []
    for call in calls(app):
        if call.method not in UNSAFE:
            continue
        caller = tablet if call.access == PAIRED else owner
        status = ask(caller, call, call.path(house, new_id()), token=False).status_code
        if status != 400:
            taken.append(f"{call}: {status}")

    assert taken == []


def test_nothing_is_changed_from_another_site(app: Flask, house: Restaurant) -> None:
    owner = signed_in(app, house.people["owner"])
    taken = []
    for call in calls(app):
        if call.method not in UNSAFE:
            continue
        answer = owner.client.open(
            call.path(house, new_id()),
            method=call.method,
            headers={"X-CSRFToken": owner.token, "Origin": "https://elsewhere.example"},
        )
        if answer.status_code != 403:
            taken.append(f"{call}: {answer.status}")

    assert taken == []
