"""What the kitchen's screens send."""

from marshmallow import Schema, fields

from app.core.forms import Several

MOST_SEEN = 1000  # tickets at once


class VersionForm(Schema):
    """The version of the ticket that the cook saw."""

    version = fields.Integer(required=True)


class TickForm(Schema):
    """Whether the line is done now."""

    done = fields.Boolean(required=True)


class SeenForm(Schema):
    """The tickets that a screen has shown."""

    ticket = Several(fields.UUID(), MOST_SEEN, "tickets", required=True)
