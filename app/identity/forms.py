"""What the sign-in page and the PIN pad send."""

from marshmallow import Schema, fields, validate

from app.core.forms import Email
from app.identity.domain import PIN_LENGTH

_TEXT = (validate.Length(1, 256), validate.ContainsNoneOf("\0"))


class Pin(fields.String):
    """A PIN as it is typed. `or_none`: the field may be left empty."""

    def __init__(self, *, or_none: bool = False) -> None:
        sentence = f"A PIN has {PIN_LENGTH} digits."
        digits = f"[0-9]{{{PIN_LENGTH}}}"
        form = validate.Regexp(rf"({digits})?\Z" if or_none else rf"{digits}\Z", error=sentence)
        if or_none:
            super().__init__(load_default="", validate=form)
        else:
            super().__init__(required=True, validate=form)


class SignInForm(Schema):
    """E-mail and password; `next` is where to go on to."""

    email = Email(required=True)
    password = fields.String(required=True, validate=_TEXT)
    next = fields.String(load_default="")


class PinForm(Schema):
    """Who takes over, and the PIN; `was` is who was at the page that the sheet lies over."""

    member_id = fields.UUID(required=True, error_messages={"required": "Choose who you are."})
    pin = Pin()
    was = fields.UUID(load_default=None)
    next = fields.String(load_default="")
