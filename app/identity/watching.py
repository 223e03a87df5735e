"""Who may keep a socket open: asked when it comes, and again while it stays."""

from uuid import UUID

from app.core.errors import Forbidden
from app.core.sockets.views import Gate
from app.identity.current import find_actor, find_login_here
from app.identity.queries import ended


def admit(permission: str) -> UUID:
    """The login session of the browser that asks; raises Forbidden without the permission there."""
    login, actor = find_login_here(), find_actor()
    if login is None or actor is None:
        raise Forbidden("signed_out", "Sign in first.")
    actor.require(permission)
    return login.id


GATE = Gate(admit=admit, ended=ended)
