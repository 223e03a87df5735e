"""Pictures that are sent: what is refused before it costs anything, what is left of the rest."""

import threading
from io import BytesIO

import pytest
from PIL import Image, ImageFile

from app.core import images
from app.core.bodies import LARGEST_FILE
from app.core.errors import DomainError, Invalid, Unavailable
from app.core.images import Drawn, draw, fitted, grey
from tests.support import pictures

SIZES = (1200, 320)
DAMAGED = "This picture is damaged and cannot be read."
TOO_MANY = "A picture has at most 25 megapixels."
NO_PICTURE = "A picture is a PNG, JPEG or WebP file."

REFUSED = {
    "nothing": (b"", 422, "Choose a picture."),
    "5 MB and a byte": (bytes(LARGEST_FILE + 1), 413, "A picture has at most 5 MB."),
    "a huge PNG of a few bytes": (pictures.bomb(60_000, 60_000), 422, TOO_MANY),
    "a large PNG of a few bytes": (pictures.bomb(5_010, 5_010), 422, TOO_MANY),
    "25.1 megapixels": (pictures.picture(size=(5_020, 5_000), mode="1", colour=0), 422, TOO_MANY),
    "a huge WebP of a few bytes": (pictures.webp_bomb(), 422, TOO_MANY),
    "a PNG that promises more than it has": (pictures.bomb(400, 400), 422, DAMAGED),
    "half a JPEG": (pictures.noise("JPEG", (300, 200))[:9_000], 422, DAMAGED),
    "half a PNG": (pictures.noise("PNG", (300, 200))[:9_000], 422, DAMAGED),
    "half a WebP": (pictures.noise("WEBP", (300, 200))[:3_000], 422, DAMAGED),
    "a JPEG of endless passes": (pictures.endless_jpeg(), 422, DAMAGED),
    "a packed note of 30 MB": (pictures.text_bomb(), 422, DAMAGED),
    "an SVG": (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", 415, NO_PICTURE),
    "a page": (b"<!doctype html>" + pictures.MARKUP, 415, NO_PICTURE),
    "a GIF that moves": (pictures.moving_gif(), 415, NO_PICTURE),
    "an archive": (pictures.only_zip(), 415, NO_PICTURE),
    "a TIFF": (pictures.picture("TIFF"), 415, NO_PICTURE),
    "the beginning of a PNG": (pictures.picture()[:12], 415, NO_PICTURE),
}


def opened(drawn: Drawn) -> Image.Image:
    image = Image.open(BytesIO(drawn.body))
    image.load()
    assert image.format == "WEBP"
    assert image.size == (drawn.width, drawn.height)
    return image


def first(data: bytes) -> Image.Image:
    return opened(draw(data, SIZES)[0])


@pytest.mark.parametrize(("data", "status", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_picture_to_show_is_refused_with_a_reason(
    data: bytes, status: int, sentence: str
) -> None:
    with pytest.raises(DomainError) as refusal:
        draw(data, SIZES)

    assert (refusal.value.status, refusal.value.sentence) == (status, sentence)


def test_half_a_picture_is_refused_after_a_receipt_was_printed_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """WeasyPrint has PIL fill in what is missing, in every picture of the process."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)

    with pytest.raises(Invalid, match="damaged"):
        draw(pictures.noise("JPEG", (300, 200))[:9_000], SIZES)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_picture_comes_out_in_each_size_and_never_larger(form: str) -> None:
    large = draw(pictures.noise(form, (1280, 960)), SIZES)
    small = draw(pictures.picture(form, (60, 40)), SIZES)

    assert [(one.width, one.height) for one in large] == [(1200, 900), (320, 240)]
    assert [(one.width, one.height) for one in small] == [(60, 40), (60, 40)]
    assert [opened(one).size for one in large] == [(1200, 900), (320, 240)]


def test_25_megapixels_are_taken() -> None:
    assert first(pictures.picture(size=(5_000, 5_000), mode="1", colour=1)).size == (1200, 1200)


def test_where_and_with_what_it_was_taken_is_gone_and_it_stands_upright() -> None:
    sent = pictures.camera_jpeg()
    assert b"Camera of somebody" in sent

    drawn = draw(sent, SIZES)

    for one in drawn:
        image = opened(one)
        assert image.size == (40, 80)
        assert not image.getexif()
        assert {"exif", "icc_profile", "xmp"} & set(image.info) == set()
        assert b"somebody" not in one.body


@pytest.mark.parametrize("turn", range(1, 9))
def test_each_way_that_a_camera_is_held_is_turned_back(turn: int) -> None:
    """The noted turn of a picture with one dark quarter, at the top left when it is upright."""
    upright = Image.new("RGB", (160, 80), "white")
    upright.paste("black", (0, 0, 80, 40))
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    exif = Image.Exif()
    exif[0x0112] = turn
    held = upright.transpose(Image.Transpose(back[turn])) if turn > 1 else upright

    shown = first(pictures.encoded(held, "PNG", exif=exif)).convert("L")

    assert shown.size == (160, 80)
    corners = [shown.getpixel(at) for at in ((10, 10), (150, 10), (10, 70), (150, 70))]
    assert [corner < 128 for corner in corners] == [True, False, False, False]  # type: ignore[operator]


def test_nothing_that_was_hidden_in_it_is_left() -> None:
    polyglot = pictures.zip_behind_png()
    comment = pictures.picture("JPEG", comment=pictures.MARKUP)
    assert b"PK\x03\x04" in polyglot
    assert pictures.MARKUP in comment

    for sent in (polyglot, comment):
        for one in draw(sent, SIZES):
            assert b"PK" not in one.body
            assert b"script" not in one.body
            assert len(one.body) == 8 + int.from_bytes(one.body[4:8], "little")


def close_to(pixel: object, wanted: tuple[int, ...]) -> bool:
    assert isinstance(pixel, tuple)
    return len(pixel) == len(wanted) and all(
        abs(a - b) < 12 for a, b in zip(pixel, wanted, strict=True)
    )


def test_what_printers_and_old_programs_send_keeps_its_colours() -> None:
    cmyk = first(pictures.picture("JPEG", mode="CMYK", colour=(0, 255, 255, 0)))
    deep = first(pictures.picture(size=(3000, 20), mode="I;16", colour=40_000))
    palette = first(pictures.palette_png())
    faint = first(pictures.picture(mode="LA", colour=(200, 100)))

    assert close_to(cmyk.getpixel((5, 5)), (254, 0, 0))
    assert close_to(deep.getpixel((5, 5)), (156, 156, 156))
    assert close_to(palette.getpixel((30, 10)), (0, 200, 0, 255))
    assert palette.getpixel((5, 10))[3] == 0  # type: ignore[index]
    assert close_to(faint.getpixel((5, 5)), (200, 200, 200, 100))


def test_of_a_moving_picture_the_first_is_taken() -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    for form in ("WEBP", "PNG"):
        sent = pictures.encoded(frames[0], form, save_all=True, append_images=frames[1:])

        shown = first(sent)

        assert getattr(shown, "n_frames", 1) == 1
        assert close_to(shown.getpixel((5, 5)), (254, 0, 0))


def test_one_picture_is_drawn_at_a_time_and_others_wait_only_so_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = threading.BoundedSemaphore(1)
    monkeypatch.setattr(images, "_place", place)
    monkeypatch.setattr(images, "PATIENCE_S", 0.01)
    with place, pytest.raises(Unavailable, match="Try again"):
        draw(pictures.picture(), SIZES)

    assert draw(pictures.picture(), SIZES)
    with pytest.raises(DomainError):
        draw(b"no picture", SIZES)
    assert place.acquire(blocking=False)  # given back, whatever came of it


def test_a_size_keeps_its_shape_and_is_never_nothing() -> None:
    assert fitted(2000, 1000, 500) == (500, 250)
    assert fitted(30, 20, 500) == (30, 20)
    assert fitted(10_000, 1, 500) == (500, 1)


def test_on_paper_a_logo_is_grey_on_white() -> None:
    drawn = draw(pictures.palette_png(), (512,))[0]

    image = Image.open(BytesIO(grey(drawn.body)))

    assert (image.format, image.mode) == ("PNG", "L")
    assert image.getpixel((5, 10)) == 255
    assert 90 < image.getpixel((30, 10)) < 140  # type: ignore[operator]
