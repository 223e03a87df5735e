"""What somebody tries who may not: noted once a minute, counted, and told to the owner."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from psycopg import Connection

from app.audit.domain import RULES
from app.audit.sealing import keep_trail
from app.core import clock, security
from app.core.keyring import unseal
from app.core.security import network_of
from tests.support.restaurants import Person, Restaurant
from tests.support.visitor import Visitor

NOON = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)
Rows = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def entries(house: Restaurant, owner_connection: Connection) -> Rows:
    """`entries("act")`: what, how often and from where, by entry."""

    def read(act: str) -> list[tuple[Any, ...]]:
        return owner_connection.execute(
            "SELECT a.subject_id, a.actor_id, a.after ->> 'what', e.times, e.network"
            " FROM audit_entry a LEFT JOIN security_event e"
            " ON e.tenant_id = a.tenant_id AND e.id = a.id"
            " WHERE a.tenant_id = %s AND a.act = %s ORDER BY a.at, a.id",
            [house.tenant.id, act],
        ).fetchall()

    return read


@pytest.fixture
def mails(app: Flask, house: Restaurant, owner_connection: Connection) -> Callable[[], list[Any]]:
    def read() -> list[Any]:
        rows = owner_connection.execute(
            "SELECT payload ->> 'sealed' FROM outbox WHERE tenant_id = %s AND event = 'Mail'",
            [house.tenant.id],
        ).fetchall()
        with app.app_context():
            return [json.loads(unseal(row[0])) for row in rows]

    return read


def noted(house: Restaurant, act: str, times: int = 1, at: datetime | None = None) -> None:
    with house.inside(), clock.use(at or clock.now()):
        for _ in range(times):
            security.note(act, "tenant", house.tenant.id)


def watch(app: Flask, at: datetime | None = None) -> None:
    with app.app_context(), clock.use(at or clock.now()):
        keep_trail()


def test_a_thousand_tries_within_a_minute_are_one_entry_and_a_count(
    house: Restaurant, entries: Rows
) -> None:
    noted(house, security.REFUSED, 50, at=NOON)
    noted(house, security.REFUSED, 1, at=NOON + timedelta(minutes=1))

    tenant_id = house.tenant.id
    assert entries(security.REFUSED) == [
        (tenant_id, None, "", 50, ""),
        (tenant_id, None, "", 1, ""),
    ]


def test_who_is_denied_is_noted_with_the_permission_that_was_lacking(
    house: Restaurant, entries: Rows, client_of: Callable[[Person], Visitor]
) -> None:
    bob = house.people["bob"]
    visitor = client_of(bob)

    for _ in range(3):
        visitor.get(house.url + "/dashboard", status=403)
    visitor.get(f"/t/{house.tenant.slug}/settings/audit", status=403)

    found = sorted(entries(security.DENIED), key=lambda row: str(row[2]))
    assert [row[:3] for row in found] == [
        (bob.member_id, bob.member_id, "audit.view"),
        (bob.member_id, bob.member_id, "report.view"),
    ]
    assert [row[3] for row in found] == [1, 3]
    assert {row[4] for row in found} == {"127.0.0.0/24"}


def test_a_post_from_another_site_is_noted(app: Flask, house: Restaurant, entries: Rows) -> None:
    answer = app.test_client().post(
        f"/t/{house.tenant.slug}/sign-in", headers={"Origin": "https://elsewhere.example"}
    )

    assert answer.status_code == 403
    assert len(entries(security.FOREIGN_SITE)) == 1


def test_a_wrong_password_is_noted_for_an_unknown_email_as_for_a_known_one(
    app: Flask, house: Restaurant, entries: Rows, query_recorder: Callable[[], Any]
) -> None:
    visitor = Visitor(app)
    page = visitor.get(f"/t/{house.tenant.slug}/sign-in")
    form = page.select("form")[0]
    asked = []
    for email in (house.people["bob"].email, "nobody@x.example"):
        with query_recorder() as queries:
            visitor.submit(form, {"email": email, "password": "wrong"}, status=422)
        asked.append(len(queries))

    subjects = [row[0] for row in entries(security.REFUSED)]
    assert subjects == [house.people["bob"].member_id, house.tenant.id]
    assert asked[0] == asked[1]


def test_wrong_pairing_codes_of_a_minute_are_one_entry_and_count(
    app: Flask, house: Restaurant, entries: Rows
) -> None:
    visitor = Visitor(app)
    with clock.use(NOON):
        form = visitor.get(f"/t/{house.tenant.slug}/pair").select("form")[0]
        for _ in range(5):
            visitor.submit(form, {"code": "ABCD-EFGH"}, status=422)

    assert entries(security.REFUSED) == [(house.tenant.id, None, "pairing", 5, "127.0.0.0/24")]
    assert entries("device.refused") == []


@pytest.mark.parametrize(
    ("page", "typed"),
    [
        ("sign-in", {"email": "eve@x.example", "password": "wrong"}),
        ("pair", {"code": "ABCD-EFGH"}),
    ],
)
def test_tries_that_had_to_wait_are_noted_at_every_form_that_can_be_guessed_at(
    app: Flask, house: Restaurant, entries: Rows, page: str, typed: dict[str, str]
) -> None:
    visitor = Visitor(app)
    form = visitor.get(f"/t/{house.tenant.slug}/{page}").select("form")[0]

    for status in (422,) * 5 + (429,) * 2:
        visitor.submit(form, typed, status=status)
        assert visitor.answer is not None
        assert ("Retry-After" in visitor.answer.headers) == (status == 429)

    assert sum(row[3] for row in entries(security.REFUSED)) == 5
    assert sum(row[3] for row in entries(security.LOCKED)) == 2


def test_the_owner_is_told_once_an_hour_however_long_it_goes_on(
    app: Flask, house: Restaurant, mails: Callable[[], list[Any]], owner_connection: Connection
) -> None:
    for minute in range(0, 90, 5):
        noted(house, security.REFUSED, 15, at=NOON + timedelta(minutes=minute))
        watch(app, NOON + timedelta(minutes=minute, seconds=1))

    alerts = owner_connection.execute(
        "SELECT kind, hour, times FROM security_alert WHERE tenant_id = %s ORDER BY hour",
        [house.tenant.id],
    ).fetchall()
    sent = mails()
    assert [(kind, hour.hour, times >= 20) for kind, hour, times in alerts] == [
        ("sign_ins", 12, True),
        ("sign_ins", 13, True),
    ]
    assert [mail["to"] for mail in sent] == [house.people["alice"].email] * 2
    assert f"/t/{house.tenant.slug}/settings/audit?act=session.refused" in sent[0]["body"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.kind)
def test_each_threshold_is_told_of_when_it_is_reached_and_not_before(
    rule: Any, app: Flask, house: Restaurant, owner_connection: Connection
) -> None:
    told = []
    for times in (rule.at_least - 1, 1):
        noted(house, rule.acts[0], times, at=NOON)
        watch(app, NOON + timedelta(seconds=1))
        found = owner_connection.execute(
            "SELECT kind FROM security_alert WHERE tenant_id = %s", [house.tenant.id]
        ).fetchall()
        told.append([kind for (kind,) in found])

    assert told == [[], [rule.kind]]


def test_what_is_long_past_tells_nobody_of_anything(
    app: Flask, house: Restaurant, mails: Callable[[], list[Any]]
) -> None:
    noted(house, security.REFUSED, 19, at=NOON)
    noted(house, security.REFUSED, 1, at=NOON + timedelta(minutes=11))
    watch(app, NOON + timedelta(minutes=11, seconds=1))

    assert mails() == []


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:aaaa:bbbb::1", "2001:db8:aaaa::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_of_an_address_only_its_network_is_kept(address: str, network: str) -> None:
    assert network_of(address) == network
