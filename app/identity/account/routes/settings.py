"""What the restaurant asks of those who manage it."""

from flask import flash, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import proven_lately, requires
from app.core.htmx import go_to
from app.identity.account import policy as rules
from app.identity.account.routes.blueprint import account
from app.identity.current import current_actor
from app.identity.permissions import TENANT_MANAGE
from app.tenancy.queries import get_profile


@account.get("/settings/security")
@requires(TENANT_MANAGE, everywhere=True)
def policy() -> str:
    """Whether owners and managers need a second factor, and who of them has one."""
    return render_template(
        "account/policy.html",
        needed=get_profile().needs_second_factor,
        managers=rules.managers(),
    )


@account.post("/settings/security")
@requires(TENANT_MANAGE, everywhere=True)
@proven_lately
def set_policy() -> BaseResponse:
    """Ask for it, or ask no longer."""
    needed = request.form.get("needed") == "1"
    rules.ask_for_factor(current_actor(), needed=needed)
    flash(gettext("Saved. It holds from the next page on."))
    return go_to(url_for("account.policy"))
