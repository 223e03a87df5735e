"""Modifier groups: how many may be chosen and how many are included free."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.core.errors import Invalid


@dataclass(frozen=True, kw_only=True)
class ModifierGroup:
    """A group's rules. `most` is None where any number may be chosen."""

    group_id: UUID
    name: str
    least: int = 0
    most: int | None = None
    included_free: int = 0


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A modifier chosen for one unit of an item, `count` times at `price_minor` each."""

    modifier_id: UUID
    group_id: UUID
    price_minor: int
    count: int = 1


def check_modifiers(groups: Sequence[ModifierGroup], chosen: Sequence[Choice]) -> None:
    """Raise Invalid (`modifiers`) with a sentence a group unless the choice keeps every rule.

    `fields` is keyed by the group's id. A choice from a group that the item does not have is
    refused as well.
    """
    counts: dict[UUID, int] = defaultdict(int)
    for choice in chosen:
        counts[choice.group_id] += choice.count
    fields = {
        str(group.group_id): [sentence]
        for group in groups
        if (sentence := _broken_rule(group, counts.pop(group.group_id, 0)))
    }
    for foreign in counts:
        fields[str(foreign)] = ["This choice does not belong to the item."]
    if fields:
        raise Invalid("modifiers", " ".join(s for [s] in fields.values()), fields)


def charges_for_modifiers(
    groups: Sequence[ModifierGroup], chosen: Sequence[Choice]
) -> tuple[int, ...]:
    """Return what each choice adds to the price of one unit, in the order given.

    A group's cheapest choices are the included ones, so that the price does not depend on
    the order of taps and repricing always finds the same total.
    """
    charges = [choice.price_minor * choice.count for choice in chosen]
    for group in groups:
        for i, free in _free_choices(group, chosen):
            charges[i] -= free * chosen[i].price_minor
    return tuple(charges)


def _broken_rule(group: ModifierGroup, count: int) -> str | None:
    if count < group.least:
        return f"{group.name}: choose at least {group.least}."
    if group.most is not None and count > group.most:
        return f"{group.name}: choose at most {group.most}."
    return None


def _free_choices(group: ModifierGroup, chosen: Sequence[Choice]) -> Iterable[tuple[int, int]]:
    mine = [i for i, choice in enumerate(chosen) if choice.group_id == group.group_id]
    left = group.included_free
    for i in sorted(mine, key=lambda i: (chosen[i].price_minor, i)):
        free = min(left, chosen[i].count)
        left -= free
        yield i, free
