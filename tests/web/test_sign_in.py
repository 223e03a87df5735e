"""Signing in by e-mail and password: who gets in, who waits, and where one goes from there."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, g
from psycopg import Connection

from app.core import clock
from app.core.ids import new_id
from app.identity.errors import WrongSecret
from app.identity.sign_in import sign_in
from tests.support.factors import newcomer
from tests.support.restaurants import Cast, Restaurant
from tests.support.signing_in import open_browser, token_in, token_of, try_password

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "landing"),
    [("alice", "dashboard"), ("bob", "floor"), ("carol", "kitchen"), ("dan", "floor")],
)
def test_each_role_starts_at_its_own_screen(
    app: Flask, trattoria: Restaurant, name: str, landing: str
) -> None:
    client = app.test_client()

    answer = try_password(client, "trattoria", trattoria.people[name].email)

    assert (answer.status_code, answer.location) == (303, "/t/trattoria/")
    assert client.get("/t/trattoria/").location == f"{trattoria.url}/{landing}"


def test_the_email_is_read_without_case_and_space(app: Flask, cast: Cast) -> None:
    answer = try_password(app.test_client(), "trattoria", f" {cast.bob.email.upper()} ")

    assert answer.status_code == 303


def test_no_other_spelling_of_an_e_mail_is_tried_beside_it(app: Flask, diner: Restaurant) -> None:
    """İ is i to some who fold letters and not to others: it would be one more try each time."""
    iri = newcomer(diner, email=f"iri{new_id().hex[-10:]}@demo.example")
    slug, spelt = diner.tenant.slug, iri.email.replace("i", "İ", 1)

    right = try_password(app.test_client(), slug, spelt)

    assert right.status_code == 422
    assert "That is not an e-mail address." in right.get_data(as_text=True)
    with diner.inside(), pytest.raises(WrongSecret):
        sign_in(spelt, iri.password, "203.0.113.1")


def test_an_unknown_email_and_a_wrong_password_get_the_same_answer(app: Flask, cast: Cast) -> None:
    known = try_password(app.test_client(), "trattoria", cast.bob.email, "not his password")
    unknown = try_password(app.test_client(), "trattoria", "eve@trattoria.example", "not hers")

    pages = [
        answer.get_data(as_text=True).replace(token_in(answer), "").replace(email, "")
        for answer, email in ((known, cast.bob.email), (unknown, "eve@trattoria.example"))
    ]
    assert known.status_code == unknown.status_code == 422
    assert "The e-mail or the password is wrong." in pages[0]
    assert _without_tokens(pages[0]) == _without_tokens(pages[1])


def _without_tokens(page: str) -> str:
    return "\n".join(line for line in page.splitlines() if "X-CSRFToken" not in line)


def test_a_member_of_one_restaurant_is_unknown_at_another(
    app: Flask, cast: Cast, diner: Restaurant
) -> None:
    answer = try_password(app.test_client(), diner.tenant.slug, cast.bob.email)

    assert answer.status_code == 422


def test_the_fifth_wrong_try_makes_the_next_one_wait(
    app: Flask, new_restaurant: Callable[[], Restaurant]
) -> None:
    place = new_restaurant()
    client, slug, bob = app.test_client(), place.tenant.slug, place.people["bob"]

    with clock.use(NOON):
        statuses = [try_password(client, slug, bob.email, "wrong").status_code for _ in range(6)]
        told = try_password(client, slug, bob.email)
    with clock.use(NOON + timedelta(seconds=29)):
        early = try_password(client, slug, bob.email)
    with clock.use(NOON + timedelta(seconds=31)):
        right = try_password(client, slug, bob.email)

    assert statuses == [422] * 5 + [429]
    assert (told.status_code, told.headers["Retry-After"]) == (429, "30")
    assert "Wait 30 seconds." in told.get_data(as_text=True)
    assert early.status_code == 429
    assert right.status_code == 303


def test_a_right_password_forgets_the_wrong_ones(
    app: Flask, new_restaurant: Callable[[], Restaurant]
) -> None:
    place = new_restaurant()
    slug, bob = place.tenant.slug, place.people["bob"]

    for _ in range(4):
        try_password(app.test_client(), slug, bob.email, "wrong")
    try_password(app.test_client(), slug, bob.email)
    answer = try_password(app.test_client(), slug, bob.email, "wrong")

    assert answer.status_code == 422


def test_wrong_tries_at_one_address_lock_nobody_out_at_another(
    app: Flask, new_restaurant: Callable[[], Restaurant]
) -> None:
    place = new_restaurant()
    slug, alice = place.tenant.slug, place.people["alice"]
    for _ in range(6):
        foe = try_password(
            app.test_client(), slug, alice.email, "x", environ_base={"REMOTE_ADDR": "198.51.100.9"}
        )

    friend = try_password(app.test_client(), slug, alice.email)

    assert foe.status_code == 429
    assert friend.status_code == 303


def test_waiting_outlives_a_flushed_redis(
    app: Flask, new_restaurant: Callable[[], Restaurant]
) -> None:
    place = new_restaurant()
    slug, bob = place.tenant.slug, place.people["bob"]
    for _ in range(5):
        try_password(app.test_client(), slug, bob.email, "wrong")

    app.extensions["redis"].flushdb()

    assert try_password(app.test_client(), slug, bob.email).status_code == 429


def test_an_unknown_email_waits_as_a_known_one_does(
    app: Flask, new_restaurant: Callable[[], Restaurant]
) -> None:
    slug = new_restaurant().tenant.slug

    statuses = [
        try_password(app.test_client(), slug, "eve@x.example", "wrong").status_code
        for _ in range(6)
    ]

    assert statuses == [422] * 5 + [429]


def test_signing_in_and_failing_to_leave_audit_entries(
    app: Flask, new_restaurant: Callable[[], Restaurant], owner_connection: Connection
) -> None:
    place = new_restaurant()
    bob = place.people["bob"]
    client = app.test_client()

    try_password(client, place.tenant.slug, bob.email, "wrong")
    try_password(client, place.tenant.slug, bob.email)

    entries = owner_connection.execute(
        "SELECT act, subject_id, actor_id FROM audit_entry"
        " WHERE tenant_id = %s AND act LIKE 'session.%%' ORDER BY at, id",
        [place.tenant.id],
    ).fetchall()
    assert entries == [
        ("session.refused", bob.member_id, None),
        ("session.sign_in", bob.member_id, bob.member_id),
    ]


def test_one_goes_on_to_the_page_that_was_asked_for(app: Flask, cast: Cast) -> None:
    client = app.test_client()
    asked = client.get("/t/trattoria/account/menu?from=bar").location

    answer = try_password(
        client, "trattoria", cast.bob.email, next_="/t/trattoria/account/menu?from=bar"
    )

    assert asked == "/t/trattoria/sign-in?next=/t/trattoria/account/menu?from%3Dbar"
    assert answer.location == "/t/trattoria/account/menu?from=bar"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/t/trattoria/account/menu",
        "//evil.example/t/trattoria/account/menu",
        "//[/t/trattoria/account/menu",
        "/\\evil.example/t/trattoria/account/menu",
        "/t/trattoria/\n/pin",
        "/t/diner/account/menu",
        "/t/trattoria/../diner/pin",
        "/t/trattoria//evil.example",
        "javascript:alert(1)",
        "/t/trattoria/nowhere-at-all/x",
        "pin",
    ],
)
def test_one_is_sent_nowhere_else(app: Flask, cast: Cast, target: str) -> None:
    answer = try_password(app.test_client(), "trattoria", cast.bob.email, next_=target)

    assert answer.location == "/t/trattoria/"


def test_who_is_signed_in_needs_no_form(app: Flask, cast: Cast, trattoria: Restaurant) -> None:
    client = open_browser(app, trattoria, cast.bob)

    assert client.get("/t/trattoria/sign-in").location == "/t/trattoria/"


def test_a_form_without_its_token_changes_nothing(app: Flask, cast: Cast) -> None:
    values = {"email": cast.bob.email, "password": cast.bob.password}

    answer = app.test_client().post("/t/trattoria/sign-in", data=values)

    assert answer.status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9999"},
    ],
)
def test_a_form_from_another_site_is_refused(
    app: Flask, cast: Cast, headers: dict[str, str]
) -> None:
    client = app.test_client()
    token = token_in(client.get("/t/trattoria/sign-in"))
    values = {"email": cast.bob.email, "password": cast.bob.password, "csrf_token": token}

    answer = client.post("/t/trattoria/sign-in", data=values, headers=headers)

    assert answer.status_code == 403
    assert token_of(client) is None


@pytest.mark.usefixtures("trattoria")
@pytest.mark.parametrize(
    "values",
    [
        {},
        {"email": "bob"},
        {"email": "b\0b", "password": "x"},
        {"email": "b" * 5000, "password": "x" * 5000},
    ],
)
def test_a_form_that_makes_no_sense_is_shown_again(app: Flask, values: dict[str, str]) -> None:
    client = app.test_client()
    token = token_in(client.get("/t/trattoria/sign-in"))

    answer = client.post("/t/trattoria/sign-in", data={**values, "csrf_token": token})

    assert answer.status_code == 422
    assert token_in(answer)


def test_a_restaurant_that_is_not_there_has_no_sign_in_page(app: Flask) -> None:
    assert app.test_client().get("/t/nobody-here/sign-in").status_code == 404


def test_a_restaurants_own_host_is_known_by_its_slug(app: Flask, trattoria: Restaurant) -> None:
    with app.test_request_context("/", base_url="http://trattoria.localhost:8000"):
        app.preprocess_request()
        assert g.tenant.id == trattoria.tenant.id
