"""Colours in oklch, and back to what a screen shows (https://bottosson.github.io/posts/oklab/)."""

from dataclasses import dataclass
from math import atan2, cos, degrees, dist, hypot, radians, sin

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Oklch:
    """Lightness from 0 to 1, chroma from 0 to about 0.37, hue in degrees."""

    lightness: float
    chroma: float
    hue: float

    @property
    def lab(self) -> Triple:
        """The same as a place: how far two places lie apart is how different they look."""
        a, b = cos(radians(self.hue)), sin(radians(self.hue))
        return self.lightness, self.chroma * a, self.chroma * b

    @property
    def linear(self) -> Triple:
        """Red, green and blue light; below 0 or above 1 is more than a screen can show."""
        lightness, a, b = self.lab
        long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
        middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
        short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
        return (
            4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
        )

    @property
    def is_shown(self) -> bool:
        """Whether every screen can show it (sRGB)."""
        return all(-1e-4 <= light <= 1 + 1e-4 for light in self.linear)

    @property
    def hex(self) -> str:
        """As #rrggbb."""
        return "#" + "".join(f"{round(255 * _encoded(light)):02x}" for light in self.linear)

    def difference(self, other: "Oklch") -> float:
        """How different two colours look: 0.02 is just seen, 1 is black and white."""
        return dist(self.lab, other.lab)


def from_hex(text: str) -> Oklch:
    """The colour of #rrggbb."""
    red, green, blue = (_decoded(int(text[at : at + 2], 16) / 255) for at in (1, 3, 5))
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    return Oklch(lightness, hypot(a, b), degrees(atan2(b, a)) % 360)


def contrast(one: Oklch, other: Oklch) -> float:
    """The contrast of two colours by WCAG 2.2: from 1 to 21, text needs 4.5."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Oklch) -> float:
    red, green, blue = (min(max(light, 0.0), 1.0) for light in colour.linear)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _encoded(light: float) -> float:
    light = min(max(light, 0.0), 1.0)
    return 12.92 * light if light <= 0.0031308 else float(1.055 * light ** (1 / 2.4) - 0.055)


def _decoded(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)
