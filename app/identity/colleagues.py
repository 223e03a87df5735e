"""Who could take over a tablet of a location, or approve what is done there."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import aliased

from app.core.db import execute
from app.core.tenant import current_tenant_id
from app.identity.domain import initials
from app.identity.models import Member, MemberLocation, Role
from app.identity.places import works_at


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Somebody who may take over a tablet with a PIN."""

    member_id: UUID
    name: str
    initial: str
    permissions: frozenset[str]


def colleagues(location_id: UUID) -> list[Colleague]:
    """The active members of a location who have a PIN, by name."""
    rows = execute(
        select(Member.id, Member.name, permissions_here(location_id))
        .join(Role, (Role.tenant_id == Member.tenant_id) & (Role.id == Member.role_id))
        .where(
            Member.tenant_id == current_tenant_id(),
            Member.active,
            Member.pin_hash.is_not(None),
            works_at([location_id]),
        )
        .order_by(Member.name, Member.id)
    ).all()
    return [
        Colleague(
            member_id=row.id,
            name=row.name,
            initial=initials(row.name),
            permissions=frozenset(row.permissions),
        )
        for row in rows
    ]


def permissions_here(location_id: UUID) -> ColumnElement[Any]:
    """What a member's role at a location grants, as `permissions`; joined with the own `Role`."""
    here = aliased(Role)
    granted = (
        select(here.permissions)
        .join(
            MemberLocation,
            and_(MemberLocation.tenant_id == here.tenant_id, MemberLocation.role_id == here.id),
        )
        .where(
            MemberLocation.tenant_id == Member.tenant_id,
            MemberLocation.member_id == Member.id,
            MemberLocation.location_id == location_id,
        )
    )
    return func.coalesce(granted.scalar_subquery(), Role.permissions).label("permissions")
