"""What the kitchen's screens send."""

from marshmallow import Schema, fields


class VersionForm(Schema):
    """The version of the ticket that the cook saw."""

    version = fields.Integer(required=True)


class TickForm(Schema):
    """Whether the line is done now."""

    done = fields.Boolean(required=True)


class SeenForm(Schema):
    """The tickets that a screen has shown."""

    ticket = fields.List(fields.UUID(), required=True)
