"""What the application has mailed: it has no mail server in tests, so its mailbox holds it."""

import email
import email.policy
import re

from flask import Flask

from app.core.mail import MAILBOX
from app.core.settings import Settings

_LINK = re.compile(r"https?://\S+")


def letters_to(app: Flask, address: str) -> list[str]:
    """The texts of all mails to an address, oldest first; sent ones alone: `drain()` before."""
    settings: Settings = app.extensions["settings"]
    found = []
    for path in sorted((settings.data_dir / MAILBOX).glob("*.eml")):
        letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        if letter["To"] == address:
            found.append(str(letter.get_content()))
    return found


def link_in(letter: str) -> str:
    """The path that a mail's one link leads to."""
    (link,) = _LINK.findall(letter)
    return str(link).split("/", 3)[3].join(("/", ""))
