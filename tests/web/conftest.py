"""Who and what the tests of pages have in common."""

from collections.abc import Callable

import pytest
from flask import Flask

from app.core.ids import new_id
from tests.support.letters import letters_to, link_in
from tests.support.opening import ask_for_link
from tests.support.programs import Program
from tests.support.restaurants import PASSWORD, Restaurant
from tests.support.visitor import Visitor


@pytest.fixture
def bistro(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    """A restaurant of the test's own: what it has and who works there changes."""
    return new_restaurant()


@pytest.fixture
def program(app: Flask, bistro: Restaurant) -> Program:
    """A program that calls the bistro."""
    return Program(app, bistro)


@pytest.fixture
def email() -> str:
    """Somebody who has never been here."""
    return f"{new_id().hex}@founders.example"


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


@pytest.fixture
def slug() -> str:
    return f"chez-{new_id().hex[-12:]}"
