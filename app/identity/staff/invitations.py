"""Invitations by e-mail: sent, sent again, withdrawn, accepted.

Who accepts proves an account by its password, or opens one: the page is the same for both, and
whoever has no link learns nothing of either.
"""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, select, update

from app.core import audit, security
from app.core.db import execute, transaction
from app.core.errors import Conflict
from app.core.mail import link_to, send_later
from app.core.tenant import current_tenant_id
from app.identity.account.factors import has_factor
from app.identity.account.people import Account, find_account, hold_account
from app.identity.actor import Actor
from app.identity.commands import open_account
from app.identity.domain import check_pin
from app.identity.errors import WrongSecret
from app.identity.links import Link, LinkOver, forget_links, look_at, make_link, use
from app.identity.models import Member, MemberLocation
from app.identity.passwords import hash_secret, is_right, peppered
from app.identity.permissions import STAFF_MANAGE
from app.identity.queries import Login
from app.identity.sign_in import Proven, admit
from app.identity.staff.owners import hold_owners
from app.identity.staff.people import Work, add, hold, record
from app.identity.tries import forget_failures, note_failure, stand_in_line, subject_of
from app.tenancy.queries import TenantView

LASTS = timedelta(days=7)
UNPROVEN = (
    "This password does not fit. Who signs in to another restaurant with this e-mail"
    " takes the password from there."
)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What somebody who is invited to `restaurant` fills in; `address` is where it comes from."""

    token: str
    password: str
    pin: str
    address: str
    restaurant: str


def invite(actor: Actor, tenant: TenantView, work: Work, email: str) -> UUID:
    """Add a person who works here once the mailed link has been followed.

    Raises Conflict where somebody here has the e-mail, or is being asked at it.
    """
    with transaction():
        actor.require_somewhere(STAFF_MANAGE)
        hold_owners()  # of two invitations to one address the second is told of the first
        _require_free(email)
        member_id = add(actor, work, invited_email=email)
        _mail(tenant, member_id, email, work.name)
    return member_id


def send(actor: Actor, tenant: TenantView, member_id: UUID, email: str) -> None:
    """Invite somebody who is here already, or send the link again; earlier links are over."""
    with transaction():
        was = hold(actor, member_id)
        if was.state == "former":
            raise Conflict("former", "Reactivate this person first.")
        if was.email is not None:
            raise Conflict("has_account", "This person signs in by e-mail already.")
        _require_free(email, but=member_id)
        _wait_at(member_id, email)
        forget_links("invite", member_id)
        _mail(tenant, member_id, email, was.name)
        before, after = was.invited_email is not None, {"invited": True, "sent": True}
        record(actor, member_id, before={"invited": before}, after=after)


def withdraw(actor: Actor, member_id: UUID) -> bool:
    """Take an invitation back; whoever never worked here is forgotten with it: True."""
    with transaction():
        was = hold(actor, member_id)
        forget_links("invite", member_id)
        if was.state == "invited":
            _forget(member_id)
        else:
            _wait_at(member_id, None)
        if was.invited_email is not None:
            record(actor, member_id, before={"invited": True}, after={"invited": False})
    return was.state == "invited"


def accept(answer: Answer, previous: Login | None = None) -> Proven:
    """Make somebody a member who follows a link, and let them in in place of `previous`.

    Raises LinkOver, Invalid (a password or PIN that cannot be one), WrongSecret where the
    e-mail has an account and this is not its password, and TooManyTries. Opens its own
    transaction, which must be the outermost: a refused try is committed.
    """
    check_pin(answer.pin)
    email = look_at("invite", answer.token).email
    subject = subject_of("invitation", email, answer.address)
    with transaction():
        stand_in_line(subject)
        proven, account = None, find_account(email)
        if account is None or _is_proven(account, email, answer.password):
            forget_failures(subject)
            proven = _join(use("invite", answer.token), account, answer, previous)
        else:
            note_failure(subject)
            security.note(security.REFUSED, "tenant", current_tenant_id(), what="invitation")
    if proven is None:
        raise WrongSecret(UNPROVEN)
    return proven


def _is_proven(account: Account, email: str, password: str) -> bool:
    """Whether the password is right, and still is with the account held: comparing takes time."""
    is_known = is_right(account.secret_hash, password)
    return is_known and hold_account(account.id) and find_account(email) == account


def _join(link: Link, account: Account | None, answer: Answer, previous: Login | None) -> Proven:
    member_id, name = _waiting(link)
    if account is None:
        account_id = open_account(link.email, answer.password, name, answer.restaurant)
    else:
        account_id = account.id
        _require_stranger(account_id)
    execute(
        update(Member)
        .where(Member.tenant_id == current_tenant_id(), Member.id == member_id)
        .values(
            account_id=account_id,
            invited_email=None,
            active=True,
            pin_hash=hash_secret(peppered(answer.pin)),
        )
    )
    after = {"state": "active", "signs_in": "e-mail"}
    audit.record(STAFF_MANAGE, "member", member_id, actor_id=member_id, after=after)
    return admit(member_id, previous, asks_more=has_factor(account_id))


def _waiting(link: Link) -> tuple[UUID, str]:
    """The member whom a link is for, locked, while the invitation waits at its address."""
    found = execute(
        select(Member.id, Member.name)
        .where(
            Member.tenant_id == current_tenant_id(),
            Member.id == link.member_id,
            Member.invited_email == link.email,
        )
        .with_for_update()
    ).one_or_none()
    if found is None:
        raise LinkOver
    return found.id, found.name


def _require_free(email: str, *, but: UUID | None = None) -> None:
    """Raise Conflict where somebody else here has the address."""
    account = find_account(email)
    if account is not None:
        _require_stranger(account.id)
    waiting = select(Member.id).where(
        Member.tenant_id == current_tenant_id(), Member.invited_email == email
    )
    if execute(waiting).scalar_one_or_none() not in (None, but):
        raise Conflict("invited", "Somebody is invited at this e-mail already.")


def _require_stranger(account_id: UUID) -> None:
    """Raise Conflict where an account is somebody's here: it says who may be let in again."""
    row = execute(
        select(Member.name, Member.active).where(
            Member.tenant_id == current_tenant_id(), Member.account_id == account_id
        )
    ).one_or_none()
    if row is None:
        return
    if row.active:
        raise Conflict("member", f"{row.name} works here already and signs in by this e-mail.")
    raise Conflict("former", f"This is {row.name}, who worked here. Reactivate {row.name} instead.")


def _wait_at(member_id: UUID, address: str | None) -> None:
    execute(
        update(Member)
        .where(Member.tenant_id == current_tenant_id(), Member.id == member_id)
        .values(invited_email=address)
    )


def _forget(member_id: UUID) -> None:
    tenant_id = current_tenant_id()
    execute(
        delete(MemberLocation).where(
            MemberLocation.tenant_id == tenant_id, MemberLocation.member_id == member_id
        )
    )
    execute(delete(Member).where(Member.tenant_id == tenant_id, Member.id == member_id))


def _mail(tenant: TenantView, member_id: UUID, address: str, name: str) -> None:
    token = make_link("invite", address, lasts=LASTS, member_id=member_id)
    path = f"/t/{tenant.slug}/invite?{urlencode({'token': token})}"
    body = _(
        "Hello %(name)s,\n\n%(restaurant)s invites you to work with Nibblix. Choose a password"
        " and a PIN here, within 7 days:\n\n%(link)s\n\nIf you did not expect this, do nothing.\n",
        name=name,
        restaurant=tenant.name,
        link=link_to(path),
    )
    send_later(address, _("%(restaurant)s invites you", restaurant=tenant.name), body)
