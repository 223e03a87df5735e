"""Where a socket comes in: /t/<tenant>/<location>/stream?view=NAME."""

import json
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Flask, current_app, g, request
from flask_sock import Sock
from simple_websocket import ConnectionClosed

from app.core.access import for_screens, signed_in
from app.core.db import end_reading
from app.core.errors import Forbidden, NotFound
from app.core.events import wiring
from app.core.settings import Settings
from app.core.sockets.hub import Hub
from app.core.sockets.screen import Screen
from app.core.sockets.views import Gate, view_of
from app.core.sockets.wire import Wire
from app.core.web import stream_origin

LARGEST_MESSAGE = 64 * 1024
UNSUPPORTED = 1007

stream = Blueprint("stream", __name__)
sock = Sock()


def init_sockets(app: Flask, settings: Settings, gate: Gate) -> None:
    """Register the endpoint; it answers in a process whose hub has been started."""
    # The hub pings by itself: the library closes with 1008 on a missed pong, and a tablet
    # that slept would never come back.
    app.config["SOCK_SERVER_OPTIONS"] = {"max_message_size": LARGEST_MESSAGE}
    app.extensions["sockets"] = Hub(app, settings.redis_url, gate)
    app.register_blueprint(stream)
    app.jinja_env.globals["stream_url"] = stream_url


def stream_url(view: str) -> str:
    """Where a page of this location watches a view, for its `stream` macro."""
    path = f"/t/{g.tenant.slug}/{g.location.slug}/stream"
    return f"{stream_origin()}{path}?{urlencode({'view': view})}"


@stream.before_request
def _admit() -> None:
    """Refuse by HTTP what may not watch, before the socket is accepted."""
    hub: Hub = current_app.extensions["sockets"]
    if not hub.is_open:
        raise NotFound("no_stream", "This process serves no sockets.")
    if not _is_own_page(request.headers.get("Origin", "")):
        raise Forbidden("origin", "Sockets are for this product's own pages.")
    if g.get("location") is None:
        raise NotFound("no_location", "There is no such location.")
    name = request.args.get("view", "")
    view = view_of(wiring().views, name)
    g.entry_id = hub.gate.admit(view.permission, name)
    hub.snapshots.take(g.tenant, g.location, name, view)
    end_reading()
    # A compressed connection costs 220 KiB, and a small message can unpack to a large one.
    request.environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
    request.environ["gunicorn.socket"] = Wire(request.environ["gunicorn.socket"])


def _is_own_page(origin: str) -> bool:
    """Whether a page of this product asks: same host, and this port or the port of the pages.

    Behind TLS pages and sockets have one origin, unless STREAM_URL names a port.
    """
    settings: Settings = current_app.extensions["settings"]
    try:
        page, own = urlsplit(origin), urlsplit(f"//{request.host}")
        is_same = page.hostname == own.hostname and page.port in (own.port, settings.port)
    except ValueError:  # no address, or no port: no page is there
        return False
    return is_same and (page.scheme == "https" or not request.is_secure)


@sock.route("/t/<tenant>/<location>/stream", bp=stream)  # type: ignore[untyped-decorator]
@signed_in
@for_screens("kitchen", "pickup")
def watch(connection: Any) -> None:
    """Serve one socket until it goes: a snapshot, then changes and heartbeats."""
    hub: Hub = current_app.extensions["sockets"]
    screen = Screen(g.tenant, g.location, request.args["view"], g.entry_id, connection)
    try:
        hub.join(screen)
        while connection.connected:
            _listen(hub, screen, connection)
    except (OSError, ConnectionClosed):
        pass
    finally:
        hub.leave(screen)
        screen.part()


def _listen(hub: Hub, screen: Screen, connection: Any) -> None:
    """Read one message: the only one there is asks for a fresh snapshot."""
    if not _asks_to_resync(connection.receive()):
        connection.close(UNSUPPORTED, "unknown message")
    elif screen.may_resync():
        hub.mend(screen)


def _asks_to_resync(message: str | bytes) -> bool:
    try:
        return bool(json.loads(message) == {"resync": True})
    except (ValueError, RecursionError):
        return False
