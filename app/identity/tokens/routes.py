"""The pages of access by programs: a member's own, and all that the restaurant has let in."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import proven_lately, requires, signed_in
from app.core.errors import Invalid
from app.core.forms import read
from app.core.htmx import go_to
from app.core.model import Json
from app.identity.current import current_actor, once
from app.identity.permissions import API_MANAGE, PERMISSIONS
from app.identity.tokens import commands
from app.identity.tokens.forms import DURATIONS, GrantForm, KeyForm
from app.identity.tokens.queries import live_grants

tokens = Blueprint("tokens", __name__, url_prefix="/t/<tenant>")


@tokens.get("/account/tokens")
@signed_in
def own() -> Response:
    """What the member has let in in his own name, and the form for one more."""
    return _own_page()


@tokens.post("/account/tokens")
@requires(API_MANAGE)
@proven_lately
def issue() -> Response:
    """A pair of tokens, shown in this answer and never again."""
    actor = current_actor()
    try:
        form = read(GrantForm, _form())
        made = _shown_once(lambda: commands.issue_tokens(actor, form["name"], form["scopes"]))
    except Invalid as error:
        return _own_page(error)
    return _own_page(made=made)


@tokens.post("/account/tokens/<uuid:grant_id>/revoke")
@signed_in
def revoke_own(grant_id: UUID) -> BaseResponse:
    """End one of the member's own."""
    commands.revoke(current_actor(), grant_id)
    return go_to(url_for("tokens.own"))


@tokens.get("/settings/api")
@requires(API_MANAGE, everywhere=True)
def programs() -> Response:
    """Everything that gets in, by whom and for what, and the form for a machine's key."""
    return _programs_page()


@tokens.post("/settings/api")
@requires(API_MANAGE, everywhere=True)
@proven_lately
def make_key() -> Response:
    """A machine's key, shown in this answer and never again."""
    actor = current_actor()
    try:
        form = read(KeyForm, _form())
        lasts = timedelta(days=form["days"]) if form["days"] else None
        made = _shown_once(lambda: commands.make_key(actor, form["name"], form["scopes"], lasts))
    except Invalid as error:
        return _programs_page(error)
    return _programs_page(made=made)


@tokens.post("/settings/api/<uuid:grant_id>/revoke")
@requires(API_MANAGE, everywhere=True)
def revoke(grant_id: UUID) -> BaseResponse:
    """End anybody's."""
    commands.revoke(current_actor(), grant_id)
    return go_to(url_for("tokens.programs"))


def _form() -> Json:
    return {**request.form, "scopes": request.form.getlist("scopes")}


def _shown_once(make: Callable[[], Any]) -> Any:
    """What was made, or "repeated" for the same gesture sent again: its secret is kept nowhere."""
    made: list[Any] = []

    def command() -> Json:
        made.append(make())
        return {}

    once(command)
    return made[0] if made else "repeated"


def _own_page(error: Invalid | None = None, made: Any = None) -> Response:
    grants = live_grants(current_actor().member_id)
    own_ones = [grant for grant in grants if not grant.is_machine]
    return _page("identity/tokens.html", error, made, grants=own_ones)


def _programs_page(error: Invalid | None = None, made: Any = None) -> Response:
    return _page("identity/programs.html", error, made, grants=live_grants(), durations=DURATIONS)


def _by_field(error: Invalid | None) -> dict[str, list[str]]:
    """Sentences by field; one about a single scope stands with all of them."""
    fields = error.fields if error else {}
    return {name.partition(".")[0]: sentences for name, sentences in fields.items()}


def _page(template: str, error: Invalid | None, made: Any, **context: Any) -> Response:
    actor = current_actor()
    page = render_template(
        template,
        made=made,
        errors=_by_field(error),
        sent=_form(),
        may_issue=actor.may(API_MANAGE),
        acts=[
            (one.name, one.description)
            for one in PERMISSIONS.values()
            if one.asked and actor.may(one.name)
        ],
        **context,
    )
    return make_response(page, error.status if error else 200)
