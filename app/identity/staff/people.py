"""What is done to people of the staff, by somebody who may do as much as they may.

What a person may do counts from the next request on; where it changes, the person's sessions
end, so that no token outlives it (OWASP ASVS 7.2.4) and no socket stays open on it.
"""

import secrets
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import update

from app.core import audit
from app.core.db import execute, transaction
from app.core.errors import Conflict, Invalid
from app.core.model import Json
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.commands import NewMember, add_member, set_pin
from app.identity.domain import PIN_LENGTH, check_pin
from app.identity.links import forget_links
from app.identity.logins import end_logins, revoke_logins
from app.identity.models import LoginSession, Member
from app.identity.permissions import STAFF_MANAGE
from app.identity.places import Place, get_standing, place_member, require_manages
from app.identity.staff.domain import check_name
from app.identity.staff.owners import hold_owners, require_active, require_an_owner
from app.identity.staff.queries import PersonView, get_person, get_role
from app.identity.tokens.commands import end_grants


@dataclass(frozen=True, kw_only=True)
class Work:
    """A person's name, own role, and where he works (nothing: everywhere)."""

    name: str
    role_id: UUID
    places: tuple[Place, ...] = ()


def add(
    actor: Actor, work: Work, *, pin: str | None = None, invited_email: str | None = None
) -> UUID:
    """Add a person who may do no more than the actor: one who signs in by PIN, or is invited.

    Raises NotFound for a role or a place that is not there, Invalid for a place named twice.
    """
    with transaction():
        actor.require_somewhere(STAFF_MANAGE)
        hold_owners()  # nobody deletes the role meanwhile
        new = NewMember(
            name=check_name(work.name),
            role=get_role(work.role_id).name,
            pin=pin,
            invited_email=invited_email,
            places=work.places,
        )
        return add_member(actor, new)


def change(actor: Actor, member_id: UUID, work: Work) -> None:
    """Change name, role and places. Raises Conflict where the last owner would be gone."""
    with transaction():
        was = hold(actor, member_id)
        name, role = check_name(work.name), get_role(work.role_id)
        moves = set(work.places) != set(was.places)
        _write(member_id, name=name, role_id=role.id)
        if moves:
            place_member(actor, member_id, work.places)
        require_manages(actor, get_standing(member_id))
        require_an_owner()
        if moves or role.id != was.role_id:
            end_logins(LoginSession.member_id == member_id)
        before = {"role_id": str(was.role_id), "renamed": False}
        after = {"role_id": str(role.id), "renamed": name != was.name}
        if before != after:
            record(actor, member_id, before=before, after=after)


def give_new_pin(actor: Actor, member_id: UUID, pin: str | None) -> str:
    """Give a person a PIN, drawn by lot where none is told, and return it: it is kept hashed."""
    with transaction():
        hold(actor, member_id)
        pin = pin or draw_pin()
        set_pin(actor, member_id, pin)
    return pin


def draw_pin() -> str:
    """A PIN by lot, one that a person might choose too."""
    while True:
        with suppress(Invalid):
            return check_pin(f"{secrets.randbelow(10**PIN_LENGTH):0{PIN_LENGTH}}")


def clear_pin(actor: Actor, member_id: UUID) -> None:
    """Take a person's PIN away: he signs in by e-mail, or not at all."""
    with transaction():
        was = hold(actor, member_id)
        _write(member_id, pin_hash=None)
        if was.has_pin:
            record(actor, member_id, before={"pin": "set"}, after={"pin": None})


def sign_out(actor: Actor, member_id: UUID) -> None:
    """Sign a person out everywhere."""
    with transaction():
        hold(actor, member_id)
        revoke_logins(actor, member_id)


def deactivate(actor: Actor, member_id: UUID) -> None:
    """End all that a person has here: sessions, programs, machines' keys, sockets, an invitation.

    The row stays, for what the person did stays. Raises Conflict for the last owner.
    """
    with transaction():
        was = hold(actor, member_id)
        _write(member_id, active=False, invited_email=None)
        forget_links("invite", member_id)
        revoke_logins(actor, member_id)
        end_grants(actor, member_id)
        require_an_owner()
        if was.state != "former":
            record(actor, member_id, before={"state": was.state}, after={"state": "former"})


def reactivate(actor: Actor, member_id: UUID) -> None:
    """Let a former member work here again, by the same e-mail and PIN, and where he did."""
    with transaction():
        was = hold(actor, member_id)
        if was.state == "invited":
            raise Conflict("invited", "This person has not accepted the invitation yet.")
        _write(member_id, active=True)
        if was.state == "former":
            record(actor, member_id, before={"state": "former"}, after={"state": "active"})


def hold(actor: Actor, member_id: UUID) -> PersonView:
    """Lock a person whom the actor may change, and tell what the person was.

    Raises Forbidden where the person may do more than the actor or works where the actor does not
    manage the staff, and for an actor who was turned out meanwhile; NotFound for nobody.
    """
    actor.require_somewhere(STAFF_MANAGE)
    hold_owners()
    require_active(actor)
    require_manages(actor, get_standing(member_id, lock=True))
    return get_person(member_id)


def record(actor: Actor, member_id: UUID, *, before: Json, after: Json) -> None:
    """Write what was done to a person into the audit trail."""
    audit.record(
        STAFF_MANAGE, "member", member_id, actor_id=actor.member_id, before=before, after=after
    )


def _write(member_id: UUID, **values: object) -> None:
    execute(
        update(Member)
        .where(Member.tenant_id == current_tenant_id(), Member.id == member_id)
        .values(**values)
    )
