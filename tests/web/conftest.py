"""Who and what the tests of pages have in common."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.support.programs import Program
from tests.support.restaurants import Restaurant


@pytest.fixture
def bistro(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    """A restaurant of the test's own: what it has and who works there changes."""
    return new_restaurant()


@pytest.fixture
def program(app: Flask, bistro: Restaurant) -> Program:
    """A program that calls the bistro."""
    return Program(app, bistro)
