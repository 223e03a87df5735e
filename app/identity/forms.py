"""What the sign-in page and the PIN pad send."""

from marshmallow import Schema, fields, validate

from app.core.forms import Email

_TEXT = (validate.Length(1, 256), validate.ContainsNoneOf("\0"))


class SignInForm(Schema):
    """E-mail and password; `next` is where to go on to."""

    email = Email(required=True)
    password = fields.String(required=True, validate=_TEXT)
    next = fields.String(load_default="")


class PinForm(Schema):
    """Who takes over, and the PIN; `was` is who was at the page that the sheet lies over."""

    member_id = fields.UUID(required=True, error_messages={"required": "Choose who you are."})
    pin = fields.String(
        required=True, validate=validate.Regexp(r"[0-9]{4}\Z", error="Four digits.")
    )
    was = fields.UUID(load_default=None)
    next = fields.String(load_default="")
