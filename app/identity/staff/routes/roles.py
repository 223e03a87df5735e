"""The roles, and a role's page."""

from collections.abc import Callable
from uuid import UUID

from flask import Response, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import proven_lately, requires
from app.core.errors import DomainError
from app.core.htmx import go_to
from app.identity.actor import Actor
from app.identity.current import current_actor
from app.identity.permissions import ASKED, ROLE_MANAGE
from app.identity.staff import queries, roles
from app.identity.staff.domain import by_area
from app.identity.staff.forms import read_role
from app.identity.staff.queries import RoleView
from app.identity.staff.routes.blueprint import staff
from app.identity.staff.routes.refusals import REFUSALS, act_once, said

ONE = "/settings/roles/<uuid:role_id>"


@staff.get("/settings/roles", endpoint="roles")
@requires(ROLE_MANAGE, everywhere=True)
def listed() -> str:
    """The roles and how many hold them."""
    return render_template("identity/staff/roles.html", roles=queries.roles(), count=len(ASKED))


@staff.get("/settings/roles/new", endpoint="new_role")
@requires(ROLE_MANAGE, everywhere=True)
def new() -> Response:
    """A role to be made."""
    return _form(None)


@staff.post("/settings/roles/new", endpoint="add_role")
@requires(ROLE_MANAGE, everywhere=True)
@proven_lately
def add() -> BaseResponse:
    """Make a role of the restaurant's own."""
    try:
        name, permissions = read_role(request)
        act_once(lambda actor: roles.add_role(actor, name, permissions))
    except REFUSALS as error:
        return _form(None, error)
    return go_to(url_for("staff.roles"))


@staff.get(ONE)
@staff.get(f"{ONE}/delete", endpoint="after_delete_role")  # a refused form, loaded again
@requires(ROLE_MANAGE, everywhere=True)
def role(role_id: UUID) -> Response:
    """What a role lets do."""
    return _form(queries.get_role(role_id))


@staff.post(ONE, endpoint="change_role")
@requires(ROLE_MANAGE, everywhere=True)
@proven_lately
def change(role_id: UUID) -> BaseResponse:
    """Rename a role, or let it do other things."""
    return _do(role_id, lambda actor: roles.change_role(actor, role_id, *read_role(request)))


@staff.post(f"{ONE}/delete", endpoint="delete_role")
@requires(ROLE_MANAGE, everywhere=True)
@proven_lately
def delete(role_id: UUID) -> BaseResponse:
    """Delete a role that nobody holds."""
    return _do(role_id, lambda actor: roles.delete_role(actor, role_id))


def _do(role_id: UUID, command: Callable[[Actor], None]) -> BaseResponse:
    try:
        act_once(command)
    except REFUSALS as error:
        return _form(queries.get_role(role_id), error)
    return go_to(url_for("staff.roles"))


def _form(shown: RoleView | None, error: DomainError | None = None) -> Response:
    own = current_actor().permissions
    held = shown.asked if shown else frozenset()
    is_sent = "permissions" in request.form or "name" in request.form
    name = shown.label if shown else ""
    page = render_template(
        "identity/staff/role.html",
        role=shown,
        areas=by_area(ASKED),
        own=own,
        held=set(request.form.getlist("permissions")) if is_sent else held,
        name=request.form["name"] if is_sent else name,
        may_change=shown is None or (not shown.is_whole and held <= own),
        **said(error),
    )
    return make_response(page, error.status if error else 200)
