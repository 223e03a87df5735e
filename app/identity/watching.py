"""Who may keep a socket open: asked when it comes, and again while it stays."""

from collections.abc import Collection
from uuid import UUID

from app.core.errors import NotFound
from app.core.sockets.views import Gate
from app.identity import queries
from app.identity.current import current_actor, find_device_here, find_login_here
from app.identity.queries import PairedDevice
from app.tenancy.queries import forget_tenants, is_closing


def admit(permission: str, view: str) -> UUID:
    """What ends with the caller's right to watch a view: the login session, or the screen's entry.

    Raises Forbidden without the permission, and NotFound for what is not the screen's to show.
    """
    actor = current_actor()
    actor.require(permission)
    login = find_login_here()
    if login is not None:
        return login.id
    device = find_device_here()
    if device is None or not _shows(device, view):
        raise NotFound("no_view", "There is no such view.")
    return device.entry_id


def _shows(device: PairedDevice, view: str) -> bool:
    """Whether a screen without a person is for this view: its own kind, and its own stations."""
    kind, _colon, key = view.partition(":")
    return kind == device.kind and (not key or key in map(str, device.station_ids))


def ended(entry_ids: Collection[UUID]) -> set[UUID]:
    """Those of these that are over: all of them at a restaurant that is being closed.

    The gate has answered its boards by 410 since then, and looks anew when they come back.
    """
    if not is_closing():
        return queries.ended(entry_ids)
    forget_tenants()
    return set(entry_ids)


GATE = Gate(admit=admit, ended=ended)
