"""The way in for whoever wants to open a restaurant: an e-mail, a link, a name and a password."""

from flask import Blueprint, Response, abort, g, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import public
from app.core.errors import DomainError
from app.core.forms import read
from app.core.htmx import go_to
from app.core.limits import limited
from app.identity import links
from app.identity.account.people import find_account
from app.identity.current import enter, link_token
from app.identity.logins import open_login
from app.onboarding import commands
from app.onboarding.commands import Founder
from app.onboarding.forms import FounderForm, SignUpForm

sign_up = Blueprint("sign_up", __name__)


@sign_up.get("/sign-up")
@public
def page() -> str:
    """Ask for an e-mail. On a restaurant's own host nothing is opened."""
    if g.tenant is not None:
        abort(404)
    return render_template("onboarding/sign_up.html", sentence="", email="")


@sign_up.post("/sign-up")
@public
@limited("sign_up")
def begin() -> Response:
    """Mail the link; the answer is the same for every address."""
    if g.tenant is not None:
        abort(404)
    try:
        form = read(SignUpForm, request.form)
    except DomainError as error:
        values = {"sentence": error.sentence, "email": request.form.get("email", "")}
        page = render_template("onboarding/sign_up.html", **values)
        return make_response(page, error.status)
    commands.sign_up(form["email"])
    return make_response(render_template("onboarding/look_into_mail.html", email=form["email"]))


@sign_up.get("/t/<tenant>/setup/confirm")
@public
def confirm() -> Response:
    """Who opens it; a link that is over says so. The token stands in no path: paths are logged."""
    return _confirm_page(link_token())


@sign_up.post("/t/<tenant>/setup/confirm")
@public
@limited("link")
def found() -> Response | BaseResponse:
    """Give the restaurant its owner, who goes on to the first step."""
    token = link_token()
    try:
        founder = Founder(**read(FounderForm, request.form))
        is_known = find_account(links.look_at("confirm", token).email) is not None
        member_id = commands.found_restaurant(token, founder)
    except DomainError as error:
        return _confirm_page(token, error)
    if is_known:  # the mailbox is theirs; who they are is asked as everywhere
        return go_to(url_for("identity.sign_in_page", next=url_for("setup.overview")))
    enter(open_login(member_id))
    return go_to(url_for("setup.restaurant"))


def _confirm_page(token: str, error: DomainError | None = None) -> Response:
    link = links.look_at("confirm", token)
    page = render_template(
        "onboarding/confirm.html",
        token=token,
        email=link.email,
        is_known=find_account(link.email) is not None,
        sentence=error.sentence if error else "",
        values=request.form,
    )
    return make_response(page, error.status if error else 200)
