"""`make soak MINUTES=10 SEED=1`: something breaks every 20 s while three restaurants are full."""

import argparse
import random
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from psycopg import connect

from tests.soak import breaks, vitals
from tests.soak.copy import restored_copy
from tests.support.evening import Evening
from tests.support.journal import check_journal
from tests.support.recovery import Recovery
from tests.support.restaurants import DINER, TRATTORIA
from tests.support.rush import Rush
from tests.support.stage import Stage, open_stage
from tests.support.terminal import behave
from tests.support.truth import offences, wait_until_done

EVERY_S = 20.0
WARM_UP_S = 10.0
# A charge that hung is known when it is asked about: a minute after it began.
CARDS_KNOWN_S = 75.0
# 409: the first try of a gesture, cut off from its client, still held its row.
ALLOWED = frozenset({409, 503})


@dataclass
class Soak:
    """One run: its dice, its restaurants, what it measured and what was wrong."""

    stage: Stage
    dice: random.Random
    evenings: list[Evening]
    recovery: Recovery = field(default_factory=Recovery)
    wrong: list[str] = field(default_factory=list)

    def run(self, minutes: float) -> None:
        """Serve, break, stop, and hold the journals against a restored copy."""
        with ExitStack() as stack:
            rushes = [stack.enter_context(self._rush(evening)) for evening in self.evenings]
            time.sleep(WARM_UP_S)
            before = vitals.take(self.stage.live)
            self._break_things(time.monotonic() + minutes * 60)
        for rush in rushes:
            self.wrong += rush.failures
        self._settle()
        after = vitals.take(self.stage.live)
        self.wrong += vitals.growth(before, after)
        for role in before.keys() & after.keys():
            say(f"{role}: {before[role]} at the beginning, {after[role]} at the end")
        self.stage.live.close()
        with restored_copy(self.stage.own.folder) as owner_url:
            self._check(owner_url)

    @contextmanager
    def _rush(self, evening: Evening) -> Iterator[Rush]:
        tills = [evening.till(who) for who in evening.restaurant.people if who != "carol"][:2]
        cooks = [evening.till(next(iter(evening.restaurant.people)))]
        with Rush(tills, cooks, pause_s=1.0, cards=True) as rush:
            yield rush

    def _break_things(self, end: float) -> None:
        probes = [evening.till(next(iter(evening.restaurant.people))) for evening in self.evenings]
        while time.monotonic() < end:
            began = time.monotonic()
            fault = breaks.draw(self.stage, self.dice)
            fault.act()
            took = self.recovery.measure(fault.name, probes[0].place)
            say(f"{fault.name}: right again after {took:.2f} s")
            time.sleep(max(0.0, min(end, began + EVERY_S) - time.monotonic()))

    def _settle(self) -> None:
        behave(self.stage.live, "approve", count=None)
        say("Service is over; waiting for what is in doubt.")
        time.sleep(CARDS_KNOWN_S)
        with self.stage.look() as owner:
            for evening in self.evenings:
                wait_until_done(owner, evening.restaurant.tenant.id)

    def _check(self, owner_url: str) -> None:
        with connect(owner_url, autocommit=True) as owner:
            for evening in self.evenings:
                slug, tenant_id = evening.restaurant.tenant.slug, evening.restaurant.tenant.id
                said = check_journal(owner, tenant_id, evening.journal, ALLOWED)
                said += offences(owner_url, tenant_id, by_the_clock=True)
                self.wrong += [f"{slug}: {sentence}" for sentence in said]
                say(f"{slug}: {evening.journal.acknowledged('place')} orders acknowledged,")
                say(f"  answers by status: {dict(evening.journal.statuses())}")


def main() -> int:
    """Run it; 1 where something was wrong."""
    arguments = _arguments()
    say(f"Soak of {arguments.minutes:g} minutes, SEED={arguments.seed}")
    dice = random.Random(arguments.seed)  # noqa: S311 (to be repeated, not to be secret)
    with open_stage() as stage:
        plans = {"soak-a": TRATTORIA, "soak-b": DINER, "soak-c": TRATTORIA}
        evenings = [
            Evening(stage, stage.open_restaurant(slug, plan)) for slug, plan in plans.items()
        ]
        soak = Soak(stage, dice, evenings)
        try:
            soak.run(arguments.minutes)
        finally:
            for evening in evenings:
                evening.close()
    return report(soak)


def report(soak: Soak) -> int:
    """Say how it went; returns the exit code."""
    say("\nRecovery")
    for line in sorted(soak.recovery.lines()):
        say(f"  {line}")
    for sentence in soak.wrong:
        say(f"WRONG: {sentence}")
    say("Something was wrong." if soak.wrong else "Everything that was acknowledged is there.")
    return 1 if soak.wrong else 0


def say(text: str) -> None:
    """Tell the person at the terminal."""
    print(text, flush=True)  # noqa: T201 (its report is its output)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
