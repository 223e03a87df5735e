"""What is left to sell, said by those who see it."""

from uuid import UUID

from flask import g, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core import clock
from app.core.access import requires
from app.core.forms import read
from app.core.htmx import go_to, wants_fragment
from app.identity.current import current_actor
from app.identity.permissions import MENU_86
from app.menu import commands, queries
from app.menu.forms import LeftForm
from app.menu.routes.blueprint import menu


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
