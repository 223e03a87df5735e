"""Who may keep a socket open: asked when it comes, and again while it stays."""

from uuid import UUID

from app.core.errors import NotFound
from app.core.sockets.views import Gate
from app.identity.current import current_actor, find_device_here, find_login_here
from app.identity.queries import PairedDevice, ended


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


GATE = Gate(admit=admit, ended=ended)
