"""What RQ and the clock carry out for domains."""

from uuid import UUID

from flask import current_app

from app.core.model import Json
from app.settings.domains import commands
from app.settings.domains.dns import Resolver

EVERY_S = 3600.0


def check(payload: Json) -> None:
    """Look up the record of a domain (staged: the DNS is asked between transactions)."""
    resolver: Resolver = current_app.extensions["resolver"]
    commands.check(UUID(payload["domain_id"]), resolver)
