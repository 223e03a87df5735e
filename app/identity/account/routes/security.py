"""One's own account: password, strength, address."""

from flask import Response, flash, g, make_response, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import in_own_browser, proven_lately, public, signed_in
from app.core.errors import DomainError
from app.core.forms import read
from app.core.htmx import go_to
from app.core.limits import limited
from app.identity.account import commands
from app.identity.account.factors import factors_of
from app.identity.account.forms import EmailForm, PasswordForm, StrengthForm
from app.identity.account.passkeys import relying_party
from app.identity.account.people import find_holder
from app.identity.account.queries import find_account_view
from app.identity.account.routes.blueprint import REFUSALS, account, login_here
from app.identity.current import current_actor, find_person, link_token
from app.identity.links import LinkOver, look_at
from app.identity.places import get_standing, manages
from app.identity.refusals import shown
from app.identity.staff.queries import get_person
from app.identity.strength import judge


@account.get("/account/security")
@signed_in
def security() -> Response:
    """Everything that proves who one is."""
    return security_page()


@account.post("/account/password")
@signed_in
@in_own_browser
@proven_lately
def change_password() -> Response | BaseResponse:
    """Choose a new password; every other session ends."""
    try:
        form = read(PasswordForm, request.form)
        commands.change_password(
            login_here(), form["current_password"], form["password"], g.tenant.name
        )
    except REFUSALS as error:
        return security_page("password", error)
    return done(gettext("Your password is changed. You are signed out everywhere else."))


@account.post("/password/strength")
@public
@limited("strength")
def strength() -> Response:
    """What to say of a password while it is typed: kept nowhere, logged nowhere."""
    form = read(StrengthForm, request.form)
    person = find_person()
    holder = find_holder(person.member_id) if person else None
    beside = (form["email"], form["name"], form["restaurant"])
    words = (*(holder.words if holder else ()), g.tenant.name, *beside)
    has_factor = bool(holder and factors_of(holder.account_id).has_any)
    password = form["password"]
    verdict = judge(password, has_factor=has_factor, words=words) if password else None
    return make_response(render_template("account/_strength.html", verdict=verdict))


@account.post("/account/email")
@signed_in
@in_own_browser
@proven_lately
@limited("new_email")
def ask_for_email() -> Response | BaseResponse:
    """Mail a link to a new address."""
    try:
        form = read(EmailForm, request.form)
        commands.ask_for_email(current_actor().member_id, form["email"])
    except REFUSALS as error:
        return security_page("email", error)
    return done(gettext("A link is on its way to %(email)s.", email=form["email"]))


@account.get("/account/email/confirm")
@public
def email_link() -> Response:
    """Ask whether the address is to be used from now on: a link alone changes nothing."""
    token = link_token()
    email, sentence = "", ""
    try:
        email = look_at("email", token).email
    except LinkOver as error:
        sentence = error.sentence
    page = render_template("account/email.html", token=token, email=email, sentence=sentence)
    return make_response(page, 410 if sentence else 200)


@account.post("/account/email/confirm")
@public
def confirm_email() -> BaseResponse:
    """Move the account to the address."""
    commands.confirm_email(link_token())
    return done(gettext("You sign in with the new address from now on."))


def done(sentence: str) -> BaseResponse:
    """Back to the account, with word of what was done."""
    flash(sentence)
    return go_to(url_for("account.security"))


def security_page(part: str = "", error: DomainError | None = None) -> Response:
    """The account, with the sentence of a refusal at the part that it is about."""
    login = login_here()
    me = login.person.member_id
    page = render_template(
        "account/security.html",
        has_pin=get_person(me).has_pin,
        may_set_pin=manages(current_actor(), get_standing(me)),
        account=find_account_view(me),
        is_at_tablet=login.device is not None,
        can_have_passkeys=relying_party() is not None,
        refused=part,
        sentence=error.sentence if error else "",
    )
    return shown(page, error)
