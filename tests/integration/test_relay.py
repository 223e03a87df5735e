"""The relay: what it takes to screens and to workers, and in which order."""

from collections.abc import Callable
from typing import Any, cast

import pytest
from redis import Redis

from app.core import relay
from tests.support.restaurants import Restaurant
from tests.support.trade import order


class Noting:
    """Stands in for Redis and its queues: notes what would be sent at one restaurant."""

    def __init__(self, restaurant: Restaurant) -> None:
        self.sent: list[str] = []
        self._tenant = str(restaurant.tenant.id)

    def publish(self, channel: str, _body: str) -> None:
        if self._tenant in channel:
            self.sent.append("frame")

    def enqueue_many(self, jobs: list[Any]) -> None:
        self.sent += ["job" for job in jobs if job.args[0] == self._tenant]


def test_screens_hear_of_an_order_before_its_jobs_are_handed_out(
    new_restaurant: Callable[..., Restaurant], monkeypatch: pytest.MonkeyPatch
) -> None:
    bistro = new_restaurant()
    noting = Noting(bistro)
    monkeypatch.setattr(relay, "queue", lambda *_: noting)
    with bistro.inside():
        order(bistro, "Bruschetta")

    with bistro.app.app_context():
        relay.relay_batch(cast("Redis", noting))

    assert "job" in noting.sent
    first_job = noting.sent.index("job")
    assert noting.sent[:first_job].count("frame") == noting.sent.count("frame") >= 1
