"""What the pages of an account send."""

from marshmallow import Schema, fields, validate

from app.core.forms import Email, Words
from app.core.words import LONGEST_NAME
from app.identity.strength import LONGEST

_TEXT = (validate.Length(1, 256), validate.ContainsNoneOf("\0"))


class PasswordForm(Schema):
    """The present password and the new one."""

    current_password = fields.String(required=True, validate=_TEXT)
    password = fields.String(required=True, validate=_TEXT)


class NewPasswordForm(Schema):
    """A password chosen by a mailed link."""

    password = fields.String(required=True, validate=_TEXT)


class StrengthForm(Schema):
    """A password while it is typed, and what stands beside it, of which it must not be made."""

    password = fields.String(load_default="", validate=validate.Length(max=LONGEST))
    email = fields.String(load_default="", validate=validate.Length(max=254))
    name = Words(LONGEST_NAME, load_default="")
    restaurant = Words(LONGEST_NAME, load_default="")


class AppForm(Schema):
    """The first code of an authenticator app."""

    code = fields.String(required=True, validate=_TEXT)


class PasskeyForm(Schema):
    """What the browser says of a new passkey, and what its owner calls it."""

    passkey = fields.String(required=True, validate=validate.Length(1, 16_384))
    name = Words(LONGEST_NAME, load_default="")


class EmailForm(Schema):
    """An address, and nothing else; it is never said whether it has an account."""

    email = Email(required=True)


class RemovalForm(Schema):
    """The password, where the last factor goes."""

    password = fields.String(load_default="", validate=validate.Length(max=256))
