"""An export holds all that names a person or is a tenant's, and nothing that lets anybody in."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest
from flask import Flask
from psycopg import Connection, sql

from app.core import clock, mail
from app.core.db import transaction
from app.core.errors import Forbidden, NotFound
from app.core.logs import names_secret
from app.core.model import Base
from app.identity.logins import open_login
from app.identity.queries import hash_of
from app.privacy import commands, queries
from app.privacy.commands.keeping import enforce
from app.privacy.contents import parts_of_tenant
from app.privacy.domain import PROOFS
from app.privacy.files import draft_of, export_file
from tests.support.packs import Drain, contents, exported
from tests.support.restaurants import Person, Restaurant
from tests.support.trade import Wanted, finish, order, owner_of, trade
from tests.support.visitor import Visitor

UUIDS = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public' AND data_type = 'uuid'
  AND column_name NOT IN ('tenant_id', 'location_id')
"""


@pytest.fixture(scope="module")
def house(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    restaurant = new_restaurant()
    trade(restaurant)
    with restaurant.inside():
        bob = restaurant.people["bob"].actor
        finish(
            restaurant,
            order(
                restaurant,
                Wanted("Steak", 1, ("Rare",), "Gina is allergic"),
                actor=bob,
                service_type="takeaway",
            ),
        )
    return restaurant


def test_a_members_export_has_every_row_that_names_him(
    house: Restaurant, drain: Drain, owner_connection: Connection
) -> None:
    bob = house.people["bob"]

    files = exported(house, drain, "member", bob.member_id)

    naming: dict[str, int] = {}
    for table, column in owner_connection.execute(UUIDS).fetchall():
        statement = sql.SQL("SELECT count(*) FROM {} WHERE {} = %s AND {}")
        counted = sql.SQL("true") if column != "id" or table == "member" else sql.SQL("false")
        found = owner_connection.execute(
            statement.format(sql.Identifier(table), sql.Identifier(column), counted),
            [bob.member_id],
        ).fetchone()
        if found and found[0]:
            naming[table] = max(naming.get(table, 0), found[0])
    short = {
        table: count
        for table, count in naming.items()
        if files.get(f"{table}.jsonl", "").count("\n") < count
    }
    assert short == {}
    assert {"orders", "order_line", "audit_entry", "login_session", "member"} - set(naming) <= {
        "login_session"
    }
    assert json.loads(files["facts.json"])["e-mail"] == bob.email
    assert bob.email in files["index.html"]


def test_a_members_export_says_nothing_of_the_guests_he_served(
    house: Restaurant, drain: Drain
) -> None:
    files = exported(house, drain, "member", house.people["bob"].member_id)

    assert "Gina" not in "".join(files.values())


def test_a_guests_export_has_the_orders_their_lines_and_their_receipts(
    house: Restaurant, drain: Drain
) -> None:
    with house.inside():
        found = queries.find_guests("Gina")

    files = exported(house, drain, "guest", *[one.id for one in found])

    assert len(found) == 1
    assert "Gina is allergic" in files["order_line.jsonl"]
    assert "Gina is allergic" in files["index.html"]
    for table in ("orders", "bill", "payment", "fiscal_document", "line_tax", "ticket_line"):
        assert files[f"{table}.jsonl"].count("\n") >= 1, table


def test_a_tenants_export_has_every_row_of_every_table(
    house: Restaurant, drain: Drain, owner_connection: Connection
) -> None:
    with house.inside():
        export_id = commands.ask_export(owner_of(house), "tenant")
    drain()
    files = contents(house, export_id)

    fewer = {}
    # What goes on while the export is written changes only these.
    moving = {"outbox", "audit_entry", "audit_unsealed", "data_export"}
    for table in set(Base.metadata.tables) - moving:
        if "tenant_id" not in Base.metadata.tables[table].primary_key.columns:
            continue
        statement = sql.SQL("SELECT count(*) FROM {} WHERE tenant_id = %s")
        found = owner_connection.execute(
            statement.format(sql.Identifier(table)), [house.tenant.id]
        ).fetchone()
        assert found is not None
        if files.get(f"{table}.jsonl", "").count("\n") != found[0]:
            fewer[table] = found[0]
    assert fewer == {}
    assert house.people["carol"].email in files["facts.json"]


def test_no_secret_and_no_other_restaurant_leaves_in_an_export(
    house: Restaurant, drain: Drain, owner_connection: Connection, trattoria: Restaurant
) -> None:
    alice = house.people["alice"]
    with house.inside():
        token = open_login(alice.member_id)
    pin = owner_connection.execute(
        "SELECT pin_hash FROM member WHERE id = %s", [alice.member_id]
    ).fetchone()
    assert pin is not None
    secrets = (token, hash_of(token).hex(), pin[0], "argon2")

    for kind, ids in (("tenant", ()), ("member", (alice.member_id,))):
        text = "".join(exported(house, drain, kind, *ids).values())
        assert [secret for secret in secrets if secret in text] == []
        assert str(trattoria.tenant.id) not in text
        assert house.tenant.slug in text or alice.email in text


def test_an_export_is_taken_away_by_the_owner_for_seven_days(
    house: Restaurant, drain: Drain, client_of: Callable[[Person], Visitor]
) -> None:
    bob = house.people["bob"]
    alice = client_of(house.people["alice"])
    alice.get(f"/t/{house.tenant.slug}/settings/privacy")
    alice.submit(alice.form(f"/people/{bob.member_id}/export"))
    assert "being put together" in str(alice.page)
    drain()
    page = alice.get(f"/t/{house.tenant.slug}/settings/privacy")
    link = page.select("#exports a[href$='.zip']")[0]["href"]

    taken = alice.client.get(str(link), buffered=True)
    refused = client_of(bob).client.get(str(link)).status_code
    with clock.use(clock.now() + timedelta(days=7, minutes=1)), house.inside():
        export_id = UUID(str(link).rsplit("/", 1)[1].removesuffix(".zip"))
        with pytest.raises(NotFound):
            queries.get_export(export_id)

    assert taken.mimetype == "application/zip"
    assert "index.html" in ZipFile(BytesIO(taken.get_data())).namelist()
    assert taken.headers["Cache-Control"] == "no-store"
    assert refused == 403


def test_asking_and_taking_away_are_written_down(
    house: Restaurant, drain: Drain, client_of: Callable[[Person], Visitor], owner_connection: Any
) -> None:
    with house.inside():
        export_id = commands.ask_export(owner_of(house), "tenant")
    drain()
    alice = client_of(house.people["alice"])
    path = f"/t/{house.tenant.slug}/settings/privacy/exports/{export_id}.zip"
    before = _entries(owner_connection, house)

    assert alice.client.get(path, buffered=True).status_code == 200

    assert before[-1] == {"export": "tenant"}
    assert _entries(owner_connection, house) == [*before, {"download": "tenant"}]


def test_only_the_owner_asks_and_only_for_people_of_the_house(
    house: Restaurant, trattoria: Restaurant
) -> None:
    with house.inside():
        with pytest.raises(Forbidden):
            commands.ask_export(house.people["bob"].actor, "tenant")
        with pytest.raises(NotFound):
            commands.ask_export(owner_of(house), "member", [trattoria.people["bob"].member_id])


def _entries(owner: Connection, house: Restaurant) -> list[Any]:
    rows = owner.execute(
        "SELECT after FROM audit_entry WHERE tenant_id = %s AND act = 'tenant.manage'"
        " ORDER BY at, id",
        [house.tenant.id],
    )
    return [row[0] for row in rows.fetchall()]


def test_no_column_that_is_named_like_a_secret_leaves(house: Restaurant) -> None:
    with house.inside():
        parts = list(parts_of_tenant())

    columns = {
        (part.name, column.name) for part in parts for column in part.statement.selected_columns
    }
    named = {place for place in columns if names_secret(place[1])}
    assert named == PROOFS
    assert all({(part.name, one.name) for one in part.key} <= columns for part in parts)
    assert all(part.key for part in parts)


def test_what_is_sealed_leaves_in_no_export(house: Restaurant, drain: Drain) -> None:
    with house.inside(), transaction():
        mail.send_later("gina@x.example", "Hello", "a link that lets somebody in")

    files = exported(house, drain, "tenant")

    assert "mail.send" in files["outbox.jsonl"]
    assert "gAAAAA" not in "".join(files.values())


def test_asking_for_an_export_is_limited(app: Flask) -> None:
    for name in ("export_member", "export_guests", "close"):
        assert app.view_functions[f"privacy.{name}"].__dict__["limits"] == "export"


def test_an_export_that_has_run_out_leaves_no_file(house: Restaurant, drain: Drain) -> None:
    with house.inside():
        export_id = commands.ask_export(owner_of(house), "tenant")
    drain()
    with house.inside():
        path = export_file(export_id)
        draft = draft_of(path)
        draft.write_bytes(b"half")
        there = path.exists()
        with clock.use(clock.now() + timedelta(days=8)):
            enforce()

    assert (there, path.exists(), draft.exists()) == (True, False, False)
