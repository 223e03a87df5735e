"""Proving again who one is, for a page that is asked for by GET.

Acts are stopped at the gate (account/proving.py), which asks itself.
"""

from flask import Response, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import signed_in
from app.core.errors import DomainError
from app.identity.account.again import PURPOSE
from app.identity.account.factors import factors_of
from app.identity.account.half import keep_challenge
from app.identity.account.passkeys import assertion
from app.identity.account.people import get_holder
from app.identity.account.proving import context_of, take_proof
from app.identity.account.routes.blueprint import account, login_here
from app.identity.errors import WrongSecret
from app.identity.gate import next_path
from app.identity.refusals import shown


@account.get("/account/prove")
@signed_in
def prove_page() -> Response:
    """Ask for a proof, then lead on."""
    return _form(request.args.get("next"))


@account.post("/account/prove")
@signed_in
def prove() -> Response | BaseResponse:
    """Take the proof; the page that follows leads on, also to what is only downloaded."""
    wanted = next_path(request.form.get("next"))
    error = take_proof()
    if error is not None:
        return _form(wanted, error)
    page = render_template("account/proven.html", onward=wanted or url_for("identity.home"))
    return make_response(page)


@account.post("/account/prove/passkey")
@signed_in
def passkey_to_prove() -> Response:
    """What a passkey of the person is asked to sign."""
    passkeys = factors_of(get_holder(login_here().person.member_id).account_id).passkeys
    if not passkeys:
        raise WrongSecret("There is no passkey.")
    options, challenge = assertion(passkeys)
    keep_challenge(PURPOSE, challenge)
    return Response(options, mimetype="application/json")


def _form(wanted: str | None, error: DomainError | None = None) -> Response:
    page = render_template(
        "account/prove.html",
        action=url_for("account.prove"),
        fields=[("next", next_path(wanted) or "")],
        **context_of(login_here(), error),
    )
    return shown(page, error)
