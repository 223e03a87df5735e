"""What the devices' pages and the devices themselves send."""

from marshmallow import Schema, fields, validate

_NAME = validate.Regexp(r"[^\0]*[^\0\s][^\0]*\Z", error="Give it a name.")
_LENGTH = validate.Length(max=60, error="A name has at most 60 characters.")
KINDS = ("tablet", "kitchen", "pickup")


class ChangeForm(Schema):
    """A device's name, and what a kitchen screen shows."""

    name = fields.String(
        required=True, validate=(_NAME, _LENGTH), error_messages={"required": "Give it a name."}
    )
    station_ids = fields.List(fields.UUID(), load_default=list)


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
