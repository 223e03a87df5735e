"""The audit trail's hash chain: nothing in it is changed, taken out, moved or slipped in unseen."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from psycopg import Connection, connect
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import create_engine

from app.audit import sealing
from app.audit.domain import GENESIS, canonical, chain
from app.audit.sealing import keep_trail, log_heads, seal
from app.audit.verifying import verify
from app.core import audit, clock
from app.core.db import transaction
from app.core.ids import new_id
from app.core.models import AuditEntry
from app.core.settings import sqlalchemy_url
from app.invariants.check import check_invariants
from app.invariants.model import Offence
from tests.support.restaurants import Restaurant
from tests.support.servers import Addresses

ANY_ENTRY = "(SELECT entry_id FROM audit_seal WHERE tenant_id = %(t)s AND position = 2)"
TAMPERING = {
    "changed": f"UPDATE audit_entry SET reason = 'forged' WHERE id = {ANY_ENTRY}",
    "dated back": f"UPDATE audit_entry SET at = at - interval '1 s' WHERE id = {ANY_ENTRY}",
    "put on another": f"UPDATE audit_entry SET actor_id = gen_random_uuid() WHERE id = {ANY_ENTRY}",
    "deleted": f"DELETE FROM audit_entry WHERE id = {ANY_ENTRY}",
    "deleted with its seal": (
        f"WITH gone AS (DELETE FROM audit_entry WHERE id = {ANY_ENTRY})"
        " DELETE FROM audit_seal WHERE tenant_id = %(t)s AND position = 2"
    ),
    "swapped": (
        "WITH taken AS (DELETE FROM audit_seal WHERE tenant_id = %(t)s AND position IN (2, 3)"
        " RETURNING *) INSERT INTO audit_seal SELECT tenant_id, 5 - position, entry_id, hash"
        " FROM taken ORDER BY position"
    ),
    "slipped in": (
        "INSERT INTO audit_entry (tenant_id, id, at, act, subject_kind, subject_id) VALUES"
        " (%(t)s, gen_random_uuid(), now() - interval '2 min', 'order.comp', 'order',"
        " gen_random_uuid())"
    ),
}


@pytest.fixture
def kept(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    """A restaurant with a sealed trail of some entries."""
    restaurant = new_restaurant()
    with restaurant.inside():
        for _ in range(5):
            note(restaurant)
        seal()
    return restaurant


def note(restaurant: Restaurant, **values: Any) -> None:
    with transaction():
        audit.record(
            "order.comp", "order", new_id(), actor_id=restaurant.people["alice"].member_id, **values
        )


@contextmanager
def as_superuser(addresses: Addresses) -> Iterator[Connection]:
    """Past every policy, grant and trigger, as somebody who owns the machine."""
    name = str(conninfo_to_dict(addresses.app_url)["dbname"])
    with connect(make_conninfo(addresses.admin_url, dbname=name), autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")
        yield admin


def offences(addresses: Addresses, tenant_id: UUID) -> list[Offence]:
    engine = create_engine(sqlalchemy_url(addresses.owner_url))
    with engine.connect() as connection:
        found = [f for f in check_invariants(connection) if f.number == 16]
    engine.dispose()
    return [o for finding in found for o in finding.offences if o.tenant_id == str(tenant_id)]


def test_a_trail_that_nobody_touched_verifies(kept: Restaurant, addresses: Addresses) -> None:
    with kept.inside():
        verdict = verify()
        position, head = sealing.head()

    assert (verdict.fault, verdict.entries, verdict.head) == ("", position, head.hex())
    assert verdict.entries > 5  # the roles and people of the opening, too
    assert offences(addresses, kept.tenant.id) == []


@pytest.mark.parametrize("how", TAMPERING)
def test_tampering_is_found_even_where_the_owner_of_the_machine_did_it(
    how: str, kept: Restaurant, addresses: Addresses
) -> None:
    with as_superuser(addresses) as admin:
        done = admin.execute(TAMPERING[how].encode(), {"t": kept.tenant.id}).rowcount

    with kept.inside():
        verdict = verify()

    assert done > 0
    assert offences(addresses, kept.tenant.id)
    # What is slipped in has no place in the chain to be wrong.
    assert (verdict.fault, verdict.unsealed) == ("", 1) if how == "slipped in" else verdict.fault


def test_what_is_cut_off_the_end_is_missed_by_the_head_that_was_written_down(
    kept: Restaurant, addresses: Addresses
) -> None:
    with kept.inside():
        before = verify()
    with as_superuser(addresses) as admin:
        last = (
            "(SELECT entry_id FROM audit_seal WHERE tenant_id = %s ORDER BY position DESC LIMIT 1)"
        )
        for where in ("audit_entry WHERE id", "audit_seal WHERE entry_id"):
            admin.execute(f"DELETE FROM {where} = {last}".encode(), [kept.tenant.id])

    with kept.inside():
        after = verify()

    assert (after.entries, after.head == before.head) == (before.entries - 1, False)


def test_an_entry_that_the_clock_never_saw_is_missed_after_a_minute(
    kept: Restaurant, addresses: Addresses
) -> None:
    with kept.inside(), clock.use(clock.now() - timedelta(seconds=61)):
        note(kept)

    unsealed = offences(addresses, kept.tenant.id)
    with kept.inside():
        counts = [verify().unsealed]
        seal()
        counts.append(verify().unsealed)

    assert counts == [1, 0]
    assert [o.what.endswith("has no seal") for o in unsealed] == [True]
    assert offences(addresses, kept.tenant.id) == []


def test_the_clock_seals_every_tenant_and_does_nothing_where_nothing_is_new(
    app: Flask, kept: Restaurant, query_recorder: Callable[[], Any]
) -> None:
    with kept.inside():
        note(kept, before={"gross": 1250, "ratio": 0.1}, after={"gross": None}, reason="Käse „x“")
    with app.app_context():
        keep_trail()
        with query_recorder() as queries:
            keep_trail()

    with kept.inside():
        verdict = verify()
    assert verdict.fault == ""
    assert len(queries) == 1


def test_positions_have_no_gap_however_many_batches_there_are(
    kept: Restaurant, owner_connection: Connection, monkeypatch: pytest.MonkeyPatch, app: Flask
) -> None:
    monkeypatch.setattr(sealing, "BATCH", 3)
    with kept.inside():
        for _ in range(10):
            note(kept)
    with app.app_context():
        keep_trail()

    counts = owner_connection.execute(
        "SELECT count(*), min(position), max(position), count(DISTINCT entry_id),"
        " (SELECT count(*) FROM audit_entry WHERE tenant_id = %(t)s),"
        " (SELECT count(*) FROM audit_unsealed WHERE tenant_id = %(t)s)"
        " FROM audit_seal WHERE tenant_id = %(t)s",
        {"t": kept.tenant.id},
    ).fetchone()
    assert counts is not None
    assert counts == (counts[0], 1, counts[0], counts[0], counts[0], 0)


def test_the_head_of_each_chain_goes_to_the_log(
    app: Flask, kept: Restaurant, caplog: pytest.LogCaptureFixture
) -> None:
    with kept.inside():
        _position, head = sealing.head()

    with app.app_context(), caplog.at_level("INFO"):
        log_heads()

    assert head.hex() in caplog.text


def test_every_field_of_an_entry_is_hashed() -> None:
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    plain: dict[str, Any] = {column.name: None for column in AuditEntry.__table__.columns}
    one = chain(GENESIS, 1, plain)

    others = [chain(GENESIS, 1, {**plain, name: at}) for name in plain]

    assert len({one, *others}) == len(plain) + 1


def test_what_is_hashed_knows_no_time_zone_and_no_order_of_keys() -> None:
    summer = datetime.fromisoformat("2026-07-01T12:00:00+02:00")

    text = canonical({"b": 1, "at": summer, "a": {"y": 1, "x": None}, "reason": None})

    assert text == b'{"a":{"x":null,"y":1},"at":"2026-07-01T10:00:00.000000+00:00","b":1}'
