"""An act that a person may not do, approved at a tablet by the PIN of one who may, that once.

Whoever lacks a permission for an act at the tablet's location is asked for somebody who has it. The
sheet carries what was sent, and a seal over it: the PIN stands for this act as it was shown and for
no other.
"""

import hmac
import json
import re

from flask import Flask, Response, g, render_template, request
from marshmallow import fields, validate

from app.core import audit, failures
from app.core.errors import DomainError
from app.core.forms import Trimmed, Words, read
from app.core.htmx import wants_fragment
from app.core.web import csrf
from app.core.words import LONGEST_NOTE
from app.identity import tablet
from app.identity.colleagues import colleagues
from app.identity.current import find_login_here, sent_form
from app.identity.errors import Lacks
from app.identity.forms import Pin
from app.identity.passwords import keyed_digest
from app.identity.permissions import PERMISSIONS
from app.identity.queries import Login, PairedDevice
from app.identity.refusals import shown

_TARGET = re.compile(r"[a-z]+#([A-Za-z][\w-]*)")
_SWAP = re.compile(r"[A-Za-z]+")


class ApprovalForm(Trimmed):
    """Who approves what, by which PIN, and why."""

    approver_id = fields.UUID(required=True, error_messages={"required": "Choose who approves."})
    approver_pin = Pin()
    approval_reason = Words(
        LONGEST_NOTE, required=True, validate=validate.Length(1, error="Say why.")
    )
    approval_seal = fields.String(required=True, validate=validate.Length(max=64))


def init_approval(app: Flask) -> None:
    """Answer a lacking permission with the question who may, where that can be asked."""
    app.register_error_handler(Lacks, _ask)


def take_approval(login: Login) -> Response | None:
    """Let the request through with what was approved in `g.approval`, or ask again (a response).

    Raises CSRFError: a PIN is looked at for this product's own pages alone.
    """
    permission = request.form.get("approval_for", "")
    device = _find_tablet(login)
    if device is None or permission not in PERMISSIONS:
        return None
    csrf.protect()
    try:
        form = read(ApprovalForm, request.form)
        if not _fits(form["approval_seal"], login, permission):
            return None  # something else was sent than what was shown: nothing is approved
        tablet.approve(device, form["approver_id"], form["approver_pin"], permission)
    except DomainError as error:
        return _sheet(login, device, permission, error)
    g.approval = audit.Approval(permission, form["approver_id"], form["approval_reason"])
    return None


def _ask(error: Lacks) -> Response:
    login = find_login_here()
    device = _find_tablet(login) if login else None
    is_act = request.method == "POST" and wants_fragment()
    if login is None or device is None or not is_act:
        return failures.answer(error)
    return _sheet(login, device, error.permission, error)


def _find_tablet(login: Login) -> PairedDevice | None:
    """The tablet where an act can be approved, if it is one of its location.

    A PIN proves what its owner may do at the tablet's location: what belongs to the restaurant,
    to its people or to an account is approved nowhere.
    """
    return login.device if g.get("location") else None


def _sheet(login: Login, device: PairedDevice, permission: str, error: DomainError) -> Response:
    """Who may, at this location; the plain refusal where there is nobody."""
    people = [one for one in colleagues(device.location_id) if permission in one.permissions]
    if not people:
        return failures.answer(error)
    page = render_template(
        "identity/_approval.html",
        people=people,
        chosen=request.form.get("approver_id"),
        act=PERMISSIONS[permission].description,
        permission=permission,
        reason=_reason(),
        seal=_seal(login, permission),
        sent=sent_form(),
        target=_found(_TARGET, "HX-Target"),
        swap=_found(_SWAP, "X-Swap") or "none",
        sentence="" if isinstance(error, Lacks) else error.sentence,
    )
    return shown(page, error)


def _reason() -> str:
    form = request.form
    return form.get("approval_reason") or form.get("reason_text") or form.get("reason") or ""


def _seal(login: Login, permission: str) -> str:
    """What the sheet shows, bound to who asks: the act's address, its form, the permission."""
    shown = [str(login.id), permission, request.method, request.path, sent_form()]
    return keyed_digest("approval", json.dumps(shown, sort_keys=True)).hex()


def _fits(seal: str, login: Login, permission: str) -> bool:
    return hmac.compare_digest(seal.encode(), _seal(login, permission).encode())


def _found(pattern: re.Pattern[str], header: str) -> str:
    found = pattern.fullmatch(request.headers.get(header, ""))
    return found[found.re.groups] if found else ""
