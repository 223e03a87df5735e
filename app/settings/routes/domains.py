"""The restaurant's web address: the one that it has been given, and domains of its own."""

from uuid import UUID

from flask import Response, current_app, g, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import requires
from app.core.errors import DomainError
from app.core.forms import read
from app.core.htmx import fragment_or_page, go_to
from app.core.limits import limited
from app.core.model import Json
from app.identity.current import current_actor, once
from app.identity.permissions import SETTINGS_EDIT
from app.settings.domains import commands
from app.settings.domains.forms import DomainForm
from app.settings.domains.queries import domains as domains_of_tenant
from app.settings.routes.blueprint import settings


@settings.get("/domains")
@requires(SETTINGS_EDIT, everywhere=True)
def domains() -> Response:
    """The addresses, each with the record that proves it."""
    return _page()


@settings.post("/domains")
@requires(SETTINGS_EDIT, everywhere=True)
def add_domain() -> Response | BaseResponse:
    """Ask for one more."""
    actor = current_actor()

    def command() -> Json:
        host = read(DomainForm, request.form)["host"]
        return {"domain_id": str(commands.add_domain(actor, host))}

    try:
        once(command)
    except DomainError as error:
        return _page(error)
    return go_to(url_for("settings.domains"))


@settings.post("/domains/<uuid:domain_id>/check")
@requires(SETTINGS_EDIT, everywhere=True)
@limited("look_up")
def check_domain(domain_id: UUID) -> BaseResponse:
    """Have its record looked up now."""
    commands.order_check(current_actor(), domain_id)
    return go_to(url_for("settings.domains"))


@settings.post("/domains/<uuid:domain_id>/remove")
@requires(SETTINGS_EDIT, everywhere=True)
def remove_domain(domain_id: UUID) -> BaseResponse:
    """Give it up."""
    commands.remove_domain(current_actor(), domain_id)
    return go_to(url_for("settings.domains"))


def _page(error: DomainError | None = None) -> Response:
    found = domains_of_tenant()
    return fragment_or_page(
        "settings/_domains.html",
        "settings/domains.html",
        error.status if error else 200,
        domains=found,
        waits=any(domain.is_being_checked for domain in found),
        given=f"{g.tenant.slug}.{current_app.extensions['settings'].base_domain}",
        sentence=error.sentence if error else "",
        sent=request.form.get("host", ""),
    )
