"""Domains that a restaurant asks for, proves and is served on."""

from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.db import end_reading, execute
from app.core.models import AuditEntry
from app.core.tenant import current_tenant_id
from app.settings.domains import commands
from app.settings.domains.queries import DomainView
from app.settings.domains.queries import domains as domains_of_tenant
from app.tenancy.queries import _remembered
from tests.support import pages
from tests.support.dns_server import NameServer
from tests.support.restaurants import Restaurant


def page_of(restaurant: Restaurant) -> str:
    """Where its settings show its domains."""
    return f"/t/{restaurant.tenant.slug}/settings/domains"


def domain_of(restaurant: Restaurant) -> DomainView:
    """The restaurant's one domain."""
    with restaurant.inside():
        (found,) = domains_of_tenant()
        end_reading()
    return found


def add(restaurant: Restaurant, host: str) -> DomainView:
    """Ask for a domain in the owner's name."""
    with restaurant.inside():
        commands.add_domain(restaurant.people["alice"].actor, host)
    return domain_of(restaurant)


def publish(dns: NameServer, domain: DomainView) -> None:
    """Write the record that proves it."""
    dns.texts[domain.record_name] = ["v=spf1 -all", domain.record_value]


def look_up(restaurant: Restaurant, dns: NameServer, at: datetime | None = None) -> DomainView:
    """What the job does, at a time."""
    with restaurant.inside(), clock.use(at or clock.now()):
        commands.check(domain_of(restaurant).id, dns.resolver())
    return domain_of(restaurant)


def prove(restaurant: Restaurant, dns: NameServer, host: str) -> DomainView:
    """Ask for a domain whose record stands already."""
    publish(dns, add(restaurant, host))
    return look_up(restaurant, dns)


def name_on(app: Flask, host: str) -> str:
    """Whose front page stands there: the text of the page, after this process looked anew."""
    _remembered.clear()
    answer = app.test_client().get("/", base_url=f"http://{host}")
    assert answer.status_code == 200
    return pages.check(app, answer).get_text()


def acts(restaurant: Restaurant) -> list[Any]:
    """What the audit trail says of its domains, oldest first."""
    with restaurant.inside():
        found = execute(
            select(AuditEntry.act, AuditEntry.actor_id, AuditEntry.after)
            .where(AuditEntry.tenant_id == current_tenant_id(), AuditEntry.subject_kind == "domain")
            .order_by(AuditEntry.id)
        ).all()
        end_reading()
    return list(found)
