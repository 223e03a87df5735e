"""From an e-mail to an open restaurant: each step, left and resumed, refused and mended."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from psycopg import Connection

from app.core import clock
from app.core.ids import new_id
from app.identity.domain import PROOF_LASTS
from tests.support.letters import letters_to, link_in
from tests.support.restaurants import PASSWORD, Restaurant
from tests.support.visitor import Visitor

ANSWER = "Look into your mail"
LATER = PROOF_LASTS + timedelta(seconds=1)
MENU = (
    b"kind,name,of,price,colour,tax,station\ncategory,Mains,,,0,Food,Kitchen\n"
    b"item,Soup,Mains,4.50,,,\n"
)
LOCATION = {"food": "10", "drinks": "22", "alcohol": "22,5"}


@pytest.fixture
def email() -> str:
    """Somebody who has never been here."""
    return f"{new_id().hex}@founders.example"


def ask_for_link(app: Flask, email: str, status: int = 200) -> Visitor:
    visitor = Visitor(app)
    visitor.get("/sign-up")
    visitor.submit(visitor.form("/sign-up"), {"email": email}, status=status)
    return visitor


@pytest.fixture
def opener(app: Flask, email: str, drain: Callable[..., None]) -> Visitor:
    """Somebody who has followed the link and stands at the first step."""
    ask_for_link(app, email)
    drain()
    (letter,) = letters_to(app, email)
    visitor = Visitor(app)
    visitor.get(link_in(letter))
    found = {"restaurant": "Chez Nous", "name": "Nora", "password": PASSWORD}
    visitor.submit(visitor.form("/setup/confirm"), found)
    assert visitor.path.endswith("/setup/restaurant")
    return visitor


def fill(visitor: Visitor, **values: str) -> None:
    visitor.submit(visitor.form(visitor.path), values)


def name_it(opener: Visitor, slug: str, country: str = "FR") -> None:
    fill(opener, slug=slug, country=country)
    assert opener.path == f"/t/{slug}/setup/location"


@pytest.fixture
def slug() -> str:
    return f"chez-{new_id().hex[-12:]}"


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


def test_the_sample_is_thrown_away_in_one_act(
    opener: Visitor, slug: str, owner_connection: Connection
) -> None:
    name_it(opener, slug)
    fill(opener, **LOCATION)
    opener.submit(opener.form("/menu/sample"))
    opener.get(f"/t/{slug}/setup/menu")

    opener.submit(opener.form("/sample/discard"))

    left = owner_connection.execute(
        "SELECT count(*) FROM item JOIN tenant t ON t.id = tenant_id WHERE t.slug = %s", [slug]
    ).fetchone()
    assert left == (0,)
    assert "Begin with a sample" in opener.get(f"/t/{slug}/setup/menu").get_text()


def test_a_menu_with_errors_is_refused_with_each_line(opener: Visitor, slug: str) -> None:
    name_it(opener, slug)
    fill(opener, **LOCATION)
    form = opener.form("/setup/menu")
    wrong = BytesIO(
        b"kind,name,of,price,colour,tax\ncategory,Mains,,,0,Food\nitem,Soup,Maims,4,,\n"
    )

    page = opener.submit(form, {"file": (wrong, "menu.csv")}, status=422)

    assert 'Did you mean "Mains"?' in page.get_text()


def test_the_sample_is_a_pattern_that_can_be_taken_away_and_brought_back(
    opener: Visitor, slug: str
) -> None:
    name_it(opener, slug, country="JP")
    fill(opener, **LOCATION)
    link = opener.get(f"/t/{slug}/setup/menu").select_one("a[download]")
    assert link is not None

    taken = opener.client.get(str(link["href"]))

    assert taken.mimetype == "text/csv"
    assert taken.headers["Content-Disposition"].startswith("attachment")
    opener.submit(opener.form("/setup/menu"), {"file": (BytesIO(taken.data), "menu.csv")})
    assert opener.path == f"/t/{slug}/setup/tables"


def test_a_menu_of_ones_own_is_taken(opener: Visitor, slug: str) -> None:
    name_it(opener, slug)
    fill(opener, **LOCATION)

    opener.submit(opener.form("/setup/menu"), {"file": (BytesIO(MENU), "menu.csv")})

    assert opener.path == f"/t/{slug}/setup/tables"
    assert "Soup" in opener.get(f"/t/{slug}/main/menu").get_text()


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


def test_every_address_gets_the_same_answer(
    app: Flask, trattoria: Restaurant, email: str, drain: Callable[..., None]
) -> None:
    known, unknown = trattoria.people["alice"].email, email

    answers = [ask_for_link(app, one).page for one in (known, unknown)]
    drain()

    assert all(ANSWER in str(page) for page in answers)
    assert [len(letters_to(app, one)) >= 1 for one in (known, unknown)] == [True, True]


@pytest.mark.parametrize("wrong", ["", "no address", "a@b", "x@y.example\nBcc: z@y.example"])
def test_what_is_no_address_is_refused(app: Flask, wrong: str) -> None:
    assert "e-mail address" in str(ask_for_link(app, wrong, status=422).page)


def test_a_link_opens_one_restaurant(app: Flask, opener: Visitor, email: str) -> None:
    (letter,) = letters_to(app, email)

    page = Visitor(app).get(link_in(letter), status=410)

    assert "has been used" in page.get_text()
    assert opener.path


def test_who_has_an_account_signs_in_with_its_password(
    app: Flask, trattoria: Restaurant, drain: Callable[..., None]
) -> None:
    alice = trattoria.people["alice"]
    ask_for_link(app, alice.email)
    drain()
    path = link_in(letters_to(app, alice.email)[-1])
    visitor = Visitor(app)
    visitor.get(path)

    visitor.submit(visitor.form("/setup/confirm"), {"restaurant": "Second", "name": "Alice"})

    assert "/sign-in" in visitor.path
    form = visitor.form("/sign-in")
    visitor.submit(form, {"email": alice.email, "password": alice.password})
    assert visitor.path.endswith("/setup")


@pytest.mark.parametrize("refused", ["short", "Chez Nous Chez Nous"])
def test_a_refused_password_keeps_the_link_good(
    app: Flask, email: str, drain: Callable[..., None], refused: str
) -> None:
    ask_for_link(app, email)
    drain()
    path = link_in(letters_to(app, email)[0])
    visitor = Visitor(app)
    visitor.get(path)
    values = {"restaurant": "Chez Nous", "name": "Nora", "password": refused}

    visitor.submit(visitor.form("/setup/confirm"), values, status=422)
    visitor.submit(visitor.form("/setup/confirm"), {**values, "password": PASSWORD})

    assert visitor.path.endswith("/setup/restaurant")


def test_the_first_password_is_judged_while_it_is_typed(
    app: Flask, email: str, drain: Callable[..., None]
) -> None:
    ask_for_link(app, email)
    drain()
    visitor = Visitor(app)
    page = visitor.get(link_in(letters_to(app, email)[0]))
    field = page.select_one("input[name=password]")
    assert field is not None
    words: dict[str, Any] = {"restaurant": "Chez Hortensia", "name": "Nora", "email": email}

    said = visitor.post(str(field["hx-post"]), password="Chez Hortensia Nora", **words)

    assert "everybody here knows" in said.get_text()
    assert page.select_one("form input[name=email]")


def test_a_restaurants_own_host_opens_no_other(app: Flask, trattoria: Restaurant) -> None:
    host = f"http://{trattoria.tenant.slug}.localhost"

    assert app.test_client().get("/sign-up", base_url=host).status_code == 404


def test_what_was_sold_of_the_sample_stays_in_the_books(
    opener: Visitor, slug: str, owner_connection: Connection
) -> None:
    name_it(opener, slug)
    fill(opener, **LOCATION)
    opener.submit(opener.form("/menu/sample"))
    found = owner_connection.execute(
        "SELECT v.id FROM item i JOIN variant v ON v.tenant_id = i.tenant_id AND v.item_id = i.id"
        " JOIN tenant t ON t.id = i.tenant_id WHERE t.slug = %s AND i.name = 'Espresso'",
        [slug],
    ).fetchone()
    assert found is not None
    answer = opener.client.post(
        f"/t/{slug}/main/api/orders",
        json={
            "order_id": str(new_id()),
            "service_type": "takeaway",
            "pickup_name": "Ann",
            "lines": [{"line_id": str(new_id()), "variant_id": str(found[0])}],
        },
        headers={"X-CSRFToken": opener.token, "Idempotency-Key": str(new_id())},
    )
    assert answer.status_code == 201, answer.text
    opener.get(f"/t/{slug}/setup/menu")

    opener.submit(opener.form("/sample/discard"))

    names = owner_connection.execute(
        "SELECT i.name, active FROM item i JOIN tenant t ON t.id = tenant_id WHERE t.slug = %s",
        [slug],
    ).fetchall()
    assert names == [("Espresso", False)]
