"""The e-mail addresses of accounts: those of owners are told when something is wrong."""

from uuid import UUID

from sqlalchemy import select, text

from app.core.db import execute
from app.core.tenant import current_tenant_id
from app.identity.models import Member, Role
from app.identity.places import manages_account

_EMAIL = text("SELECT app.account_email(:wanted)")


def owners_addresses() -> list[str]:
    """The addresses of the members who manage this restaurant's account."""
    accounts = execute(
        select(Member.account_id)
        .join(Role, (Role.tenant_id == Member.tenant_id) & (Role.id == Member.role_id))
        .where(
            Member.tenant_id == current_tenant_id(),
            Member.account_id.is_not(None),
            manages_account(),
        )
    ).scalars()
    return [email_of(account_id) for account_id in accounts.all()]


def email_of(account_id: UUID | None) -> str:
    """The address of an account that a member here has; "" for none."""
    if account_id is None:
        return ""
    return str(execute(_EMAIL, {"wanted": account_id}).scalar_one() or "")
