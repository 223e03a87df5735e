"""What the page of domains sends."""

from marshmallow import Schema, fields, validate


class DomainForm(Schema):
    """A host name as somebody types it."""

    host = fields.String(
        required=True,
        validate=(
            validate.Length(1, 300, error="Type a domain, such as menu.example.com."),
            validate.ContainsNoneOf("\0"),
        ),
    )
