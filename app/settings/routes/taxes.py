"""The tax rates of one location."""

from uuid import UUID

from flask import Response, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core import clock
from app.core.access import requires
from app.core.errors import Invalid
from app.core.htmx import go_to
from app.identity.current import current_actor
from app.identity.permissions import SETTINGS_EDIT
from app.menu.queries import tax_classes
from app.settings import tax_forms as forms
from app.settings.locations import get_place
from app.settings.routes.blueprint import settings
from app.settings.taxes import change_taxes


@settings.get("/locations/<uuid:location_id>/taxes", endpoint="taxes")
@requires(SETTINGS_EDIT, somewhere=True)
def taxes_page(location_id: UUID) -> Response:
    """The rates by tax class, as they are."""
    return _page(location_id, 200, None)


@settings.post("/locations/<uuid:location_id>/taxes")
@requires(SETTINGS_EDIT, somewhere=True)
def save_taxes(location_id: UUID) -> Response | BaseResponse:
    """Change them; a refused form comes back with its sentences."""
    try:
        rates = forms.rates_of(tax_classes(None, clock.now()), request.form)
        change_taxes(current_actor(), location_id, rates)
    except Invalid as error:
        return _page(location_id, error.status, error)
    return go_to(url_for("settings.location", location_id=location_id))


def _page(location_id: UUID, status: int, error: Invalid | None) -> Response:
    place = get_place(current_actor(), location_id)
    classes = tax_classes(place, clock.now())
    page = render_template(
        "settings/taxes.html",
        place=place,
        classes=[
            (one, forms.sent_rows(one, request.form) if error else forms.current_rows(one))
            for one in classes
        ],
        errors=error.fields if error else {},
        sentence=error.sentence if error else "",
    )
    return make_response(page, status)
