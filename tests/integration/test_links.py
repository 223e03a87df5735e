"""A link in a mail lets its reader do one thing, once, for a while."""

from datetime import timedelta

import pytest
import time_machine

from app.core import clock
from app.core.db import transaction
from app.identity import links
from app.identity.links import LinkOver
from tests.support.restaurants import Restaurant

HOUR = timedelta(hours=1)


@pytest.mark.usefixtures("in_tenant")
def test_a_link_is_used_once() -> None:
    token = links.make_link("reset", "a@x.example", lasts=HOUR, data={"n": 1})

    assert links.look_at("reset", token).data == {"n": 1}
    with transaction():
        assert links.use("reset", token).email == "a@x.example"
    for follow in (links.look_at, links.use):
        with pytest.raises(LinkOver):
            follow("reset", token)


@pytest.mark.usefixtures("in_tenant")
def test_a_link_serves_its_own_purpose_alone() -> None:
    token = links.make_link("invite", "b@x.example", lasts=HOUR)

    with pytest.raises(LinkOver):
        links.look_at("reset", token)
    assert links.look_at("invite", token).email == "b@x.example"


@pytest.mark.usefixtures("in_tenant")
def test_a_link_runs_out() -> None:
    token = links.make_link("reset", "c@x.example", lasts=HOUR)

    with time_machine.travel(clock.now() + HOUR, tick=False), pytest.raises(LinkOver):
        links.look_at("reset", token)


@pytest.mark.usefixtures("in_tenant")
def test_a_newer_link_ends_the_one_before() -> None:
    first = links.make_link("reset", "d@x.example", lasts=HOUR)
    links.make_link("reset", "d@x.example", lasts=HOUR)

    with pytest.raises(LinkOver):
        links.look_at("reset", first)


def test_a_link_of_one_restaurant_is_nothing_at_another(
    trattoria: Restaurant, diner: Restaurant
) -> None:
    with trattoria.inside():
        token = links.make_link("reset", "e@x.example", lasts=HOUR)

    with diner.inside(), pytest.raises(LinkOver):
        links.look_at("reset", token)
