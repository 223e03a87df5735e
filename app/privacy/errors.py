"""Why something about a person's or a tenant's data is refused."""

from collections.abc import Sequence

from app.core.errors import Conflict, Invalid, NotFound
from app.privacy.domain import Kind


def no_export() -> NotFound:
    """Not there, not ready, or past its time."""
    return NotFound("no_export", "This file is not there, or no longer.")


def no_member() -> NotFound:
    """Not one of ours."""
    return NotFound("no_member", "There is no such person.")


def under_way() -> Conflict:
    """One after the other: whoever waits for one need not order ten."""
    return Conflict(
        "export_under_way", "An export is being put together already. Ask again once it is ready."
    )


def still_open() -> Conflict:
    """A name is needed while the order is under way."""
    return Conflict("order_open", "An order among these is still open. Close it first.")


def oneself() -> Conflict:
    """Somebody must be left to say so."""
    return Conflict("oneself", "You cannot erase yourself. Ask another owner.")


def wrong_slug(slug: str) -> Invalid:
    """The one thing that nobody types by accident."""
    sentence = f"Type {slug} to close the restaurant."
    return Invalid("slug", sentence, {"slug": [sentence]})


def out_of_bounds(kinds: Sequence[Kind]) -> Invalid:
    """Shorter than the product needs, or longer than the law lets it."""
    fields = {kind.name: [f"{kind.least} to {kind.most} days."] for kind in kinds}
    said = "; ".join(f"{kind.words}: {kind.least} to {kind.most} days" for kind in kinds)
    return Invalid("retention", f"{said}.", fields)
