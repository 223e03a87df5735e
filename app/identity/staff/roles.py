"""The restaurant's own roles, and what becomes of the given ones.

A role counts wherever somebody holds it, so that only those change one who work at every
location and may do all that it lets do, before and after.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import delete, or_, select, update

from app.core import audit
from app.core.db import execute, transaction
from app.core.errors import Conflict, Invalid
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.commands import make_role
from app.identity.logins import end_logins
from app.identity.models import LoginSession, Member, MemberLocation, Role
from app.identity.permissions import ASKED, ROLE_MANAGE, require_grantable
from app.identity.staff.domain import check_name, same_name
from app.identity.staff.owners import hold_owners, require_an_owner
from app.identity.staff.queries import RoleView, get_role, roles


def add_role(actor: Actor, name: str, permissions: Iterable[str]) -> UUID:
    """Make a role of the restaurant's own; Invalid for a name that another has."""
    with transaction():
        actor.require_everywhere(ROLE_MANAGE)
        hold_owners()
        return make_role(actor, _free_name(name), permissions)


def change_role(actor: Actor, role_id: UUID, name: str, permissions: Iterable[str]) -> None:
    """Rename a role, and say what it lets do; who holds it signs in again where that differs.

    Raises Conflict for the owner's role, and where nobody would be left with the account.
    """
    with transaction():
        was = _hold(actor, role_id)
        # What no act needs yet stands in no form: the role keeps what it holds of that.
        granted = sorted({*permissions, *(was.permissions - ASKED)})
        require_grantable(actor.permissions, granted)
        wanted = was.name if name in (was.name, was.label) else _free_name(name, but=was)
        execute(
            update(Role)
            .where(Role.tenant_id == current_tenant_id(), Role.id == role_id)
            .values(name=wanted, permissions=granted)
        )
        require_an_owner()
        if was.permissions != set(granted):
            end_logins(LoginSession.member_id.in_(_holders(role_id)))
        before = {"permissions": sorted(was.permissions), "name": was.name}
        after = {"permissions": granted, "name": wanted}
        audit.record(
            ROLE_MANAGE, "role", role_id, actor_id=actor.member_id, before=before, after=after
        )


def delete_role(actor: Actor, role_id: UUID) -> None:
    """Delete a role that nobody holds; raises Conflict otherwise."""
    with transaction():
        was = _hold(actor, role_id)
        if _holders(role_id):
            raise Conflict("role_held", "Somebody holds this role. Give them another one first.")
        execute(delete(Role).where(Role.tenant_id == current_tenant_id(), Role.id == role_id))
        before = {"permissions": sorted(was.permissions), "name": was.name}
        audit.record(ROLE_MANAGE, "role", role_id, actor_id=actor.member_id, before=before)


def _hold(actor: Actor, role_id: UUID) -> RoleView:
    """Lock a role that the actor may change: nobody is given it meanwhile."""
    actor.require_everywhere(ROLE_MANAGE)
    hold_owners()
    execute(
        select(Role.id)
        .where(Role.tenant_id == current_tenant_id(), Role.id == role_id)
        .with_for_update()
    )
    role = get_role(role_id)
    if role.is_whole:
        raise Conflict("owner_role", "The owner may do everything: this role stays as it is.")
    require_grantable(actor.permissions, role.permissions)
    return role


def _free_name(name: str, *, but: RoleView | None = None) -> str:
    told = check_name(name)
    taken = {same_name(role.name) for role in roles() if but is None or role.id != but.id}
    if same_name(told) in taken:
        sentence = "Another role has this name."
        raise Invalid("name", sentence, {"name": [sentence]})
    return told


def _holders(role_id: UUID) -> list[UUID]:
    tenant_id = current_tenant_id()
    placed = select(MemberLocation.member_id).where(
        MemberLocation.tenant_id == tenant_id, MemberLocation.role_id == role_id
    )
    found = execute(
        select(Member.id).where(
            Member.tenant_id == tenant_id, or_(Member.role_id == role_id, Member.id.in_(placed))
        )
    ).scalars()
    return list(found)
