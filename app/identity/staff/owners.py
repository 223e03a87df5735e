"""A restaurant always has somebody who may do everything.

Whoever could take the last one away locks the owner's role first, so that of two who leave at
once the second sees that the first has left.
"""

from sqlalchemy import func, select

from app.core.db import execute
from app.core.errors import Conflict, Forbidden
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.models import Member, Role
from app.identity.places import manages_account
from app.identity.staff.domain import OWNER


def hold_owners() -> None:
    """Stand in line with whoever else changes who may do what, until the transaction ends."""
    execute(
        select(Role.id)
        .where(Role.tenant_id == current_tenant_id(), Role.name == OWNER)
        .with_for_update(key_share=True)
    )


def require_active(actor: Actor) -> None:
    """Raise Forbidden (`former`) where the actor was turned out while he stood in line."""
    is_active = execute(
        select(Member.active).where(
            Member.tenant_id == current_tenant_id(), Member.id == actor.member_id
        )
    ).scalar_one_or_none()
    if not is_active:
        raise Forbidden("former", "You do not work here any more.")


def require_an_owner() -> None:
    """Raise Conflict (`last_owner`) where nobody active is left who manages the account.

    The account is the whole restaurant's: it is managed by who works at every location.
    """
    left = execute(
        select(func.count())
        .select_from(Member)
        .join(Role, (Role.tenant_id == Member.tenant_id) & (Role.id == Member.role_id))
        .where(
            Member.tenant_id == current_tenant_id(),
            Member.active,
            manages_account(),
        )
    ).scalar_one()
    if not left:
        raise Conflict("last_owner", "A restaurant keeps at least one owner. Name another first.")
