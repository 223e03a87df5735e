"""Who acts: the member, what they may do, and where."""

from dataclasses import dataclass
from uuid import UUID

from app.core.errors import Forbidden, NotFound
from app.identity.errors import Lacks
from app.identity.permissions import PERMISSIONS


@dataclass(frozen=True)
class Screen:
    """A screen that needs no person: its kind, and the stations whose boards it shows."""

    kind: str
    station_ids: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Actor:
    """A member at work. `location_ids` is None for one who works at every location.

    With a `screen` nobody is at work there: `member_id` is then the device's id. `can_ask` is where
    somebody who may can approve an act: at a tablet.
    """

    member_id: UUID
    permissions: frozenset[str]
    location_ids: frozenset[UUID] | None = None
    screen: Screen | None = None
    can_ask: bool = False

    def may(self, permission: str) -> bool:
        """Tell whether the actor has a permission; a name that does not exist is a KeyError."""
        return PERMISSIONS[permission].name in self.permissions

    def require(self, permission: str) -> None:
        """Raise Lacks, which is Forbidden, unless the actor has the permission."""
        if not self.may(permission):
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

    def watches(self, station_id: UUID) -> bool:
        """Tell whether a station's board is the actor's: a person's are all of the location."""
        return self.screen is None or station_id in self.screen.station_ids

    def require_station(self, station_id: UUID) -> None:
        """Raise NotFound (`no_station`) where a screen is not for this station."""
        if not self.watches(station_id):
            raise NotFound("no_station", "There is no such station.")
