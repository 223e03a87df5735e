"""The blueprint that the modules of this package fill, and what they share."""

from flask import Blueprint

from app.core.errors import Conflict, Forbidden, Invalid
from app.identity.current import find_login_here
from app.identity.errors import AskManager, TooManyTries, WrongSecret
from app.identity.queries import Login

account = Blueprint("account", __name__, url_prefix="/t/<tenant>")

# What a form is shown again for, with its sentence.
REFUSALS = (Invalid, Conflict, WrongSecret, TooManyTries, AskManager)


def login_here() -> Login:
    """The session of who asks; raises Forbidden for a device without a person."""
    login = find_login_here()
    if login is None:
        raise Forbidden("nobody", "Sign in first.")
    return login
