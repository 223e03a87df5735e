"""A restaurant's name, colour and logo, and where they are seen."""

from collections.abc import Callable

import pytest
from flask import Flask, Response
from sqlalchemy import text

from app.brand import commands
from app.core import files
from app.core.db import execute
from app.core.errors import Forbidden
from app.core.tenant import current_tenant_id
from app.core.words import CARD, UNSEEN
from app.reporting import pdf
from tests.support import pages, pictures
from tests.support.restaurants import Cast, Person, Restaurant
from tests.support.takings import document_of, take_a_day
from tests.support.trade import order, owner_of
from tests.support.uploads import sent
from tests.support.visitor import Visitor

ClientOf = Callable[[Person | None], Visitor]
VIOLET = "#6c2d8b"


@pytest.fixture
def alice(bistro: Restaurant, client_of: ClientOf) -> Visitor:
    """The owner, at the brand page."""
    visitor = client_of(bistro.people["alice"])
    visitor.get(f"/t/{bistro.tenant.slug}/settings/brand")
    return visitor


def stylesheet(app: Flask, restaurant: Restaurant) -> str:
    answer = app.test_client().get(f"/t/{restaurant.tenant.slug}/brand.css")
    assert answer.mimetype == "text/css"
    return answer.get_data(as_text=True)


def put_logo(restaurant: Restaurant) -> None:
    with restaurant.inside():
        commands.set_logo(owner_of(restaurant), pictures.picture(size=(300, 100)))


def test_until_something_is_said_the_default_colour_holds(app: Flask, bistro: Restaurant) -> None:
    assert stylesheet(app, bistro).split() == [":root{--brand-h:335;--brand-c:0.135}"]


def test_a_colour_goes_to_every_page_by_the_stylesheet(
    app: Flask, bistro: Restaurant, alice: Visitor
) -> None:
    page = alice.submit(alice.form("/settings/brand"), {"name": "Bistro", "colour": VIOLET})

    assert "--brand-h:313;--brand-c:0.15" in stylesheet(app, bistro)
    field = page.select_one("input[type=color]")
    assert field is not None
    assert field["value"] == VIOLET


def test_saving_again_what_is_shown_changes_nothing(
    app: Flask, bistro: Restaurant, alice: Visitor
) -> None:
    alice.submit(alice.form("/settings/brand"), {"colour": "#001f5b"})
    before = stylesheet(app, bistro)

    for _ in range(3):
        alice.submit(alice.form("/settings/brand"))

    assert stylesheet(app, bistro) == before


def test_the_stylesheet_is_kept_for_a_minute_and_then_asked_about(
    app: Flask, bistro: Restaurant, alice: Visitor
) -> None:
    client, path = app.test_client(), f"/t/{bistro.tenant.slug}/brand.css"
    first = client.get(path)

    assert first.headers["Cache-Control"] == "public, max-age=60"
    same = {"If-None-Match": first.headers["ETag"]}
    assert client.get(path, headers=same).status_code == 304
    alice.submit(alice.form("/settings/brand"), {"colour": VIOLET})
    assert client.get(path, headers=same).status_code == 200


def test_a_new_name_is_seen_at_once(app: Flask, bistro: Restaurant, alice: Visitor) -> None:
    hostile = "Zum <b>Löwen</b> & Söhne"

    page = alice.submit(alice.form("/settings/brand"), {"name": f"  {hostile} "})

    brand = page.select_one(".office-nav .brand")
    assert brand is not None
    assert brand.get_text() == hostile
    menu = pages.check(
        app, app.test_client().get("/", base_url=f"http://{bistro.tenant.slug}.localhost")
    )
    assert menu.h1 is not None
    assert menu.h1.get_text() == hostile


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "   ", "A name has 1 to 60 characters."),
        ("name", "x" * 61, "At most 60 characters."),
        ("name", "a\0b", UNSEEN),
        ("name", "Pay \u202e1111", UNSEEN),
        ("name", "Pay 4111 1111 1111 1111", CARD),
        ("colour", "red", "Choose a colour."),
        ("colour", "#12345g", "Choose a colour."),
        ("colour", "#123456;}*{display:none", "Choose a colour."),
    ],
)
def test_what_is_no_name_and_no_colour_is_said_at_its_field(
    alice: Visitor, field: str, value: str, sentence: str
) -> None:
    page = alice.submit(alice.form("/settings/brand"), {field: value}, status=422)

    error = page.find(id=f"{field}-error")
    assert error is not None
    assert error.get_text(strip=True) == sentence


def test_a_colour_is_seen_before_it_is_kept(app: Flask, bistro: Restaurant, alice: Visitor) -> None:
    before = stylesheet(app, bistro)
    path = f"/t/{bistro.tenant.slug}/settings/brand/preview"

    fits = alice.get(f"{path}?colour=%236c2d8b", fragment=True)
    moved = alice.get(f"{path}?colour=%23ff0000", fragment=True)
    alice.get(f"{path}?colour=red", status=422)

    assert VIOLET in str(fits)
    assert "nearest colour" not in fits.get_text()
    assert "nearest colour" in moved.get_text()
    assert stylesheet(app, bistro) == before


def test_that_a_colour_near_one_of_a_state_is_moved_is_said_beforehand(alice: Visitor) -> None:
    hint = alice.form("/settings/brand").select_one("#colour-hint")

    assert hint is not None
    assert "then the nearest that is not is taken" in hint.get_text()


def test_who_may_not_edit_settings_changes_no_brand(cast: Cast, trattoria: Restaurant) -> None:
    with trattoria.inside():
        for act in (
            lambda: commands.save_brand(cast.bob.actor, "Bob's", VIOLET),
            lambda: commands.set_logo(cast.bob.actor, pictures.picture()),
            lambda: commands.remove_logo(cast.bob.actor),
        ):
            with pytest.raises(Forbidden):
                act()


def test_each_change_is_in_the_audit_trail(bistro: Restaurant, alice: Visitor) -> None:
    alice.submit(alice.form("/settings/brand"), {"name": "Other", "colour": VIOLET})
    alice.get(f"/t/{bistro.tenant.slug}/settings/brand")
    alice.submit(alice.form("/logo/upload"), sent(pictures.picture()))
    alice.submit(alice.form("/logo/remove"))

    with bistro.inside():
        rows = execute(
            text(
                "SELECT after FROM audit_entry WHERE tenant_id = :t AND act = 'settings.edit'"
                " ORDER BY id"
            ),
            {"t": current_tenant_id()},
        ).all()
    saved, put, removed = (row.after for row in rows)
    assert saved == {"brand_hue": 313, "brand_chroma": 0.155, "renamed": True}
    assert put["logo_id"]
    assert removed == {"logo_id": ""}


def test_the_logo_stands_at_sign_in_and_in_the_tablets_bar_by_the_stylesheet(
    app: Flask, bistro: Restaurant, alice: Visitor
) -> None:
    put_logo(bistro)

    css = stylesheet(app, bistro)
    sign_in = app.test_client().get(f"/t/{bistro.tenant.slug}/sign-in").get_data(as_text=True)
    floor = alice.get(f"{bistro.url}/floor")

    assert "aspect-ratio:300/100" in css
    assert f'url("/t/{bistro.tenant.slug}/media/' in css
    assert "brand-logo" in sign_in
    assert floor.select_one(".bar .brand-logo") is not None


def test_guests_see_the_logo(app: Flask, bistro: Restaurant) -> None:
    put_logo(bistro)

    answer = app.test_client().get("/", base_url=f"http://{bistro.tenant.slug}.localhost")

    logo = pages.check(app, answer).select_one(".menu-head img")
    assert logo is not None
    assert (logo["width"], logo["height"]) == ("300", "100")
    host = f"http://{bistro.tenant.slug}.localhost"
    assert app.test_client().get(str(logo["src"]), base_url=host).status_code == 200


def test_receipts_and_provisional_bills_have_the_logo_in_grey(
    bistro: Restaurant, alice: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_logo(bistro)
    with bistro.inside():
        takings = take_a_day(bistro)
        receipt = f"{bistro.url}/documents/{document_of(takings.cash, 'sale')}"
        owed = order(bistro, "Espresso").order_id
    printed: list[str] = []
    strip = pdf.strip

    def noting(html: str, name: str) -> Response:
        printed.append(html)
        return strip(html, name)

    monkeypatch.setattr(pdf, "strip", noting)

    for path in (receipt, f"{bistro.url}/orders/{owed}/provisional"):
        page = alice.get(path)
        alice.get(f"{path}?format=pdf")

        assert page.select_one(".receipt img.paper-logo") is not None
        assert alice.answer is not None
        assert alice.answer.get_data().startswith(b"%PDF")
    assert all('src="data:image/png;base64,' in html for html in printed)
    assert len(printed) == 2


def test_a_receipt_is_printed_where_the_logos_file_is_lost(
    bistro: Restaurant, alice: Visitor
) -> None:
    put_logo(bistro)
    with bistro.inside():
        for file in files.folder_of(bistro.tenant.id).iterdir():
            file.unlink()
        receipt = document_of(take_a_day(bistro).cash, "sale")

    alice.get(f"{bistro.url}/documents/{receipt}?format=pdf")

    assert alice.answer is not None
    assert alice.answer.get_data().startswith(b"%PDF")
