"""What a socket may watch, and how the application decides who may watch it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from app.core.errors import NotFound


class Named(Protocol):
    """A tenant or a location, as far as the stream needs it."""

    @property
    def id(self) -> UUID:
        """Its id."""

    @property
    def slug(self) -> str:
        """Its part of an address."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The whole of a view as HTML, and where a page puts it."""

    content: str
    target: str
    swap: str


@dataclass(frozen=True, kw_only=True)
class StreamView:
    """A kind of view: who may watch it, and its snapshot.

    `snapshot(tenant, location, key)` raises NotFound for a key that is not the location's.
    Without one the view's frames hold no content, only topics.
    """

    permission: str
    snapshot: Callable[[Any, Any, str], Shown] | None = None


@dataclass(frozen=True, kw_only=True)
class Gate:
    """What the socket endpoint asks of sign-in.

    `admit(permission, view)` returns the id of what lets the caller in (a login session, or a
    screen's entry), or raises Forbidden or NotFound; `ended(ids)` says which of these are over
    in the tenant in scope.
    """

    admit: Callable[[str, str], UUID]
    ended: Callable[[Collection[UUID]], set[UUID]]


def view_of(views: Mapping[str, StreamView], name: str) -> StreamView:
    """The kind of view that a name such as "kitchen:<station id>" asks for; raises NotFound."""
    kind, _, key = name.partition(":")
    found = views.get(kind)
    if found is None or bool(key) != (found.snapshot is not None):
        raise NotFound("no_view", "There is no such view.")
    return found
