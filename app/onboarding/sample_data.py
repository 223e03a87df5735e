"""The sample that a restaurant begins with, and throwing it away in one act."""

from uuid import UUID

from sqlalchemy import select, text

from app.core.db import execute, transaction
from app.core.errors import Conflict
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.permissions import TENANT_MANAGE
from app.menu.commands.discarding import discard_items
from app.menu.importing import import_menu
from app.menu.models import Item
from app.onboarding.sample_menu import sample_menu
from app.tenancy.commands import save_profile
from app.tenancy.queries import LocationView, get_profile

# What was sold stays in the books, and what a recipe names is the restaurant's own work.
_IN_USE = text(
    "SELECT i.id FROM item i WHERE i.tenant_id = :tenant_id AND i.id = ANY(:ids)"
    " AND (EXISTS (SELECT FROM order_line l WHERE l.tenant_id = i.tenant_id AND l.item_id = i.id)"
    "  OR EXISTS (SELECT FROM recipe_row r WHERE r.tenant_id = i.tenant_id AND r.item_id = i.id)"
    "  OR EXISTS (SELECT FROM recipe_row r JOIN variant v ON v.tenant_id = r.tenant_id"
    "   AND v.id = r.variant_id WHERE r.tenant_id = i.tenant_id AND v.item_id = i.id))"
)


def use_sample(actor: Actor, location: LocationView) -> None:
    """Put the sample on the menu, and remember which items are the sample's.

    Raises Conflict where the restaurant has a menu of its own.
    """
    with transaction():
        if _items():
            raise Conflict("menu", "There is a menu already; the sample would replace it.")
        import_menu(location, sample_menu(location.currency), actor)
        _remember([str(item_id) for item_id in _items()])


def throw_sample_away(actor: Actor, location: LocationView) -> None:
    """Take all of the sample off the menu; raises Conflict where there is none."""
    with transaction():
        actor.require_everywhere(TENANT_MANAGE)
        ids = [UUID(one) for one in get_profile().setup.get("sample", ())]
        if not ids:
            raise Conflict("no_sample", "There is no sample to throw away.")
        used = execute(_IN_USE, {"tenant_id": current_tenant_id(), "ids": ids}).scalars().all()
        discard_items(actor, location, ids, used)
        _remember([])


def forget_sample() -> None:
    """What is on the menu now is the restaurant's own."""
    with transaction():
        if get_profile().setup.get("sample"):
            _remember([])


def _remember(ids: list[str]) -> None:
    save_profile(setup={**get_profile().setup, "sample": ids})


def _items() -> list[UUID]:
    return list(
        execute(select(Item.id).where(Item.tenant_id == current_tenant_id(), Item.active)).scalars()
    )
