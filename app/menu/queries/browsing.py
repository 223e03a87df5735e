"""The menu as people see it: all of it, or one item with its choices."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import cache
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, bindparam, func, select

from app.core.db import among, execute, of_tenant, run
from app.core.errors import NotFound
from app.core.models import Upload
from app.core.tenant import current_tenant_id
from app.menu.models import (
    Category,
    Item,
    ItemAllergen,
    ItemModifierGroup,
    LocationItem,
    Modifier,
    ModifierAllergen,
    ModifierGroup,
    Price,
    Variant,
)
from app.menu.queries.joins import (
    availabilities,
    differs_here,
    group_columns,
    is_asked,
    is_of_item,
    is_of_variant,
    is_offered,
    is_sold_here,
    left_columns,
    left_of,
    rules_of,
)
from app.menu.queries.pictures import PICTURE, is_picture_of_item, picture_of
from app.menu.queries.prices import Occasion, current_prices
from app.menu.queries.views import (
    CatalogueView,
    CategoryView,
    GroupView,
    ItemDetail,
    ItemView,
    Left,
    ModifierView,
    VariantView,
)
from app.tenancy.queries import LocationView

_ALLERGENS = (
    select(ItemAllergen.item_id.label("owner_id"), ItemAllergen.allergen)
    .where(of_tenant(ItemAllergen), among(ItemAllergen.item_id, "item_ids"))
    .order_by(ItemAllergen.allergen)
)
# The largest minimum of each item's groups; an item without groups is missing.
_LEAST = (
    select(ItemModifierGroup.item_id, func.max(ModifierGroup.min).label("least"))
    .join(ModifierGroup, is_asked())
    .where(of_tenant(ItemModifierGroup), among(ItemModifierGroup.item_id, "item_ids"))
    .group_by(ItemModifierGroup.item_id)
)


def catalogue(
    location: LocationView, service_type: str, channel: str, at: datetime
) -> CatalogueView:
    """All that has a price at `at`, in the menu's order, with what is left of it."""
    occasion = Occasion(location_id=location.id, service_type=service_type, channel=channel, at=at)
    rows = _variants(occasion)
    items = _items(rows)
    return CatalogueView(
        categories=tuple(
            CategoryView(
                category_id=category_id,
                name=members[0].category_name,
                hue=members[0].hue,
                course=members[0].category_course,
                items=tuple(items[item_id] for item_id in _ids(members)),
            )
            for category_id, members in _grouped(rows, "category_id")
        )
    )


def item_detail(
    location: LocationView, item_id: UUID, service_type: str, channel: str, at: datetime
) -> ItemDetail:
    """One item with its variants, groups and modifiers; raises NotFound when it is not on sale."""
    occasion = Occasion(location_id=location.id, service_type=service_type, channel=channel, at=at)
    rows = _variants(occasion, item_id)
    if not rows:
        raise NotFound("no_item", "This is not on the menu any more.")
    return ItemDetail(
        item=_items(rows)[item_id],
        groups=_groups(occasion, item_id),
        picture=picture_of(rows[0]),
    )


def _variants(occasion: Occasion, item_id: UUID | None = None) -> list[Row[Any]]:
    """A row for each variant on sale, in the menu's order."""
    statement = _menu_statement() if item_id is None else _item_statement()
    return list(execute(statement, occasion.parameters(item_id=item_id)).all())


@cache
def _item_statement() -> Select[*tuple[Any, ...]]:
    menu = _menu_statement().add_columns(*PICTURE).outerjoin(Upload, is_picture_of_item())
    return menu.where(Item.id == bindparam("item_id"))


@cache
def _menu_statement() -> Select[*tuple[Any, ...]]:
    price = current_prices(Price.variant_id)
    whole, sized = availabilities()
    return (
        select(
            Category.id.label("category_id"),
            Category.name.label("category_name"),
            Category.hue,
            Category.course.label("category_course"),
            Item.id.label("item_id"),
            Item.name,
            Item.button_name,
            Item.description,
            func.coalesce(Item.course, Category.course).label("course"),
            Variant.id.label("variant_id"),
            Variant.name.label("variant_name"),
            price.c.amount_minor,
            *left_columns(whole, sized),
        )
        .select_from(Item)
        .join(Category, and_(Category.tenant_id == Item.tenant_id, Category.id == Item.category_id))
        .join(Variant, and_(Variant.tenant_id == Item.tenant_id, Variant.item_id == Item.id))
        .join(price, price.c.sold_id == Variant.id)
        .outerjoin(whole, is_of_item(whole))
        .outerjoin(sized, is_of_variant(sized))
        .outerjoin(LocationItem, differs_here())
        .where(
            Item.tenant_id == bindparam("tenant_id"), Item.active, Variant.active, is_sold_here()
        )
        .order_by(
            Category.position, Category.id, Item.position, Item.id, Variant.position, Variant.id
        )
    )


def _items(rows: list[Row[Any]]) -> dict[UUID, ItemView]:
    item_ids = _ids(rows)
    allergens = _tuples(run(_ALLERGENS, item_ids=item_ids))
    least = {row.item_id: row.least for row in run(_LEAST, item_ids=item_ids)}
    return {
        item_id: _item(members, allergens[item_id], least.get(item_id))
        for item_id, members in _grouped(rows, "item_id")
    }


def _item(rows: list[Row[Any]], allergens: tuple[str, ...], least: int | None) -> ItemView:
    first = rows[0]
    variants = tuple(
        VariantView(
            variant_id=row.variant_id,
            name=row.variant_name,
            price_minor=row.amount_minor,
            **vars(left_of(row)),
        )
        for row in rows
    )
    return ItemView(
        item_id=first.item_id,
        name=first.name,
        button_name=first.button_name,
        description=first.description,
        course=first.course,
        allergens=allergens,
        variants=variants,
        must_choose=bool(least),
        **vars(_left_of_item(variants)),
    )


def _left_of_item(variants: tuple[VariantView, ...]) -> Left:
    """An item is out when all its sizes are; what is left is that of the size with most."""
    return Left(
        is_86=all(variant.is_86 for variant in variants),
        counted_left=_most(variant.counted_left for variant in variants),
        stock_left=_most(variant.stock_left for variant in variants),
    )


def _most(limits: Iterable[Decimal | None]) -> Decimal | None:
    """The largest of some limits; one that is not limited beats them all."""
    known = list(limits)
    return None if None in known else max(limit for limit in known if limit is not None)


def _ids(rows: Iterable[Row[Any]]) -> list[UUID]:
    return list(dict.fromkeys(row.item_id for row in rows))


def _grouped(rows: list[Row[Any]], key: str) -> list[tuple[UUID, list[Row[Any]]]]:
    """Neighbours with the same id."""
    return [(found, list(members)) for found, members in groupby(rows, lambda r: getattr(r, key))]


def _tuples(rows: Iterable[Row[Any]]) -> dict[UUID, tuple[str, ...]]:
    found: dict[UUID, tuple[str, ...]] = defaultdict(tuple)
    for row in rows:
        found[row.owner_id] += (row.allergen,)
    return found


def _groups(occasion: Occasion, item_id: UUID) -> tuple[GroupView, ...]:
    rows = execute(_groups_statement(), occasion.parameters(item_id=item_id)).all()
    allergens = _allergens_of_modifiers([row.modifier_id for row in rows])
    return tuple(
        GroupView(
            rules=rules_of(members[0]),
            modifiers=tuple(_modifier(row, allergens[row.modifier_id]) for row in members),
        )
        for _, members in _grouped(list(rows), "id")
    )


@cache
def _groups_statement() -> Select[*tuple[Any, ...]]:
    price = current_prices(Price.modifier_id)
    return (
        select(
            *group_columns(),
            Modifier.id.label("modifier_id"),
            Modifier.name.label("modifier_name"),
            Modifier.kind,
            Modifier.usual,
            func.coalesce(price.c.amount_minor, 0).label("price_minor"),
        )
        .select_from(ItemModifierGroup)
        .join(ModifierGroup, is_asked())
        .join(Modifier, is_offered())
        .outerjoin(price, price.c.sold_id == Modifier.id)
        .where(
            ItemModifierGroup.tenant_id == bindparam("tenant_id"),
            ItemModifierGroup.item_id == bindparam("item_id"),
        )
        .order_by(ItemModifierGroup.position, Modifier.position, Modifier.id)
    )


def _allergens_of_modifiers(modifier_ids: list[UUID]) -> dict[UUID, tuple[str, ...]]:
    rows = execute(
        select(ModifierAllergen.modifier_id.label("owner_id"), ModifierAllergen.allergen)
        .where(
            ModifierAllergen.tenant_id == current_tenant_id(),
            ModifierAllergen.modifier_id.in_(modifier_ids),
        )
        .order_by(ModifierAllergen.allergen)
    ).all()
    return _tuples(rows)


def _modifier(row: Row[Any], allergens: tuple[str, ...]) -> ModifierView:
    return ModifierView(
        modifier_id=row.modifier_id,
        name=row.modifier_name,
        kind=row.kind,
        usual=row.usual,
        price_minor=row.price_minor,
        allergens=allergens,
    )
