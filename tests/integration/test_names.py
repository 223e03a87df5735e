"""Look-ups ask servers that a restaurant has named: nobody else's mail stands behind them."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from app.core import mail
from app.core.db import transaction
from app.core.jobs import queues_of
from app.core.redis import client
from app.core.relay import relay_batch
from app.settings.domains import commands
from tests.support.dns_server import NameServer, asked_by, name_server
from tests.support.domains import add, domain_of, publish
from tests.support.letters import letters_to
from tests.support.restaurants import Restaurant

READER = "reader@guests.example"


@pytest.fixture
def dns(app: Flask) -> Iterator[NameServer]:
    with name_server() as running, asked_by(app, running):
        yield running


@pytest.fixture
def house(new_restaurant: Callable[..., Restaurant], drain: Callable[[], None]) -> Restaurant:
    """A restaurant of the test's own, before which no job waits."""
    drain()
    return new_restaurant()


def check(house: Restaurant) -> None:
    with house.inside():
        commands.order_check(house.people["alice"].actor, domain_of(house).id)


def carry_out_one(app: Flask) -> None:
    """What the office's worker does next."""
    with app.app_context():
        relay_batch(client())
        worker = SimpleWorker(
            queues_of("office", client()), connection=client(), serializer=JSONSerializer
        )
        worker.work(burst=True, max_jobs=1, with_scheduler=False, logging_level="ERROR")


def test_another_restaurants_mail_goes_before_every_look_up(
    app: Flask, house: Restaurant, dns: NameServer, diner: Restaurant, drain: Callable[[], None]
) -> None:
    actor = house.people["alice"].actor
    with house.inside():
        for number in range(3):
            domain_id = commands.add_domain(actor, f"n{number}-{house.tenant.slug}.example")
            commands.order_check(actor, domain_id)
    with app.app_context():
        relay_batch(client())
    with diner.inside(), transaction():
        mail.send_later(READER, "Your link", "Here it is.")

    carry_out_one(app)

    assert len(letters_to(app, READER)) == 1
    assert dns.asked == []
    drain()
    assert len(dns.asked) == 3


def test_a_look_up_that_is_under_way_is_not_ordered_again(
    house: Restaurant, dns: NameServer, drain: Callable[[], None]
) -> None:
    publish(dns, add(house, f"menu-{house.tenant.slug}.example"))

    for _again in range(5):
        check(house)
    drain()
    assert len(dns.asked) == 1

    check(house)
    drain()
    assert len(dns.asked) == 2
