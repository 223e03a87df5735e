"""What a person's and a role's state and name are."""

from collections.abc import Iterable
from typing import Literal

from flask_babel import lazy_gettext as _

from app.core.errors import Invalid
from app.core.words import LONGEST_NAME
from app.identity.permissions import PERMISSIONS, ROLES, Permission

State = Literal["active", "invited", "former"]
STATES: tuple[State, ...] = ("active", "invited", "former")

OWNER = "owner"

# Areas of permissions by the word before the dot, in the order of the roles' page.
AREAS = (
    (_("Orders"), ("order",)),
    (_("Kitchen"), ("kitchen",)),
    (_("Menu and floor"), ("menu", "floor")),
    (_("Payments"), ("payment",)),
    (_("Cash drawers"), ("drawer",)),
    (_("Stock"), ("inventory",)),
    (_("Reports"), ("report", "audit")),
    (_("Staff"), ("staff", "role")),
    (_("The restaurant"), ("settings", "device", "api", "tenant")),
)


def state_of(*, active: bool, invited: bool) -> State:
    """Who works here is active, also while an invitation to sign in by e-mail waits."""
    if active:
        return "active"
    return "invited" if invited else "former"


def check_name(name: str, field: str = "name") -> str:
    """A person's or a role's name without blanks at its ends and doubled ones; Invalid."""
    told = " ".join(name.split())
    if not 0 < len(told) <= LONGEST_NAME:
        sentence = f"A name has 1 to {LONGEST_NAME} characters."
        raise Invalid(field, sentence, {field: [sentence]})
    return told


def role_label(name: str) -> str:
    """A role as people read it: the given ones are named by words of ours."""
    return name.replace("_", " ").capitalize() if name in ROLES else name


def same_name(name: str) -> str:
    """What two roles may not have in common: neither case nor our spelling tells them apart."""
    return name.replace("_", " ").casefold()


def by_area(names: Iterable[str]) -> list[tuple[str, list[Permission]]]:
    """Permissions under the headings of their areas, in the order of their definition."""
    wanted = frozenset(names)
    grouped = [
        (str(label), [it for it in PERMISSIONS.values() if it.name.split(".")[0] in words])
        for label, words in AREAS
    ]
    return [
        (label, chosen)
        for label, found in grouped
        if (chosen := [it for it in found if it.name in wanted])
    ]
