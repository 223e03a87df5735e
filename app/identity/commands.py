"""Roles and members: who may work here, and as what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError

from app.core import audit, clock
from app.core.db import execute, transaction
from app.core.errors import Conflict, NotFound
from app.core.ids import new_id
from app.core.tenant import current_tenant_id
from app.identity.account.people import hold_account_at
from app.identity.actor import Actor
from app.identity.domain import check_pin
from app.identity.models import Member, Role
from app.identity.passwords import hash_secret, peppered
from app.identity.permissions import ROLE_MANAGE, ROLES, STAFF_MANAGE, require_grantable
from app.identity.places import (
    Place,
    add_places,
    get_standing,
    require_manages,
    require_placeable,
    told,
)
from app.identity.strength import check_password


@dataclass(frozen=True, kw_only=True)
class NewMember:
    """Somebody who starts to work here: signs in by e-mail and password, by PIN, or both.

    An e-mail that has an account already (at another restaurant) keeps its password. Who is
    asked at `invited_email` works here once that invitation is accepted. No place means every
    location.
    """

    name: str
    role: str
    email: str | None = None
    password: str | None = None
    restaurant: str = ""  # its name, which is no password
    pin: str | None = None
    invited_email: str | None = None
    places: tuple[Place, ...] = ()


def make_given_roles(actor: Actor) -> dict[str, UUID]:
    """The roles that a new restaurant starts with, by name."""
    return make_roles(actor, ROLES)


def make_role(actor: Actor, name: str, permissions: Iterable[str]) -> UUID:
    """Make one role; nobody grants what he lacks."""
    return make_roles(actor, {name: permissions})[name]


def make_roles(actor: Actor, roles: Mapping[str, Iterable[str]]) -> dict[str, UUID]:
    """Make roles (name to permissions) and return their ids."""
    ids = {name: new_id() for name in roles}
    granted = {name: sorted(set(permissions)) for name, permissions in roles.items()}
    with transaction():
        actor.require(ROLE_MANAGE)
        for permissions in granted.values():
            require_grantable(actor.permissions, permissions)
        rows = [
            {"tenant_id": current_tenant_id(), "id": ids[name], "name": name, "permissions": held}
            for name, held in granted.items()
        ]
        execute(insert(Role), rows)
        for name, permissions in granted.items():
            after = {"permissions": permissions}
            audit.record(ROLE_MANAGE, "role", ids[name], actor_id=actor.member_id, after=after)
    return ids


def add_member(actor: Actor, new: NewMember, *, member_id: UUID | None = None) -> UUID:
    """Let somebody work here, in a role and at places that grant no more than the actor has.

    Needs staff.manage at each of the places, or everywhere.
    Raises NotFound for a role or a place that is not there, Invalid for a place named twice.
    """
    member_id = member_id or new_id()
    with transaction():
        role_id = _grantable_role(actor, member_id, new)
        values = {
            "tenant_id": current_tenant_id(),
            "id": member_id,
            "account_id": _account(new),
            "role_id": role_id,
            "name": new.name,
            "pin_hash": _pin_hash(new.pin),
            "active": new.invited_email is None,
            "invited_email": new.invited_email,
        }
        execute(insert(Member).values(**values))
        add_places(member_id, new.places)
        after = {"role_id": str(role_id), **told(new.places)}
        audit.record(STAFF_MANAGE, "member", member_id, actor_id=actor.member_id, after=after)
    return member_id


def set_pin(actor: Actor, member_id: UUID, pin: str) -> None:
    """Give a member a new PIN: one's own, or anybody's with the permission to manage staff."""
    with transaction():
        if actor.member_id != member_id:
            require_manages(actor, get_standing(member_id))
        execute(
            update(Member)
            .where(Member.tenant_id == current_tenant_id(), Member.id == member_id)
            .values(pin_hash=_pin_hash(pin))
        )
        audit.record(
            STAFF_MANAGE, "member", member_id, actor_id=actor.member_id, after={"pin": "set"}
        )


def _grantable_role(actor: Actor, member_id: UUID, new: NewMember) -> UUID:
    row = execute(
        select(Role.id, Role.permissions).where(
            Role.tenant_id == current_tenant_id(), Role.name == new.role
        )
    ).one_or_none()
    if row is None:
        raise NotFound("no_role", "There is no such role.")
    require_placeable(actor, member_id, frozenset(row.permissions), new.places)
    return UUID(str(row.id))


def _pin_hash(pin: str | None) -> str | None:
    return hash_secret(peppered(check_pin(pin))) if pin is not None else None


def _account(new: NewMember) -> UUID | None:
    """The account behind an e-mail, opened where there is none yet."""
    if new.email is None:
        return None
    known = hold_account_at(new.email)
    return known or open_account(new.email, new.password or "", new.name, new.restaurant)


def open_account(email: str, password: str, *words: str) -> UUID:
    """Open an account for an e-mail that has none; Invalid for a password that cannot be one.

    `words` are what its owner and the restaurant are called: a password must be more than that.
    Raises Conflict where another restaurant opens one for the same e-mail at this moment.
    """
    account_id = new_id()
    secret = hash_secret(check_password(password, words=(email, *words)))
    new = {"id": account_id, "email": email, "secret": secret, "at": clock.now()}
    try:
        execute(text("SELECT app.account_open(:id, :email, :secret, :at)"), new)
    except IntegrityError as error:
        raise Conflict("email_taken", "This e-mail has just got its account. Try again.") from error
    return account_id
