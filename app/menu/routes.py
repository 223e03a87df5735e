"""What is left to sell, said by those who see it; pictures of what is sold."""

from uuid import UUID

from flask import Blueprint, Response, g, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core import clock
from app.core.access import requires
from app.core.bodies import LARGEST_FILE
from app.core.errors import DomainError, NotFound
from app.core.forms import read
from app.core.htmx import go_to, wants_fragment
from app.identity.current import current_actor
from app.identity.permissions import MENU_86, MENU_EDIT
from app.menu import commands, queries
from app.menu.forms import LeftForm
from app.tenancy.routing import STAFF_PREFIX

menu = Blueprint("menu", __name__, url_prefix=f"{STAFF_PREFIX}/menu")


@menu.get("", endpoint="menu")
@requires(MENU_86)
def page() -> str:
    """Every item on sale with what is left of it."""
    categories = queries.counted_menu(g.location, clock.now())
    return render_template("menu/page.html", categories=categories)


@menu.post("/<uuid:item_id>/left")
@requires(MENU_86)
def set_left(item_id: UUID) -> str | BaseResponse:
    """Take an item or a size off sale, put it back, or say how many are left."""
    form = read(LeftForm, request.form)
    commands.set_86(current_actor(), g.location, item_id, **form)
    if not wants_fragment():
        return go_to(url_for("menu.menu", _anchor=f"left-{form['variant_id'] or item_id}"))
    row = queries.get_counted(g.location, item_id, form["variant_id"], clock.now())
    return render_template("menu/_row.html", row=row)


@menu.get("/images")
@requires(MENU_EDIT)
def images() -> Response:
    """Every item with its picture."""
    return _images()


@menu.post("/images/<uuid:item_id>/upload")
@requires(MENU_EDIT)
def set_image(item_id: UUID) -> Response | BaseResponse:
    """Take a picture of an item."""
    try:
        file = request.files.get("picture")
        commands.set_image(current_actor(), item_id, file.read() if file else b"")
    except NotFound:
        raise
    except DomainError as error:
        return _images(item_id, error)
    return go_to(url_for("menu.images", _anchor=f"item-{item_id}"))


@menu.post("/images/<uuid:item_id>/remove")
@requires(MENU_EDIT)
def remove_image(item_id: UUID) -> BaseResponse:
    """Show an item without a picture."""
    commands.remove_image(current_actor(), item_id)
    return go_to(url_for("menu.images", _anchor=f"item-{item_id}"))


def _images(refused: UUID | None = None, error: DomainError | None = None) -> Response:
    page = render_template(
        "menu/images.html",
        categories=queries.pictured_menu(),
        refused=refused,
        sentence=error.sentence if error else "",
        most_mb=LARGEST_FILE // 1024**2,
    )
    return make_response(page, error.status if error else 200)
