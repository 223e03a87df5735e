"""Signing in: the second step, and the way by passkey alone."""

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import public
from app.core.errors import DomainError
from app.core.htmx import go_to
from app.core.limits import limited
from app.identity.account import second_step as proofs
from app.identity.account.factors import factors_of
from app.identity.account.half import OVER, Half, find_half, keep_challenge, take_challenge
from app.identity.account.passkeys import assertion, relying_party
from app.identity.account.routes.blueprint import REFUSALS, account
from app.identity.current import enter, find_login_here, note_device
from app.identity.errors import InsecureAddress, WrongSecret
from app.identity.gate import next_path
from app.identity.refusals import shown
from app.identity.routes import onward
from app.identity.session import cookie_name

ALONE, SECOND = "sign-in", "second"


@account.get("/sign-in/second")
@public
def second_step() -> Response | BaseResponse:
    """Ask for the second factor of who has given the password here."""
    half = find_half()
    return _form(half) if half else redirect(url_for("identity.sign_in_page"))


@account.post("/sign-in/second")
@public
@limited("sign_in")
def take_second_step() -> Response | BaseResponse:
    """Take a code or a passkey; who has waited too long begins again."""
    half = find_half()
    if half is None:
        return go_to(url_for("identity.sign_in_page"))
    try:
        token = _finish(half)
    except REFUSALS as error:
        return _form(half, error)
    return go_to(onward(half.wanted, enter(token).actor))


@account.post("/sign-in/second/passkey")
@public
@limited("sign_in")
def passkey_to_finish() -> Response:
    """What a passkey of the account is asked to sign."""
    half = find_half()
    if half is None:
        raise WrongSecret(OVER)
    return _challenge(SECOND, *assertion(factors_of(half.account_id).passkeys))


@account.post("/sign-in/passkey/options")
@public
@limited("sign_in")
def passkey_to_sign_in() -> Response:
    """What any passkey for this address is asked to sign."""
    return _challenge(ALONE, *assertion())


@account.post("/sign-in/passkey")
@public
@limited("sign_in")
def sign_in_by_passkey() -> Response | BaseResponse:
    """Sign in without a password."""
    if cookie_name(request) is None:
        raise InsecureAddress
    try:
        token = proofs.finish_by_passkey(
            request.form.get("passkey", ""),
            take_challenge(ALONE),
            find_login_here(),
            note_device(),
        )
    except REFUSALS as error:
        sentence = error.sentence
        address = url_for("identity.sign_in_page", next=next_path(request.form.get("next")))
        page = render_template("account/passkey_refused.html", sentence=sentence, back=address)
        return shown(page, error)
    return go_to(onward(request.form.get("next"), enter(token).actor))


def _finish(half: Half) -> str:
    here = (find_login_here(), note_device())
    answer = request.form.get("passkey")
    if answer:
        challenge = take_challenge(SECOND)
        return proofs.finish_by_passkey(answer, challenge, *here, half=half)
    return proofs.finish_by_code(half, request.form.get("code", ""), *here)


def _form(half: Half, error: DomainError | None = None) -> Response:
    found = factors_of(half.account_id)
    page = render_template(
        "account/second_step.html",
        has_app=bool(found.app),
        has_passkeys=bool(found.passkeys) and relying_party() is not None,
        sentence=error.sentence if error else "",
    )
    return shown(page, error)


def _challenge(purpose: str, options: str, challenge: bytes) -> Response:
    keep_challenge(purpose, challenge)
    return Response(options, mimetype="application/json")
