"""The page of domains: what is refused, and who sees it."""

from collections.abc import Callable

import pytest

from app.core.ids import new_id
from app.settings.domains import commands
from app.settings.domains.rules import MOST
from tests.support.domains import add, page_of
from tests.support.restaurants import Person, Restaurant
from tests.support.visitor import Visitor


@pytest.fixture
def alice(bistro: Restaurant, client_of: Callable[[Person], Visitor]) -> Visitor:
    return client_of(bistro.people["alice"])


@pytest.fixture
def host() -> str:
    return f"menu-{new_id().hex[-10:]}.example"


@pytest.mark.parametrize(
    "typed", ["localhost", "127.0.0.1", "co.uk", "diner.localhost", "<script>.example", ""]
)
def test_what_cannot_be_a_domain_is_refused_with_the_form(
    bistro: Restaurant, alice: Visitor, typed: str
) -> None:
    alice.get(page_of(bistro))

    shown = alice.submit(alice.form("/domains"), {"host": typed}, status=422)

    field = shown.select_one("input[name=host]")
    assert field is not None
    assert field["value"] == typed
    assert shown.select(".error")


def test_a_domain_stands_on_the_list_once_and_the_list_is_short(
    bistro: Restaurant, alice: Visitor, host: str
) -> None:
    add(bistro, host)
    alice.get(page_of(bistro))
    alice.submit(alice.form("/domains"), {"host": host}, status=422)

    with bistro.inside():
        for number in range(MOST - 1):
            commands.add_domain(bistro.people["alice"].actor, f"n{number}.{host}")
    shown = alice.submit(alice.form("/domains"), {"host": f"more.{host}"}, status=409)

    assert f"at most {MOST}" in shown.get_text()


def test_only_who_edits_settings_sees_the_page(
    bistro: Restaurant, client_of: Callable[[Person], Visitor]
) -> None:
    client_of(bistro.people["bob"]).get(page_of(bistro), status=403)
