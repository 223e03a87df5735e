"""What is done by the forms of the staff, and what a refused one is shown with."""

from collections.abc import Callable
from typing import Any

from app.core.errors import Conflict, DomainError, Invalid
from app.identity.actor import Actor
from app.identity.current import current_actor, once

REFUSALS = (Invalid, Conflict)


def act_once(command: Callable[[Actor], object]) -> None:
    """Do what has no result once for each gesture, as the person who is signed in."""

    def act() -> dict[str, Any]:
        command(current_actor())
        return {}

    once(act)


def said(error: DomainError | None) -> dict[str, Any]:
    """Sentences by field, and one for the whole where no field is named."""
    fields = error.fields if isinstance(error, Invalid) else {}
    return {"errors": fields, "sentence": error.sentence if error and not fields else ""}
