"""The audit trail as its readers see it."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from psycopg import Connection
from sqlalchemy import update

from app.audit.sealing import seal
from app.core import audit, clock
from app.core.db import execute, transaction
from app.core.ids import new_id
from app.identity.models import Member
from tests.support.chain import open_second, role_id, send_to
from tests.support.restaurants import Cast, Person, Restaurant
from tests.support.trade import order
from tests.support.visitor import Visitor

PATH = "/t/{}/settings/audit"
EVIL = '=HYPERLINK("http://evil.example","x")'


@pytest.fixture
def house(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    return new_restaurant()


@pytest.fixture
def alice(house: Restaurant, client_of: Callable[[Person], Visitor]) -> Visitor:
    return client_of(house.people["alice"])


def note(house: Restaurant, act: str = "order.comp", kind: str = "order", **values: Any) -> None:
    """An entry at the house's location, unless another is named."""
    values.setdefault("location_id", house.location.id)
    with house.inside(), transaction():
        audit.record(
            act,
            kind,
            values.pop("subject_id", None) or new_id(),
            actor_id=values.pop("actor_id", house.people["bob"].member_id),
            **values,
        )


def shown(page: BeautifulSoup) -> list[str]:
    return [" ".join(row.get_text(" ", strip=True).split()) for row in page.select(".trail > li")]


def path(house: Restaurant) -> str:
    return PATH.format(house.tenant.slug)


def test_an_entry_says_who_did_what_to_what_and_why(house: Restaurant, alice: Visitor) -> None:
    with house.inside():
        placed = order(house, "Espresso")
    note(
        house,
        subject_id=placed.order_id,
        reason="Cold <b>soup</b>",
        before={"gross": 1250, "role_id": str(house.people["carol"].member_id)},
        after={"gross": 0, "made": True},
    )

    row = alice.get(path(house) + "?act=order.comp").select(".trail > li")[0]

    text = " ".join(row.get_text(" ", strip=True).split())
    for part in ("Bob", "give something on the house", "Cold <b>soup</b>", "Old Town"):
        assert part in text
    assert "gross 1250 → 0" in text
    assert "made true" in text
    assert "role id Carol" in text
    hrefs = [str(link["href"]) for link in row.find_all("a")]
    assert f"{house.url}/orders/{placed.order_id}" in hrefs


def test_what_is_asked_for_stands_in_the_address(house: Restaurant, alice: Visitor) -> None:
    thing, at = new_id(), datetime(2026, 3, 1, 12, tzinfo=UTC)
    with clock.use(at):
        note(house, "payment.refund", "payment", subject_id=thing)
        note(house, actor_id=house.people["dan"].member_id)
    bob, dan = house.people["bob"].member_id, house.people["dan"].member_id
    here = house.location.id

    fitting = {
        query: len(shown(alice.get(f"{path(house)}?{query}&until=2026-03-02T00:00")))
        for query in (
            "",
            f"person={bob}",
            f"person={dan}&act=payment.refund",
            "act=payment.refund",
            "kind=payment",
            f"object={thing}",
            f"location={here}",
            f"location={new_id()}",
            "since=2026-03-01T12:59",  # one hour ahead, at the house
            "since=2026-03-01T13:01",
        )
    }

    assert list(fitting.values()) == [2, 1, 0, 1, 1, 1, 2, 0, 2, 0]


@pytest.mark.parametrize("query", ["person=x", "object=1", "since=yesterday", "location=%00"])
def test_a_filter_that_says_nothing_is_refused_beside_its_field(
    query: str, house: Restaurant, alice: Visitor
) -> None:
    page = alice.get(f"{path(house)}?{query}", status=422)

    assert len(page.select(".field .error")) == 1


def test_pages_follow_each_other_without_loss_or_repeat(house: Restaurant, alice: Visitor) -> None:
    with clock.use(datetime(2026, 3, 1, 12, tzinfo=UTC)):  # all at one instant
        for _ in range(120):
            note(house)

    seen, address = [], f"{path(house)}?act=order.comp"
    for _ in range(3):
        page = alice.get(address)
        seen += [str(row["id"]) for row in page.select(".trail > li")]
        older = page.select_one(".pager a:last-of-type")
        assert older is not None
        address = str(older["href"])

    assert len(seen) == len(set(seen)) == 120
    assert seen == sorted(seen, reverse=True)


def test_names_are_those_of_today(
    house: Restaurant, alice: Visitor, owner_connection: Connection
) -> None:
    note(house)
    owner_connection.execute(
        "UPDATE member SET name = 'Roberta' WHERE id = %s", [house.people["bob"].member_id]
    )

    assert "Roberta" in shown(alice.get(path(house) + "?act=order.comp"))[0]


def test_a_restaurant_without_entries_that_fit_says_so(house: Restaurant, alice: Visitor) -> None:
    page = alice.get(path(house) + "?act=drawer.open")

    assert page.select_one(".empty h2") is not None


def test_the_trail_goes_as_a_table_and_that_is_written_down(
    house: Restaurant, alice: Visitor
) -> None:
    for number in range(3):
        note(house, reason=EVIL, after={"n": number})
    note(house, "payment.refund", "payment")

    answer = alice.client.get(path(house) + "/export.csv?act=order.comp")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))

    assert [row["after"] for row in rows] == ['{"n": 2}', '{"n": 1}', '{"n": 0}']
    assert {row["reason"] for row in rows} == {f"'{EVIL}"}
    assert {row["person"] for row in rows} == {"Bob"}
    entry = shown(alice.get(path(house) + "?act=report.export"))
    assert len(entry) == 1
    assert "audit trail" in entry[0]
    assert "order.comp" in entry[0]


def test_verifying_says_how_many_entries_and_the_head(
    house: Restaurant, alice: Visitor, owner_connection: Connection
) -> None:
    note(house)
    with house.inside():
        seal()

    page = alice.get(path(house) + "/chain")
    part = alice.get(path(house) + "/chain", fragment=True)

    head = owner_connection.execute(
        "SELECT position, encode(hash, 'hex') FROM audit_seal WHERE tenant_id = %s"
        " ORDER BY position DESC LIMIT 1",
        [house.tenant.id],
    ).fetchone()
    assert head is not None
    for verdict in (page, part):
        text = verdict.select("#verdict")[0].get_text(" ", strip=True)
        assert text.startswith(f"{head[0]} entries verify")
        assert head[1] in text


def test_verifying_says_that_an_entry_has_no_seal(house: Restaurant, alice: Visitor) -> None:
    with house.inside():
        seal()
    with clock.use(clock.now() - timedelta(minutes=2)):
        note(house)

    verdict = alice.get(path(house) + "/chain").select(".verdict.late")[0]

    assert verdict.get_text(" ", strip=True).startswith("1 entry has no seal")


def test_only_those_who_may_see_it_see_it(
    house: Restaurant, client_of: Callable[[Person], Visitor]
) -> None:
    client_of(house.people["bob"]).get(path(house), status=403)


def test_another_restaurants_entries_are_not_there(
    house: Restaurant, alice: Visitor, trattoria: Restaurant, cast: Cast
) -> None:
    reason = f"canary {new_id()}"
    note(trattoria, reason=reason, actor_id=cast.bob.member_id)

    for address in ("", f"?person={cast.bob.member_id}", "/export.csv"):
        assert reason not in alice.client.get(path(house) + address).get_data(as_text=True)


def test_an_alert_stands_on_the_dashboard_until_it_is_put_aside(
    house: Restaurant, alice: Visitor, owner_connection: Connection
) -> None:
    alert(owner_connection, house)

    before = alice.get(house.url + "/dashboard").select("#needs")[0].get_text(" ", strip=True)
    alice.get(path(house))
    alice.submit(alice.form("/aside"))
    after = alice.get(house.url + "/dashboard").select("#needs")[0].get_text(" ", strip=True)

    assert "An access token was copied" in before
    assert "An access token was copied" not in after


def alert(owner: Connection, house: Restaurant) -> UUID:
    alert_id = new_id()
    owner.execute(
        "INSERT INTO security_alert (tenant_id, id, kind, hour, at, times)"
        " VALUES (%s, %s, 'token', now(), %s, 3)",
        [house.tenant.id, alert_id, clock.now() - timedelta(minutes=1)],
    )
    return alert_id


@pytest.fixture
def harbour(house: Restaurant) -> Restaurant:
    """A second location, whose manager is Bob; Carol works at the first one alone."""
    second = open_second(house)
    with house.inside(), transaction():
        execute(
            update(Member)
            .where(Member.tenant_id == house.tenant.id, Member.name == "Bob")
            .values(role_id=role_id(house, "manager"))
        )
    send_to(house, "bob", (second, None))
    send_to(house, "carol", (house, None))
    return second


def test_who_works_at_one_place_reads_of_no_other_and_not_of_the_whole_restaurant(
    house: Restaurant, harbour: Restaurant, client_of: Callable[[Person], Visitor]
) -> None:
    bob, alice = (house.people[name].member_id for name in ("bob", "alice"))
    note(house, reason="at old town")
    note(harbour, reason="at the harbour", actor_id=alice)
    note(house, "staff.manage", reason="everywhere", location_id=None, actor_id=alice)
    note(house, "staff.manage", reason="my own", location_id=None, actor_id=bob)
    visitor = client_of(house.people["bob"])

    page = visitor.get(path(house))
    table = visitor.client.get(path(house) + "/export.csv").get_data(as_text=True)
    asked = visitor.get(f"{path(house)}?location={house.location.id}")

    for text in (page.get_text(), table):
        read = [it in text for it in ("at old town", "at the harbour", "everywhere", "my own")]
        assert read == [False, True, False, True]
    assert shown(asked) == []
    offered = {str(it["value"]) for it in page.select("select option")}
    assert {str(bob), str(alice), str(harbour.location.id)} <= offered
    assert not {str(house.location.id), str(house.people["carol"].member_id)} & offered


def test_what_is_said_of_the_whole_restaurant_is_for_who_works_everywhere(
    house: Restaurant,
    harbour: Restaurant,
    client_of: Callable[[Person], Visitor],
    owner_connection: Connection,
) -> None:
    alert_id = alert(owner_connection, house)
    bob = client_of(house.people["bob"])

    trail = bob.get(path(house))
    board = bob.get(harbour.url + "/dashboard")
    bob.get(path(house) + "/chain", status=403)
    aside = {"csrf_token": bob.token}
    answer = bob.client.post(f"{path(house)}/alerts/{alert_id}/aside", data=aside)

    assert not trail.select(f'.alerts, a[href="{path(house)}/chain"]')
    assert "An access token was copied" not in board.get_text()
    assert answer.status_code == 403
