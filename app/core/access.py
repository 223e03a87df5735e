"""What each route asks of its caller, written on the view; an undeclared route fails a test."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, request

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public"
SIGNED_IN = "signed in"
PAIRED = "paired"


def public(view: View) -> View:
    """Anybody may call this."""
    return _mark(view, PUBLIC)


def signed_in(view: View) -> View:
    """Any member of the tenant may call this."""
    return _mark(view, SIGNED_IN)


def paired(view: View) -> View:
    """Any device that a manager has paired may call this, with or without a person at it."""
    return _mark(view, PAIRED)


def for_screens(*kinds: str) -> Callable[[View], View]:
    """Also a paired screen of these kinds may call this, where nobody is signed in.

    What says nothing about screens is closed to them, whatever it asks of people.
    """

    def mark(view: View) -> View:
        view.__dict__["screens"] = kinds
        return view

    return mark


def proven_lately(view: View) -> View:
    """Who calls this has proven who they are within the last minutes, or is asked to first."""
    view.__dict__["proven_lately"] = True
    return view


def in_own_browser(view: View) -> View:
    """This changes somebody's account, which other restaurants know too: never at a shared tablet.

    There a PIN lets people in, and whoever manages the staff may set it.
    """
    view.__dict__["in_own_browser"] = True
    return view


def requires(
    permission: str, *, or_ask: bool = False, everywhere: bool = False, somewhere: bool = False
) -> Callable[[View], View]:
    """Only a member with this permission, at this location, may call this.

    `or_ask`: it only leads to the act, so that who can have the act approved may call it too.
    `everywhere`: it concerns the whole restaurant, and is for who works at every location.
    `somewhere`: it concerns locations that the address does not name, and is for who has the
    permission at one of them; the view shows those, and its commands ask at the location.
    """

    def mark(view: View) -> View:
        view.__dict__["or_ask"] = or_ask
        view.__dict__["everywhere"] = everywhere
        view.__dict__["somewhere"] = somewhere
        return _mark(view, permission)

    return mark


def for_programs(view: View) -> View:
    """This speaks JSON, refusals included, and takes an access token in place of a cookie."""
    view.__dict__["for_programs"] = True
    return view


def is_for_programs(view: Callable[..., Any] | None) -> bool:
    """Whether a view is for programs."""
    return bool(getattr(view, "for_programs", False))


def find_view() -> Callable[..., Any] | None:
    """The view of this request, or None where the address leads nowhere."""
    return current_app.view_functions.get(request.endpoint or "")


def bearer_token() -> str | None:
    """The access token of a request that may carry one; cookies say nothing beside it."""
    given = request.authorization
    if given is None or given.type != "bearer" or not is_for_programs(find_view()):
        return None
    return given.token or ""


def _mark(view: View, access: str) -> View:
    view.__dict__["access"] = access
    return view


def access_of(view: Callable[..., Any]) -> str | None:
    """What a view asks for: one of the three words, a permission's name, or None (undeclared)."""
    found: str | None = getattr(view, "access", None)
    return found


def screens_of(view: Callable[..., Any]) -> tuple[str, ...]:
    """The kinds of screens that may call a view without a person."""
    found: tuple[str, ...] = getattr(view, "screens", ())
    return found


def asks_for_proof(view: Callable[..., Any]) -> bool:
    """Whether a proof of long ago is not enough for a view."""
    return bool(getattr(view, "proven_lately", False))


def needs_own_browser(view: Callable[..., Any]) -> bool:
    """Whether a view is closed to sessions at a shared tablet."""
    return bool(getattr(view, "in_own_browser", False))


def leads_to_asking(view: Callable[..., Any]) -> bool:
    """Whether a view is also for who can have the act that it leads to approved."""
    return bool(getattr(view, "or_ask", False))


def is_for_everywhere(view: Callable[..., Any]) -> bool:
    """Whether a view is for who works at every location alone."""
    return bool(getattr(view, "everywhere", False))


def is_for_somewhere(view: Callable[..., Any]) -> bool:
    """Whether a view is for who has its permission at one location at least."""
    return bool(getattr(view, "somewhere", False))
