"""A restaurant for the tills of a module."""

from collections.abc import Callable

import pytest

from tests.support.restaurants import Restaurant


@pytest.fixture(scope="module")
def house(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    """A restaurant that nobody else takes money in."""
    return new_restaurant()
