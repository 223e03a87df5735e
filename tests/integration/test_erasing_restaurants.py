"""A restaurant that stayed closed is erased: nothing of it is left, and nothing else is touched."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from psycopg import Connection, connect, errors, sql
from sqlalchemy.exc import IntegrityError

from app.core import clock
from app.core.ids import new_id
from app.core.tenant import tenant_scope
from app.identity.commands import NewMember, add_member
from app.identity.sign_in import sign_in
from app.privacy import commands
from app.privacy.commands import closing, keeping
from app.privacy.files import remove_letters
from app.tenancy.commands import move_tenant, open_tenant
from app.tenancy.queries import forget_tenants, get_tenant_by_slug, tenants_to_erase
from tests.support.closing import grace_is_over, open_house
from tests.support.restaurants import PASSWORD, TRATTORIA, Person, Restaurant, open_restaurant
from tests.support.servers import Addresses
from tests.support.trade import owner_of, trade
from tests.support.visitor import Visitor

TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname = 'public'
"""
Drain = Callable[..., None]


@pytest.fixture
def canary() -> str:
    return f"canary{new_id().hex[-12:]}"


@pytest.fixture
def house(app: Flask, canary: str) -> Restaurant:
    """A restaurant that has traded, and everything of which is called by the canary."""
    return open_house(app, canary)


@pytest.fixture
def alice(house: Restaurant, client_of: Callable[[Person], Visitor]) -> Visitor:
    return client_of(house.people["alice"])


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    yield
    forget_tenants()


def rows_with(owner: Connection, word: str) -> dict[str, int]:
    """How many rows of each table hold a word, anywhere."""
    found = {}
    for (table,) in owner.execute(TABLES).fetchall():
        statement = sql.SQL("SELECT count(*) FROM {} t WHERE t::text ILIKE %s")
        row = owner.execute(statement.format(sql.Identifier(table)), [f"%{word}%"]).fetchone()
        if row and row[0]:
            found[table] = row[0]
    return found


def files_with(folder: Path, word: str) -> list[str]:
    """The files whose path or content holds a word."""
    return [
        str(path)
        for path in folder.rglob("*")
        if word in str(path) or (path.is_file() and word.encode() in path.read_bytes())
    ]


def erase(app: Flask) -> None:
    for _ in range(200):
        with app.app_context():
            closing.erase_closed()
        with app.app_context():
            if not tenants_to_erase():
                return
    raise AssertionError("never done")


def test_nothing_of_a_closed_restaurant_is_left_and_its_neighbour_is_untouched(
    app: Flask,
    house: Restaurant,
    canary: str,
    drain: Drain,
    owner_connection: Connection,
    new_restaurant: Callable[..., Restaurant],
) -> None:
    neighbour = new_restaurant()
    trade(neighbour)
    data_dir = app.extensions["settings"].data_dir
    with house.inside():
        commands.close(owner_of(house), canary)
    drain()
    tenant_id = str(house.tenant.id)
    before = rows_with(owner_connection, canary), rows_with(owner_connection, tenant_id)
    theirs = rows_with(owner_connection, str(neighbour.tenant.id))
    assert {"tenant", "account", "location", "order_line", "security_event"} <= set(before[0])
    assert {"audit_seal", "journal_line", "fiscal_document", "state_change"} - {
        "audit_seal"
    } <= set(before[1])
    assert files_with(data_dir, canary) + files_with(data_dir, tenant_id)

    grace_is_over(owner_connection, house)
    erase(app)
    with app.app_context(), clock.use(clock.now() + timedelta(days=8)):
        remove_letters(clock.now() - timedelta(days=7))

    for word in (canary, tenant_id, str(house.people["bob"].member_id)):
        assert rows_with(owner_connection, word) == {}
        assert files_with(data_dir, word) == []
    assert rows_with(owner_connection, str(neighbour.tenant.id)) == theirs


def test_the_slug_is_free_again_for_whoever_comes(
    app: Flask, house: Restaurant, canary: str, owner_connection: Connection
) -> None:
    with house.inside():
        commands.close(owner_of(house), canary)
    grace_is_over(owner_connection, house)
    erase(app)

    again = open_restaurant(app, TRATTORIA, canary)

    with again.inside():
        assert sign_in(again.people["alice"].email, PASSWORD, "203.0.113.1").token


def test_a_short_name_that_it_had_given_up_is_free_again_too(
    app: Flask, house: Restaurant, canary: str, owner_connection: Connection
) -> None:
    newer = f"{canary}-2"
    with house.inside():
        move_tenant(newer)
        commands.close(owner_of(house), newer)
    with app.app_context(), tenant_scope(None), pytest.raises(IntegrityError):
        open_tenant(canary, "Too early")
    grace_is_over(owner_connection, house)
    erase(app)

    for slug in (canary, newer):
        with app.app_context(), tenant_scope(None):
            open_tenant(slug, "Another")


def test_until_the_grace_is_over_nothing_and_nobody_can_erase_it(
    app: Flask, house: Restaurant, canary: str, addresses: Addresses, owner_connection: Connection
) -> None:
    tenant_id = house.tenant.id
    tries = [("open", tenant_id), ("not there", new_id())]
    with connect(addresses.app_url, autocommit=True) as application:
        for _what, wanted in tries:
            with pytest.raises(errors.InsufficientPrivilege, match="may not be erased"):
                application.execute("SELECT app.tenant_erase(%s, 100)", [wanted])
        with house.inside():
            commands.close(owner_of(house), canary)
        with pytest.raises(errors.InsufficientPrivilege, match="may not be erased"):
            application.execute("SELECT app.tenant_erase(%s, 100)", [tenant_id])
    before = rows_with(owner_connection, str(tenant_id))

    with app.app_context(), clock.use(clock.now() + timedelta(days=60)):
        closing.erase_closed()  # whose clock may be wrong: the database's counts

    assert rows_with(owner_connection, str(tenant_id)) == before


@pytest.mark.parametrize("table", ["audit_entry", "journal_entry", "fiscal_document"])
def test_what_is_written_for_good_is_deleted_by_that_function_alone(
    table: str, addresses: Addresses, house: Restaurant
) -> None:
    statement = sql.SQL("DELETE FROM {} WHERE tenant_id = %s").format(sql.Identifier(table))
    for url in (addresses.app_url, addresses.owner_url):
        with (
            connect(url, autocommit=True) as connection,
            pytest.raises(errors.InsufficientPrivilege),
        ):
            connection.execute(statement, [house.tenant.id])


def test_what_was_taken_back_is_not_erased(
    app: Flask, house: Restaurant, canary: str, owner_connection: Connection
) -> None:
    with house.inside():
        commands.close(owner_of(house), canary)
        commands.take_back(owner_of(house))
    before = rows_with(owner_connection, canary)

    with app.app_context():
        closing.erase_closed()

    assert rows_with(owner_connection, canary) == before
    with app.app_context():
        assert get_tenant_by_slug(canary).erase_after is None


def test_an_account_that_another_restaurant_knows_survives(
    app: Flask,
    house: Restaurant,
    canary: str,
    new_restaurant: Callable[..., Restaurant],
    owner_connection: Connection,
) -> None:
    email, neighbour = f"{new_id().hex}@x.example", new_restaurant()
    for place in (house, neighbour):
        with place.inside():
            new = NewMember(name="Zoe", role="server", email=email, password=PASSWORD)
            add_member(owner_of(place), new)
    with house.inside():
        commands.close(owner_of(house), canary)
    grace_is_over(owner_connection, house)
    erase(app)

    with neighbour.inside():
        assert sign_in(email, PASSWORD, "203.0.113.1").token


def test_it_goes_in_parts_however_much_there_is(
    app: Flask,
    house: Restaurant,
    canary: str,
    owner_connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(closing, "ROWS_AT_ONCE", 3)
    monkeypatch.setattr(closing, "CALLS_A_ROUND", 5)
    with house.inside():
        commands.close(owner_of(house), canary)
    _refer_to_each_other(owner_connection, house.tenant.id)
    grace_is_over(owner_connection, house)
    before = sum(rows_with(owner_connection, str(house.tenant.id)).values())

    with app.app_context():
        closing.erase_closed()
    between = sum(rows_with(owner_connection, str(house.tenant.id)).values())
    erase(app)

    assert before - 15 <= between < before
    assert rows_with(owner_connection, str(house.tenant.id)) == {}


def _refer_to_each_other(owner: Connection, tenant_id: UUID) -> None:
    """As parts of a line that was split do: each line of an order refers to the next one."""
    owner.execute(
        "UPDATE order_line l SET origin_line_id = o.next FROM (SELECT id, lead(id) OVER"
        " (PARTITION BY order_id ORDER BY id) AS next FROM order_line WHERE tenant_id = %s) o"
        " WHERE l.tenant_id = %s AND l.id = o.id",
        [tenant_id, tenant_id],
    )


def test_nothing_is_erased_before_its_export_is_ready(
    app: Flask,
    house: Restaurant,
    canary: str,
    alice: Visitor,
    drain: Drain,
    owner_connection: Connection,
) -> None:
    with house.inside():
        commands.close(owner_of(house), canary)
    grace_is_over(owner_connection, house, ready=False)
    with house.inside():
        keeping.enforce()
    with app.app_context():
        closing.erase_closed()

    with app.app_context():
        end = get_tenant_by_slug(canary).erase_after
    page = alice.get(f"/t/{canary}/settings/privacy").get_text()
    drain()
    ready = alice.get(f"/t/{canary}/settings/privacy").select("#exports a[href$='.zip']")

    assert end is not None
    assert timedelta(days=6) < end - clock.now() <= timedelta(days=7)
    assert "Nothing is erased before it is ready" in page
    assert alice.client.get(str(ready[0]["href"]), buffered=True).status_code == 200

    grace_is_over(owner_connection, house)
    erase(app)
    assert rows_with(owner_connection, canary) == {}
