"""Corrections of stock by hand."""

from decimal import Decimal
from uuid import UUID

from app.core import audit
from app.core.db import transaction
from app.core.errors import Invalid
from app.core.ids import new_id
from app.core.stream import changed
from app.identity.actor import Actor
from app.identity.permissions import INVENTORY_ADJUST
from app.inventory.commands.stock import Move, left_changed, lock_stock, move
from app.inventory.queries import get_ingredient
from app.tenancy.queries import LocationView


def adjust(
    actor: Actor, location: LocationView, ingredient_id: UUID, quantity: Decimal, reason: str
) -> UUID:
    """Add a signed quantity, in the ingredient's unit, to what is on hand; returns its id.

    Needs inventory.adjust and a reason; the audit trail keeps both. Raises NotFound for an
    ingredient that is not there.
    """
    reason = reason.strip()
    if not reason or not quantity:
        sentence = "Say how much, and why."
        raise Invalid("adjustment", sentence, {"reason": [sentence]})
    with transaction():
        actor.require(INVENTORY_ADJUST)
        get_ingredient(ingredient_id)
        before = lock_stock(location.id, [ingredient_id])[ingredient_id].on_hand
        act_id = new_id()
        move(
            location.id,
            [
                Move(
                    ingredient_id=ingredient_id,
                    quantity=quantity,
                    cause="adjustment",
                    cause_id=act_id,
                )
            ],
        )
        audit.record(
            INVENTORY_ADJUST,
            "ingredient",
            ingredient_id,
            actor_id=actor.member_id,
            location_id=location.id,
            reason=reason,
            before={"on_hand": str(before)},
            after={"on_hand": str(before + quantity)},
        )
        left_changed(location.id, [ingredient_id])
        changed(location.id, "stock")
    return ingredient_id
