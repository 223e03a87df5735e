"""What the pages of the staff send, and what an invited person fills in."""

from typing import Any

from flask import Request
from marshmallow import Schema, fields, validate

from app.core.forms import Email, Name, Several, read
from app.identity.forms import Pin
from app.identity.permissions import ASKED
from app.identity.places import Place
from app.identity.staff.domain import STATES
from app.identity.staff.people import Work

_TEXT = (validate.Length(1, 256), validate.ContainsNoneOf("\0"))
MOST_PLACES = 1000
ROLE_AT = "role_at-"  # what follows is a location's id


class PlaceForm(Schema):
    """A location, and the role there where it is not the person's own."""

    location_id = fields.UUID(required=True)
    role_id = fields.UUID(load_default=None)


class WorkForm(Schema):
    """Name, role and places."""

    name = Name()
    role_id = fields.UUID(required=True, error_messages={"required": "Choose a role."})
    places = Several(fields.Nested(PlaceForm), MOST_PLACES, "locations", load_default=list)


class PinForm(Schema):
    """A PIN; empty: one by lot."""

    pin = Pin(or_none=True)


class InvitedForm(WorkForm):
    """Somebody new who is invited."""

    email = Email(required=True)


class HiredForm(WorkForm, PinForm):
    """Somebody new who signs in by PIN; empty: one by lot."""


class AcceptForm(Schema):
    """A password and a PIN."""

    password = fields.String(required=True, validate=_TEXT)
    pin = Pin()


class RoleForm(Schema):
    """A role's name and what it lets do."""

    name = Name()
    permissions = Several(
        fields.String(validate=validate.OneOf(ASKED)), len(ASKED), "permissions", load_default=list
    )


class PeopleForm(Schema):
    """What stands in the address of the list. A filter that means nothing is left out."""

    q = fields.String(load_default="", validate=validate.Length(max=100))
    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    role = fields.UUID(load_default=None)
    location = fields.UUID(load_default=None)
    page = fields.Integer(load_default=1, validate=validate.Range(1, 10_000))


def read_work(request: Request) -> Work:
    """Name, role and places as a form sent them; raises Invalid."""
    return _work(_read(WorkForm, request))


def read_invited(request: Request) -> tuple[Work, str]:
    """The same of somebody new, and the e-mail; raises Invalid with all that is wrong."""
    found = _read(InvitedForm, request)
    return _work(found), found["email"]


def read_hired(request: Request) -> tuple[Work, str]:
    """The same, and the PIN."""
    found = _read(HiredForm, request)
    return _work(found), found["pin"]


def _read(schema: type[WorkForm], request: Request) -> Any:
    form = request.form
    places = [
        _given(location_id=place, role_id=form.get(ROLE_AT + place))
        for place in form.getlist("location_ids")
    ]
    return read(schema, {**_given(**form.to_dict()), "places": places})


def _work(found: dict[str, Any]) -> Work:
    return Work(
        name=found["name"],
        role_id=found["role_id"],
        places=tuple((place["location_id"], place["role_id"]) for place in found["places"]),
    )


def read_role(request: Request) -> tuple[str, list[str]]:
    """A role's name and permissions as a form sent them; raises Invalid."""
    form = request.form
    sent = {"name": form.get("name", ""), "permissions": form.getlist("permissions")}
    found = read(RoleForm, sent)
    return found["name"], found["permissions"]


def read_filters(request: Request) -> Any:
    """What the list is narrowed to; raises Invalid."""
    return read(PeopleForm, _given(**request.args.to_dict()))


def chosen_places(request: Request) -> dict[str, str]:
    """The places of a refused form, to be shown again: role by location, as they were sent."""
    return {
        place: request.form.get(ROLE_AT + place, "")
        for place in request.form.getlist("location_ids")
    }


def shown_places(places: tuple[Place, ...]) -> dict[str, str]:
    """The same of a person."""
    return {str(place): str(role) if role else "" for place, role in places}


def _given(**values: Any) -> dict[str, Any]:
    """Fields left empty count as missing."""
    return {name: value for name, value in values.items() if value not in ("", None)}
