"""The local mailbox: what was mailed on an installation that has no mail server.

It holds links that let people in, so it is shown by `make run` on its own servers alone, and only
to a browser on the same machine that asks for it by a name of that machine: any page can point a
name of its own at 127.0.0.1.
"""

import email
import email.policy
from dataclasses import dataclass

from flask import Blueprint, abort, current_app, render_template, request

from app.core.access import public
from app.core.mail import MAILBOX
from app.core.network import host_in, is_loopback
from app.core.settings import Settings

SHOWN = 50

mailbox = Blueprint("mailbox", __name__)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail as it is shown."""

    to: str
    subject: str
    date: str
    body: str


@mailbox.get("/mailbox")
@public
def page() -> str:
    """The newest mails, newest first."""
    settings: Settings = current_app.extensions["settings"]
    if not _is_open(settings):
        abort(404)
    files = sorted((settings.data_dir / MAILBOX).glob("*.eml"), reverse=True)[:SHOWN]
    letters = [_letter(path.read_bytes()) for path in files]
    return render_template("core/mailbox.html", letters=letters)


def _is_open(settings: Settings) -> bool:
    forwarded = any(name.lower().startswith("x-forwarded") for name, _ in request.headers)
    is_local = is_loopback(request.remote_addr or "") and is_loopback(host_in(request.host))
    return settings.smtp_url is None and settings.embedded_database and is_local and not forwarded


def _letter(content: bytes) -> Letter:
    message = email.message_from_bytes(content, policy=email.policy.default)
    return Letter(
        to=str(message["To"]),
        subject=str(message["Subject"]),
        date=str(message["Date"]),
        body=message.get_content(),
    )
