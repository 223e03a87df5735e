"""Where a member works, and in which role there."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, insert, or_, select

from app.core import audit
from app.core.db import execute, transaction
from app.core.errors import Forbidden, Invalid, NotFound
from app.core.ids import new_id
from app.core.model import Json
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.models import Member, MemberLocation, Role
from app.identity.permissions import STAFF_MANAGE, TENANT_MANAGE, require_grantable
from app.identity.queries import permissions_by_place
from app.tenancy.queries import LocationView, locations

Place = tuple[UUID, UUID | None]
Permissions = Mapping[UUID, list[str]]  # by role


def place_member(actor: Actor, member_id: UUID, places: Sequence[Place]) -> None:
    """Say where a member works: location and the role that counts there (None: his own).

    No places means every location, those to come included. Whoever places must have staff.manage
    and all that the member had and gets, at each place. Raises NotFound for a member,
    a location or a role that is not there, Invalid for a location named twice. Counts from the
    member's next request on.
    """
    with transaction():
        before = get_standing(member_id, lock=True)
        require_manages(actor, before)
        require_placeable(actor, member_id, before.permissions_at(None), places)
        was = _places_of(member_id)
        _write(member_id, places)
        audit.record(
            STAFF_MANAGE,
            "member",
            member_id,
            actor_id=actor.member_id,
            before=told(was),
            after=told(places),
        )


def require_placeable(
    actor: Actor, member_id: UUID, own: frozenset[str], places: Sequence[Place]
) -> None:
    """Raise unless the actor manages a member who may do `own` and works at these places.

    NotFound for a location or a role that is not there, Invalid for a location named twice,
    Forbidden otherwise.
    """
    _require_known(places)
    require_manages(actor, _standing(member_id, own, places, _roles_at(places)))


def add_places(member_id: UUID, places: Sequence[Place]) -> None:
    """Write the places of a member who has none yet; asked by commands of the staff alone."""
    rows = [
        {
            "tenant_id": current_tenant_id(),
            "id": new_id(),
            "member_id": member_id,
            "location_id": location_id,
            "role_id": role_id,
        }
        for location_id, role_id in places
    ]
    if rows:
        execute(insert(MemberLocation), rows)


def get_standing(member_id: UUID, *, lock: bool = False) -> Actor:
    """A member as one who acts at no location; raises NotFound, also for one who was erased."""
    statement = (
        select(Role.permissions)
        .join(Member, and_(Member.tenant_id == Role.tenant_id, Member.role_id == Role.id))
        .where(
            Member.tenant_id == current_tenant_id(),
            Member.id == member_id,
            Member.erased_at.is_(None),
        )
    )
    own = execute(statement.with_for_update(of=Member) if lock else statement).scalar_one_or_none()
    if own is None:
        raise NotFound("no_member", "There is no such member.")
    places = _places_of(member_id)
    return _standing(member_id, frozenset(own), places, _roles_at(places))


def standings() -> dict[UUID, Actor]:
    """Every member who was not erased as `get_standing` has him: three statements for them all."""
    tenant_id = current_tenant_id()
    held = execute(select(Role.id, Role.permissions).where(Role.tenant_id == tenant_id))
    roles = {row.id: row.permissions for row in held}
    places: dict[UUID, list[Place]] = defaultdict(list)
    for row in execute(
        select(MemberLocation.member_id, MemberLocation.location_id, MemberLocation.role_id).where(
            MemberLocation.tenant_id == tenant_id
        )
    ):
        places[row.member_id].append((row.location_id, row.role_id))
    members = execute(
        select(Member.id, Member.role_id).where(
            Member.tenant_id == tenant_id, Member.erased_at.is_(None)
        )
    )
    return {
        one.id: _standing(one.id, frozenset(roles[one.role_id]), places[one.id], roles)
        for one in members
    }


def told(places: Sequence[Place]) -> Json:
    """Places as the audit trail keeps them: role by location, None for the member's own."""
    return {"places": {str(place): str(role) if role else None for place, role in places}}


def require_covers(actor: Actor, other: Actor) -> None:
    """Raise Forbidden unless the actor works wherever the other does, and may do as much there.

    Else whoever manages the staff of one place could make himself, or a friend, more elsewhere.
    """
    _require_places(actor, other.location_ids)
    for place in {None, *other.places, *(other.location_ids or ())}:
        require_grantable(actor.permissions_at(place), other.permissions_at(place))


def require_manages(actor: Actor, other: Actor) -> None:
    """Raise Forbidden unless the actor covers the other, and has staff.manage where he works."""
    for place in _workplaces(other):
        actor.at(place).require(STAFF_MANAGE)
    require_covers(actor, other)


def manages(actor: Actor, other: Actor) -> bool:
    """Tell the same: a page offers what is done to others where it would be allowed."""
    return _passes(require_manages, actor, other)


def covers(actor: Actor, other: Actor) -> bool:
    """Tell whether the actor covers the other, as `require_covers` has it."""
    return _passes(require_covers, actor, other)


def placements() -> Select[Any]:
    """The rows of places of the member in whose statement this stands."""
    return select(MemberLocation.id).where(
        MemberLocation.tenant_id == Member.tenant_id, MemberLocation.member_id == Member.id
    )


def works_everywhere() -> ColumnElement[bool]:
    """The condition that a member has no places, and so works at every location."""
    return ~placements().exists()


def manages_account() -> ColumnElement[bool]:
    """The condition that a member manages the restaurant's account; asks of Member and its Role."""
    return and_(Member.active, Role.permissions.contains([TENANT_MANAGE]), works_everywhere())


def works_at(location_ids: Collection[UUID]) -> ColumnElement[bool]:
    """The condition that a member works at one of these locations at least."""
    here = placements().where(MemberLocation.location_id.in_(location_ids))
    return or_(works_everywhere(), here.exists())


def places_of(actor: Actor, permission: str) -> list[LocationView]:
    """The locations where the actor works and has a permission, by name; he is told of no other."""
    where = actor.places_where(permission)
    return [place for place in locations() if where is None or place.id in where]


def _passes(requirement: Callable[[Actor, Actor], None], actor: Actor, other: Actor) -> bool:
    try:
        requirement(actor, other)
    except Forbidden:
        return False
    return True


def _workplaces(member: Actor) -> Collection[UUID | None]:
    """Where a member works; None for everywhere."""
    return member.location_ids or (None,)


def _require_places(actor: Actor, location_ids: frozenset[UUID] | None) -> None:
    """Raise Forbidden (`location`) unless the actor works at all of these; None: everywhere."""
    if location_ids is None and actor.location_ids is not None:
        raise Forbidden("location", "Who works at some locations cannot answer for all of them.")
    for location_id in location_ids or ():
        actor.require_at(location_id)


def _require_known(places: Sequence[Place]) -> None:
    wanted = [location_id for location_id, _role in places]
    if len(set(wanted)) < len(wanted):
        sentence = "A location is named twice."
        raise Invalid("places", sentence, {"places": [sentence]})
    if set(wanted) - {place.id for place in locations()}:
        raise NotFound("no_location", "There is no such location.")


def _standing(
    member_id: UUID, own: frozenset[str], places: Sequence[Place], roles: Permissions
) -> Actor:
    held = {place: roles[role_id] if role_id else None for place, role_id in places}
    return Actor(member_id, own, frozenset(held) or None, permissions_by_place(own, held))


def _roles_at(places: Sequence[Place]) -> Permissions:
    """Permissions by role of the roles that count at these places; raises NotFound."""
    role_ids = {role_id for _place, role_id in places if role_id}
    if not role_ids:
        return {}
    rows = execute(
        select(Role.id, Role.permissions).where(
            Role.tenant_id == current_tenant_id(), Role.id.in_(role_ids)
        )
    ).all()
    if len(rows) < len(role_ids):
        raise NotFound("no_role", "There is no such role.")
    return {row.id: row.permissions for row in rows}


def _places_of(member_id: UUID) -> list[Place]:
    rows = execute(
        select(MemberLocation.location_id, MemberLocation.role_id)
        .where(
            MemberLocation.tenant_id == current_tenant_id(), MemberLocation.member_id == member_id
        )
        .order_by(MemberLocation.location_id)
    ).all()
    return [(row.location_id, row.role_id) for row in rows]


def _write(member_id: UUID, places: Sequence[Place]) -> None:
    tenant_id = current_tenant_id()
    execute(
        delete(MemberLocation).where(
            MemberLocation.tenant_id == tenant_id, MemberLocation.member_id == member_id
        )
    )
    add_places(member_id, places)
