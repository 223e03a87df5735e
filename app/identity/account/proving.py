"""At the gate: who has proven long ago asks first to be proven again, and then goes on.

The form that asks carries the fields of the request that was stopped, and is sent to the same
address: with a right proof in it the request goes through as it was meant.
"""

from flask import Response, render_template, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core import clock
from app.core.errors import DomainError, Forbidden
from app.core.htmx import go_to, wants_fragment
from app.core.web import SAFE_METHODS, csrf
from app.identity.account.again import given_in, is_fresh, prove_again
from app.identity.account.factors import Factors, factors_of
from app.identity.account.passkeys import relying_party
from app.identity.account.people import find_holder
from app.identity.current import NOT_CONTENT, PROOFS, find_login_here
from app.identity.errors import AskManager, TooManyTries, WrongSecret
from app.identity.logins import LACKS_FACTOR, PROVEN_AT
from app.identity.queries import Login
from app.identity.refusals import shown
from app.identity.session import browser_session

# What is open to who must set up a second factor first: doing so, and leaving.
OPEN_WITHOUT_FACTOR = {
    "account.security",
    "account.new_app",
    "account.add_app",
    "account.passkey_to_make",
    "account.add_passkey",
    "account.renew_codes",
    "identity.sign_out",
    "identity.menu",
}


def lead_to_factor() -> BaseResponse | None:
    """Where a session goes that must have a second factor and has none; None where it need not."""
    login = find_login_here()
    if login is None or not login.data.get(LACKS_FACTOR):
        return None
    return None if request.endpoint in OPEN_WITHOUT_FACTOR else go_to(url_for("account.security"))


def ask_for_proof() -> BaseResponse | None:
    """Take the proof that the request brings, or ask for one; None where it may go on."""
    login = find_login_here()
    if login is None:
        raise Forbidden("proof", "This needs a person who has just signed in.")
    if is_fresh(login):
        return None
    if request.method in SAFE_METHODS:
        return go_to(url_for("account.prove_page", next=request.full_path.rstrip("?")))
    csrf.protect()  # the question carries what was sent, and must carry nobody else's
    error = _take(login)
    return None if error is None and is_fresh(login) else _question(login, error)


def take_proof() -> DomainError | None:
    """Take the proof that a form brings; returns why it is refused, or None."""
    login = find_login_here()
    return _take(login) if login else None


def _take(login: Login) -> DomainError | None:
    given = given_in(request.form)
    if given is None:
        return _left_empty(login)
    try:
        prove_again(login, *given)
    except (WrongSecret, TooManyTries, AskManager) as error:
        return error
    session[PROVEN_AT] = clock.now().timestamp()
    browser_session().renew()
    return None


def _left_empty(login: Login) -> DomainError | None:
    """What is said of a form that asked for a proof and came back without one."""
    if not any(name in request.form for name in PROOFS):
        return None
    return WrongSecret("Type your PIN." if login.device else "Type your password.")


def _question(login: Login, error: DomainError | None) -> Response:
    """A sheet over the page, or a page, that sends the same again with a proof."""
    if request.is_json:
        raise Forbidden("proof", "Prove again who you are, on the pages, and repeat this.")
    sent = request.form.items(multi=True)
    fields = [(name, value) for name, value in sent if name not in NOT_CONTENT]
    template = "account/_prove_sheet.html" if wants_fragment() else "account/prove.html"
    page = render_template(
        template, action=request.full_path.rstrip("?"), fields=fields, **context_of(login, error)
    )
    response = shown(page, error, 403)
    response.vary.add("HX-Request")
    return response


def context_of(login: Login, error: DomainError | None) -> dict[str, object]:
    """What the form that asks for a proof needs to know."""
    holder = None if login.device else find_holder(login.person.member_id)
    found = (
        factors_of(holder.account_id) if holder else Factors(app=None, passkeys=(), codes_left=0)
    )
    return {
        "by_pin": login.device is not None,
        "has_app": found.app is not None,
        "has_passkeys": bool(found.passkeys) and relying_party() is not None,
        "sentence": error.sentence if error else "",
    }
