"""A restaurant whose clients work while something breaks, and what must be true afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.support.journal import Journal, check_journal
from tests.support.live import eventually
from tests.support.restaurants import Restaurant
from tests.support.rush import Rush, Till, open_till
from tests.support.stage import Stage
from tests.support.truth import offences, wait_until_done


@dataclass
class Evening:
    """One restaurant, the journal of its clients and their tills."""

    stage: Stage
    restaurant: Restaurant
    journal: Journal = field(default_factory=Journal)
    tills: list[Till] = field(default_factory=list)

    def till(self, who: str = "bob") -> Till:
        """Somebody signed in."""
        opened = open_till(self.stage.live, self.restaurant, self.journal, who)
        self.tills.append(opened)
        return opened

    @contextmanager
    def rush(self) -> Iterator[Rush]:
        """Two clients at work; whatever happens meanwhile, all is true in the end."""
        with Rush([self.till("bob"), self.till("dan")], pause_s=0.1) as rush:
            self.wait_for_orders(2)
            yield rush
        assert rush.failures == []
        self.expect_truth()

    def wait_for_orders(self, more: int) -> None:
        """Wait for orders that are acknowledged from now on."""
        wanted = self.journal.acknowledged("place") + more
        what = f"orders are placed, after {self.journal.statuses()}"
        eventually(lambda: self.journal.acknowledged("place") >= wanted, what)

    def expect_truth(self) -> None:
        """What was acknowledged is there, once; nothing but 503 was told in place of it."""
        with self.stage.look() as owner:
            tenant_id = self.restaurant.tenant.id
            wait_until_done(owner, tenant_id)
            assert check_journal(owner, tenant_id, self.journal, frozenset({503})) == []
        assert offences(self.stage.owner_url, tenant_id) == []

    def close(self) -> None:
        """Close every client's connection."""
        for till in self.tills:
            till.browser.close()
