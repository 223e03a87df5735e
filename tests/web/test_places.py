"""One person at several locations: roles by place, and the way between them."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from app.core.errors import Forbidden, NotFound
from app.identity.permissions import REPORT_VIEW
from app.identity.session import PLAIN_COOKIE
from app.identity.watching import admit
from tests.support.chain import open_second, send_to
from tests.support.restaurants import Restaurant
from tests.support.signing_in import open_browser, token_of
from tests.support.visitor import Visitor, signed_in

Pair = tuple[Restaurant, Restaurant]
PASSING = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|X-CSRFToken[^}]*|no-such-place|harbour"
)
Recorder = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def pair(new_restaurant: Callable[..., Restaurant]) -> Pair:
    first = new_restaurant()
    return first, open_second(first)


def person(app: Flask, restaurant: Restaurant, name: str) -> Visitor:
    return signed_in(app, restaurant.people[name])


def ways(page: BeautifulSoup) -> dict[str, str]:
    """The switcher: address by name of location."""
    links = page.select(".places a, .places-menu a")
    return {link.get_text(strip=True): str(link["href"]) for link in links}


def test_a_role_opens_its_pages_at_its_place_alone(app: Flask, pair: Pair) -> None:
    first, second = pair
    send_to(first, "bob", (first, None), (second, "manager"))
    bob = person(app, first, "bob")

    bob.get(f"{second.url}/dashboard")
    bob.get(f"{first.url}/dashboard", status=403)
    bob.get(f"/t/{first.tenant.slug}/settings/locations/{second.location.id}")
    bob.get(f"/t/{first.tenant.slug}/settings/locations/{first.location.id}", status=403)


@pytest.mark.parametrize("how", ["add", "invite"])
def test_a_place_that_is_sent_twice_is_refused_in_words(app: Flask, pair: Pair, how: str) -> None:
    first, _second = pair
    alice = person(app, first, "alice")
    page = alice.get(f"/t/{first.tenant.slug}/settings/staff/{how}")
    role = page.find("option", string="Server")
    assert role is not None
    values = {"name": "Nina", "pin": "9753", "email": "nina@x.example", "role_id": role["value"]}
    places = [str(first.location.id)] * 2

    page = alice.submit(alice.form(f"/{how}"), values | {"location_ids": places}, status=422)

    assert "A location is named twice." in page.get_text()


def test_a_new_place_counts_from_the_next_request_on(app: Flask, pair: Pair) -> None:
    first, second = pair
    bob = person(app, first, "bob")
    bob.get(f"{second.url}/floor")
    bob.get(f"{second.url}/dashboard", status=403)

    send_to(first, "bob", (first, None), (second, "manager"))
    bob.get(f"{second.url}/dashboard")

    send_to(first, "bob", (first, None), (second, "kitchen"))
    bob.get(f"{second.url}/floor", status=403)

    send_to(first, "bob", (first, None))
    bob.get(f"{second.url}/floor", status=404)


def test_a_place_that_is_not_ones_own_is_nowhere(app: Flask, pair: Pair) -> None:
    first, second = pair
    send_to(first, "alice", (first, None))
    alice = person(app, first, "alice")

    for page in ("floor", "dashboard", "menu", "menu/prices", "orders", "kitchen", "reports"):
        answers = [
            PASSING.sub("", str(alice.get(f"/t/{first.tenant.slug}/{place}/{page}", status=404)))
            for place in (second.location.slug, "no-such-place")
        ]
        assert answers[0] == answers[1]
    listed = alice.get(f"/t/{first.tenant.slug}/settings/locations").get_text()
    assert second.location.name not in listed


def test_a_menu_leads_to_the_same_page_at_the_other_place(app: Flask, pair: Pair) -> None:
    first, second = pair
    alice = person(app, first, "alice")

    for page in ("dashboard", "menu/prices", "orders", "floor"):
        shown = ways(alice.get(f"{first.url}/{page}"))
        assert shown[second.location.name] == f"{second.url}/{page}"
    current = alice.get(f"{first.url}/dashboard").select(".places a[aria-current]")
    assert [link.get_text(strip=True) for link in current] == [first.location.name]


def test_where_the_page_is_not_allowed_the_menu_leads_to_where_one_starts(
    app: Flask, pair: Pair
) -> None:
    first, second = pair
    send_to(first, "bob", (first, "manager"), (second, "kitchen"))
    bob = person(app, first, "bob")

    assert ways(bob.get(f"{first.url}/dashboard"))[second.location.name] == f"{second.url}/kitchen"


def test_a_page_about_one_day_leads_to_the_reports_of_the_other_place(
    app: Flask, pair: Pair
) -> None:
    first, second = pair
    alice = person(app, first, "alice")

    shown = ways(alice.get(f"{first.url}/reports/2026-01-31"))

    assert shown[second.location.name] == f"{second.url}/reports"


def test_who_works_at_one_place_is_offered_no_other(app: Flask, pair: Pair) -> None:
    first, _second = pair
    send_to(first, "alice", (first, None))
    alice = person(app, first, "alice")

    assert ways(alice.get(f"{first.url}/dashboard")) == {}


def test_the_settings_keep_the_way_back_to_where_one_worked_last(app: Flask, pair: Pair) -> None:
    first, second = pair
    alice = person(app, first, "alice")

    for place in (second, first, second):
        alice.get(f"{place.url}/orders")
        page = alice.get(f"/t/{first.tenant.slug}/settings/locations")
        sections = [str(link["href"]) for link in page.select("nav > ul > li > a.nav-link")]
        assert f"{place.url}/dashboard" in sections
        assert [link.get_text(strip=True) for link in page.select(".places a[aria-current]")] == [
            place.location.name
        ]


def test_one_starts_where_one_works_and_is_asked_where_there_are_several(
    app: Flask, pair: Pair
) -> None:
    first, second = pair
    bob = person(app, first, "bob")
    home = f"/t/{first.tenant.slug}/"

    assert "Where do you work today?" in bob.get(home).get_text()

    send_to(first, "bob", (second, None))
    bob.get(home)
    assert bob.path == f"{second.url}/floor"


def test_signing_in_leads_to_no_page_of_a_place_that_is_not_ones_own(
    app: Flask, pair: Pair
) -> None:
    first, second = pair
    send_to(first, "bob", (first, None))
    visitor = Visitor(app)
    page = visitor.get(f"/t/{first.tenant.slug}/sign-in?next={second.url}/floor")
    form = page.select_one("form:has(input[type=password])")
    assert form is not None

    bob = first.people["bob"]
    visitor.submit(form, {"email": bob.email, "password": bob.password})

    assert visitor.path == f"{first.url}/floor"


def test_a_socket_asks_for_the_role_of_its_place(app: Flask, pair: Pair) -> None:
    first, second = pair
    send_to(first, "bob", (first, None), (second, "manager"))
    token = token_of(open_browser(app, first, first.people["bob"]))

    def admitted(place: Restaurant) -> bool:
        asked = {"Connection": "Upgrade", "Upgrade": "websocket"}
        asked["Cookie"] = f"{PLAIN_COOKIE}={token}"
        with app.test_request_context(f"{place.url}/stream?view=dashboard", headers=asked):
            with pytest.raises(NotFound, match="serves no sockets"):
                app.preprocess_request()
            with suppress(Forbidden):
                admit(REPORT_VIEW, "dashboard")
                return True
            return False

    assert [admitted(place) for place in pair] == [False, True]


def test_roles_by_place_cost_no_further_statement(
    app: Flask, pair: Pair, query_recorder: Recorder
) -> None:
    first, second = pair
    alice = person(app, first, "alice")
    counts = []
    for places in ((), ((first, None), (second, "manager"))):
        send_to(first, "alice" if not places else "bob", *places)
        visitor = alice if not places else person(app, first, "bob")
        visitor.get(f"{second.url}/orders")
        with query_recorder() as queries:
            visitor.get(f"{second.url}/orders")
        counts.append(len(queries))

    assert counts[0] == counts[1]
