"""An account's second factors: removed with care, set up first where a restaurant asks for one."""

from collections.abc import Callable

import pytest
from flask import Flask

from app.core import clock
from tests.support.factors import (
    STEP,
    change_password,
    give_password,
    newcomer,
    set_up_app,
    set_up_passkey,
)
from tests.support.restaurants import Person, Restaurant
from tests.support.signing_in import try_password
from tests.support.visitor import Visitor

NEW = "seven swans are swimming"


@pytest.fixture
def bob(diner: Restaurant) -> Person:
    return newcomer(diner)


@pytest.fixture
def visitor(bob: Person, client_of: Callable[[Person], Visitor]) -> Visitor:
    found = client_of(bob)
    found.get(f"/t/{bob.tenant}/account/security")
    return found


@pytest.fixture
def strict(
    new_restaurant: Callable[[], Restaurant], client_of: Callable[[Person], Visitor]
) -> Restaurant:
    """A restaurant whose owner has asked for second factors, and has one."""
    place = new_restaurant()
    alice = place.people["alice"]
    owner = client_of(alice)
    set_up_app(owner, alice)
    owner.get(f"/t/{place.tenant.slug}/settings/security")
    owner.submit(owner.form("/settings/security"), {"needed": "1"})
    return place


def test_the_last_factor_goes_only_where_the_password_can_stand_alone(
    app: Flask, bob: Person, visitor: Visitor
) -> None:
    set_up_app(visitor, bob)
    visitor.get(f"/t/{bob.tenant}/account/security")
    change_password(visitor, bob.password, "vux9fiqo")

    short = visitor.submit(visitor.form("/remove"), {"password": "vux9fiqo"}, status=409)
    change_password(visitor, "vux9fiqo", NEW)
    wrong = visitor.submit(visitor.form("/remove"), {"password": "not his, but long"}, status=422)
    visitor.submit(visitor.form("/remove"), {"password": NEW})

    assert "First choose a password of 15 characters" in short.get_text()
    assert "The password is wrong." in wrong.get_text()
    assert try_password(app.test_client(), bob.tenant, bob.email, NEW).location.endswith("/diner/")


def test_one_of_several_factors_goes_without_a_word(visitor: Visitor, bob: Person) -> None:
    set_up_app(visitor, bob)
    set_up_passkey(visitor, bob, "Blue key")
    page = visitor.get(f"/t/{bob.tenant}/account/security")
    blue = page.select("form[action$='/remove']")[1]

    visitor.submit(blue)

    assert visitor.page is not None
    assert "Blue key" not in visitor.page.get_text()
    assert "Authenticator app" in visitor.page.get_text()


def test_nobody_removes_what_is_another_persons(
    visitor: Visitor, diner: Restaurant, client_of: Callable[[Person], Visitor]
) -> None:
    eve = newcomer(diner)
    hers = client_of(eve)
    set_up_app(hers, eve)
    form = hers.get(f"/t/{eve.tenant}/account/security").select_one("form[action$='/remove']")
    assert form is not None

    visitor.send(str(form["action"]), {"csrf_token": visitor.token}, status=404)


def test_a_second_app_is_refused(visitor: Visitor, bob: Person) -> None:
    set_up_app(visitor, bob)
    page = visitor.get(f"/t/{bob.tenant}/account/app/new")
    secret = page.select_one(".typed-key")
    assert secret is not None

    with clock.use(clock.now() + STEP):
        import pyotp  # noqa: PLC0415

        code = pyotp.TOTP(secret.get_text().replace(" ", "")).at(clock.now())
        answer = visitor.submit(visitor.form("/account/app"), {"code": code}, status=409)

    assert "There is an app already" in answer.get_text()


def test_who_must_have_a_second_factor_sets_it_up_before_anything_else(
    app: Flask, strict: Restaurant
) -> None:
    boss = newcomer(strict, "manager")
    visitor = give_password(app, boss, next_=f"{strict.url}/dashboard")

    assert visitor.path.endswith("/account/security")
    assert "asks you for a second factor" in str(visitor.page)
    for closed in ("dashboard", "floor", "menu"):
        visitor.get(f"{strict.url}/{closed}")
        assert visitor.path.endswith("/account/security")
    set_up_app(visitor, boss)
    visitor.get(f"{strict.url}/dashboard")
    assert visitor.path == f"{strict.url}/dashboard"


def test_fragments_and_programs_are_closed_to_who_lacks_it(app: Flask, strict: Restaurant) -> None:
    boss = newcomer(strict, "manager")
    visitor = give_password(app, boss)

    answer = visitor.client.get(f"{strict.url}/dashboard", headers={"HX-Request": "true"})

    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].endswith("/account/security")


def test_all_other_roles_may_choose(app: Flask, strict: Restaurant) -> None:
    visitor = give_password(app, newcomer(strict, "server"))

    assert visitor.path == f"{strict.url}/floor"


def test_who_is_signed_in_is_led_to_it_as_soon_as_it_is_asked_for(
    new_restaurant: Callable[[], Restaurant], client_of: Callable[[Person], Visitor]
) -> None:
    place = new_restaurant()
    boss, alice = newcomer(place, "manager"), place.people["alice"]
    working, owner = client_of(boss), client_of(alice)
    path = f"/t/{place.tenant.slug}/settings/security"

    owner.get(path)
    owner.submit(owner.form("/settings/security"), {"needed": "1"})
    working.get(f"{place.url}/dashboard")
    led = working.path
    assert owner.path.endswith("/account/security")  # she has none herself
    set_up_app(owner, alice)
    page = owner.get(path)
    assert [chip.get_text(strip=True) for chip in page.select(".account-list .chip")] == [
        "second factor",
        "password alone",
    ]
    form = owner.form("/settings/security")
    owner.send(path, {"csrf_token": str(form.select_one("[name=csrf_token]")["value"])})  # type: ignore[index]
    working.get(f"{place.url}/dashboard")

    assert led.endswith("/account/security")
    assert working.path == f"{place.url}/dashboard"


def test_what_the_restaurant_asks_for_cannot_be_removed(strict: Restaurant, app: Flask) -> None:
    boss = newcomer(strict, "manager")
    visitor = give_password(app, boss)
    set_up_app(visitor, boss)
    visitor.get(f"/t/{boss.tenant}/account/security")

    answer = visitor.submit(visitor.form("/remove"), {"password": boss.password}, status=409)

    assert "asks you for a second factor" in answer.get_text()


def test_only_the_owner_says_what_is_asked_for(strict: Restaurant, app: Flask) -> None:
    boss = newcomer(strict, "manager")
    visitor = give_password(app, boss)
    set_up_app(visitor, boss)

    visitor.post(f"/t/{boss.tenant}/settings/security", status=403, needed="0")
