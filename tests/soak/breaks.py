"""What the soak breaks, by name. Each returns once it is mended."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.support.stage import Stage
from tests.support.terminal import behave

POINTS = {
    "web": ("after-idempotency-insert", "before-commit", "after-commit"),
    "worker-stock": ("after-dequeue", "before-commit", "after-commit", "after-done"),
    "worker-payments": ("after-dequeue", "before-charge", "after-charge", "after-done"),
    "relay": ("after-publish",),
}
KILLED = ("web", "stream", "relay", "worker-stock", "worker-payments", "clock")
STRUCK_WITHIN_S = 10.0


@dataclass(frozen=True)
class Break:
    """One fault. `act` breaks and mends."""

    name: str
    act: Callable[[], None]


def draw(stage: Stage, dice: random.Random) -> Break:
    """The next fault, as the dice say."""
    kind = dice.choice((_crash, _kill, _redis, _postgres, _network, _terminal))
    return kind(stage, dice)


def _crash(stage: Stage, dice: random.Random) -> Break:
    role = dice.choice(list(POINTS))
    point = dice.choice(POINTS[role])

    def act() -> None:
        stage.live.arm(role, point)
        deadline = time.monotonic() + STRUCK_WITHIN_S
        while stage.live.is_armed(role, point) and time.monotonic() < deadline:
            time.sleep(0.05)
        stage.live.disarm(role, point)

    return Break(f"{role} killed {point}", act)


def _kill(stage: Stage, dice: random.Random) -> Break:
    role = dice.choice(KILLED)

    def act() -> None:
        stage.live.kill(role)
        stage.live.start(role)

    return Break(f"{role} killed with all its children", act)


def _redis(stage: Stage, dice: random.Random) -> Break:
    seconds = dice.choice((2.0, 10.0, 30.0))

    def stop() -> None:
        stage.servers.stop_redis()
        time.sleep(seconds)
        stage.servers.revive()

    def freeze() -> None:
        with stage.servers.frozen_redis():
            time.sleep(seconds)

    return dice.choice(
        (
            Break("Redis flushed", stage.servers.flush_redis),
            Break(f"Redis stopped for {seconds:g} s", stop),
            Break(f"Redis frozen for {seconds:g} s", freeze),
        )
    )


def _postgres(stage: Stage, dice: random.Random) -> Break:
    seconds = dice.choice((0.0, 3.0, 10.0))

    def stop() -> None:
        stage.servers.stop_postgres()
        time.sleep(seconds)
        stage.servers.revive()

    def freeze() -> None:
        with stage.servers.frozen_postgres():
            time.sleep(seconds)

    def terminate() -> None:
        stage.servers.terminate_backends()

    return dice.choice(
        (
            Break(f"PostgreSQL stopped for {seconds:g} s", stop),
            Break(f"PostgreSQL frozen for {seconds:g} s", freeze),
            Break("PostgreSQL's backends ended", terminate),
        )
    )


def _network(stage: Stage, dice: random.Random) -> Break:
    name, proxy = dice.choice((("PostgreSQL", stage.database), ("Redis", stage.redis)))
    how, break_it = dice.choice(
        (
            ("cut", proxy.cut),
            ("swallows everything", proxy.blackhole),
            ("20 ms late", lambda: proxy.delay(0.02)),
            ("in slices of 100 bytes", lambda: proxy.slice(100, 0.001)),
        )
    )
    seconds = dice.choice((2.0, 8.0))

    def act() -> None:
        break_it()
        time.sleep(seconds)
        proxy.heal()

    return Break(f"network to {name}: {how}, {seconds:g} s", act)


def _terminal(stage: Stage, dice: random.Random) -> Break:
    mode = dice.choice(("hang", "error_after_charge", "drop_after_charge", "twice", "slow"))
    seconds = {"hang": 40.0, "slow": 5.0}.get(mode)
    return Break(f"terminal: {mode}", lambda: behave(stage.live, mode, seconds))
