"""What is over is removed each night, what the law asks for stays, and the trail says how much."""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from psycopg import Connection, sql

from app.core import clock, mail, security
from app.core.db import transaction
from app.core.errors import Forbidden, Invalid
from app.core.ids import new_id
from app.core.outbox import later
from app.core.tenant import current_tenant_id
from app.identity.links import make_link
from app.identity.logins import LASTS, open_login
from app.ordering.commands import cancel_order
from app.privacy import commands, queries
from app.privacy.commands import keeping
from app.privacy.domain import KINDS
from app.privacy.files import remove_letters
from tests.support.restaurants import DINER, Restaurant
from tests.support.trade import Wanted, finish, order, owner_of, pay

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
# Hours of a day at which the clock comes by: before and after the ends of both days, and late.
ROUNDS = (0, 1, 2, 3, 7, 8, 9, 23)
# The table of each kind, and the column that says when a thing was over.
PLACES = {
    "guests": ("orders", "closed_at"),
    "sessions": ("login_session", "expires_at"),
    "failures": ("sign_in_failure", "at"),
    "security": ("security_event", "minute"),
    "alerts": ("security_alert", "at"),
    "links": ("email_link", "expires_at"),
    "mails": ("outbox", "created_at"),
    "exports": ("data_export", "expires_at"),
    "effects": ("outbox", "created_at"),
    "gestures": ("idempotency", "created_at"),
}


Rows = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def rows(house: Restaurant, owner_connection: Connection) -> Rows:
    """`rows("orders")` are the restaurant's rows there, as text."""

    def read(table: str) -> list[tuple[Any, ...]]:
        statement = sql.SQL("SELECT t::text FROM {} t WHERE tenant_id = %s ORDER BY 1")
        found = owner_connection.execute(statement.format(sql.Identifier(table)), [house.tenant.id])
        return found.fetchall()

    return read


def leave(owner: Connection, house: Restaurant, kind: str, at: datetime) -> None:
    """One thing of a kind that was over at `at`."""
    tenant_id, bob = house.tenant.id, house.people["bob"].member_id
    with house.inside(), clock.use(at):
        if kind == "guests":
            placed = order(house, "Espresso", service_type="takeaway")
            finish(house, placed)
        elif kind == "sessions":
            with clock.use(at - LASTS):
                open_login(bob)
        elif kind == "links":
            make_link("invite", "x@x.example", lasts=timedelta(), member_id=bob)
        elif kind == "mails":
            with transaction():
                mail.send_later("x@x.example", "Hello", "Hello")
        elif kind == "effects":
            with transaction():
                later("inventory.show_left", {})
        elif kind == "security":
            security.note(security.DENIED, "member", bob)
    inserted = {
        "failures": "INSERT INTO sign_in_failure (tenant_id, id, subject, at) VALUES (%s,%s,'',%s)",
        "alerts": "INSERT INTO security_alert (tenant_id, id, kind, hour, at, times)"
        " VALUES (%s, %s, 'denied', now(), %s, 1)",
        "exports": "INSERT INTO data_export (tenant_id, id, kind, subject_ids, asked_by, asked_at,"
        " ready_at, expires_at)"
        " VALUES (%s, %s, 'tenant', '[]', gen_random_uuid(), now(), now(), %s)",
        "gestures": "INSERT INTO idempotency (tenant_id, key, route, body_hash, created_at)"
        " VALUES (%s, %s, '', '', %s)",
    }.get(kind)
    if inserted:
        owner.execute(inserted.encode(), [tenant_id, str(new_id()), at])
    owner.execute("UPDATE security_event SET weighed = true WHERE tenant_id = %s", [tenant_id])
    owner.execute(
        "UPDATE outbox SET sent_at = now(), done_at = now() WHERE tenant_id = %s", [tenant_id]
    )


def night(house: Restaurant, at: datetime = NOW) -> Mapping[str, int]:
    with house.inside(), clock.use(at):
        return keeping.enforce().removed


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_kind_is_kept_for_its_days_and_no_longer(
    kind: Any, house: Restaurant, owner_connection: Connection
) -> None:
    days = 0 if kind.name == "exports" else kind.days  # which have their own end
    leave(owner_connection, house, kind.name, NOW - timedelta(days=days, hours=1))

    early = night(house, NOW - timedelta(hours=2)).get(kind.name, 0)
    late = night(house).get(kind.name, 0)

    assert (early, late >= 1) == (0, True)
    assert kind.name not in night(house)


def test_every_kind_has_a_place_and_a_way_to_be_removed() -> None:
    names = {kind.name for kind in KINDS}

    assert names == set(PLACES) == set(keeping._REMOVALS)


def test_what_is_not_done_yet_is_kept_however_old(house: Restaurant, rows: Rows) -> None:
    with house.inside(), clock.use(NOW - timedelta(days=300)), transaction():
        later("inventory.deplete", {}, delay=timedelta(days=900))
        mail.send_later("x@x.example", "Hello", "Hello")
    before = len(rows("outbox"))

    night(house)

    assert len(rows("outbox")) == before


def test_the_trail_says_what_a_night_removed_and_the_page_knows(
    house: Restaurant, owner_connection: Connection
) -> None:
    for _ in range(3):
        leave(owner_connection, house, "failures", NOW - timedelta(days=2))

    removed = night(house)

    with house.inside():
        last = queries.last_removal()
    assert last is not None
    assert (last.at, last.counts) == (NOW, removed)
    assert removed["failures"] == 3


def test_a_name_goes_from_order_and_ticket_but_not_from_one_that_is_open(
    house: Restaurant, rows: Rows
) -> None:
    with house.inside(), clock.use(NOW - timedelta(days=40)):
        finish(house, order(house, "Margherita", service_type="takeaway"))
    with house.inside(), clock.use(NOW - timedelta(hours=1)):
        order(house, "Margherita", service_type="takeaway")
        given_up = order(house, "Espresso", service_type="takeaway")
    named = sum("Gina" in str(row) for row in rows("orders"))
    with house.inside(), clock.use(NOW - timedelta(days=40)):
        cancel_order(owner_of(house), house.location, given_up.order_id, "Gone")

    night(house)

    assert (named, sum("Gina" in str(row) for row in rows("orders"))) == (3, 1)


def test_a_note_goes_from_an_order_that_has_no_name(house: Restaurant, rows: Rows) -> None:
    note = Wanted("Margherita", 1, (), "no nuts, Mrs Abel")
    tables = ("order_line", "ticket_line")
    for days in (400, 10):
        with house.inside(), clock.use(NOW - timedelta(days=days)):
            finish(house, order(house, note))
    noted = [sum("Abel" in str(row) for row in rows(table)) for table in tables]

    removed = night(house)

    assert (noted, removed["guests"]) == ([2, 2], 1)
    assert [sum("Abel" in str(row) for row in rows(table)) for table in tables] == [1, 1]


def test_ledger_documents_and_trail_are_never_removed(house: Restaurant, rows: Rows) -> None:
    with house.inside(), clock.use(NOW - timedelta(days=3000)):
        pay(house, order(house, "Margherita", service_type="takeaway"))
    kept = ("journal_entry", "journal_line", "fiscal_document", "payment", "movement")
    before = {table: rows(table) for table in kept}
    entries = rows("audit_entry")

    night(house)

    assert {table: rows(table) for table in kept} == before
    assert set(entries) <= set(rows("audit_entry"))


def test_periods_are_the_restaurants_own_within_bounds(
    house: Restaurant, owner_connection: Connection
) -> None:
    alice, bob = house.people["alice"].actor, house.people["bob"].actor
    leave(owner_connection, house, "failures", NOW - timedelta(days=5))
    with house.inside():
        commands.set_retention(alice, {"failures": 10})
        with pytest.raises(Invalid) as caught:
            commands.set_retention(alice, {"failures": 31, "effects": 1, "gestures": 30})
        with pytest.raises(Forbidden):
            commands.set_retention(bob, {"failures": 2})

        assert set(caught.value.fields) == {"failures", "effects"}
        assert queries.retention_days()["failures"] == 10
    assert "failures" not in night(house)
    assert night(house, NOW + timedelta(days=6))["failures"] == 1


def test_it_is_done_once_a_night_when_the_restaurants_own_day_has_ended(
    app: Flask,
    house: Restaurant,
    new_restaurant: Callable[..., Restaurant],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    diner = new_restaurant(DINER)  # in New York, six hours later
    done: list[tuple[UUID, int, int]] = []

    def enforce() -> keeping.Night:
        done.append((current_tenant_id(), clock.now().day, clock.now().hour))
        return keeping.Night(removed={}, is_whole=True)

    monkeypatch.setattr(keeping, "_nights", {})
    monkeypatch.setattr(keeping, "enforce", enforce)
    monkeypatch.setattr(keeping, "all_tenants", lambda: [house.tenant, diner.tenant])
    hours = [datetime(2026, 6, day, hour, tzinfo=UTC) for day in (1, 2, 3) for hour in ROUNDS]
    for at in hours:
        with app.app_context(), clock.use(at):
            keeping.enforce_nightly()

    nights = [[at for tenant_id, *at in done if tenant_id == it.tenant.id] for it in (house, diner)]
    # The first of each is what a clock that starts anew does at once. Their days end at 4:00.
    assert nights == [[[1, 0], [1, 2], [2, 2], [3, 2]], [[1, 0], [1, 8], [2, 8], [3, 8]]]


def test_old_letters_leave_the_local_mailbox(app: Flask) -> None:
    folder = app.extensions["settings"].data_dir / mail.MAILBOX
    folder.mkdir(parents=True, exist_ok=True)
    letters = [folder / f"{new_id()}.eml" for _ in range(2)]
    for letter, days in zip(letters, (8, 6), strict=True):
        letter.write_text("Hello")
        at = (clock.now() - timedelta(days=days)).timestamp()
        os.utime(letter, (at, at))

    with app.app_context():
        remove_letters(clock.now() - timedelta(days=7))

    assert [letter.exists() for letter in letters] == [False, True]
