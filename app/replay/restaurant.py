"""The tenant that a replay opens for itself, with the menu that its file implies."""

import csv
import io
import secrets
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from app.core.db import execute, transaction
from app.core.tenant import current_tenant_id, tenant_scope
from app.demo.restaurants import open_restaurant
from app.identity.commands import NewMember
from app.menu.commands import NewStation, NewTaxRate, set_stations, set_tax_rates
from app.menu.importing import import_menu
from app.menu.models import Item, Modifier, ModifierGroup, Variant
from app.replay.derived_menu import MenuItem, ReplayMenu
from app.tenancy.commands import NewLocation
from app.tenancy.queries import LocationView

LOCATION, STATION, TAX = "replay", "Kitchen", "untaxed"
COLUMNS = (
    "kind",
    "name",
    "of",
    "price",
    "button",
    "station",
    "tax",
    "colour",
    "groups",
    "min",
    "type",
)
LONGEST_BUTTON = 24


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who signs in."""

    email: str
    password: str


@dataclass(frozen=True, kw_only=True)
class Restaurant:
    """What was opened. Variants are found by (item, unit price), modifiers by (item, choice)."""

    tenant_id: UUID
    slug: str
    location: LocationView
    station_id: UUID
    servers: tuple[Person, ...]
    cooks: tuple[Person, ...]
    variants: dict[tuple[str, str], UUID]
    modifiers: dict[tuple[str, str], UUID]


def open_for(menu: ReplayMenu, clients: int) -> Restaurant:
    """Open a tenant, its people and its menu; `clients` servers and as many cooks."""
    slug = f"replay-{secrets.token_hex(4)}"
    servers, cooks = _people(slug, "server", clients), _people(slug, "cook", clients)
    members = [
        NewMember(name="Owner", role="owner", email=f"owner@{slug}.example", password=_password()),
        *(_member(person, "server") for person in servers),
        *(_member(person, "kitchen") for person in cooks),
    ]
    opened = open_restaurant(slug, "Replay", _location(), members)
    with tenant_scope(opened.tenant_id):
        with transaction():
            stations = set_stations(opened.location, [NewStation(STATION)])
            set_tax_rates(opened.location, [NewTaxRate(TAX, "No tax", Decimal(0))])
            import_menu(opened.location, menu_lines(menu))
        variants, modifiers = _variants(), _modifiers()
    return Restaurant(
        tenant_id=opened.tenant_id,
        slug=slug,
        location=opened.location,
        station_id=stations[STATION],
        servers=servers,
        cooks=cooks,
        variants=variants,
        modifiers=modifiers,
    )


def menu_lines(menu: ReplayMenu) -> list[str]:
    """The derived menu as a menu file (docs/formats.md)."""
    text = io.StringIO()
    rows = csv.DictWriter(text, COLUMNS)
    rows.writeheader()
    rows.writerow(
        {"kind": "category", "name": "Replay", "station": STATION, "tax": TAX, "colour": 0}
    )
    for item in menu.items:
        _write_item(rows, item)
    return text.getvalue().splitlines(keepends=True)


def _write_item(rows: "csv.DictWriter[str]", item: MenuItem) -> None:
    group = f"{item.name}: choices" if item.choices else ""
    button = item.name[:LONGEST_BUTTON].strip()
    rows.writerow(
        {"kind": "item", "name": item.name, "of": "Replay", "button": button, "groups": group}
    )
    for variant in item.variants:
        rows.writerow(
            {"kind": "variant", "name": variant.name, "of": item.name, "price": variant.name}
        )
    if item.choices:
        rows.writerow({"kind": "group", "name": group, "min": 0})
    for choice in item.choices:
        rows.writerow({"kind": "modifier", "name": choice, "of": group, "type": "choice"})


def _variants() -> dict[tuple[str, str], UUID]:
    rows = execute(
        select(Item.name, Variant.name.label("variant"), Variant.id)
        .join(Item, (Item.tenant_id == Variant.tenant_id) & (Item.id == Variant.item_id))
        .where(Variant.tenant_id == current_tenant_id())
    )
    return {(row.name, row.variant): row.id for row in rows}


def _modifiers() -> dict[tuple[str, str], UUID]:
    rows = execute(
        select(ModifierGroup.name, Modifier.name.label("choice"), Modifier.id)
        .join(
            ModifierGroup,
            (ModifierGroup.tenant_id == Modifier.tenant_id)
            & (ModifierGroup.id == Modifier.group_id),
        )
        .where(Modifier.tenant_id == current_tenant_id())
    )
    return {(row.name.removesuffix(": choices"), row.choice): row.id for row in rows}


def _location() -> NewLocation:
    return NewLocation(
        slug=LOCATION,
        name="Replay",
        time_zone="UTC",
        locale="en",
        currency="USD",
        tax_inclusive=False,
    )


def _people(slug: str, kind: str, count: int) -> tuple[Person, ...]:
    return tuple(
        Person(email=f"{kind}-{n}@{slug}.example", password=_password()) for n in range(count)
    )


def _member(person: Person, role: str) -> NewMember:
    name = person.email.split("@")[0].replace("-", " ").capitalize()
    return NewMember(name=name, role=role, email=person.email, password=person.password)


def _password() -> str:
    return secrets.token_urlsafe(18)
