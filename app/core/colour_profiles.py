"""The colour profile (ICC) that came with a picture, applied: browsers take ours for sRGB.

Cameras and phones write more saturated colours than sRGB names (Display P3, Adobe RGB), printers
other inks. A profile is an optional courtesy of the sender: one that says nothing is ignored.
"""

from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

# Profiles of printing presses are the largest, and have less.
LARGEST_PROFILE = 2 * 1024 * 1024
# Calculations of any length (ICC.2, multiProcessElement): 80 KB of them take seconds to prepare.
# No camera writes them.
_ENDLESS = b"mpet"


def in_srgb(image: "Image", profile: bytes | None) -> "Image":
    """A picture in RGB, RGBA or CMYK, in the red, green and blue (and alpha) of sRGB.

    Takes some 50 ms a megapixel. A profile that is damaged, or of other colours than the picture
    has, counts for nothing.
    """
    if profile and len(profile) <= LARGEST_PROFILE and _ENDLESS not in profile:
        with suppress(Exception):  # PIL raises whatever a hostile profile leads it to
            return _converted(image, profile)
    return image.convert("RGB") if image.mode == "CMYK" else image


def _converted(image: "Image", profile: bytes) -> "Image":
    from PIL import ImageCms  # noqa: PLC0415 (as in images.py)

    theirs, ours = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    converted = ImageCms.buildTransform(theirs, ours, image.mode, mode).apply(image)
    del converted.info["icc_profile"]  # a WebP would carry it along
    return converted
