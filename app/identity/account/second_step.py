"""The second step of signing in, and signing in by passkey alone.

Only who knows the password comes this far, so wrong tries are counted by account, wherever they
come from and at whichever restaurant: in the directory, beside the factors.
"""

from uuid import UUID

from app.core import clock, security
from app.core.db import transaction
from app.identity.account.codes import digest_of, step_of
from app.identity.account.factors import (
    Factor,
    factors_of,
    find_passkey,
    keep_wrong_codes,
    use_factor,
    use_recovery_code,
    wrong_codes_of,
)
from app.identity.account.half import Half, hold_half
from app.identity.account.passkeys import counter_of, key_id_of
from app.identity.account.people import find_member_of, hold_account
from app.identity.errors import WrongSecret
from app.identity.queries import Login, PairedDevice
from app.identity.sign_in import let_in
from app.identity.tries import require_waited

WRONG_CODE = "The code is wrong, has run out, or was used before."
WRONG_PASSKEY = "This passkey belongs to nobody here."


def finish_by_code(
    half: Half, code: str, previous: Login | None, device: PairedDevice | None
) -> str:
    """Prove the second factor by a code of the app or a recovery code; the new session's token.

    Raises WrongSecret, TooManyTries, and at a tablet what `tablet.receive` raises. Opens its own
    transaction, which must be the outermost: a refused try is committed.
    """
    token = None
    with transaction():
        hold_half(half)
        if knows_code(half.account_id, half.member_id, code):
            token = let_in(half.member_id, previous, device)
    if token is None:
        raise WrongSecret(WRONG_CODE)
    return token


def finish_by_passkey(
    answer: str,
    challenge: bytes | None,
    previous: Login | None,
    device: PairedDevice | None,
    *,
    half: Half | None = None,
) -> str:
    """Prove who one is by passkey; the new session's token.

    Without `half` whose passkey it is says who signs in. Raises WrongSecret.
    """
    with transaction():
        passkey = prove_passkey(answer, challenge)
        found = find_member_of(passkey.account_id)
        if found is None or (half is not None and half.member_id != found):
            raise WrongSecret(WRONG_PASSKEY)
        if half is not None:
            hold_half(half)
        return let_in(found, previous, device)


def prove_passkey(answer: str, challenge: bytes | None) -> Factor:
    """The passkey that a true answer is of, its counter moved forward; raises WrongSecret.

    Its account is held from then on: a passkey that is taken away at this moment is found gone.
    """
    passkey = find_passkey(key_id_of(answer))
    if passkey is None or challenge is None or not hold_account(passkey.account_id):
        raise WrongSecret(WRONG_PASSKEY)
    if not use_factor(passkey.id, counter_of(answer, challenge, passkey)):
        raise WrongSecret(WRONG_PASSKEY)
    return passkey


def knows_code(account_id: UUID, member_id: UUID, code: str) -> bool:
    """Whether a code is the app's now, or a recovery code; it is used up, and a wrong try kept.

    Needs the account held, so that a hundred tries at once are a hundred in a row. Raises
    TooManyTries before it looks.
    """
    wrong = wrong_codes_of(account_id)
    require_waited(wrong)
    if _is_right(account_id, code):
        keep_wrong_codes(account_id, [])
        return True
    keep_wrong_codes(account_id, [*wrong, clock.now()])
    security.note(security.REFUSED, "member", member_id, what="second factor")
    return False


def _is_right(account_id: UUID, code: str) -> bool:
    app = factors_of(account_id).app
    step = step_of(app.secret or "", code, clock.now()) if app else None
    if app is not None and step is not None:
        return use_factor(app.id, step)
    return use_recovery_code(account_id, digest_of(code))
