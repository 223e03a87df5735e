"""What a person changes of an account: password, second factors, address, where it is signed in."""

from datetime import timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core import audit, clock, security
from app.core.db import execute, transaction
from app.core.errors import Conflict, NotFound
from app.identity import links
from app.identity.account.codes import digest_of, new_codes, step_of
from app.identity.account.factors import (
    add_factor,
    drop_factor,
    drop_factors,
    factors_of,
    has_factor,
    use_factor,
)
from app.identity.account.mails import send_confirmation, tell
from app.identity.account.passkeys import registered
from app.identity.account.people import (
    Holder,
    end_links,
    get_holder,
    hold_holder,
    must_have_factor,
    set_password,
    sign_out_everywhere,
)
from app.identity.errors import WrongSecret
from app.identity.logins import end_logins
from app.identity.models import LoginSession
from app.identity.passwords import is_right, normalised
from app.identity.queries import Login
from app.identity.strength import SHORTEST, check_password
from app.identity.tries import forget_failures, note_failure, stand_in_line, subject_of

MOST_PASSKEYS = 20
EMAIL_LINK_LASTS = timedelta(hours=24)


def change_password(login: Login, current: str, new: str, restaurant: str) -> None:
    """Replace the password of who knows the present one; every other session of theirs ends.

    Raises WrongSecret, TooManyTries and Invalid. The outermost transaction: a wrong try is kept.
    """
    with transaction():
        holder = hold_holder(login.person.member_id)
        is_known = knows_password(login, holder, current)
        if is_known:
            words = (*holder.words, restaurant)
            check_password(new, has_factor=has_factor(holder.account_id), words=words)
            set_password(holder.account_id, new)
            sign_out_everywhere(holder.account_id, but=login.id)
            _note(holder, "account.password", _("Your password was changed."))
    if not is_known:
        raise WrongSecret("The present password is wrong.")


def add_app(member_id: UUID, secret: str, code: str) -> list[str]:
    """Set up an authenticator app that shows a right code; returns fresh recovery codes.

    Returns none where there are some left. Raises WrongSecret, and Conflict for a second app.
    """
    with transaction():
        holder = hold_holder(member_id)
        step = step_of(secret, code, clock.now())
        if step is None:
            raise WrongSecret("The code does not fit. Is the clock of the phone right?")
        before = factors_of(holder.account_id)
        if before.app is not None:
            raise Conflict("has_app", "There is an app already. Remove it first.")
        use_factor(add_factor(holder.account_id, "totp", secret=secret), step)
        _note(holder, "account.app_added", _("An authenticator app was added to your account."))
        return [] if before.codes_left else _renew(holder)


def add_passkey(member_id: UUID, answer: str, challenge: bytes | None, name: str) -> list[str]:
    """Keep a passkey that a browser has just made; returns fresh recovery codes as `add_app` does.

    Raises WrongSecret, and Conflict for a known passkey or too many.
    """
    with transaction():
        holder = hold_holder(member_id)
        if challenge is None:
            raise WrongSecret("That took too long. Try again.")
        key_id, public_key, counter = registered(answer, challenge)
        before = factors_of(holder.account_id)
        if len(before.passkeys) >= MOST_PASSKEYS:
            raise Conflict("passkeys", "There are too many passkeys. Remove one first.")
        try:
            add_factor(
                holder.account_id,
                "passkey",
                name=name,
                key_id=key_id,
                public_key=public_key,
                counter=counter,
            )
        except IntegrityError as error:
            raise Conflict("known_passkey", "This passkey is known already.") from error
        _note(holder, "account.passkey_added", _("A passkey was added to your account."))
        return [] if before.codes_left else _renew(holder)


def remove_factor(login: Login, factor_id: UUID, password: str) -> None:
    """Take an app or a passkey away.

    The last one goes only where the restaurant lets it, and where the password is long enough to
    stand alone: it is asked for, as only its hash is kept. Raises NotFound, Conflict, WrongSecret
    and TooManyTries. The outermost transaction: a wrong try is kept.
    """
    is_known = True
    with transaction():
        holder = hold_holder(login.person.member_id)
        if factors_of(holder.account_id).count == 1:
            _require_may_go_without(holder, password)
            is_known = knows_password(login, holder, password)
        if is_known:
            _remove(holder, factor_id)
    if not is_known:
        raise WrongSecret("The password is wrong.")


def renew_codes(member_id: UUID) -> list[str]:
    """Ten fresh recovery codes in place of what was left; raises Conflict without a factor."""
    with transaction():
        holder = hold_holder(member_id)
        if not has_factor(holder.account_id):
            raise Conflict("no_factor", "Set up an app or a passkey first.")
        return _renew(holder)


def ask_for_email(member_id: UUID, email: str) -> None:
    """Mail a link to a new address; following it moves the account there."""
    with transaction():
        holder = get_holder(member_id)
        token = links.make_link("email", email, lasts=EMAIL_LINK_LASTS, member_id=member_id)
        send_confirmation(holder, email, token)


def confirm_email(token: str) -> None:
    """Move an account to the address that a link was mailed to, and tell the old one.

    Links that were mailed before are over, those to the old address too.

    Raises LinkOver, and Conflict where the address has an account of its own.
    """
    with transaction():
        link = links.look_at("email", token)
        if link.member_id is None:
            raise links.LinkOver
        holder = hold_holder(link.member_id)
        links.use("email", token)  # it may have ended before the account was ours
        try:
            execute(
                text("SELECT app.account_email_set(:id, :email)"),
                {"id": holder.account_id, "email": link.email},
            )
        except IntegrityError as error:
            raise Conflict("email_taken", "This address has an account of its own.") from error
        end_links(holder.account_id)
        _note(holder, "account.email", _("Your account moved to another address."))


def end_session(member_id: UUID, session_id: UUID) -> None:
    """Sign oneself out at one browser; raises NotFound for what is nobody's or another's."""
    with transaction():
        if not end_logins(LoginSession.member_id == member_id, LoginSession.id == session_id):
            raise NotFound("no_session", "There is no such session.")
        audit.record("session.end", "member", member_id, actor_id=member_id)


def end_other_sessions(login: Login) -> None:
    """Sign oneself out everywhere at this restaurant but here."""
    member_id = login.person.member_id
    with transaction():
        end_logins(LoginSession.member_id == member_id, LoginSession.id != login.id)
        audit.record("session.end_others", "member", member_id, actor_id=member_id)


def knows_password(login: Login, holder: Holder, password: str) -> bool:
    """Whether somebody at an open session knows its password; wrong tries are kept for it.

    Raises TooManyTries before it looks.
    """
    subject = subject_of("again", str(login.id))
    stand_in_line(subject)
    if is_right(holder.secret_hash, password):
        forget_failures(subject)
        return True
    note_failure(subject)
    security.note(
        security.REFUSED, "member", holder.member_id, what="proof", actor_id=holder.member_id
    )
    return False


def _require_may_go_without(holder: Holder, password: str) -> None:
    if must_have_factor(holder.member_id):
        raise Conflict("needed", "The restaurant asks you for a second factor: add another first.")
    if len(normalised(password)) < SHORTEST:
        sentence = f"First choose a password of {SHORTEST} characters: it will stand alone."
        raise Conflict("short_password", sentence)


def _remove(holder: Holder, factor_id: UUID) -> None:
    if not drop_factor(holder.account_id, factor_id):
        raise NotFound("no_factor", "There is no such passkey or app.")
    if not has_factor(holder.account_id):
        drop_factors(holder.account_id, "recovery")
    _note(holder, "account.factor_removed", _("A second factor was removed from your account."))


def _renew(holder: Holder) -> list[str]:
    codes = new_codes()
    drop_factors(holder.account_id, "recovery")
    for code in codes:
        add_factor(holder.account_id, "recovery", digest=digest_of(code))
    _note(holder, "account.codes", _("Your account has new recovery codes."))
    return codes


def _note(holder: Holder, act: str, mail: str) -> None:
    """Into the audit trail, and to the person."""
    audit.record(act, "member", holder.member_id, actor_id=holder.member_id)
    tell(holder, mail)
