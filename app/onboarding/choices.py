"""What the pages of the opening propose, and what they let people choose from."""

import re
from collections.abc import Mapping
from typing import Any

from babel import Locale
from flask_babel import gettext as _

from app.core import clock
from app.identity.permissions import ROLES
from app.identity.staff.domain import OWNER, role_label
from app.onboarding.domain import Step
from app.tenancy.countries import Country, all_time_zones, country_names, find_country
from app.tenancy.domain import slug_from
from app.tenancy.forms import INCLUSIVE, ON_TOP
from app.tenancy.queries import TenantView, get_profile

# Whom the opening hires: who may do everything is named on the pages of the staff.
HIRED = tuple(name for name in ROLES if name != OWNER)
Choices = list[tuple[str, str]]
_PLACEHOLDER = re.compile(r"new-[0-9a-f]{12}")


def titles() -> dict[Step, str]:
    """What each step is called."""
    return {
        Step.RESTAURANT: _("Restaurant"),
        Step.LOCATION: _("First location"),
        Step.MENU: _("Menu"),
        Step.TABLES: _("Tables"),
        Step.STAFF: _("Staff"),
        Step.DEVICES: _("Devices"),
    }


def proposals(step: Step | None, tenant: TenantView) -> Mapping[str, Any]:
    """What a step's form holds before somebody writes into it."""
    if step is Step.RESTAURANT:
        return {
            "name": tenant.name,
            "slug": slug_from(tenant.name) if _PLACEHOLDER.fullmatch(tenant.slug) else tenant.slug,
            "country": get_profile().country or "",
        }
    if step is Step.LOCATION:
        return _location(tenant, _country())
    return {"count": "12", "seats": "4", "role": "server"}


def lists(step: Step | None) -> dict[str, Choices]:
    """What a step's form lets one choose from."""
    if step is Step.RESTAURANT:
        return {"country": [("", _("Choose")), *country_names("en")]}
    if step is Step.LOCATION:
        country = _country()
        zones = dict.fromkeys((*country.time_zones, *all_time_zones()))
        return {
            "time_zone": [(zone, zone.replace("_", " ")) for zone in zones],
            "locale": [(name, _language(name)) for name in country.locales],
            "style": [
                ("pay_later", _("Later: the bill comes at the end")),
                ("pay_first", _("First: the kitchen begins once it is paid")),
            ],
        }
    return {"role": [(name, role_label(name)) for name in HIRED]}


def _location(tenant: TenantView, country: Country) -> dict[str, Any]:
    return {
        "name": _("Main"),
        "slug": "main",
        "time_zone": country.time_zone,
        "currency": country.currency,
        "locale": country.locale,
        "tax_model": INCLUSIVE if country.tax_inclusive else ON_TOP,
        "tax_name": _("VAT") if country.tax_inclusive else _("Sales tax"),
        "cut_off": country.cut_off.strftime("%H:%M"),
        "dine_in_style": "pay_later",
        "takeaway_style": "pay_first",
        "receipt_header": tenant.name,
        "stations": "Kitchen, Bar",
    }


def _country() -> Country:
    today = clock.now().date()
    found = find_country(get_profile().country or "", today) or find_country("US", today)
    if found is None:
        raise RuntimeError("the table of countries is empty")
    return found


def _language(name: str) -> str:
    return Locale.parse(name).get_display_name("en") or name
