"""Proving once more who one is, before what costs money or gives rights.

At a tablet it is the PIN, elsewhere the password, a code of the app, or a passkey. Who guesses at
somebody's open browser is counted for that browser.
"""

from collections.abc import Mapping

from app.core import clock
from app.core.db import transaction
from app.identity import tablet
from app.identity.account.commands import knows_password
from app.identity.account.half import take_challenge
from app.identity.account.people import get_holder, hold_holder
from app.identity.account.second_step import WRONG_CODE, knows_code, prove_passkey
from app.identity.current import PROOFS
from app.identity.domain import PROOF_LASTS
from app.identity.errors import WrongSecret
from app.identity.logins import PROVEN_AT
from app.identity.queries import Login, SignedIn

PASSWORD, CODE, PASSKEY, PIN = PROOFS
PURPOSE = "prove"
WRONG = {
    PASSWORD: "The password is wrong.",
    CODE: WRONG_CODE,
}


def is_fresh(login: Login) -> bool:
    """Whether the person of a session has proven who they are a short while ago."""
    proven_at = float(login.data.get(PROVEN_AT, 0.0))
    return clock.now().timestamp() - proven_at < PROOF_LASTS.total_seconds()


def given_in(form: Mapping[str, str]) -> tuple[str, str] | None:
    """The field and the value of the proof that a form brings, or None."""
    return next(((name, form[name]) for name in PROOFS if form.get(name)), None)


def prove_again(login: Login, field: str, value: str) -> None:
    """Prove the person of a session; raises WrongSecret and TooManyTries.

    Opens its own transaction, which must be the outermost: a refused try is committed.
    """
    if login.device is not None:
        if field != PIN:
            raise WrongSecret(tablet.UNPROVEN_PIN)
        tablet.prove_pin(login.device, login.person.member_id, value)
    elif field == PASSKEY:
        _by_passkey(login.person, value)
    else:
        _by_secret(login, field, value)


def _by_passkey(person: SignedIn, answer: str) -> None:
    with transaction():
        account_id = get_holder(person.member_id).account_id
        if prove_passkey(answer, take_challenge(PURPOSE)).account_id != account_id:
            raise WrongSecret("This is somebody else's passkey.")


def _by_secret(login: Login, field: str, value: str) -> None:
    with transaction():
        is_proven = _is_code(login, value) if field == CODE else _is_password(login, value)
    if not is_proven:
        raise WrongSecret(WRONG.get(field, WRONG[PASSWORD]))


def _is_code(login: Login, code: str) -> bool:
    member_id = login.person.member_id
    return knows_code(hold_holder(member_id).account_id, member_id, code)


def _is_password(login: Login, password: str) -> bool:
    return knows_password(login, get_holder(login.person.member_id), password)
