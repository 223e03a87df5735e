"""A forgotten password."""

from flask import Response, flash, g, make_response, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import public
from app.core.errors import DomainError
from app.core.forms import read
from app.core.htmx import go_to
from app.core.limits import limited
from app.identity.account import reset as commands
from app.identity.account.forms import EmailForm, NewPasswordForm
from app.identity.account.routes.blueprint import REFUSALS, account
from app.identity.current import link_token
from app.identity.links import LinkOver
from app.identity.refusals import shown


@account.get("/reset")
@public
def reset_page() -> Response:
    """Ask whose password is forgotten."""
    return _ask()


@account.post("/reset")
@public
@limited("password_reset")
def ask_for_reset() -> Response:
    """The same answer to every address, known or not."""
    try:
        form = read(EmailForm, request.form)
        commands.ask_for_reset(form["email"])
    except REFUSALS as error:
        return _ask(error)
    return make_response(render_template("account/reset_mailed.html", email=form["email"]))


@account.get("/reset/password")
@public
def new_password_page() -> Response:
    """Choose a new password by a mailed link."""
    return _choose(link_token())


@account.post("/reset/password")
@public
@limited("link")
def reset_password() -> Response | BaseResponse:
    """Keep it, and lead to signing in."""
    token = link_token()
    try:
        form = read(NewPasswordForm, request.form)
        commands.reset_password(token, form["password"], g.tenant.name)
    except LinkOver:
        return _choose(token)
    except REFUSALS as error:
        return _choose(token, error)
    flash(gettext("Your password is changed. Sign in with it."))
    return go_to(url_for("identity.sign_in_page"))


def _ask(error: DomainError | None = None) -> Response:
    page = render_template(
        "account/reset.html",
        email=request.form.get("email", ""),
        sentence=error.sentence if error else "",
    )
    return shown(page, error)


def _choose(token: str, error: DomainError | None = None) -> Response:
    """The form; a link that is over leads to a new one."""
    try:
        holder, has_factor = commands.look_at_reset(token)
    except LinkOver as over:
        return shown(render_template("account/reset_over.html", sentence=over.sentence), over)
    page = render_template(
        "account/reset_password.html",
        token=token,
        email=holder.email,
        has_factor=has_factor,
        sentence=error.sentence if error else "",
    )
    return shown(page, error)
