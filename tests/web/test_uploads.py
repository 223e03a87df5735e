"""Files that people send: refused with a sentence and without a trace, or kept and shown."""

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from app.core import files, uploads
from app.core.bodies import LARGEST_BODY, LARGEST_FILE, UPLOAD_END
from app.core.db import execute, transaction
from app.core.tenant import current_tenant_id
from tests.support import pictures
from tests.support.restaurants import Person, Restaurant
from tests.support.uploads import NOTHING, kept, sent
from tests.support.visitor import Visitor

ClientOf = Callable[[Person | None], Visitor]

HOSTILE = {
    "huge PNG": (pictures.bomb(60_000, 60_000), 422, "25 megapixels"),
    "25.1 megapixels": (pictures.picture(size=(5_020, 5_000), mode="1", colour=0), 422, "25 meg"),
    "cut off": (pictures.noise("JPEG", (300, 200))[:9_000], 422, "damaged"),
    "SVG named PNG": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "PNG, JPEG or WebP"),
    "GIF": (pictures.moving_gif(), 415, "PNG, JPEG or WebP"),
    "archive": (pictures.only_zip(), 415, "PNG, JPEG or WebP"),
    "page": (b"<!doctype html><script>alert(1)</script>", 415, "PNG, JPEG or WebP"),
    "a byte over 5 MB": (bytes(LARGEST_FILE + 1), 413, "at most 5 MB"),
    "nothing": (b"", 422, "Choose a picture"),
}
HARMLESS = {
    "archive behind a PNG": pictures.zip_behind_png(),
    "markup in a comment": pictures.picture("JPEG", comment=pictures.MARKUP),
    "photograph": pictures.camera_jpeg(),
    "CMYK": pictures.picture("JPEG", mode="CMYK", colour=(0, 255, 255, 0)),
    "palette": pictures.palette_png(),
    "16 bits": pictures.picture(mode="I;16", colour=40_000),
}


@pytest.fixture(scope="module")
def bistro(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    return new_restaurant()


@pytest.fixture
def alice(bistro: Restaurant, client_of: ClientOf) -> Iterator[Visitor]:
    """The owner, at the brand page; nothing is kept before or after."""
    visitor = client_of(bistro.people["alice"])
    visitor.get(brand_of(bistro))
    assert kept(bistro) == NOTHING
    yield visitor
    with bistro.inside(), transaction():
        here = {"t": current_tenant_id()}
        execute(text("UPDATE tenant_profile SET logo_id = NULL WHERE tenant_id = :t"), here)
        execute(text("UPDATE item SET image_id = NULL WHERE tenant_id = :t"), here)
        rows = execute(text("SELECT id FROM upload WHERE tenant_id = :t"), here).all()
        for row in rows:
            uploads.forget(row.id)


def brand_of(restaurant: Restaurant) -> str:
    return f"/t/{restaurant.tenant.slug}/settings/brand"


def logo_of(visitor: Visitor, restaurant: Restaurant) -> str:
    """The address of the logo that the brand page shows."""
    image = visitor.get(brand_of(restaurant)).select_one(".logo-plate img")
    assert image is not None
    return str(image["src"])


@pytest.mark.parametrize("place", ["logo", "item"])
@pytest.mark.parametrize(("data", "status", "sentence"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_refused_leaves_a_sentence_and_nothing_else(
    bistro: Restaurant, alice: Visitor, place: str, data: bytes, status: int, sentence: str
) -> None:
    item_id = bistro.items["Margherita"]
    if place == "item":
        alice.get(f"{bistro.url}/menu/images")
    end = "/logo/upload" if place == "logo" else f"/{item_id}/upload"

    page = alice.submit(alice.form(end), sent(data), status=status)

    field = page.select_one("input[type=file][aria-invalid=true]")
    assert field is not None
    notes = [page.find(id=id_) for id_ in str(field["aria-describedby"]).split()]
    assert sentence in " ".join(note.get_text() for note in notes if note)
    assert kept(bistro) == NOTHING


@pytest.mark.parametrize("data", HARMLESS.values(), ids=HARMLESS)
def test_of_what_is_taken_only_the_pixels_are_kept(
    bistro: Restaurant, alice: Visitor, data: bytes
) -> None:
    alice.submit(alice.form("/logo/upload"), sent(data, "../../evil.html"))

    count, size, [name] = kept(bistro)
    assert (count, re.fullmatch(r"[0-9a-f]{32}\.webp", name) is not None) == (1, True)
    with bistro.inside():
        body = files.read(name)
    assert (body[:4], body[8:12], len(body)) == (b"RIFF", b"WEBP", size)
    for trace in (b"PK", b"script", b"EXIF", b"ICCP", b"XMP ", b"somebody"):
        assert trace not in body


def test_a_body_that_no_file_can_need_is_refused_unread(bistro: Restaurant, alice: Visitor) -> None:
    data = bytes(LARGEST_FILE + 100_000)

    page = alice.submit(alice.form("/logo/upload"), sent(data), status=413)

    assert "at most 5 MB" in page.get_text()
    assert kept(bistro) == NOTHING


def test_only_uploads_take_more_than_2_mb(bistro: Restaurant, alice: Visitor) -> None:
    form = {"name": "x" * LARGEST_BODY, "colour": "#6c2d8b"}

    page = alice.send(brand_of(bistro), form, status=413)

    assert "at most 2 MB" in page.get_text()


def test_every_address_that_takes_a_file_says_so_in_its_name(app: Flask) -> None:
    """The page server knows nothing but the address when it gathers a body."""
    large = {str(rule) for rule in app.url_map.iter_rules() if str(rule).endswith(UPLOAD_END)}

    assert large == {
        "/t/<tenant>/settings/brand/logo/upload",
        "/t/<tenant>/<location>/menu/images/<uuid:item_id>/upload",
    }


def test_a_picture_is_served_as_a_picture_and_nothing_more(
    app: Flask, bistro: Restaurant, alice: Visitor
) -> None:
    alice.submit(alice.form("/logo/upload"), sent(pictures.picture()))

    answer = app.test_client().get(logo_of(alice, bistro))

    assert answer.status_code == 200
    assert answer.mimetype == "image/webp"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == "inline"
    assert answer.headers["Content-Security-Policy"] == (
        "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox"
    )
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers


def test_another_restaurants_picture_is_like_none(
    app: Flask, bistro: Restaurant, alice: Visitor, trattoria: Restaurant
) -> None:
    alice.submit(alice.form("/logo/upload"), sent(pictures.picture()))
    name = logo_of(alice, bistro).rpartition("/")[2]
    client = app.test_client()

    def ask(name: str) -> tuple[int, str]:
        answer = client.get(f"/t/{trattoria.tenant.slug}/media/{name}")
        said = answer.get_data(as_text=True).replace(answer.headers["X-Request-Id"], "")
        return answer.status_code, re.sub(r'value="[^"]{60,}"|Token[^}]*', "", said)

    nothing = ask(f"{'0' * 32}.webp")
    assert nothing[0] == 404
    for other in (name, "..webp", "%2e%2e%2fsecret_key.webp", f"{'a' * 300}.webp", "x\0y.webp"):
        assert ask(other) == nothing


def test_a_new_logo_takes_the_place_of_the_old_one(
    app: Flask, bistro: Restaurant, alice: Visitor
) -> None:
    alice.submit(alice.form("/logo/upload"), sent(pictures.picture()))
    old = logo_of(alice, bistro)
    alice.submit(alice.form("/logo/upload"), sent(pictures.picture(colour=(0, 0, 90))))

    assert logo_of(alice, bistro) != old
    assert app.test_client().get(old).status_code == 404
    assert kept(bistro)[0] == 1


def test_a_removed_logo_is_gone_from_the_disk_too(bistro: Restaurant, alice: Visitor) -> None:
    alice.submit(alice.form("/logo/upload"), sent(pictures.picture()))
    alice.get(brand_of(bistro))

    page = alice.submit(alice.form("/logo/remove"))

    assert page.select_one(".logo-plate") is None
    assert kept(bistro) == NOTHING


def test_what_the_table_says_is_what_was_drawn(bistro: Restaurant, alice: Visitor) -> None:
    alice.submit(alice.form("/logo/upload"), sent(pictures.noise("PNG", (900, 600))))

    _count, size, [name] = kept(bistro)
    with bistro.inside():
        row = execute(
            text("SELECT * FROM upload WHERE tenant_id = :t"), {"t": current_tenant_id()}
        ).one()
        body = files.read(name)
    assert (row.kind, row.width, row.height, row.size_bytes) == ("logo", 512, 341, size)
    assert bytes(row.sha256) == hashlib.sha256(body).digest()


def test_a_share_that_is_used_up_says_so_and_keeps_what_there_was(
    bistro: Restaurant, alice: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice.submit(alice.form("/logo/upload"), sent(pictures.picture()))
    before = kept(bistro)
    monkeypatch.setattr(uploads, "QUOTA", before[1] + 10)

    page = alice.submit(
        alice.form("/logo/upload"), sent(pictures.noise("PNG", (300, 300))), status=507
    )

    assert "kept at most. Remove some first." in page.get_text()
    assert kept(bistro) == before


def test_a_failed_command_leaves_no_file(bistro: Restaurant) -> None:
    def keep_and_fail() -> None:
        with transaction():
            uploads.keep("logo", uploads.drawn_for("logo", pictures.picture()))
            raise RuntimeError("what comes after it fails")

    with bistro.inside(), pytest.raises(RuntimeError):
        keep_and_fail()

    assert kept(bistro) == NOTHING


def test_files_that_no_row_names_are_swept_once_they_are_old(
    bistro: Restaurant, alice: Visitor
) -> None:
    alice.submit(alice.form("/logo/upload"), sent(pictures.picture()))
    _count, _size, [name] = kept(bistro)
    with bistro.inside():
        folder = files.folder_of(bistro.tenant.id)
        for stray in ("old.webp", ".half.webp", "fresh.webp"):
            (folder / stray).write_bytes(b"stray")
        for old in ("old.webp", ".half.webp", name):
            age(folder / old)

        assert uploads.sweep() == 2

        assert sorted(it.name for it in folder.iterdir()) == sorted([name, "fresh.webp"])
        (folder / "fresh.webp").unlink()


def age(path: Path) -> None:
    """As if it had been written a day ago."""
    long_ago = path.stat().st_mtime - 24 * 3600
    os.utime(path, (long_ago, long_ago))
