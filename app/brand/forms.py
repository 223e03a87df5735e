"""What the brand page sends."""

from marshmallow import Schema, fields, post_load, validate

NAME = "Write a name of 1 to 60 characters."
COLOUR = "Choose a colour."


class ColourForm(Schema):
    """A colour that is being looked at."""

    colour = fields.String(
        required=True,
        validate=validate.Regexp(r"#[0-9a-fA-F]{6}\Z", error=COLOUR),
        error_messages={"required": COLOUR},
    )


class BrandForm(ColourForm):
    """Name and colour."""

    name = fields.String(
        required=True,
        validate=validate.Regexp(r"\s*[^\s\0][^\0]{0,59}\s*\Z", error=NAME),
        error_messages={"required": NAME},
    )

    @post_load
    def _stripped(self, sent: dict[str, str], **_options: object) -> dict[str, str]:
        return {**sent, "name": " ".join(sent["name"].split())}
