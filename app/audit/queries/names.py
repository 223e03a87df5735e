"""What the objects of entries are called today."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import func, select, union_all

from app.core.db import execute
from app.core.tenant import current_tenant_id
from app.identity.models import Device, Member, Role
from app.inventory.models import Ingredient
from app.menu.models import Item, Modifier, TaxClass, Variant
from app.tenancy.models import Location

_NAMED = (Location, Member, Role, Device, Item, Modifier, TaxClass, Ingredient)


def names_of(ids: Iterable[UUID]) -> Mapping[str, str]:
    """Names by id, in one statement; what is gone, or has no name, is not among them."""
    tenant_id = current_tenant_id()
    size = select(Variant.id, func.trim(Item.name + " " + Variant.name).label("name"))
    sizes = size.join(
        Item, (Item.tenant_id == Variant.tenant_id) & (Item.id == Variant.item_id)
    ).where(Variant.tenant_id == tenant_id)
    parts = [select(model.id, model.name).where(model.tenant_id == tenant_id) for model in _NAMED]
    named = union_all(*parts, sizes).subquery()
    rows = execute(select(named.c.id, named.c.name).where(named.c.id.in_(set(ids))))
    return {str(row.id): row.name for row in rows}
