"""Pictures as people and attackers send them, made here so that each byte is known."""

import struct
import zlib
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from PIL import Image

MARKUP = b"<script>alert(1)</script>"
Colour = tuple[int, ...] | int


def picture(
    form: str = "PNG",
    size: tuple[int, int] = (60, 40),
    *,
    mode: str = "RGB",
    colour: Colour = (180, 40, 90),
    **options: Any,
) -> bytes:
    """A picture of one colour."""
    return encoded(Image.new(mode, size, colour), form, **options)


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def noise(form: str, size: tuple[int, int], **options: Any) -> bytes:
    """A picture that is hard to pack."""
    return encoded(Image.effect_noise(size, 80).convert("RGB"), form, **options)


def camera_jpeg() -> bytes:
    """A photograph of 80 × 40, held upright (so that it shows 40 × 80), and where it was taken."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera of somebody"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 36.0)})
    return picture("JPEG", (80, 40), exif=exif, icc_profile=b"profile of somebody" * 9)


def palette_png() -> bytes:
    """Two colours, the left half transparent."""
    image = Image.new("P", (40, 20), 1)
    image.putpalette([0, 0, 0, 0, 200, 0])
    image.paste(0, (0, 0, 20, 20))
    return encoded(image, "PNG", transparency=0)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that says that it is this large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    pixels = zlib.compress(bytes(10_000))
    chunks = _chunk(b"IHDR", head) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def webp_bomb() -> bytes:
    """The same as WebP, of the largest size that it has: 268 megapixels."""
    side = (16_383).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + side + side
    body += b"ANIM" + struct.pack("<I", 6) + bytes(6)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def endless_jpeg() -> bytes:
    """A progressive JPEG whose last pass is sent again and again."""
    begun, scan, last = noise("JPEG", (64, 64), progressive=True)[:-2].rpartition(b"\xff\xda")
    return begun + (scan + last) * 200 + b"\xff\xd9"


def zip_behind_png() -> bytes:
    """A picture to one program, an archive to another."""
    archive = BytesIO()
    with ZipFile(archive, "w") as file:
        file.writestr("run.html", MARKUP)
    return picture() + archive.getvalue()


def only_zip() -> bytes:
    archive = BytesIO()
    with ZipFile(archive, "w") as file:
        file.writestr("word/document.xml", MARKUP)
    return archive.getvalue()


def text_bomb() -> bytes:
    """A small picture with a note of 30 MB, packed."""
    note = b"note\0\0" + zlib.compress(bytes(30_000_000), 9)
    whole = picture()
    return whole[:33] + _chunk(b"zTXt", note) + whole[33:]


def moving_gif() -> bytes:
    frames = [Image.new("P", (20, 20), shade) for shade in (0, 1)]
    return encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
