"""A menu file written into the tables: all of it or nothing.

Rows are found again by name, in any case of letters, so that the same file twice changes
nothing. What the file no longer holds goes off sale; it is never deleted, for orders refer
to it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from app.core import audit
from app.core.csv_rows import Problems
from app.core.db import execute, transaction
from app.core.ids import new_id
from app.core.inserting import insert_rows
from app.core.rows import IdsByName, put_rows, refuse_unknown, replace_rows, spellings
from app.core.stream import changed
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.permissions import MENU_EDIT
from app.menu.csv_format import read_menu
from app.menu.menu_file import MenuFile
from app.menu.menu_rows import MenuIds, MenuRows
from app.menu.models import (
    Availability,
    Category,
    Item,
    ItemAllergen,
    ItemModifierGroup,
    Modifier,
    ModifierAllergen,
    ModifierGroup,
    Price,
    PriceList,
    Station,
    TaxClass,
    Variant,
)
from app.tenancy.queries import LocationView, locations

STANDARD = "Standard"


@dataclass(frozen=True, kw_only=True)
class MenuCounts:
    """How much a menu file holds."""

    categories: int
    items: int
    variants: int
    groups: int
    modifiers: int


def import_menu(
    location: LocationView, lines: Iterable[str], actor: Actor | None = None
) -> MenuCounts:
    """Make a menu file (docs/formats.md) the tenant's menu; prices go to its standard list.

    Days are business days of the location. A count (`left`) holds for items that are new: the
    count of one that is sold already is only changed by hand. `actor` needs menu.edit; None
    is the operator. Raises FileRefused with every error, stations and taxes that are not set
    up included; nothing is written then.
    """
    menu = read_menu(lines, location.currency)
    with transaction():
        if actor is not None:
            actor.require(MENU_EDIT)
        counts = _write(location, menu)
        audit.record(
            MENU_EDIT,
            "location",
            location.id,
            actor_id=actor.member_id if actor else None,
            location_id=location.id,
            after=asdict(counts),
        )
        for place in locations():  # the menu is the restaurant's: all of them sell by it
            changed(place.id, "menu")
    return counts


def _write(location: LocationView, menu: MenuFile) -> MenuCounts:
    stations = spellings(Station, Station.location_id == location.id)
    classes = spellings(TaxClass)
    _check(menu, stations, classes)
    ids = MenuIds(
        taxes=IdsByName(TaxClass),
        categories=IdsByName(Category),
        items=IdsByName(Item),
        variants=IdsByName(Variant, Variant.item_id),
        groups=IdsByName(ModifierGroup),
        modifiers=IdsByName(Modifier, Modifier.group_id),
    )
    rows = MenuRows(location, menu, ids, stations)
    _write_groups(rows)
    _write_items(rows)
    _write_prices(rows)
    return MenuCounts(
        categories=len(menu.categories),
        items=len(menu.items),
        variants=len(rows.variants()),
        groups=len(menu.groups),
        modifiers=len(rows.modifiers()),
    )


def _check(menu: MenuFile, stations: dict[str, str], classes: dict[str, str]) -> None:
    """Refuse stations and tax classes that are not set up."""
    problems = Problems()
    for line, station in _named_stations(menu):
        refuse_unknown(problems, line, "station", "station", station, stations)
    for line, tax_class in _named_taxes(menu):
        refuse_unknown(problems, line, "tax", "tax class", tax_class, classes)
    problems.raise_if_any()


def _named_stations(menu: MenuFile) -> Iterator[tuple[int, str]]:
    for category in menu.categories:
        yield category.line, category.station or ""
    for item in menu.items:
        yield item.line, item.station or ""
        yield from ((variant.line, variant.station or "") for variant in item.variants)
    for group in menu.groups:
        yield from ((modifier.line, modifier.station or "") for modifier in group.modifiers)


def _named_taxes(menu: MenuFile) -> Iterator[tuple[int, str]]:
    for category in menu.categories:
        yield category.line, category.tax_class
    for item in menu.items:
        yield item.line, item.tax_class or ""


def _write_groups(rows: MenuRows) -> None:
    _retire(Modifier)
    put_rows(ModifierGroup, rows.groups())
    put_rows(Modifier, rows.modifiers())
    replace_rows(
        ModifierAllergen,
        ModifierAllergen.modifier_id,
        [row["id"] for row in rows.modifiers()],
        rows.modifier_allergens(),
    )


def _write_items(rows: MenuRows) -> None:
    item_ids = [row["id"] for row in rows.items()]
    _retire(Item)
    _retire(Variant)
    put_rows(Category, rows.categories())
    put_rows(Item, rows.items())
    put_rows(Variant, rows.variants())
    replace_rows(ItemAllergen, ItemAllergen.item_id, item_ids, rows.item_allergens())
    replace_rows(ItemModifierGroup, ItemModifierGroup.item_id, item_ids, rows.item_groups())
    insert_rows(Availability, rows.counts())


def _write_prices(rows: MenuRows) -> None:
    """Replace the standard list; lines have copied what they were sold for."""
    list_id = _standard_list()
    execute(delete(Price).where(Price.tenant_id == current_tenant_id(), Price.list_id == list_id))
    insert_rows(Price, rows.prices(list_id))


def _standard_list() -> UUID:
    tenant_id = current_tenant_id()
    execute(
        upsert(PriceList)
        .values(tenant_id=tenant_id, id=new_id(), name=STANDARD)
        .on_conflict_do_nothing(index_elements=["tenant_id", "name"])
    )
    found: UUID = execute(
        select(PriceList.id).where(PriceList.tenant_id == tenant_id, PriceList.name == STANDARD)
    ).scalar_one()
    return found


def _retire(model: type[Any]) -> None:
    """Take all off sale; what the file holds is put on sale again right after."""
    execute(
        update(model)
        .where(model.tenant_id == current_tenant_id(), model.active)
        .values(active=False)
    )
