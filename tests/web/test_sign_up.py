"""The way in for whoever opens a restaurant: an address, a link and a password."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.support.letters import letters_to, link_in
from tests.support.opening import ask_for_link
from tests.support.restaurants import PASSWORD, Restaurant
from tests.support.visitor import Visitor

ANSWER = "Look into your mail"


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
