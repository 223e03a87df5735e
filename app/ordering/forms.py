"""What the tablet's forms may say."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, pre_load, validate
from werkzeug.datastructures import MultiDict

from app.core.forms import Several, Words
from app.core.ids import new_id
from app.core.words import LONGEST_NOTE
from app.menu.allergens import ALLERGENS
from app.ordering.commands import LineEdit, NewLine

MOST_SEATS = 99
MOST_COURSES = 9
MOST_CHOICES = 50  # on one line
MOST_SERVED = 1000  # lines at once
LONGEST_PICKUP_NAME = 60
CHOICE = "choice-"  # radio groups need a name each; what follows is the group's id


class _Form(Schema):
    @pre_load
    def _flatten(self, data: MultiDict[str, str], **_: Any) -> dict[str, Any]:
        """One value of each field, all of a list's; fields left empty count as missing."""
        given: dict[str, list[str]] = defaultdict(list)
        for name in data:
            field = "modifier_ids" if name.startswith(CHOICE) else name
            given[field] += [value for value in data.getlist(name) if value.strip()]
        many = {n for n, field in self.fields.items() if isinstance(field, fields.List)}
        return {n: v if n in many else v[0] for n, v in given.items() if v}


class SeatForm(_Form):
    """A party for a free table."""

    table_id = fields.UUID(required=True)
    guests = fields.Integer(load_default=1)


class OrderForm(_Form):
    """A counter or takeaway order."""

    service_type = fields.String(
        load_default="takeaway", validate=validate.OneOf(["dine_in", "takeaway"])
    )
    pickup_name = Words(LONGEST_PICKUP_NAME, load_default="")


class LineForm(_Form):
    """What may be said about a line, new or old."""

    quantity = fields.Decimal(load_default=1, places=3)
    modifier_ids = Several(fields.UUID(), MOST_CHOICES, "choices", load_default=list)
    note = Words(LONGEST_NOTE, load_default="")
    course = fields.Integer(load_default=None, validate=validate.Range(0, MOST_COURSES))
    on_hold = fields.Boolean(load_default=False)
    seats = Several(
        fields.Integer(validate=validate.Range(1, MOST_SEATS)),
        MOST_SEATS,
        "seats",
        load_default=list,
    )
    allergies = Several(
        fields.String(validate=validate.OneOf(ALLERGENS)),
        len(ALLERGENS),
        "allergies",
        load_default=list,
    )


class NewLineForm(LineForm):
    """A line to add; its id may come from the browser."""

    variant_id = fields.UUID(required=True)
    line_id = fields.UUID(load_default=new_id)


class VersionForm(_Form):
    """The version that somebody looked at."""

    version = fields.Integer(required=True)


class VoidForm(VersionForm):
    """Why a line is voided, and whether it was made."""

    reason = Words(LONGEST_NOTE, load_default="")
    reason_text = Words(LONGEST_NOTE, load_default="")
    made = fields.Boolean(required=True, error_messages={"required": "Say whether it was made."})


class ServeForm(_Form):
    """Which lines were brought; none named: all that are ready."""

    line_ids = Several(fields.UUID(), MOST_SERVED, "lines", load_default=list)


class CancelForm(_Form):
    """Why an order is given up."""

    reason = Words(LONGEST_NOTE, load_default="")


def new_line(said: dict[str, Any]) -> NewLine:
    """The line that a NewLineForm asks for."""
    return NewLine(line_id=said["line_id"], variant_id=said["variant_id"], **_of_line(said))


def line_edit(said: dict[str, Any]) -> LineEdit:
    """The edit that a LineForm asks for."""
    return LineEdit(**_of_line(said))


def _of_line(said: dict[str, Any]) -> dict[str, Any]:
    modifier_ids: list[UUID] = said["modifier_ids"]
    seats = tuple(sorted(set(said["seats"])))
    # An allergy is somebody's where the line is one person's, else the table's.
    seat = seats[0] if len(seats) == 1 else None
    return {
        "quantity": said["quantity"],
        "modifier_ids": tuple(modifier_ids),
        "note": said["note"],
        "course": said["course"],
        "on_hold": said["on_hold"],
        "seats": seats,
        "allergies": tuple((allergen, seat) for allergen in dict.fromkeys(said["allergies"])),
    }
