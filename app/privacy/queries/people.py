"""Members, and guests as far as they are known: a name or a note on an order."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select

from app.core.db import execute
from app.core.ids import made_at
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.models import Member, Role
from app.identity.places import covers, standings
from app.identity.staff.queries import member_emails
from app.ordering.models import Line, Order
from app.tenancy.queries import locations

MOST = 100


@dataclass(frozen=True, kw_only=True)
class PersonView:
    """A member; `erased` ones have no data left but what must be kept.

    `email` (empty: signs in by PIN) and `since` tell two of one name apart.
    `covered`: may do no more, and nowhere else, than who looks, and so may be erased by him.
    """

    id: UUID
    name: str
    role: str
    email: str
    since: datetime
    active: bool
    erased: bool
    covered: bool


@dataclass(frozen=True, kw_only=True)
class GuestOrder:
    """An order that says something of a guest; `at` by the clock on the location's wall."""

    id: UUID
    number: int | None
    name: str
    notes: int
    at: datetime
    is_open: bool


def people(actor: Actor) -> list[PersonView]:
    """Every member as the actor sees them, by name; erased ones last."""
    known = standings()
    rows = execute(
        select(
            Member.id,
            Member.name,
            Role.name.label("role"),
            member_emails.c.email,
            Member.active,
            Member.erased_at,
        )
        .join(Role, (Role.tenant_id == Member.tenant_id) & (Role.id == Member.role_id))
        .outerjoin(member_emails, member_emails.c.id == Member.id)
        .where(Member.tenant_id == current_tenant_id())
        .order_by(Member.erased_at.is_not(None), Member.name, Member.id)
    )
    return [
        PersonView(
            id=row.id,
            name=row.name,
            role=row.role,
            email=row.email or "",
            since=made_at(row.id),
            active=row.active,
            erased=row.erased_at is not None,
            covered=row.id in known and covers(actor, known[row.id]),
        )
        for row in rows
    ]


def find_guests(search: str) -> list[GuestOrder]:
    """The newest orders of this number, or under a name that holds these words."""
    words = search.strip().lstrip("#")
    notes = (
        select(func.count())
        .where(Line.tenant_id == Order.tenant_id, Line.order_id == Order.id, Line.note != "")
        .scalar_subquery()
    )
    is_named = (Order.pickup_name != "") & Order.pickup_name.icontains(words, autoescape=True)
    zones = {place.id: place.zone for place in locations()}
    number = int(words) if words.isascii() and words.isdigit() and len(words) < 10 else None
    rows = execute(
        select(
            Order.id,
            Order.number,
            Order.pickup_name,
            Order.state,
            Order.opened_at,
            Order.location_id,
            notes.label("notes"),
        )
        .where(Order.tenant_id == current_tenant_id())
        .where(is_named if number is None else or_(is_named, Order.number == number))
        .order_by(Order.opened_at.desc())
        .limit(MOST)
    )
    return [
        GuestOrder(
            id=row.id,
            number=row.number,
            name=row.pickup_name,
            notes=row.notes,
            at=row.opened_at.astimezone(zones[row.location_id]),
            is_open=row.state == "open",
        )
        for row in rows
    ]
