"""Taking items off the menu for good: deleted where nothing refers to them, else off sale."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, select, update

from app.core import audit
from app.core.db import execute, transaction
from app.core.stream import changed
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.permissions import MENU_EDIT
from app.menu.models import Category, Item, Price, Variant
from app.tenancy.queries import LocationView


def discard_items(
    actor: Actor, location: LocationView, item_ids: Collection[UUID], kept: Collection[UUID]
) -> None:
    """Take items off the menu; those of `kept` (sold, or in a recipe) go off sale instead.

    A category that is left without items goes with them.
    """
    gone = set(item_ids) - set(kept)
    with transaction():
        actor.require(MENU_EDIT)
        _take_off_sale(set(item_ids) & set(kept))
        _delete(gone)
        audit.record(
            MENU_EDIT,
            "location",
            location.id,
            actor_id=actor.member_id,
            location_id=location.id,
            before={"items": sorted(map(str, item_ids))},
            after={"deleted": len(gone)},
        )
        changed(location.id, "menu")


def _take_off_sale(item_ids: Collection[UUID]) -> None:
    execute(
        update(Item)
        .where(Item.tenant_id == current_tenant_id(), Item.id.in_(item_ids))
        .values(active=False)
    )


def _delete(item_ids: Collection[UUID]) -> None:
    tenant_id = current_tenant_id()
    variants = select(Variant.id).where(
        Variant.tenant_id == tenant_id, Variant.item_id.in_(item_ids)
    )
    execute(delete(Price).where(Price.tenant_id == tenant_id, Price.variant_id.in_(variants)))
    execute(delete(Variant).where(Variant.tenant_id == tenant_id, Variant.item_id.in_(item_ids)))
    execute(delete(Item).where(Item.tenant_id == tenant_id, Item.id.in_(item_ids)))
    still = select(Item.id).where(
        Item.tenant_id == Category.tenant_id, Item.category_id == Category.id
    )
    execute(delete(Category).where(Category.tenant_id == tenant_id, ~still.exists()))
