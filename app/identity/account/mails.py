"""What is mailed to a person about the account."""

from flask_babel import gettext as _

from app.core.mail import link_to, send_later
from app.core.tenant import current_tenant_id
from app.identity.account.people import Holder
from app.tenancy.queries import get_tenant_by_id


def tell(holder: Holder, what: str) -> None:
    """Tell a person what was changed of the account: it may have been somebody else."""
    restaurant = get_tenant_by_id(current_tenant_id())
    address = link_to(f"/t/{restaurant.slug}/reset")
    body = _(
        "%(name)s,\n\n%(what)s\n\nIf that was not you, choose a new password at once:\n%(address)s",
        name=holder.name,
        what=what,
        address=address,
    )
    send_later(holder.email, what, body)


def send_reset(holder: Holder, token: str) -> None:
    """Mail the link by which a new password is chosen."""
    restaurant = get_tenant_by_id(current_tenant_id())
    address = link_to(f"/t/{restaurant.slug}/reset/password?token={token}")
    body = _(
        "%(name)s,\n\nto choose a new password for %(restaurant)s, open\n\n%(address)s\n\n"
        "It works once, within 30 minutes. If you did not ask for it, do nothing.",
        name=holder.name,
        restaurant=restaurant.name,
        address=address,
    )
    send_later(holder.email, _("Choose a new password"), body)


def send_confirmation(holder: Holder, email: str, token: str) -> None:
    """Mail the link that moves an account to this address."""
    restaurant = get_tenant_by_id(current_tenant_id())
    address = link_to(f"/t/{restaurant.slug}/account/email/confirm?token={token}")
    body = _(
        "%(name)s,\n\nto sign in with this address from now on, open\n\n%(address)s\n\n"
        "It works once, within a day. If you did not ask for it, do nothing.",
        name=holder.name,
        address=address,
    )
    send_later(email, _("Confirm your new address"), body)
