"""The account behind a member: what it says, and what the restaurant asks of it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, text

from app.core import clock
from app.core.db import execute
from app.core.errors import Forbidden
from app.core.tenant import current_tenant_id
from app.identity.account.factors import has_factor
from app.identity.models import Member, Role
from app.identity.passwords import hash_secret, is_dated
from app.identity.permissions import STAFF_MANAGE
from app.tenancy.models import TenantProfile

# Owners and managers, by whatever name: who may give rights to others.
MANAGES = STAFF_MANAGE


@dataclass(frozen=True, kw_only=True)
class Holder:
    """A member who signs in by e-mail. `secret_hash` is None for one without a password."""

    account_id: UUID
    member_id: UUID
    name: str
    email: str
    secret_hash: str | None

    @property
    def words(self) -> tuple[str, str]:
        """What others know of the person, and no password is made of."""
        return self.name, self.email


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account at whichever restaurants. `secret_hash` is None for one without a password."""

    id: UUID
    secret_hash: str | None


def find_account(email: str) -> Account | None:
    """The account of an e-mail, or None: whether there is one is told to its reader alone.

    It is found by the form of the address in which it is counted, by no other (core.mail_address).
    """
    statement = text("SELECT id, secret FROM app.account_by_email(:email)")
    row = execute(statement, {"email": email}).one_or_none()
    return Account(id=row.id, secret_hash=row.secret) if row else None


def find_holder(member_id: UUID) -> Holder | None:
    """The member with the account, or None for somebody who is gone or works by PIN alone."""
    member = execute(
        select(Member.id, Member.name, Member.account_id).where(
            Member.tenant_id == current_tenant_id(), Member.id == member_id, Member.active
        )
    ).one_or_none()
    if member is None or member.account_id is None:
        return None
    account = execute(
        text("SELECT email, secret FROM app.account_by_id(:id)"), {"id": member.account_id}
    ).one()
    return Holder(
        account_id=member.account_id,
        member_id=member.id,
        name=member.name,
        email=account.email,
        secret_hash=account.secret,
    )


def get_holder(member_id: UUID) -> Holder:
    """The same; raises Forbidden (`no_account`)."""
    found = find_holder(member_id)
    if found is None:
        raise Forbidden("no_account", "You work here by PIN: there is no account to change.")
    return found


def hold_holder(member_id: UUID) -> Holder:
    """The same, for who changes the account: others wait until the open transaction ends."""
    hold_account(get_holder(member_id).account_id)
    return get_holder(member_id)


def hold_account(account_id: UUID) -> bool:
    """Keep everybody else from changing or forgetting an account; False where it is gone."""
    found = execute(text("SELECT app.account_hold(:id)"), {"id": account_id})
    return found.scalar_one_or_none() is not None


def hold_account_at(email: str) -> UUID | None:
    """The account behind an e-mail, held for who is about to become a member by it, or None."""
    account = find_account(email)
    return account.id if account and hold_account(account.id) else None


def find_member_of(account_id: UUID) -> UUID | None:
    """The active member of this restaurant that an account is."""
    found = execute(
        select(Member.id).where(
            Member.tenant_id == current_tenant_id(),
            Member.account_id == account_id,
            Member.active,
        )
    ).scalar_one_or_none()
    return UUID(str(found)) if found else None


def must_have_factor(member_id: UUID) -> bool:
    """Whether the restaurant asks this member for a second factor."""
    asked = execute(
        select(
            func.coalesce(TenantProfile.needs_second_factor, False)
            & Role.permissions.contains([MANAGES])
        )
        .select_from(Member)
        .join(Role, (Role.tenant_id == Member.tenant_id) & (Role.id == Member.role_id))
        .outerjoin(TenantProfile, TenantProfile.tenant_id == Member.tenant_id)
        .where(Member.tenant_id == current_tenant_id(), Member.id == member_id)
    ).scalar_one()
    return bool(asked)


def lacks_factor(member_id: UUID) -> bool:
    """Whether a member must set up a second factor before anything else opens."""
    if not must_have_factor(member_id):
        return False
    holder = find_holder(member_id)
    return holder is not None and not has_factor(holder.account_id)


def set_password(account_id: UUID, password: str) -> None:
    """Keep a password that was chosen anew and checked; mailed links to the account are over."""
    _keep_password(account_id, password)
    end_links(account_id)


def end_links(account_id: UUID) -> None:
    """No link that was mailed before sets a password or moves the account, at any restaurant."""
    execute(text("SELECT app.account_links_end(:id, :at)"), {"id": account_id, "at": clock.now()})


def _keep_password(account_id: UUID, password: str) -> None:
    execute(
        text("SELECT app.account_password_set(:id, :secret, :at)"),
        {"id": account_id, "secret": hash_secret(password), "at": clock.now()},
    )


def renew_hash(account_id: UUID, secret_hash: str | None, password: str) -> None:
    """Hash a password that was right anew, where its hash is of other parameters than ours.

    Needs the account to be held, or a password that was just chosen would be lost.
    """
    if secret_hash is not None and is_dated(secret_hash):
        _keep_password(account_id, password)


def sign_out_everywhere(account_id: UUID, *, but: UUID | None = None) -> None:
    """End every session of an account, at all its restaurants, but `but`; and every access token.

    Programs of the person's own end with them; keys of machines stay (see `tokens.end_tokens`).
    """
    execute(
        text("SELECT app.account_sign_out(:id, :but, :at)"),
        {"id": account_id, "but": but, "at": clock.now()},
    )
