"""Who acts: the member, what they may do, and where."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from app.core.errors import Forbidden
from app.identity.permissions import PERMISSIONS

Places = Mapping[UUID | None, frozenset[str]]


@dataclass(frozen=True)
class Actor:
    """A member at work. `location_ids` is None for one who works at every location.

    `permissions` are those that count where the actor stands. Where roles differ by place,
    `places` has the permissions of each such location, and under None those of the member's
    own role, which counts everywhere else and at addresses of no location.
    """

    member_id: UUID
    permissions: frozenset[str]
    location_ids: frozenset[UUID] | None = None
    places: Places = field(default_factory=dict, hash=False)

    def may(self, permission: str) -> bool:
        """Tell whether the actor has a permission; a name that does not exist is a KeyError."""
        return PERMISSIONS[permission].name in self.permissions

    def require(self, permission: str) -> None:
        """Raise Forbidden (`permission`) unless the actor has the permission."""
        if not self.may(permission):
            act = PERMISSIONS[permission].description
            raise Forbidden("permission", f"You may not {act}.")

    def is_at(self, location_id: UUID) -> bool:
        """Tell whether the actor works at a location."""
        return self.location_ids is None or location_id in self.location_ids

    def require_at(self, location_id: UUID) -> None:
        """Raise Forbidden (`location`) unless the actor works at the location."""
        if not self.is_at(location_id):
            raise Forbidden("location", "You do not work at this location.")

    def at(self, location_id: UUID | None) -> "Actor":
        """The same member standing at a location, with what counts there; None: at none."""
        return replace(self, permissions=self.permissions_at(location_id))

    def permissions_at(self, location_id: UUID | None) -> frozenset[str]:
        """What counts at a location, or by the member's own role (None)."""
        own = self.places.get(None, self.permissions)
        return self.places.get(location_id, own)
