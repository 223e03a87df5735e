"""The audit trail as its readers see it."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from psycopg import Connection

from app.audit import verifying
from app.audit.sealing import seal
from app.core import clock
from app.core.ids import new_id
from tests.support.restaurants import Cast, Person, Restaurant
from tests.support.trade import order
from tests.support.trail import alert, note, path, shown
from tests.support.visitor import Visitor

EVIL = '=HYPERLINK("http://evil.example","x")'


@pytest.fixture
def alice(house: Restaurant, client_of: Callable[[Person], Visitor]) -> Visitor:
    return client_of(house.people["alice"])


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
    assert "gross €12.50 → €0.00" in text
    assert "made yes" in text
    assert "role Carol" in text
    hrefs = [str(link["href"]) for link in row.find_all("a")]
    assert f"{house.url}/orders/{placed.order_id}" in hrefs


def test_a_change_of_the_menu_is_told_as_it_was_made(house: Restaurant, alice: Visitor) -> None:
    gone = [str(new_id()), str(new_id())]
    note(
        house,
        "menu.edit",
        "variant",
        subject_id=house.variants["Gelato/Large"],
        before={"price_minor": 1300, "items": [str(house.items["Steak"]), *gone]},
        after={"price_minor": 1500, "from": "2026-11-28T17:21:42.616575+00:00", "items": []},
    )

    text = shown(alice.get(path(house) + "?act=menu.edit"))[0]

    assert "Gelato Large" in text
    assert "price €13.00 → €15.00" in text
    assert "from 28 Nov 2026, 18:21" in text  # at the house
    assert "items Steak, 2 without a name" in text


def test_the_places_of_a_person_are_told_by_name(house: Restaurant, alice: Visitor) -> None:
    note(house, "staff.manage", "member", after={"places": {str(house.location.id): None}})

    assert "places Old Town" in shown(alice.get(path(house) + "?act=staff.manage"))[0]


def test_acts_and_objects_are_told_in_words_and_can_be_chosen(
    house: Restaurant, alice: Visitor
) -> None:
    note(house, "session.lock", "member")
    note(house, "domain.verified", "domain")

    page = alice.get(path(house))
    acts, kinds = (
        {str(one["value"]): one.get_text() for one in page.select(f"[name={name}] option")}
        for name in ("act", "kind")
    )

    assert "a web address was confirmed" in shown(page)[0]
    assert "locked the tablet" in shown(page)[1]
    assert acts["session.lock"] == "locked the tablet"
    assert kinds["domain"] == "web address"
    assert "order.void_fired" in acts
    assert "order.comp" not in acts, "nothing can be given on the house yet"


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


def test_a_long_trail_is_verified_in_parts_that_follow_each_other(
    house: Restaurant, alice: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house.inside():
        while seal():
            pass
        entries = verifying.verify().entries
    monkeypatch.setattr(verifying, "STEPS_AT_ONCE", 1)
    monkeypatch.setattr(verifying, "STEP", 3)
    monkeypatch.setattr(verifying, "_NEXT_SEALS", verifying._NEXT_SEALS.limit(3))

    texts, address = [], f"{path(house)}/chain"
    while address:
        verdict = alice.get(address, fragment=True).select("#verdict")[0]
        texts.append(verdict.get_text(" ", strip=True))
        more = verdict.select_one("a[hx-trigger=load]")
        address = str(more["hx-get"]) if more else ""

    assert entries > 3
    assert len(texts) == entries // 3 + 1
    assert texts[0].startswith("3 entries verify so far")
    assert texts[-1].startswith(f"{entries} entries verify")


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
