"""What each route asks of its caller, written on the view; an undeclared route fails a test."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, request

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public"
SIGNED_IN = "signed in"


def public(view: View) -> View:
    """Anybody may call this."""
    return _mark(view, PUBLIC)


def signed_in(view: View) -> View:
    """Any member of the tenant may call this."""
    return _mark(view, SIGNED_IN)


def requires(permission: str) -> Callable[[View], View]:
    """Only a member with this permission, at this location, may call this."""

    def mark(view: View) -> View:
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
    """What a view asks for: PUBLIC, SIGNED_IN, a permission's name, or None when undeclared."""
    found: str | None = getattr(view, "access", None)
    return found
