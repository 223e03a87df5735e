"""Mail: written in the transaction that causes it, sent by a job, sealed while it waits.

Without SMTP_URL it goes into DATA_DIR/mailbox, which core/mailbox.py shows on this machine.
"""

import json
import smtplib
import ssl
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import structlog
from flask import current_app

from app.core import clock
from app.core.events import GiveUp
from app.core.ids import new_id
from app.core.keyring import seal, unseal
from app.core.model import Json
from app.core.network import is_loopback
from app.core.outbox import later
from app.core.settings import Settings

JOB, SEALED = "mail.send", "sealed"
# What a mail says is stale by then: links have run out, and people have asked again.
WORTH_TRYING = timedelta(days=1)
TIMEOUT_S = 10.0
MAILBOX = "mailbox"

log = structlog.get_logger()


class NotTaken(Exception):
    """The mail server did not take a mail: why, in a word and its code, without the address."""


def send_later(to: str, subject: str, body: str) -> None:
    """Have a mail sent once this transaction has committed; `body` is plain text."""
    mail = {"id": str(new_id()), "to": to, "subject": subject, "body": body}
    later(JOB, {SEALED: seal(json.dumps(mail))}, event="Mail")


def link_to(path: str) -> str:
    """A path as it stands in a mail: on PUBLIC_URL, whatever host the request named."""
    settings: Settings = current_app.extensions["settings"]
    return f"{settings.public_url.rstrip('/')}{path}"


def deliver(payload: Json) -> None:
    """Send one mail: the job. Raises NotTaken, and is then tried again; GiveUp where the server
    will never take it.

    After a crash it may go out twice, under the same Message-ID.
    """
    settings: Settings = current_app.extensions["settings"]
    mail = json.loads(unseal(payload[SEALED]))
    try:
        message = _message(mail, settings)
        if settings.smtp_url is None:
            _drop(message, settings.data_dir / MAILBOX)
        else:
            _send(message, settings.smtp_url)
    except (OSError, ValueError) as error:
        # Not `from error`: what it says names the person, and would stand in the log.
        raise _failure(error) from None
    log.info("mail.sent", message_id=message["Message-ID"])


def _failure(error: OSError | ValueError) -> NotTaken | GiveUp:
    """A 5xx (RFC 5321, 4.2.1) about the recipient or the text is for good.

    About the sender or the password it is a mistake of the settings, which may be mended.
    """
    code = getattr(error, "smtp_code", 0)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max((code for code, _text in error.recipients.values()), default=0)
    told = f"{type(error).__name__} {code or ''}".strip()
    about_the_mail = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)
    return GiveUp(told) if isinstance(error, about_the_mail) and code >= 500 else NotTaken(told)


def _message(mail: dict[str, str], settings: Settings) -> EmailMessage:
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = mail["to"]
    message["Subject"] = " ".join(mail["subject"].split())
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{mail['id']}@{settings.base_domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail["body"])
    return message


def _drop(message: EmailMessage, folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = message["Message-ID"].strip("<>").partition("@")[0]
    draft = folder / f".{name}"
    draft.write_bytes(message.as_bytes())
    draft.replace(folder / f"{name}.eml")


def _send(message: EmailMessage, url: str) -> None:
    """`smtps://` is TLS from the start, `smtp://` STARTTLS but on this machine."""
    parts = urlsplit(url)
    host, tls = parts.hostname or "", ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, parts.port or 465, timeout=TIMEOUT_S, context=tls
        )
    else:
        server = smtplib.SMTP(host, parts.port or 587, timeout=TIMEOUT_S)
    with server:
        if parts.scheme == "smtp" and not is_loopback(host):
            server.starttls(context=tls)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
