"""Every two seconds: who missed something, who may no longer watch, who is still there."""

import time
from collections import defaultdict
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.core.db import end_reading, execute
from app.core.sockets import frames
from app.core.sockets.screen import POLICY, Place, Screen
from app.core.tenant import tenant_scope

if TYPE_CHECKING:
    from app.core.sockets.hub import Hub

EVERY_S = 2.0
# A change is committed a moment before it is published, and then on its way.
GRACE_S = 0.5
PING_EVERY_S = 25.0

log = structlog.get_logger()
Reached = dict[Place, int]


def keep_sweeping(hub: "Hub") -> None:
    """Sweep for as long as the hub is open, and ping."""
    next_ping = time.monotonic() + PING_EVERY_S
    while hub.is_open:
        time.sleep(EVERY_S - GRACE_S)
        try:
            sweep(hub)
        except SQLAlchemyError as error:
            # No heartbeat without the database: screens say by themselves that they are stale.
            log.warning("stream.unproven", error=type(error).__name__)
        if time.monotonic() >= next_ping:
            next_ping += PING_EVERY_S
            for screen in hub.screens():
                screen.ping()


def sweep(hub: "Hub") -> None:
    """Compare sockets with the database once; raises SQLAlchemyError when it does not answer.

    A socket that lacks after GRACE_S what was there before it has missed it.
    """
    if not hub.screens():
        return
    with hub.app.app_context():
        with tenant_scope(None):
            reached = _reached()
        _turn_away(hub)
    time.sleep(GRACE_S)
    beats: dict[int, bytes] = {}
    for screen in hub.screens():
        if not screen.is_live:
            continue
        if screen.seq < reached.get(screen.place, 0):
            hub.mend(screen)
        else:
            _beat(screen, beats)


def _reached() -> Reached:
    rows = execute(text("SELECT tenant_id, location_id, seq FROM app.location_seqs()")).all()
    end_reading()
    return {(row.tenant_id, row.location_id): row.seq for row in rows}


def _turn_away(hub: "Hub") -> None:
    of_tenant: dict[UUID, list[Screen]] = defaultdict(list)
    for screen in hub.screens():
        of_tenant[screen.tenant.id].append(screen)
    for tenant_id, screens in of_tenant.items():
        with tenant_scope(tenant_id):
            ended = hub.gate.ended({screen.entry_id for screen in screens})
            end_reading()
        for screen in screens:
            if screen.entry_id in ended:
                screen.close(POLICY)


def _beat(screen: Screen, beats: dict[int, bytes]) -> None:
    if screen.seq not in beats:
        beats[screen.seq] = frames.heartbeat(screen.seq)
    screen.push(beats[screen.seq])
