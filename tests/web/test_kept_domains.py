"""A proven domain is looked up once a day: kept, dropped a week after its record went, given up."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask

from app.core import clock
from app.core.ids import new_id
from app.settings.domains import commands
from app.settings.domains.rules import KEPT_WITHOUT
from tests.support.dns_server import NameServer, asked_by, name_server
from tests.support.domains import acts, add, look_up, name_on, page_of, prove, publish
from tests.support.restaurants import Person, Restaurant
from tests.support.visitor import Visitor

Drain = Callable[[], None]
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def server() -> Iterator[NameServer]:
    with name_server() as running:
        yield running


@pytest.fixture
def dns(app: Flask, server: NameServer) -> Iterator[NameServer]:
    """The application asks this name server, which knows nothing yet."""
    with asked_by(app, server):
        yield server


@pytest.fixture
def alice(bistro: Restaurant, client_of: Callable[[Person], Visitor]) -> Visitor:
    return client_of(bistro.people["alice"])


@pytest.fixture
def host() -> str:
    return f"menu-{new_id().hex[-10:]}.example"


def test_a_domain_is_dropped_a_week_after_its_record_went(
    app: Flask, bistro: Restaurant, dns: NameServer, host: str
) -> None:
    prove(bistro, dns, host)
    del dns.texts[f"_nibblix.{host}"]
    start = clock.now()

    missing = look_up(bistro, dns, start + DAY)
    assert missing.state == "missing"
    assert missing.kept_until == start + DAY + KEPT_WITHOUT
    assert look_up(bistro, dns, start + 7 * DAY).state == "missing"
    assert bistro.tenant.name in name_on(app, host)
    assert look_up(bistro, dns, start + 8 * DAY).state == "failed"

    assert bistro.tenant.name not in name_on(app, host)
    last = acts(bistro)[-1]
    assert (last.act, last.actor_id) == ("domain.dropped", None)
    assert last.after["host"] == host


def test_a_record_that_comes_back_in_time_keeps_the_domain(
    bistro: Restaurant, dns: NameServer, host: str
) -> None:
    record = prove(bistro, dns, host)
    start = clock.now()
    dns.texts = {}
    look_up(bistro, dns, start + DAY)

    publish(dns, record)
    assert look_up(bistro, dns, start + 6 * DAY).state == "verified"
    dns.texts = {}
    assert look_up(bistro, dns, start + 9 * DAY).state == "missing"


def test_silence_does_not_count_as_missing(bistro: Restaurant, dns: NameServer, host: str) -> None:
    prove(bistro, dns, host)
    dns.failing.add(f"_nibblix.{host}")

    for days in (1, 9, 20):
        assert look_up(bistro, dns, clock.now() + days * DAY).state == "verified"


def test_the_clock_looks_each_domain_up_once_a_day(
    app: Flask, bistro: Restaurant, dns: NameServer, host: str, drain: Drain
) -> None:
    prove(bistro, dns, host)
    dns.asked.clear()
    record = f"_nibblix.{host}"

    with app.app_context():
        commands.order_daily_checks()
        drain()
        assert record not in dns.asked
        with clock.use(clock.now() + DAY + timedelta(minutes=1)):
            commands.order_daily_checks()
            commands.order_daily_checks()
    drain()

    assert dns.asked.count(record) == 1


def test_removing_frees_the_host(
    app: Flask, bistro: Restaurant, alice: Visitor, dns: NameServer, host: str
) -> None:
    prove(bistro, dns, host)
    alice.get(page_of(bistro))

    alice.submit(alice.form("/remove"))

    assert bistro.tenant.name not in name_on(app, host)
    assert acts(bistro)[-1].after == {"host": host, "removed": True}


def test_a_look_up_that_comes_after_removing_changes_nothing(
    app: Flask, bistro: Restaurant, dns: NameServer, host: str, drain: Drain
) -> None:
    domain = add(bistro, host)
    publish(dns, domain)
    actor = bistro.people["alice"].actor
    with bistro.inside():
        commands.order_check(actor, domain.id)
        commands.remove_domain(actor, domain.id)

    drain()

    assert bistro.tenant.name not in name_on(app, host)
