"""Whom to tell of a hole in this installation: /.well-known/security.txt (RFC 9116)."""

from datetime import timedelta

from flask import Blueprint, Response, abort, current_app

from app.core import clock
from app.core.access import public
from app.core.settings import Settings

HOLDS = timedelta(days=180)

contact = Blueprint("contact", __name__)


@contact.get("/.well-known/security.txt")
@public
def security_txt() -> Response:
    """SECURITY_CONTACT, where the operator has named one."""
    settings: Settings = current_app.extensions["settings"]
    if settings.security_contact is None:
        abort(404)
    expires = (clock.now() + HOLDS).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = f"Contact: {settings.security_contact}\nExpires: {expires}\nPreferred-Languages: en\n"
    return Response(text, content_type="text/plain; charset=utf-8")
