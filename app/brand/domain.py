"""A restaurant's colour, made to fit: text on it is legible, and it never looks like a state.

A brand is a hue and a chroma; lightness is the stylesheet's (static/css/tokens.css), which sets
text on it in white (light theme) or near black (dark theme).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import ceil

from app.brand.colours import Oklch

LIGHT, LIGHT_PRESSED = 0.43, 0.37
DARK, DARK_PRESSED = 0.76, 0.82
MOST_CHROMA, MOST_DARK_CHROMA, MOST_DARK_PRESSED_CHROMA = 0.155, 0.12, 0.10
# The stylesheet's good, waiting, late and information.
LIGHT_STATES = (
    Oklch(0.46, 0.115, 155),
    Oklch(0.48, 0.105, 65),
    Oklch(0.50, 0.185, 27),
    Oklch(0.47, 0.13, 245),
)
DARK_STATES = (
    Oklch(0.78, 0.14, 155),
    Oklch(0.83, 0.14, 78),
    Oklch(0.74, 0.155, 27),
    Oklch(0.77, 0.11, 245),
)
# Three times what is seen when two colours lie side by side.
APART = 0.07
SEEN = 0.03
CHROMA_STEP = 0.005


@dataclass(frozen=True)
class Tint:
    """A brand's hue in whole degrees, and its chroma in thousandths."""

    hue: int
    chroma: float

    @property
    def light(self) -> Oklch:
        """The accent of the light theme."""
        return Oklch(LIGHT, self.chroma, self.hue)

    @property
    def light_pressed(self) -> Oklch:
        """The same under a finger."""
        return Oklch(LIGHT_PRESSED, self.chroma, self.hue)

    @property
    def dark(self) -> Oklch:
        """The accent of the dark theme."""
        return Oklch(DARK, min(self.chroma, MOST_DARK_CHROMA), self.hue)

    @property
    def dark_pressed(self) -> Oklch:
        """The same under a finger."""
        return Oklch(DARK_PRESSED, min(self.chroma, MOST_DARK_PRESSED_CHROMA), self.hue)

    @property
    def on_dark(self) -> Oklch:
        """Text on the accent of the dark theme; in the light one it is white."""
        return Oklch(0.2, 0.05, self.hue)

    @property
    def nearest_state(self) -> float:
        """How different it looks from the state that it is most like, in either theme."""
        return min(
            *(self.light.difference(state) for state in LIGHT_STATES),
            *(self.dark.difference(state) for state in DARK_STATES),
        )

    @property
    def fits(self) -> bool:
        """Whether screens can show it, and nobody takes it for a state."""
        is_shown = self.light.is_shown and self.light_pressed.is_shown
        return is_shown and self.nearest_state >= APART

    def is_moved_from(self, wanted: Oklch) -> bool:
        """Whether somebody who wanted another colour sees that it is not the same."""
        return self.light.difference(Oklch(LIGHT, wanted.chroma, wanted.hue)) > SEEN


def fitted(wanted: Oklch) -> Tint:
    """The tint that looks most like a wanted colour, of those that fit; lightness is not asked."""
    chroma = min(wanted.chroma, MOST_CHROMA)
    exact = Tint(round(wanted.hue) % 360, round(chroma, 3))
    if exact.fits:
        return exact
    aim = Oklch(LIGHT, chroma, wanted.hue)
    return min(_fitting(), key=lambda tint: tint.light.difference(aim))


@cache
def _fitting() -> tuple[Tint, ...]:
    return tuple(tint for tint in _all() if tint.fits)


def _all() -> Iterator[Tint]:
    for hue in range(360):
        for step in range(ceil(MOST_CHROMA / CHROMA_STEP) + 1):
            yield Tint(hue, round(step * CHROMA_STEP, 3))
