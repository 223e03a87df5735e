"""A plain sign for a demo restaurant: a plate between a fork and a knife."""

from io import BytesIO

SIDE = 512
WHITE = "white"


def draw_logo(colour: str) -> bytes:
    """A PNG of 512 × 512 pixels in a colour (#rrggbb), transparent around."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 (needed once in the life of a demo)

    image = Image.new("RGBA", (SIDE, SIDE))
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((0, 0, SIDE - 1, SIDE - 1), 96, fill=colour)
    pen.ellipse((156, 156, 356, 356), outline=WHITE, width=22)
    pen.ellipse((206, 206, 306, 306), outline=WHITE, width=14)
    for x in (66, 92, 118):
        pen.rounded_rectangle((x - 7, 130, x + 7, 230), 7, fill=WHITE)
    pen.rounded_rectangle((59, 216, 125, 250), 16, fill=WHITE)
    pen.rounded_rectangle((82, 230, 102, 386), 10, fill=WHITE)
    pen.rounded_rectangle((396, 126, 446, 276), 24, fill=WHITE)
    pen.rounded_rectangle((410, 230, 430, 386), 10, fill=WHITE)
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
