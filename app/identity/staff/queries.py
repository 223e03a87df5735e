"""Who works here, and in which roles."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Text, Uuid, and_, column, func, or_, select, text

from app.core.db import execute
from app.core.errors import NotFound
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.domain import initials
from app.identity.models import LoginSession, Member, MemberLocation, Role
from app.identity.permissions import ASKED, ROLES, STAFF_VIEW
from app.identity.places import Place, placements, works_at
from app.identity.staff.domain import OWNER, State, role_label, state_of

PAGE = 50

member_emails = (
    text("SELECT id, email FROM app.member_emails()")
    .columns(column("id", Uuid()), column("email", Text()))
    .subquery("emails")
)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a list of people is narrowed to. `state` None: whoever works here or will."""

    search: str = ""
    state: State | None = None
    role_id: UUID | None = None
    location_id: UUID | None = None
    page: int = 1


@dataclass(frozen=True, kw_only=True)
class PersonView:
    """A person of the staff. `places` empty: works at every location.

    `email` is what the person signs in by, `invited_email` where an invitation waits.
    """

    member_id: UUID
    name: str
    role_id: UUID
    role: str
    state: State
    email: str | None
    invited_email: str | None
    has_pin: bool
    last_seen_at: datetime | None
    places: tuple[Place, ...]

    @property
    def initial(self) -> str:
        """What the avatar shows."""
        return initials(self.name)


@dataclass(frozen=True, kw_only=True)
class PeoplePage:
    """One page of people, and how many there are on all pages."""

    people: tuple[PersonView, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True, kw_only=True)
class RoleView:
    """A role and how many hold it, former people included."""

    id: UUID
    name: str
    permissions: frozenset[str]
    holders: int

    @property
    def label(self) -> str:
        """The role's name as people read it."""
        return role_label(self.name)

    @property
    def asked(self) -> frozenset[str]:
        """What it lets do today, of all that it holds."""
        return self.permissions & ASKED

    @property
    def is_given(self) -> bool:
        """Whether every restaurant starts with it."""
        return self.name in ROLES

    @property
    def is_whole(self) -> bool:
        """Whether it is the one that stays as it is."""
        return self.name == OWNER


def people(actor: Actor, wanted: Wanted) -> PeoplePage:
    """The people that are asked for, by name, as the actor may see them."""
    statement = _people().where(*_seen_by(actor), *_conditions(wanted))
    total = execute(select(func.count()).select_from(statement.subquery())).scalar_one()
    page = min(max(wanted.page, 1), max(1, -(-total // PAGE)))
    rows = execute(
        statement.order_by(func.lower(Member.name), Member.id).limit(PAGE).offset((page - 1) * PAGE)
    ).all()
    return PeoplePage(people=tuple(map(_person, rows)), total=total, page=page)


def get_colleague(actor: Actor, member_id: UUID) -> PersonView:
    """One person as the actor may see him; NotFound for who works at none of his locations."""
    return _one(Member.id == member_id, *_seen_by(actor))


def get_person(member_id: UUID) -> PersonView:
    """One person; raises NotFound."""
    return _one(Member.id == member_id)


def roles() -> list[RoleView]:
    """The restaurant's roles: the given ones in their order, then its own by name."""
    order = {name: at for at, name in enumerate(ROLES)}
    found = [_role(row) for row in execute(_roles()).all()]
    return sorted(found, key=lambda it: (order.get(it.name, len(order)), it.name.casefold()))


def get_role(role_id: UUID) -> RoleView:
    """One role; raises NotFound."""
    return _get_role(Role.id == role_id)


def get_role_named(name: str) -> RoleView:
    """The same by its name, as it is kept."""
    return _get_role(Role.name == name)


def _get_role(is_wanted: ColumnElement[bool]) -> RoleView:
    row = execute(_roles().where(is_wanted)).one_or_none()
    if row is None:
        raise NotFound("no_role", "There is no such role.")
    return _role(row)


def _people() -> Select[Any]:
    last_seen = (
        select(func.max(LoginSession.last_seen_at))
        .where(LoginSession.tenant_id == Member.tenant_id, LoginSession.member_id == Member.id)
        .scalar_subquery()
    )
    places = (
        select(
            func.jsonb_agg(
                func.jsonb_build_array(MemberLocation.location_id, MemberLocation.role_id)
            )
        )
        .where(MemberLocation.tenant_id == Member.tenant_id, MemberLocation.member_id == Member.id)
        .scalar_subquery()
    )
    return (
        select(
            Member.id,
            Member.name,
            Member.active,
            Member.invited_email,
            Member.pin_hash.is_not(None).label("has_pin"),
            Member.role_id,
            Role.name.label("role"),
            member_emails.c.email,
            last_seen.label("last_seen_at"),
            places.label("places"),
        )
        .join(Role, and_(Role.tenant_id == Member.tenant_id, Role.id == Member.role_id))
        .outerjoin(member_emails, member_emails.c.id == Member.id)
        .where(Member.tenant_id == current_tenant_id(), Member.erased_at.is_(None))
    )


def _one(*conditions: ColumnElement[bool]) -> PersonView:
    row = execute(_people().where(*conditions)).one_or_none()
    if row is None:
        raise NotFound("no_member", "There is no such member.")
    return _person(row)


def _seen_by(actor: Actor) -> Iterable[ColumnElement[bool]]:
    """Who works at one of the locations whose staff the actor may see, and he himself."""
    where = actor.places_where(STAFF_VIEW)
    if where is not None:
        yield or_(works_at(where), Member.id == actor.member_id)


def _conditions(wanted: Wanted) -> Iterable[ColumnElement[bool]]:
    yield _in_state(wanted.state)
    if wanted.search:
        yield or_(
            *(
                column.icontains(wanted.search, autoescape=True)
                for column in (Member.name, member_emails.c.email, Member.invited_email)
            )
        )
    if wanted.role_id:
        there = placements().where(MemberLocation.role_id == wanted.role_id)
        yield or_(Member.role_id == wanted.role_id, there.exists())
    if wanted.location_id:
        yield works_at([wanted.location_id])


def _in_state(state: State | None) -> ColumnElement[bool]:
    is_invited = Member.invited_email.is_not(None)
    return {
        None: or_(Member.active, is_invited),
        "active": Member.active.is_(True),
        "invited": and_(~Member.active, is_invited),
        "former": and_(~Member.active, ~is_invited),
    }[state]


def _person(row: Row[Any]) -> PersonView:
    return PersonView(
        member_id=row.id,
        name=row.name,
        role_id=row.role_id,
        role=role_label(row.role),
        state=state_of(active=row.active, invited=row.invited_email is not None),
        email=row.email,
        invited_email=row.invited_email,
        has_pin=row.has_pin,
        last_seen_at=row.last_seen_at,
        places=tuple(
            (UUID(place), UUID(role) if role else None) for place, role in row.places or ()
        ),
    )


def _roles() -> Select[Any]:
    tenant_id = current_tenant_id()
    held = (
        select(Member.id.label("member_id"), Member.role_id)
        .where(Member.tenant_id == tenant_id)
        .union(
            select(MemberLocation.member_id, MemberLocation.role_id).where(
                MemberLocation.tenant_id == tenant_id, MemberLocation.role_id.is_not(None)
            )
        )
        .subquery("held")
    )
    holders = select(func.count()).where(held.c.role_id == Role.id).scalar_subquery()
    return select(Role.id, Role.name, Role.permissions, holders.label("holders")).where(
        Role.tenant_id == tenant_id
    )


def _role(row: Row[Any]) -> RoleView:
    return RoleView(
        id=row.id, name=row.name, permissions=frozenset(row.permissions), holders=row.holders
    )
