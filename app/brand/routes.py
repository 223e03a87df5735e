"""The brand page, and the stylesheet that every page of a restaurant takes its colour from."""

import re

from flask import Blueprint, Response, g, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.brand import commands, queries
from app.brand.colours import from_hex
from app.brand.domain import fitted
from app.brand.forms import BrandForm, ColourForm
from app.core.access import public, requires
from app.core.bodies import LARGEST_FILE
from app.core.errors import DomainError, Invalid
from app.core.forms import read
from app.core.htmx import go_to
from app.identity.current import current_actor
from app.identity.permissions import SETTINGS_EDIT

brand = Blueprint("brand", __name__, url_prefix="/t/<tenant>")

_CONTROLS = re.compile(r"[\0-\x1f\x7f]")  # no page can show them
KEPT_S = 60  # so long may a page show the colour or the logo of before


@brand.app_context_processor
def _stylesheet() -> dict[str, str]:
    """For layouts; it says nothing of the brand, so that fragments for everybody do not either."""
    return {"brand_css": url_for("brand.css")} if g.get("tenant") else {}


@brand.get("/brand.css", endpoint="css")
@public
def stylesheet() -> BaseResponse:
    """Hue and chroma (lightness stays ours, so that text stays legible), and where the logo is."""
    response = make_response(_css(queries.get_brand()))
    response.mimetype = "text/css"
    response.headers["Cache-Control"] = f"public, max-age={KEPT_S}"
    response.add_etag()
    return response.make_conditional(request)


@brand.get("/settings/brand", endpoint="page")
@requires(SETTINGS_EDIT, everywhere=True)
def page() -> Response:
    """Name, colour and logo."""
    return _page()


@brand.get("/settings/brand/preview")
@requires(SETTINGS_EDIT, everywhere=True)
def preview() -> str:
    """How a colour will look, before it is kept."""
    shown = {"colour": queries.get_brand().tint.light.hex}
    colour = read(ColourForm, request.args or shown)["colour"]
    tint = fitted(from_hex(colour))
    is_moved = tint.is_moved_from(from_hex(colour))
    return render_template("brand/_preview.html", tint=tint, is_moved=is_moved)


@brand.post("/settings/brand")
@requires(SETTINGS_EDIT, everywhere=True)
def save() -> Response | BaseResponse:
    """Keep name and colour."""
    try:
        commands.save_brand(current_actor(), **read(BrandForm, request.form))
    except Invalid as error:
        return _page(error)
    return go_to(url_for("brand.page"))


@brand.post("/settings/brand/logo/upload")
@requires(SETTINGS_EDIT, everywhere=True)
def set_logo() -> Response | BaseResponse:
    """Take a picture as the logo."""
    try:
        file = request.files.get("picture")
        commands.set_logo(current_actor(), file.read() if file else b"")
    except DomainError as error:
        return _page(error)
    return go_to(url_for("brand.page"))


@brand.post("/settings/brand/logo/remove")
@requires(SETTINGS_EDIT, everywhere=True)
def remove_logo() -> BaseResponse:
    """Show the name alone."""
    commands.remove_logo(current_actor())
    return go_to(url_for("brand.page"))


def _css(found: queries.BrandView) -> str:
    """Not a template: those learn who looks, which costs a stylesheet a query."""
    rules = f":root{{--brand-h:{found.tint.hue};--brand-c:{found.tint.chroma}}}\n"
    if logo := found.logo:
        address = url_for("media.picture", name=logo.name)
        rules += (
            "@layer components{.brand-logo{display:block;"
            f'aspect-ratio:{logo.width}/{logo.height};background-image:url("{address}")}}}}\n'
        )
    return rules


def _page(error: DomainError | None = None) -> Response:
    found = queries.get_brand()
    context = {
        "brand": found,
        "name": _CONTROLS.sub("", request.form.get("name", g.tenant.name)),
        "colour": request.form.get("colour", found.tint.light.hex),
        "errors": getattr(error, "fields", None) or {"picture": [error.sentence] if error else []},
        "most_mb": LARGEST_FILE // 1024**2,
    }
    page = render_template("brand/page.html", tint=found.tint, is_moved=False, **context)
    return make_response(page, error.status if error else 200)
