"""What the token endpoint and the pages of access by programs are sent."""

from marshmallow import Schema, fields, validate

from app.core.forms import Name, Several
from app.identity.permissions import ASKED

# What parameters are made of (RFC 6749, appendix A).
_TEXT = validate.Regexp(r"[\x20-\x7e]{0,2000}\Z", error="At most 2,000 ASCII characters.")
# How long a machine's key holds, in days; 0 until somebody revokes it.
DURATIONS = (90, 365, 30, 0)


class TokenRequest(Schema):
    """RFC 6749: what is needed depends on `grant_type`."""

    grant_type = fields.String(required=True, validate=_TEXT)
    client_id = fields.String(load_default="", validate=_TEXT)
    client_secret = fields.String(load_default="", validate=_TEXT)
    refresh_token = fields.String(load_default="", validate=_TEXT)
    scope = fields.String(load_default="", validate=_TEXT)


class RevocationRequest(Schema):
    """RFC 7009: a hint of what kind the token is may come with it, and is not needed."""

    token = fields.String(required=True, validate=_TEXT)


class GrantForm(Schema):
    """What a program may do, and what it is called."""

    name = Name()
    scopes = Several(
        fields.String(validate=validate.OneOf(ASKED)),
        len(ASKED),
        "permissions",
        required=True,
        validate=validate.Length(1, error="Choose at least one thing that it may do."),
    )


class KeyForm(GrantForm):
    """The same for a machine, which gets in for so many days."""

    days = fields.Integer(required=True, validate=validate.OneOf(DURATIONS))
