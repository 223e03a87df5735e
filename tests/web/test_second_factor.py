"""The second step of signing in, by codes: an app's or a printed one, each of them once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from psycopg import Connection

from app.core import clock
from app.identity.domain import HALF_LASTS
from app.identity.session import PLAIN_COOKIE, PLAIN_VISITOR
from tests.support.factors import (
    STEP,
    Phone,
    also_at,
    change_password,
    give_password,
    is_in,
    newcomer,
    set_up_app,
)
from tests.support.restaurants import Person, Restaurant
from tests.support.visitor import Visitor


@pytest.fixture
def bob(diner: Restaurant) -> Person:
    """Somebody with a fresh account."""
    return newcomer(diner)


@pytest.fixture
def own(bob: Person, client_of: Callable[[Person], Visitor]) -> Visitor:
    """His own browser, signed in."""
    return client_of(bob)


@pytest.fixture
def phone(bob: Person, own: Visitor) -> Phone:
    return set_up_app(own, bob)


def finish(visitor: Visitor, *, status: int = 200, **values: str) -> None:
    """Send the form of the second step, whichever page is shown after it."""
    visitor.submit(visitor.form("/sign-in/second"), values, status=status)


def test_the_password_alone_opens_nothing(app: Flask, bob: Person, phone: Phone) -> None:
    assert phone.codes

    visitor = give_password(app, bob)

    assert visitor.path.endswith("/sign-in/second")
    assert visitor.client.get_cookie(PLAIN_COOKIE) is None
    assert not is_in(visitor, bob)


def test_a_code_of_the_app_lets_in_and_leads_on(app: Flask, bob: Person, phone: Phone) -> None:
    wanted = f"/t/{bob.tenant}/account/sessions"
    with clock.use(clock.now() + STEP):
        visitor = give_password(app, bob, next_=wanted)
        finish(visitor, code=phone.code())

        assert visitor.path == wanted
        assert is_in(visitor, bob)


def test_a_code_is_taken_once(app: Flask, bob: Person, phone: Phone) -> None:
    with clock.use(clock.now() + STEP):
        code = phone.code()
        finish(give_password(app, bob), code=code)
        again = give_password(app, bob)
        finish(again, code=code, status=422)

        assert not is_in(again, bob)


def test_an_older_code_is_not_taken_after_a_newer_one(
    app: Flask, bob: Person, phone: Phone
) -> None:
    with clock.use(clock.now() + 3 * STEP):
        older, newer = phone.code(clock.now() - STEP), phone.code()
        finish(give_password(app, bob), code=newer)

        finish(give_password(app, bob), code=older, status=422)


def test_wrong_codes_are_waited_for_wherever_they_come_from(
    app: Flask, bob: Person, phone: Phone
) -> None:
    with clock.use(clock.now() + STEP):
        for number in range(5):
            visitor = give_password(app, bob)
            visitor.client.environ_base["REMOTE_ADDR"] = f"198.51.100.{number}"
            finish(visitor, code="000000", status=422)
        finish(give_password(app, bob), code=phone.code(), status=429)


def test_wrong_codes_are_waited_for_at_whichever_restaurant(
    app: Flask, bob: Person, phone: Phone, trattoria: Restaurant
) -> None:
    there = also_at(trattoria, bob)
    with clock.use(clock.now() + STEP):
        for where in (bob, there, bob, there, bob):
            finish(give_password(app, where), code="000000", status=422)
        finish(give_password(app, there), code=phone.code(), status=429)
        finish(give_password(app, bob), code=phone.code(), status=429)
    with clock.use(clock.now() + STEP + timedelta(minutes=1)):
        finish(give_password(app, there), code=phone.code())
        finish(give_password(app, bob), code="000000", status=422)
        finish(give_password(app, there), code=phone.codes[0])


def test_a_recovery_code_lets_in_once(app: Flask, bob: Person, phone: Phone) -> None:
    first = give_password(app, bob)
    finish(first, code=phone.codes[3].lower())
    second = give_password(app, bob)
    finish(second, code=phone.codes[3], status=422)

    assert is_in(first, bob)
    assert not is_in(second, bob)
    assert "9 left" in first.get(f"/t/{bob.tenant}/account/security").get_text()


def test_new_recovery_codes_end_the_ones_before(app: Flask, bob: Person, phone: Phone) -> None:
    visitor = give_password(app, bob)
    finish(visitor, code=phone.codes[0])
    visitor.get(f"/t/{bob.tenant}/account/security")
    page = visitor.submit(visitor.form("/recovery-codes"))
    fresh = [item.get_text() for item in page.select(".codes li")]

    finish(give_password(app, bob), code=phone.codes[1], status=422)
    finish(give_password(app, bob), code=fresh[1])
    assert len(fresh) == 10


def test_recovery_codes_are_shown_once_to_print_and_to_keep(
    bob: Person, client_of: Callable[[Person], Visitor]
) -> None:
    visitor = client_of(bob)
    codes = set_up_app(visitor, bob).codes

    assert visitor.page is not None
    download = visitor.page.select_one("a[download]")
    assert download is not None
    assert all(code in str(download["href"]) for code in codes)
    assert visitor.page.select_one("[data-print]") is not None
    assert codes[0] not in visitor.get(f"/t/{bob.tenant}/account/security").get_text()


def test_who_waits_too_long_begins_again(app: Flask, bob: Person, phone: Phone) -> None:
    visitor = give_password(app, bob)
    with clock.use(clock.now() + HALF_LASTS + timedelta(seconds=1)):
        finish(visitor, code=phone.code())

        assert visitor.path.endswith("/sign-in")
        assert not is_in(visitor, bob)


@pytest.mark.parametrize("means", ["app", "recovery code"])
def test_a_new_password_ends_what_the_old_one_has_begun(
    means: str, app: Flask, bob: Person, phone: Phone, own: Visitor
) -> None:
    with clock.use(clock.now() + STEP):
        thief = give_password(app, bob)
        own.get(f"/t/{bob.tenant}/account/security")
        change_password(own, bob.password, "seven swans are swimming")

        finish(thief, code=phone.code() if means == "app" else phone.codes[0])

        assert thief.path.endswith("/sign-in")
        assert not is_in(thief, bob)
        assert "10 left" in own.get(f"/t/{bob.tenant}/account/security").get_text()


def test_the_half_done_state_is_nothing_at_another_restaurant(
    app: Flask, bob: Person, phone: Phone, trattoria: Restaurant
) -> None:
    assert phone.codes
    visitor = give_password(app, bob)

    visitor.get(f"/t/{trattoria.tenant.slug}/sign-in/second")

    assert visitor.path == f"/t/{trattoria.tenant.slug}/sign-in"


def test_nobody_writes_a_half_done_state_himself(app: Flask, bob: Person, phone: Phone) -> None:
    visitor = give_password(app, bob)
    cookie = visitor.client.get_cookie(PLAIN_VISITOR)
    assert cookie is not None
    head, _dot, signature = cookie.value.partition(".")
    visitor.client.set_cookie(PLAIN_VISITOR, f"{head}A.{signature}")

    answer = visitor.client.get(f"/t/{bob.tenant}/sign-in/second")

    assert answer.status_code == 302
    assert phone.codes


def test_the_secret_of_an_app_is_sealed_at_rest(
    bob: Person, phone: Phone, owner_connection: Connection
) -> None:
    rows = owner_connection.execute(
        "SELECT f.kind, f.secret, encode(f.digest, 'escape') FROM factor f"
        " JOIN member m ON m.account_id = f.account_id WHERE m.id = %s",
        [bob.member_id],
    ).fetchall()

    assert sorted(row[0] for row in rows) == ["recovery"] * 10 + ["totp"]
    assert phone.secret not in str(rows)
    assert not any(code.replace("-", "") in str(rows) for code in phone.codes)


def test_what_waits_to_be_set_up_is_sealed_too(
    bob: Person, client_of: Callable[[Person], Visitor], owner_connection: Connection
) -> None:
    page = client_of(bob).get(f"/t/{bob.tenant}/account/app/new")
    shown = page.select_one(".typed-key")
    assert shown is not None

    rows = owner_connection.execute(
        "SELECT data::text FROM login_session WHERE member_id = %s", [bob.member_id]
    ).fetchall()

    assert "new_app" in str(rows)
    assert shown.get_text().replace(" ", "") not in str(rows)


def test_a_wrong_first_code_sets_up_nothing(
    app: Flask, bob: Person, client_of: Callable[[Person], Visitor]
) -> None:
    visitor = client_of(bob)
    visitor.get(f"/t/{bob.tenant}/account/app/new")

    visitor.submit(visitor.form("/account/app"), {"code": "000000"}, status=422)

    assert is_in(give_password(app, bob), bob)
