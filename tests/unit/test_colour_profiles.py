"""Pictures look as they do where they were made: their colour profile is applied."""

import time
from io import BytesIO

import pytest
from PIL import Image

from app.core.colour_profiles import LARGEST_PROFILE
from app.core.images import draw
from tests.support import pictures
from tests.support.profiles import (
    ADOBE_RGB,
    DISPLAY_P3,
    endless_profile,
    press_profile,
    rgb_profile,
)

SENT = (200, 60, 60)
# SENT by way of XYZ, worked out from the primaries, the gamma, and sRGB's own (IEC 61966-2-1).
SHOWN = {"Display P3": (DISPLAY_P3, (219, 37, 49)), "Adobe RGB": (ADOBE_RGB, (231, 57, 57))}


def drawn(data: bytes) -> tuple[int, ...]:
    """The colour in the midst of the first picture; none of them keeps a profile."""
    images = [Image.open(BytesIO(one.body)) for one in draw(data, (1200, 320))]
    assert not any("icc_profile" in image.info for image in images)
    pixel = images[0].getpixel((30, 20))
    assert isinstance(pixel, tuple)
    return pixel


def is_near(one: tuple[int, ...], other: tuple[int, ...], by: int = 8) -> bool:
    return len(one) == len(other) and all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize(("primaries", "shown"), SHOWN.values(), ids=SHOWN)
def test_a_saturated_photograph_is_as_saturated_in_srgb(
    primaries: tuple[tuple[float, float, float], ...], shown: tuple[int, ...], form: str
) -> None:
    sent = pictures.picture(form, colour=SENT, icc_profile=rgb_profile(primaries))

    assert is_near(drawn(sent), shown)
    assert not is_near(drawn(pictures.picture(form, colour=SENT)), shown)


def test_what_is_transparent_stays_so() -> None:
    sent = pictures.picture(mode="RGBA", colour=(*SENT, 100), icc_profile=rgb_profile(DISPLAY_P3))

    assert is_near(drawn(sent), (*SHOWN["Display P3"][1], 100))


def test_a_picture_for_print_shows_the_inks_of_its_press() -> None:
    ink = press_profile((130, 180, 150))  # L* 51, a* 52, b* 22
    red = pictures.picture("JPEG", mode="CMYK", colour=(0, 255, 255, 0), icc_profile=ink)
    paper = pictures.picture("JPEG", mode="CMYK", colour=(0, 0, 0, 0), icc_profile=ink)

    assert is_near(drawn(red), (204, 76, 87))
    assert is_near(drawn(paper), (255, 255, 255))


IGNORED = {
    "damaged": rgb_profile(DISPLAY_P3)[:200],
    "nonsense": b"profile of somebody" * 9,
    "of inks": press_profile((130, 180, 150)),
    "too large": rgb_profile(DISPLAY_P3) + bytes(LARGEST_PROFILE),
}


@pytest.mark.parametrize("profile", IGNORED.values(), ids=IGNORED)
def test_a_profile_that_says_nothing_of_the_picture_is_ignored(profile: bytes) -> None:
    assert is_near(drawn(pictures.picture("JPEG", colour=SENT, icc_profile=profile)), SENT)


def test_a_picture_for_print_with_a_cameras_profile_is_shown_without_it() -> None:
    sent = pictures.picture(
        "JPEG", mode="CMYK", colour=(0, 255, 255, 0), icc_profile=rgb_profile(DISPLAY_P3)
    )

    assert is_near(drawn(sent), (254, 0, 0), by=12)


def test_a_profile_of_endless_steps_costs_nothing() -> None:
    sent = pictures.picture("JPEG", colour=SENT, icc_profile=endless_profile(10_000))
    begun = time.thread_time()

    shown = drawn(sent)

    assert time.thread_time() - begun < 1  # carried out, it takes 9 s
    assert is_near(shown, SENT)
