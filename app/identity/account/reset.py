"""A forgotten password: asked for, mailed, chosen anew.

Whoever asks gets one answer, and one piece of work is done for it: whether an e-mail is known is
found out by a job, after the answer.
"""

from datetime import timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import exists, select

from app.core import audit, clock
from app.core.db import execute, transaction
from app.core.ids import new_id
from app.core.model import Json
from app.core.outbox import later
from app.core.tenant import current_tenant_id
from app.identity import links
from app.identity.account.factors import has_factor
from app.identity.account.mails import send_reset, tell
from app.identity.account.people import (
    Holder,
    find_account,
    find_holder,
    find_member_of,
    hold_holder,
    set_password,
    sign_out_everywhere,
)
from app.identity.models import EmailLink
from app.identity.strength import check_password

JOB = "account.mail_reset"
LASTS = timedelta(minutes=30)
# Whoever asks again and again fills nobody's mailbox.
NOT_AGAIN_FOR = timedelta(minutes=2)


def ask_for_reset(email: str) -> None:
    """Have a link mailed, where there is anybody to mail it to: the same statements either way."""
    with transaction():
        account = find_account(email)
        member_id = find_member_of(account.id if account else new_id())
        later(JOB, {"member_id": str(member_id or new_id())}, event="ResetAsked")


def mail_reset(payload: Json) -> None:
    """Mail the link: the job. Nobody is found for an e-mail that is not known."""
    holder = find_holder(UUID(payload["member_id"]))
    if holder is None or _was_mailed_just_now(holder):
        return
    token = links.make_link("reset", holder.email, lasts=LASTS, member_id=holder.member_id)
    send_reset(holder, token)


def look_at_reset(token: str) -> tuple[Holder, bool]:
    """Whose password a link is for, and whether they have a second factor; raises LinkOver."""
    holder = _holder(links.look_at("reset", token))
    return holder, has_factor(holder.account_id)


def reset_password(token: str, password: str, restaurant: str) -> None:
    """Choose a new password by a mailed link; every session of the account ends.

    Raises LinkOver and Invalid. The second factor stays, and is asked for at the next sign-in.
    """
    with transaction():
        hold_holder(_holder(links.look_at("reset", token)).member_id)
        holder = _holder(links.use("reset", token))  # it may have ended before the account was ours
        words = (*holder.words, restaurant)
        check_password(password, has_factor=has_factor(holder.account_id), words=words)
        set_password(holder.account_id, password)
        sign_out_everywhere(holder.account_id)
        audit.record("account.reset", "member", holder.member_id, actor_id=holder.member_id)
        tell(holder, _("Your password was changed."))


def _was_mailed_just_now(holder: Holder) -> bool:
    found = select(
        exists().where(
            EmailLink.tenant_id == current_tenant_id(),
            EmailLink.kind == "reset",
            EmailLink.member_id == holder.member_id,
            EmailLink.used_at.is_(None),
            EmailLink.created_at > clock.now() - NOT_AGAIN_FOR,
        )
    )
    return bool(execute(found).scalar_one())


def _holder(link: links.Link) -> Holder:
    """Whose link it is; over where the account has moved to another address since."""
    holder = find_holder(link.member_id) if link.member_id else None
    if holder is None or holder.email != link.email:
        raise links.LinkOver
    return holder
