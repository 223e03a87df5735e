"""The steps to an open restaurant: their order, and what is still to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """One page of the opening; the value stands in its address."""

    RESTAURANT = "restaurant"
    LOCATION = "location"
    MENU = "menu"
    TABLES = "tables"
    STAFF = "staff"
    DEVICES = "devices"


# Without these nothing can be sold; the others may be left out.
NEEDED = frozenset({Step.RESTAURANT, Step.LOCATION})
# What comes before what: a menu names the location's stations and taxes.
_AFTER = dict.fromkeys((Step.MENU, Step.TABLES, Step.STAFF, Step.DEVICES), Step.LOCATION)


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a restaurant is: steps that are done, and those that somebody left out."""

    done: frozenset[Step]
    left_out: frozenset[Step]

    @property
    def open_steps(self) -> tuple[Step, ...]:
        """What is still to do, in order."""
        return tuple(step for step in Step if not self.is_settled(step))

    @property
    def next_step(self) -> Step | None:
        """The step to go on with; None where all is settled."""
        return next(iter(self.open_steps), None)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to do."""
        return not self.open_steps

    def is_settled(self, step: Step) -> bool:
        """Whether a step is done or was left out."""
        return step in self.done or step in self.left_out

    def may_begin(self, step: Step) -> bool:
        """Whether what a step stands on is there."""
        return step not in _AFTER or _AFTER[step] in self.done


def progress(facts: Mapping[Step, bool], left_out: frozenset[Step]) -> Progress:
    """What is done follows from what is there; only what was left out is remembered."""
    done = frozenset(step for step, is_there in facts.items() if is_there)
    return Progress(done=done, left_out=left_out - done - NEEDED)


def grid_of_tables(count: int, seats: int) -> list[str]:
    """A floor plan of equal tables in rows, as lines of a floor file (docs/formats.md)."""
    lines = ["area,name,seats,shape,col,row,width,height"]
    for index in range(count):
        row, place = divmod(index, TABLES_IN_A_ROW)
        lines.append(f"Dining room,{index + 1},{seats},square,{place * 4},{row * 3},3,2")
    return lines


TABLES_IN_A_ROW = 6
MOST_TABLES = 30
