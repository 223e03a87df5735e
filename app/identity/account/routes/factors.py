"""Second factors of one's own account: the app, passkeys, recovery codes."""

from uuid import UUID

from flask import Response, g, make_response, render_template, request, session
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import in_own_browser, proven_lately, signed_in
from app.core.errors import DomainError
from app.core.forms import read
from app.core.keyring import seal, unseal
from app.core.qr import as_picture
from app.identity.account import commands
from app.identity.account.codes import address_of, as_file, new_secret
from app.identity.account.factors import factors_of
from app.identity.account.forms import AppForm, PasskeyForm, RemovalForm
from app.identity.account.half import keep_challenge, take_challenge
from app.identity.account.passkeys import registration
from app.identity.account.people import get_holder
from app.identity.account.routes.blueprint import REFUSALS, account, login_here
from app.identity.account.routes.security import done, security_page
from app.identity.current import current_actor
from app.identity.logins import LACKS_FACTOR
from app.identity.refusals import shown

MAKE = "make"
_NEW_APP = "new_app"


@account.get("/account/app/new")
@signed_in
@in_own_browser
@proven_lately
def new_app() -> Response:
    """The QR code for an authenticator app, and the field for its first code."""
    return _app_form()


@account.post("/account/app")
@signed_in
@in_own_browser
@proven_lately
def add_app() -> Response | BaseResponse:
    """Keep the app that shows a right code."""
    try:
        form = read(AppForm, request.form)
        codes = commands.add_app(current_actor().member_id, _secret(), form["code"])
    except REFUSALS as error:
        return _app_form(error)
    session.pop(_NEW_APP, None)
    return _added(codes, gettext("The app is set up."))


@account.post("/account/passkeys/options")
@signed_in
@in_own_browser
def passkey_to_make() -> Response:
    """What the browser makes a passkey by."""
    holder = get_holder(current_actor().member_id)
    known = factors_of(holder.account_id).passkeys
    options, challenge = registration(holder.account_id, holder.email, known)
    keep_challenge(MAKE, challenge)
    return Response(options, mimetype="application/json")


@account.post("/account/passkeys")
@signed_in
@in_own_browser
@proven_lately
def add_passkey() -> Response | BaseResponse:
    """Keep the passkey that the browser has made."""
    try:
        form = read(PasskeyForm, request.form)
        member_id, name = current_actor().member_id, form["name"].strip() or gettext("Passkey")
        codes = commands.add_passkey(member_id, form["passkey"], take_challenge(MAKE), name)
    except REFUSALS as error:
        return security_page("passkeys", error)
    return _added(codes, gettext("The passkey is kept."))


@account.post("/account/factors/<uuid:factor_id>/remove")
@signed_in
@in_own_browser
@proven_lately
def remove_factor(factor_id: UUID) -> Response | BaseResponse:
    """Take an app or a passkey away."""
    try:
        form = read(RemovalForm, request.form)
        commands.remove_factor(login_here(), factor_id, form["password"])
    except REFUSALS as error:
        return security_page("factors", error)
    return done(gettext("It is removed."))


@account.post("/account/recovery-codes")
@signed_in
@in_own_browser
@proven_lately
def renew_codes() -> Response:
    """Fresh recovery codes, shown this once; the ones before are over."""
    try:
        codes = commands.renew_codes(current_actor().member_id)
    except REFUSALS as error:
        return security_page("codes", error)
    return _codes_page(codes)


def _added(codes: list[str], sentence: str) -> Response | BaseResponse:
    """Nothing more is asked of this session; codes that were just made are shown."""
    session[LACKS_FACTOR] = False
    return _codes_page(codes) if codes else done(sentence)


def _codes_page(codes: list[str]) -> Response:
    email = get_holder(current_actor().member_id).email
    text = as_file(codes, g.tenant.name, email)
    return make_response(render_template("account/codes.html", codes=codes, text=text))


def _app_form(error: DomainError | None = None) -> Response:
    secret = _secret()
    email = get_holder(current_actor().member_id).email
    page = render_template(
        "account/new_app.html",
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        picture=as_picture(address_of(secret, email, g.tenant.name)),
        sentence=error.sentence if error else "",
    )
    return shown(page, error)


def _secret() -> str:
    """The secret that is being set up in this session, sealed while it waits."""
    waiting = session.get(_NEW_APP)
    if waiting:
        try:
            return unseal(waiting)
        except RuntimeError:  # the keys were rotated in the meantime
            pass
    secret = new_secret()
    session[_NEW_APP] = seal(secret)
    return secret
