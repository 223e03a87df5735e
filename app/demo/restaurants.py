"""Opening a restaurant: directory row, location, roles and members in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.core.db import transaction
from app.core.ids import new_id
from app.core.tenant import tenant_scope
from app.identity.actor import Actor
from app.identity.commands import NewMember, add_member, make_given_roles
from app.identity.permissions import ALL
from app.tenancy.commands import NewLocation, open_location, open_tenant
from app.tenancy.queries import LocationView, get_location_by_id


@dataclass(frozen=True, kw_only=True)
class OpenedRestaurant:
    """A restaurant that is ready for its menu; members by name."""

    tenant_id: UUID
    location: LocationView
    members: dict[str, UUID]


def open_restaurant(
    slug: str,
    name: str,
    location: NewLocation,
    members: Sequence[NewMember],
    *,
    tenant_id: UUID | None = None,
) -> OpenedRestaurant:
    """Open a tenant with one location and its people; the first member founds it.

    Asked outside any tenant, or within the one of the id given. Raises Invalid for a slug that
    cannot be one; a slug that is taken is the database's IntegrityError.
    """
    tenant_id, founder = tenant_id or new_id(), Actor(new_id(), ALL)
    with tenant_scope(tenant_id), transaction():
        open_tenant(slug, name, tenant_id)
        location_id = open_location(location)
        make_given_roles(founder)
        ids = [founder.member_id, *(new_id() for _ in members[1:])]
        for member_id, member in zip(ids, members, strict=True):
            add_member(founder, member, member_id=member_id)
        opened = get_location_by_id(location_id)
    names = [member.name for member in members]
    return OpenedRestaurant(
        tenant_id=tenant_id, location=opened, members=dict(zip(names, ids, strict=True))
    )
