"""Hands each published frame to every socket that watches its location.

One Redis subscription a process; a frame is built once for each view and sent without
waiting. Nothing here asks the database for a frame: only for snapshots, and in the sweep.
"""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

import structlog
from flask import Flask
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from app.core import redis
from app.core.errors import DomainError
from app.core.events import wiring
from app.core.sockets import frames
from app.core.sockets.screen import RESTART, TRY_LATER, Place, Screen
from app.core.sockets.snapshots import Snapshots
from app.core.sockets.sweep import keep_sweeping
from app.core.sockets.views import Gate, view_of
from app.core.tenant import tenant_scope

EVERY_STREAM = "nib:*:stream:*"
LISTEN_S = 1.0
PAUSE_S = 0.2

log = structlog.get_logger()


class Hub:
    """The sockets of this process. It runs in the socket process alone."""

    def __init__(self, app: Flask, redis_url: str, gate: Gate) -> None:
        self.app = app
        self.gate = gate
        self.snapshots = Snapshots()
        self.is_open = False
        self._redis_url = redis_url
        self._screens: defaultdict[Place, set[Screen]] = defaultdict(set)

    def start(self) -> None:
        """Listen from now on, and let sockets in."""
        self.is_open = True
        threading.Thread(target=self._listen, daemon=True, name="hub").start()
        threading.Thread(target=keep_sweeping, args=(self,), daemon=True, name="sweep").start()

    def screens(self) -> list[Screen]:
        """Every socket of this process."""
        return [screen for screens in list(self._screens.values()) for screen in screens]

    def join(self, screen: Screen) -> None:
        """Have a socket get frames, beginning with a snapshot."""
        screen.hold()
        self._screens[screen.place].add(screen)
        self._catch_up(screen)

    def leave(self, screen: Screen) -> None:
        """Forget a socket."""
        watching = self._screens[screen.place]
        watching.discard(screen)
        if not any(other.view == screen.view for other in watching):
            self.snapshots.forget(screen.place, screen.view)
        if not watching:
            del self._screens[screen.place]

    def mend(self, screen: Screen) -> None:
        """Give a socket that missed something a fresh snapshot, without keeping others waiting."""
        if screen.hold():
            threading.Thread(target=self._catch_up, args=(screen,), daemon=True).start()

    def close(self) -> None:
        """Let nobody in any more, and send everybody away to come back."""
        self.is_open = False
        for screen in self.screens():
            screen.close(RESTART)

    def _catch_up(self, screen: Screen) -> None:
        try:
            with self.app.app_context(), tenant_scope(screen.tenant.id):
                view = view_of(wiring().views, screen.view)
                snapshot = self.snapshots.take(screen.tenant, screen.location, screen.view, view)
            if not screen.show(*snapshot):
                self.mend(screen)
        except (SQLAlchemyError, DomainError, OSError) as error:
            log.warning("stream.no_snapshot", view=screen.view, error=type(error).__name__)
            screen.close(TRY_LATER)

    def _listen(self) -> None:
        while self.is_open:
            try:
                self._hear()
            except RedisError as error:
                log.warning("stream.deaf", error=type(error).__name__)
                time.sleep(PAUSE_S)
            except Exception:  # a frame that is not ours must not end the listening
                log.exception("stream.bad_frame")
                time.sleep(PAUSE_S)

    def _hear(self) -> None:
        with redis.connect(self._redis_url) as connection, connection.pubsub() as ear:
            ear.psubscribe(EVERY_STREAM)
            while self.is_open:
                message = ear.get_message(ignore_subscribe_messages=True, timeout=LISTEN_S)
                if message is not None:
                    self._publish(message["channel"].decode(), message["data"])

    def _publish(self, channel: str, body: bytes) -> None:
        _nib, tenant_id, _stream, location_id = channel.split(":")
        watching = self._screens.get((UUID(tenant_id), UUID(location_id)))
        if watching:
            self._hand_out(list(watching), body)

    def _hand_out(self, watching: Iterable[Screen], body: bytes) -> None:
        published = json.loads(body)
        messages: dict[str, bytes] = {}
        for screen in watching:
            if screen.view not in messages:
                messages[screen.view] = frames.change(published, screen.view)
            if not screen.take(published["seq"], messages[screen.view]):
                self.mend(screen)
