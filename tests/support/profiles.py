"""Colour profiles (ICC.1:2001), made here so that no file of somebody else's is needed."""

import struct

# The primaries as XYZ under D50, as the makers' own profiles have them.
DISPLAY_P3 = (
    (0.51512, 0.24120, -0.00105),
    (0.29198, 0.69225, 0.04189),
    (0.15710, 0.06657, 0.78407),
)
ADOBE_RGB = (
    (0.60974, 0.31111, 0.01947),
    (0.20528, 0.62567, 0.06087),
    (0.14919, 0.06322, 0.74457),
)
GAMMA = 2.19921875
WHITE = (0.9642, 1.0, 0.8249)

Primaries = tuple[tuple[float, float, float], ...]


def rgb_profile(primaries: Primaries) -> bytes:
    """A camera's or screen's: three primaries and a gamma."""
    return _profile(b"mntr", b"RGB ", b"XYZ ", _rgb_tags(primaries))


def press_profile(inked: tuple[int, int, int]) -> bytes:
    """A press's: white paper, black where there is black, else `inked` (Lab, each a byte)."""
    paper, black = (255, 128, 128), (0, 128, 128)
    identity = bytes(range(256))
    matrix = b"".join(map(_fixed, (1, 0, 0, 0, 1, 0, 0, 0, 1)))
    corners = bytes((*paper, *black, *(*inked, *black) * 7))  # the last ink counts up first
    table = b"mft1" + struct.pack(">4xBBBx", 4, 3, 2) + matrix
    return _profile(
        b"prtr", b"CMYK", b"Lab ", {b"A2B0": table + identity * 4 + corners + identity * 3}
    )


def endless_profile(steps: int) -> bytes:
    """A camera's with a calculation of many steps, which are all the same few bytes."""
    step = struct.pack(">4s4xHH12f", b"matf", 3, 3, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0)
    places = struct.pack(">II", 16 + 8 * steps, len(step)) * steps
    endless = struct.pack(">4s4xHHI", b"mpet", 3, 3, steps) + places + step
    tags = {**_rgb_tags(DISPLAY_P3), b"D2B0": endless}
    return _profile(b"mntr", b"RGB ", b"XYZ ", tags, version=4)


def _rgb_tags(primaries: Primaries) -> dict[bytes, bytes]:
    curve = b"curv" + struct.pack(">4xIH", 1, round(GAMMA * 256))
    points = {
        name + b"XYZ": _xyz(one) for name, one in zip((b"r", b"g", b"b"), primaries, strict=True)
    }
    return points | {name + b"TRC": curve for name in (b"r", b"g", b"b")}


def _profile(
    kind: bytes, colours: bytes, space: bytes, tags: dict[bytes, bytes], version: int = 2
) -> bytes:
    tags = {b"wtpt": _xyz(WHITE), b"cprt": b"text\0\0\0\0none\0", **tags}
    index, body, begin = b"", b"", 132 + 12 * len(tags)
    for name, data in tags.items():
        index += struct.pack(">4sII", name, begin + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = struct.pack(">4xB3x4s4s4s", version, kind, colours, space).ljust(32, b"\0")
    head += b"acsp".ljust(28, b"\0") + b"".join(map(_fixed, WHITE))
    whole = head.ljust(124, b"\0") + struct.pack(">I", len(tags)) + index + body
    return struct.pack(">I", len(whole) + 4) + whole


def _xyz(point: tuple[float, ...]) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(map(_fixed, point))


def _fixed(number: float) -> bytes:
    return struct.pack(">i", round(number * 65536))
