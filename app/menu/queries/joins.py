"""What a menu's screens and its sale read alike: what is left, and the rules of choosing."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, and_, bindparam, func

from app.menu.models import (
    Availability,
    Category,
    Item,
    ItemModifierGroup,
    LocationItem,
    Modifier,
    ModifierGroup,
    Variant,
)
from app.menu.queries.views import GroupRules, Left


def availabilities() -> tuple[FromClause, FromClause]:
    """The availability of the whole item and of one variant, to join both."""
    table = Availability.__table__
    return table.alias("whole"), table.alias("sized")


def is_of_item(whole: FromClause) -> ColumnElement[bool]:
    """Joins the availability of the whole item."""
    return and_(
        whole.c.tenant_id == bindparam("tenant_id"),
        whole.c.location_id == bindparam("location_id"),
        whole.c.item_id == Item.id,
        whole.c.variant_id.is_(None),
    )


def is_of_variant(sized: FromClause) -> ColumnElement[bool]:
    """Joins the availability of one variant."""
    return and_(
        sized.c.tenant_id == bindparam("tenant_id"),
        sized.c.location_id == bindparam("location_id"),
        sized.c.item_id == Item.id,
        sized.c.variant_id == Variant.id,
    )


def differs_here() -> ColumnElement[bool]:
    """Joins what differs about an item at the location."""
    return and_(
        LocationItem.tenant_id == bindparam("tenant_id"),
        LocationItem.location_id == bindparam("location_id"),
        LocationItem.item_id == Item.id,
    )


def is_sold_here() -> ColumnElement[bool]:
    """Whether the location sells an item: it does unless it says otherwise."""
    return func.coalesce(LocationItem.on_sale, True)


def tax_class_here() -> ColumnElement[Any]:
    """The tax class that counts: the location's, the item's, the category's."""
    return func.coalesce(LocationItem.tax_class_id, Item.tax_class_id, Category.tax_class_id)


def left_columns(whole: FromClause, sized: FromClause) -> list[ColumnElement[Any]]:
    """What is left of a variant: the stricter of its item's row and its own."""
    is_86 = func.coalesce(whole.c.is_86, False) | func.coalesce(sized.c.is_86, False)
    return [
        is_86.label("is_86"),
        func.least(whole.c.counted_left, sized.c.counted_left).label("counted_left"),
        func.least(whole.c.stock_left, sized.c.stock_left).label("stock_left"),
    ]


def left_of(row: Row[Any]) -> Left:
    """Read `left_columns`."""
    return Left(is_86=row.is_86, counted_left=row.counted_left, stock_left=row.stock_left)


def group_columns() -> list[Any]:
    """What `rules_of` reads."""
    return [
        ModifierGroup.id,
        ModifierGroup.name,
        ModifierGroup.min,
        ModifierGroup.max,
        ModifierGroup.included_free,
    ]


def is_asked() -> ColumnElement[bool]:
    """Joins the groups of an item."""
    return and_(
        ModifierGroup.tenant_id == ItemModifierGroup.tenant_id,
        ModifierGroup.id == ItemModifierGroup.group_id,
    )


def is_offered() -> ColumnElement[bool]:
    """Joins the modifiers of a group that are on the menu."""
    return and_(
        Modifier.tenant_id == ModifierGroup.tenant_id,
        Modifier.group_id == ModifierGroup.id,
        Modifier.active,
    )


def rules_of(row: Row[Any]) -> GroupRules:
    """Read a modifier group's columns."""
    return GroupRules(
        id=row.id,
        name=row.name,
        min=row.min,
        max=row.max,
        included_free=row.included_free,
    )
