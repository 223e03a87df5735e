"""What the brand page sends."""

from marshmallow import fields, validate

from app.core.forms import Name, Trimmed

COLOUR = "Choose a colour."


class ColourForm(Trimmed):
    """A colour that is being looked at."""

    colour = fields.String(
        required=True,
        validate=validate.Regexp(r"#[0-9a-fA-F]{6}\Z", error=COLOUR),
        error_messages={"required": COLOUR},
    )


class BrandForm(ColourForm):
    """Name and colour."""

    name = Name()
