"""What the devices' pages and the devices themselves send."""

from marshmallow import Schema, fields, validate

from app.core.forms import Several, Trimmed, Words

_NAME = "Give it a name."
MOST_STATIONS = 100
KINDS = ("tablet", "kitchen", "pickup")


class ChangeForm(Trimmed):
    """A device's name, and what a kitchen screen shows."""

    name = Words(
        60,
        required=True,
        validate=validate.Length(1, error=_NAME),
        error_messages={"required": _NAME},
    )
    station_ids = Several(fields.UUID(), MOST_STATIONS, "stations", load_default=list)


class NewDeviceForm(ChangeForm):
    """A device to be paired, and where it stands."""

    location_id = fields.UUID(required=True, error_messages={"required": "Say where it stands."})
    kind = fields.String(
        required=True,
        validate=validate.OneOf(KINDS, error="Choose what it is."),
        error_messages={"required": "Choose what it is."},
    )


class CodeForm(Schema):
    """The code that somebody typed, or that the QR brought."""

    code = fields.String(required=True, validate=validate.Length(1, 40, error="Type the code."))


class ReportForm(Schema):
    """What a device says of itself once a minute."""

    battery = fields.Integer(load_default=None, validate=validate.Range(0, 100))
    version = fields.String(load_default=None, validate=validate.Regexp(r"[0-9a-z.-]{1,40}\Z"))
