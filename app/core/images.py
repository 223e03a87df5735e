"""Pictures that people send: checked before they are decoded, and drawn anew.

Of what was sent only the pixels survive, in the colours that its profile gives them: no metadata,
no place where it was taken, nothing that another program would read in the same bytes. PIL is
loaded at the first picture.
"""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from math import ceil
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

from app.core.bodies import LARGEST_FILE
from app.core.colour_profiles import in_srgb
from app.core.errors import Invalid, TooLarge, Unavailable, WrongKind

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PIXELS = 25_000_000
# A progressive JPEG says its pixels in some ten passes; each costs as much as the whole picture.
MOST_SCANS = 100
KINDS = ("PNG", "JPEG", "WEBP")
QUALITY = 85
# What its camera has noted of how a picture is held (EXIF 2.32, 4.6.4 A), and how PIL turns it.
ORIENTATION = 0x0112
TURNS = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}
STRIP = 64
PATIENCE_S = 10.0

_SCAN = b"\xff\xda"
# One at a time in a process: 25 megapixels are 100 MB while they are being shrunk.
_place = BoundedSemaphore(1)


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A WebP picture, its size in pixels."""

    body: bytes
    width: int
    height: int


def draw(data: bytes, longest: Sequence[int]) -> list[Drawn]:
    """A PNG, JPEG or WebP picture drawn anew, once for each longest side (pixels, large to small).

    It is turned the way up that its camera noted, and never made larger. Raises TooLarge over
    5 MB, WrongKind for what is no such picture whatever its name, Invalid for more than 25
    megapixels or what cannot be decoded, Unavailable while others are being drawn.
    """
    if not data:
        raise _invalid("Choose a picture.")
    if len(data) > LARGEST_FILE:
        raise TooLarge("picture", f"A picture has at most {LARGEST_FILE // 1024**2} MB.")
    if not _place.acquire(timeout=PATIENCE_S):
        raise Unavailable("pictures", "Other pictures are being drawn. Try again in a moment.")
    try:
        _be_strict()
        return _draw(data, longest)
    finally:
        _place.release()


def grey(data: bytes) -> bytes:
    """One of our own pictures as a PNG in shades of grey on white, for paper."""
    with _library().open(BytesIO(data)) as image:
        page = _library().new("RGBA", image.size, "white")
        page.alpha_composite(image.convert("RGBA"))
    out = BytesIO()
    page.convert("L").save(out, "PNG")
    return out.getvalue()


def fitted(width: int, height: int, longest: int) -> tuple[int, int]:
    """The size of a picture whose longer side is shrunk to `longest` pixels."""
    scale = min(longest / max(width, height), 1)
    return max(round(width * scale), 1), max(round(height * scale), 1)


def _draw(data: bytes, longest: Sequence[int]) -> list[Drawn]:
    image = _opened(data)
    _check(image, data)
    with _refused():
        small = _upright(image, longest[0])
    first = small.resize(fitted(*small.size, longest[0]))
    pixels = in_srgb(first, image.info.get("icc_profile"))
    drawn = []
    for side in longest:
        pixels = pixels.resize(fitted(*pixels.size, side))
        drawn.append(_webp(pixels))
    return drawn


def _be_strict() -> None:
    """Half a picture is none. What makes our PDF tells PIL otherwise, for the whole process."""
    from PIL import ImageFile  # noqa: PLC0415 (see above)

    ImageFile.LOAD_TRUNCATED_IMAGES = False


def _opened(data: bytes) -> "Image":
    """The picture with its head read, and no pixel of it."""
    library = _library()
    try:
        opened: Image = library.open(BytesIO(data), formats=KINDS)
    except (library.DecompressionBombError, library.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except library.UnidentifiedImageError:
        raise WrongKind("picture", "A picture is a PNG, JPEG or WebP file.") from None
    except Exception:  # noqa: BLE001 a decoder raises whatever a hostile file leads it to
        raise _damaged() from None
    return opened


def _check(image: "Image", data: bytes) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise _too_many_pixels()
    if image.format in ("JPEG", "MPO") and data.count(_SCAN) > MOST_SCANS:
        raise _damaged()


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except Exception:  # noqa: BLE001 the same
        raise _damaged() from None


def _upright(image: "Image", longest: int) -> "Image":
    image.draft("RGB", (longest, longest))  # a JPEG is decoded at the next larger eighth
    small = _shrunk(image, longest)
    turn = TURNS.get(image.getexif().get(ORIENTATION, 1))
    return small.transpose(_library().Transpose[turn]) if turn else small


def _shrunk(image: "Image", longest: int) -> "Image":
    """A new picture of at most some twice the size wanted, without whatever came with the pixels.

    Made strip by strip, so that there is never a second copy of the whole.
    """
    mode = "CMYK" if image.mode == "CMYK" else "RGB"
    mode = "RGBA" if image.has_transparency_data else mode
    factor = max(max(image.size) // (2 * longest), 1)
    size = (ceil(image.width / factor), ceil(image.height / factor))
    small: Image = _library().new(mode, size)
    for top in range(0, size[1], STRIP):
        rows = (0, top * factor, image.width, min((top + STRIP) * factor, image.height))
        small.paste(_in_colours(image.crop(rows), mode).reduce(factor), (0, top))
    return small


def _in_colours(image: "Image", mode: str) -> "Image":
    """Red, green and blue (and alpha), or a printer's inks, of eight bits each."""
    if image.mode.startswith("I"):
        image = image.point(lambda level: level / 256).convert("L")
    return image.convert(mode)


def _webp(pixels: "Image") -> Drawn:
    out = BytesIO()
    pixels.save(out, "WEBP", quality=QUALITY, method=4)
    return Drawn(body=out.getvalue(), width=pixels.width, height=pixels.height)


@cache
def _library() -> Any:
    from PIL import Image  # noqa: PLC0415 (see above)

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    # Up to twice as many it would only warn.
    warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
    return Image


def _invalid(sentence: str) -> Invalid:
    return Invalid("picture", sentence, {"picture": [sentence]})


def _too_many_pixels() -> Invalid:
    return _invalid(f"A picture has at most {MOST_PIXELS // 10**6} megapixels.")


def _damaged() -> Invalid:
    return _invalid("This picture is damaged and cannot be read.")
