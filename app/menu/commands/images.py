"""A picture of an item, for guests and for who asks what it looks like."""

from uuid import UUID

from sqlalchemy import select, update

from app.core import audit, uploads
from app.core.db import execute, transaction
from app.core.errors import NotFound
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.permissions import MENU_EDIT
from app.menu.models import Item


def set_image(actor: Actor, item_id: UUID, data: bytes) -> None:
    """Take a picture (see core.images for what is refused) in place of the item's.

    Needs menu.edit. Raises NotFound for an item that is not there, before it looks at the picture.
    """
    actor.require(MENU_EDIT)
    with transaction():
        _image_of(item_id)
    drawn = uploads.drawn_for("item", data)
    with transaction():
        _replace(actor, item_id, uploads.keep("item", drawn))


def remove_image(actor: Actor, item_id: UUID) -> None:
    """Show the item without a picture; raises NotFound for an item that is not there."""
    with transaction():
        actor.require(MENU_EDIT)
        _replace(actor, item_id, None)


def _replace(actor: Actor, item_id: UUID, image_id: UUID | None) -> None:
    uploads.lock()
    old = _image_of(item_id)
    if old == image_id:
        return
    execute(
        update(Item)
        .where(Item.tenant_id == current_tenant_id(), Item.id == item_id)
        .values(image_id=image_id)
    )
    uploads.forget(old)
    audit.record(
        MENU_EDIT,
        "item",
        item_id,
        actor_id=actor.member_id,
        before={"image_id": str(old or "")},
        after={"image_id": str(image_id or "")},
    )


def _image_of(item_id: UUID) -> UUID | None:
    wanted = select(Item.image_id).where(
        Item.tenant_id == current_tenant_id(), Item.id == item_id, Item.active
    )
    row = execute(wanted).one_or_none()
    if row is None:
        raise NotFound("no_item", "There is no such item on the menu.")
    found: UUID | None = row.image_id
    return found
