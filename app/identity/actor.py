"""Who acts: the member, what they may do, and where."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from app.core.errors import Forbidden, NotFound
from app.identity.errors import Lacks
from app.identity.permissions import PERMISSIONS

Places = Mapping[UUID | None, frozenset[str]]


@dataclass(frozen=True)
class Screen:
    """A screen that needs no person: its kind, and the stations whose boards it shows."""

    kind: str
    station_ids: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Actor:
    """A member at work. `location_ids` is None for one who works at every location.

    `permissions` are those that count where the actor stands. Where roles differ by place,
    `places` has the permissions of each such location, and under None those of the member's
    own role, which counts everywhere else and at addresses of no location.
    With a `screen` nobody is at work there: `member_id` is then the device's id. `can_ask` is where
    somebody who may can approve an act: at a tablet, for what is done at its location.
    """

    member_id: UUID
    permissions: frozenset[str]
    location_ids: frozenset[UUID] | None = None
    places: Places = field(default_factory=dict, hash=False)
    screen: Screen | None = None
    can_ask: bool = False

    def may(self, permission: str) -> bool:
        """Tell whether the actor has a permission; a name that does not exist is a KeyError."""
        return PERMISSIONS[permission].name in self.permissions

    def require(self, permission: str) -> None:
        """Raise Lacks, which is Forbidden, unless the actor has the permission."""
        if not self.may(permission):
            raise Lacks(permission)

    def may_everywhere(self, permission: str) -> bool:
        """Tell whether the actor has a permission and works at every location."""
        return self.location_ids is None and self.may(permission)

    def require_everywhere(self, permission: str) -> None:
        """Raise Forbidden unless the actor has the permission and works at every location.

        For what belongs to the whole restaurant. A tablet stands at one location, and so does
        whoever works at it.
        """
        self.require(permission)
        if not self.may_everywhere(permission):
            raise Forbidden(
                "location",
                "This concerns every location: it needs somebody who works at all of them,"
                " away from the tablets.",
            )

    def places_where(self, permission: str) -> frozenset[UUID] | None:
        """The actor's locations where he has a permission; None: all, those to come included."""
        if self.location_ids is None:
            return None if permission in self.permissions_at(None) else frozenset()
        return frozenset(at for at in self.location_ids if permission in self.permissions_at(at))

    def may_somewhere(self, permission: str) -> bool:
        """Tell whether the actor has a permission at one of his locations at least."""
        where = self.places_where(permission)
        return where is None or bool(where)

    def require_somewhere(self, permission: str) -> None:
        """Raise Lacks unless the actor has the permission at one of his locations."""
        if not self.may_somewhere(permission):
            raise Lacks(permission)

    def may_ask(self, permission: str) -> bool:
        """Tell whether the actor has a permission, or can have an act approved where he is."""
        return self.can_ask or self.may(permission)

    def require_or_ask(self, permission: str) -> None:
        """Raise Lacks unless the actor may do it or ask: for what only leads to the act."""
        if not self.can_ask:
            self.require(permission)

    def is_at(self, location_id: UUID) -> bool:
        """Tell whether the actor works at a location."""
        return self.location_ids is None or location_id in self.location_ids

    def require_at(self, location_id: UUID) -> None:
        """Raise Forbidden (`location`) unless the actor works at the location."""
        if not self.is_at(location_id):
            raise Forbidden("location", "You do not work at this location.")

    def at(self, location_id: UUID | None) -> "Actor":
        """The same member standing at a location, with what counts there; None: at none."""
        can_ask = self.can_ask and location_id is not None
        return replace(self, permissions=self.permissions_at(location_id), can_ask=can_ask)

    def permissions_at(self, location_id: UUID | None) -> frozenset[str]:
        """What counts at a location, or by the member's own role (None)."""
        own = self.places.get(None, self.permissions)
        return self.places.get(location_id, own)

    def watches(self, station_id: UUID) -> bool:
        """Tell whether a station's board is the actor's: a person's are all of the location."""
        return self.screen is None or station_id in self.screen.station_ids

    def require_station(self, station_id: UUID) -> None:
        """Raise NotFound (`no_station`) where a screen is not for this station."""
        if not self.watches(station_id):
            raise NotFound("no_station", "There is no such station.")
