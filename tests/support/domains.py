"""Domains that a restaurant asks for."""

from app.core.db import end_reading
from app.settings.domains import commands
from app.settings.domains.queries import DomainView
from app.settings.domains.queries import domains as domains_of_tenant
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
