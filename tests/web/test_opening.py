"""From an e-mail to an open restaurant: each step, left and resumed, refused and mended."""

from datetime import timedelta
from io import BytesIO

import pytest
from psycopg import Connection

from app.core import clock
from app.identity.domain import PROOF_LASTS
from tests.support.opening import LOCATION, MENU, fill, name_it
from tests.support.restaurants import PASSWORD
from tests.support.visitor import Visitor

LATER = PROOF_LASTS + timedelta(seconds=1)


def test_a_restaurant_is_open_after_a_handful_of_forms(
    opener: Visitor, slug: str, owner_connection: Connection
) -> None:
    name_it(opener, slug)
    fill(opener, **LOCATION)
    assert opener.path == f"/t/{slug}/setup/menu"
    opener.submit(opener.form("/menu/sample"))
    fill(opener, count="8", seats="2")
    fill(opener, name="Bo", role="server", pin="9274")

    place = owner_connection.execute(
        "SELECT currency, time_zone, tax_inclusive, l.slug FROM location l"
        " JOIN tenant t ON t.id = l.tenant_id WHERE t.slug = %s",
        [slug],
    ).fetchone()
    assert place == ("EUR", "Europe/Paris", True, "main")
    opener.get(f"/t/{slug}/main/floor")
    assert opener.page is not None
    assert len(opener.page.select(".room a, .room button, .room [id^=table]")) >= 8
    shown = opener.get(f"/t/{slug}/main/dashboard")
    assert "Before you open" in shown.get_text()
    assert "1 to go" in shown.get_text()


def test_an_opening_that_takes_long_goes_on_after_the_question_who_it_is(
    opener: Visitor, slug: str
) -> None:
    proof, bo = {"proof_password": PASSWORD}, {"name": "Bo", "role": "server", "pin": "9274"}
    with clock.use(clock.now() + LATER):
        opener.submit(opener.form(opener.path), {"slug": slug, "country": "FR"}, status=403)
        opener.submit(opener.form("/setup/restaurant"), proof)
        assert opener.path == f"/t/{slug}/setup/location"
        fill(opener, **LOCATION)
    with clock.use(clock.now() + 2 * LATER):
        opener.submit(opener.form("/setup/menu"), {"file": (BytesIO(MENU), "menu.csv")})
        assert opener.path == f"/t/{slug}/setup/tables"
        opener.get(f"/t/{slug}/setup/staff")
        opener.submit(opener.form("/setup/staff"), bo, status=403)
        page = opener.submit(opener.form("/setup/staff"), proof)

    assert "Here so far: Nora, Bo." in page.get_text()


def test_the_opening_hires_no_owner(opener: Visitor, slug: str) -> None:
    name_it(opener, slug)
    fill(opener, **LOCATION)
    page = opener.get(f"/t/{slug}/setup/staff")
    values = {"name": "Mallory", "role": "owner", "pin": "8642"}

    refused = opener.submit(opener.form("/setup/staff"), values, status=422)

    assert not page.select("option[value=owner]")
    assert "Choose a role." in refused.get_text()
    assert "Mallory" not in opener.get(f"/t/{slug}/settings/staff").get_text()


def test_what_was_typed_of_a_colleague_is_what_the_first_button_keeps(
    opener: Visitor, slug: str
) -> None:
    name_it(opener, slug)
    fill(opener, **LOCATION)

    page = opener.get(f"/t/{slug}/setup/staff")

    assert [one.get_text(strip=True) for one in page.select("main .primary")] == ["Add"]


def test_the_owner_gets_a_pin_of_her_own(opener: Visitor, slug: str) -> None:
    name_it(opener, slug)
    fill(opener, **LOCATION)
    page = opener.get(f"/t/{slug}/setup/staff")
    assert "You have no PIN" in page.get_text()
    security = f"/t/{slug}/account/security"
    part = opener.get(security).select_one("#pin-part")
    assert part is not None
    assert "none" in part.get_text()
    opener.get(str(part.select_one("a")["href"]))  # type: ignore[index]
    assert opener.page is not None
    assert opener.page.select("input[name=pin]")

    opener.get(f"/t/{slug}/setup/staff")
    refused = opener.submit(opener.form("/staff/pin"), {"own_pin": "12"}, status=422)
    assert "A PIN has 4 digits." in refused.get_text()
    page = opener.submit(opener.form("/staff/pin"), {"own_pin": "9274"})

    assert "You have no PIN" not in page.get_text()
    part = opener.get(security).select_one("#pin-part")
    assert part is not None
    assert "Change my PIN" in part.get_text()


def test_what_was_done_stays_when_one_leaves_and_comes_back(opener: Visitor, slug: str) -> None:
    name_it(opener, slug)

    page = opener.get(f"/t/{slug}/setup")
    assert "Go on: First location" in page.get_text()
    opener.get(f"/t/{slug}/setup/menu")
    assert "First location" in opener.page.h1.get_text()  # type: ignore[union-attr]


def test_who_leaves_before_there_is_a_location_finds_the_way_back(
    opener: Visitor, slug: str
) -> None:
    name_it(opener, slug)

    page = opener.get(f"/t/{slug}/")

    assert "Nothing to do here yet" not in page.get_text()
    assert page.select(f'a.primary[href="/t/{slug}/setup"]')


def test_what_is_left_out_is_asked_no_more(opener: Visitor, slug: str) -> None:
    name_it(opener, slug)
    fill(opener, **LOCATION)
    for step in ("menu", "tables", "staff", "devices"):
        opener.get(f"/t/{slug}/setup/{step}")
        opener.submit(opener.form(f"/{step}/leave-out"))

    assert "Ready to open" in opener.get(f"/t/{slug}/setup").get_text()
    assert "Before you open" not in opener.get(f"/t/{slug}/main/dashboard").get_text()


@pytest.mark.parametrize(
    ("page", "step"),
    [("menu", "menu"), ("menu/prices", "menu"), ("menu/images", "menu"), ("floor", "tables")],
)
def test_what_is_left_out_is_found_again_where_it_is_missed(
    opener: Visitor, slug: str, page: str, step: str
) -> None:
    name_it(opener, slug)
    fill(opener, **LOCATION)
    for left_out in ("menu", "tables", "staff", "devices"):
        opener.get(f"/t/{slug}/setup/{left_out}")
        opener.submit(opener.form(f"/{left_out}/leave-out"))

    shown = opener.get(f"/t/{slug}/main/{page}")

    assert shown.select(f'.empty a[href="/t/{slug}/setup/{step}"]')


def test_without_name_and_location_nothing_is_left_out(opener: Visitor) -> None:
    start = opener.path.removesuffix("/restaurant")

    opener.post(f"{start}/restaurant/leave-out", status=404, fragment=False)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("slug", "trattoria", "another restaurant's"),
        ("slug", "Has Spaces", "lower-case letters"),
        ("slug", "settings", "reserved"),
        ("country", "", "Choose the country."),
        ("name", "", "1 to 60 characters"),
    ],
)
@pytest.mark.usefixtures("trattoria")
def test_a_step_that_is_refused_says_why_and_keeps_what_was_written(
    opener: Visitor, field: str, value: str, sentence: str
) -> None:
    values = {"name": "Chez Nous", "slug": "free-to-use", "country": "FR", field: value}

    page = opener.submit(opener.form(opener.path), values, status=422)

    assert sentence in page.get_text()
    kept = page.select_one("input[name=name]")
    assert kept is not None
    assert kept["value"] == values["name"]


@pytest.mark.parametrize(
    ("step", "values", "sentence"),
    [
        ("location", {**LOCATION, "food": "ten"}, "A tax rate is between 0 and 100 per cent."),
        ("tables", {"count": "many", "seats": "2"}, "1 to 30 tables at first."),
        ("tables", {"count": "8", "seats": ""}, "1 to 12 seats at a table."),
    ],
)
def test_what_is_no_number_is_refused_in_the_words_of_the_page(
    opener: Visitor, slug: str, step: str, values: dict[str, str], sentence: str
) -> None:
    name_it(opener, slug)
    if step != "location":
        fill(opener, **LOCATION)
        opener.get(f"/t/{slug}/setup/{step}")

    page = opener.submit(opener.form(f"/setup/{step}"), values, status=422)

    assert {one.get_text(strip=True) for one in page.select(".form-errors p")} == {sentence}
