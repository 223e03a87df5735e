"""A brand's colour: legible in both themes whatever is chosen, and never taken for a state."""

import re
from itertools import product
from pathlib import Path

import pytest

from app.brand import domain
from app.brand.colours import Oklch, contrast, from_hex
from app.brand.domain import APART, Tint, fitted
from app.core.settings import PROJECT

LEGIBLE = 4.5
WHEEL = [fitted(Oklch(0.5, 0.2, hue)) for hue in range(360)]
WHEEL += [fitted(Oklch(0.5, 0.05, hue)) for hue in range(0, 360, 6)]
WHITE = Oklch(1, 0, 0)
# What the accent is written on: stone-50, surface, sunken; in the dark stone-800 to 950.
LIGHT_GROUNDS = (WHITE, Oklch(0.97, 0.005, 85), Oklch(0.945, 0.007, 85))
DARK_GROUNDS = (
    Oklch(0.27, 0.011, 60),
    Oklch(0.225, 0.010, 60),
    Oklch(0.185, 0.009, 60),
    Oklch(0.16, 0.008, 60),
)


def pairs(tint: Tint) -> list[float]:
    """The contrast of every text that is written in, or on, the accent."""
    soft_light, soft_dark = Oklch(0.955, 0.018, tint.hue), Oklch(0.30, 0.055, tint.hue)
    return [
        *(contrast(tint.light, ground) for ground in (*LIGHT_GROUNDS, soft_light)),
        *(contrast(tint.dark, ground) for ground in (*DARK_GROUNDS, soft_dark)),
        *(contrast(WHITE, accent) for accent in (tint.light, tint.light_pressed)),
        *(contrast(tint.on_dark, accent) for accent in (tint.dark, tint.dark_pressed)),
    ]


def test_text_is_legible_all_round_the_circle_of_hues() -> None:
    assert min(min(pairs(tint)) for tint in WHEEL) >= LEGIBLE


def test_no_colour_that_can_be_picked_looks_like_a_state() -> None:
    channels = product(("00", "66", "cc", "ff"), repeat=3)
    picked = [fitted(from_hex("#" + "".join(channel))) for channel in channels]

    for tint in (*WHEEL, *picked):
        for state in domain.LIGHT_STATES:
            assert tint.light.difference(state) >= APART
        for state in domain.DARK_STATES:
            assert tint.dark.difference(state) >= APART


def test_every_screen_can_show_it() -> None:
    assert all(tint.light.is_shown and tint.light_pressed.is_shown for tint in WHEEL)


def test_a_colour_that_fits_is_kept_as_it_is() -> None:
    violet = from_hex("#6c2d8b")

    tint = fitted(violet)

    assert tint.hue == round(violet.hue)
    assert tint.chroma == pytest.approx(violet.chroma, abs=0.001)
    assert not tint.is_moved_from(violet)


def test_a_colour_that_means_something_is_moved_and_said_to_be() -> None:
    for state in ("#c00000", "#00a040", "#0a64c8", "#d08000"):
        assert fitted(from_hex(state)).is_moved_from(from_hex(state))


def test_what_fits_fits_again() -> None:
    assert all(fitted(tint.light) == tint for tint in WHEEL)


def test_the_default_fits() -> None:
    assert Tint(335, 0.135).fits


@pytest.mark.parametrize("text", ["#ff0000", "#00ff00", "#0000ff", "#ffffff", "#000000", "#6b4423"])
def test_a_colour_comes_back_from_oklch_as_it_went_in(text: str) -> None:
    assert from_hex(text).hex == text


def test_contrast_is_that_of_wcag() -> None:
    assert contrast(from_hex("#000000"), from_hex("#ffffff")) == pytest.approx(21, abs=0.01)
    assert contrast(from_hex("#777777"), from_hex("#ffffff")) == pytest.approx(4.48, abs=0.01)


DRAWN = """
    --brand: oklch(0.43 var(--brand-c) var(--brand-h));
    --accent: light-dark(var(--brand), oklch(0.76 min(var(--brand-c), 0.12) var(--brand-h)));
    --accent-press: light-dark(oklch(0.37 var(--brand-c) var(--brand-h)), oklch(0.82
    min(var(--brand-c), 0.10) var(--brand-h)));
    --on-accent: light-dark(white, oklch(0.2 0.05 var(--brand-h)));
    --accent-soft: light-dark(oklch(0.955 0.018 var(--brand-h)), oklch(0.30 0.055
    var(--brand-h)));
    --good: light-dark(oklch(0.46 0.115 var(--good-h)), oklch(0.78 0.14 var(--good-h)));
    --wait: light-dark(oklch(0.48 0.105 65), oklch(0.83 0.14 var(--wait-h)));
    --late: light-dark(oklch(0.50 0.185 var(--late-h)), oklch(0.74 0.155 var(--late-h)));
    --info: light-dark(oklch(0.47 0.13 var(--info-h)), oklch(0.77 0.11 var(--info-h)));
    --good-h: 155; --wait-h: 78; --late-h: 27; --info-h: 245;
"""


def test_what_is_computed_here_is_what_the_stylesheet_draws() -> None:
    drawn = declarations(Path(PROJECT, "static", "css", "tokens.css").read_text())

    assert declarations(DRAWN) <= drawn


def declarations(css: str) -> set[str]:
    """The tokens of a sheet, each on one line."""
    return set(re.findall(r"--[a-z-]+: [^;]+;", " ".join(css.split())))
