"""The pay screen: cash, the card terminal with its live status, refunds."""

import json
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from app.core import failures
from app.core.access import proven_lately, requires
from app.core.errors import Conflict, DomainError, Invalid
from app.core.forms import read
from app.core.htmx import fragment_or_page, wants_fragment
from app.core.ids import new_id
from app.core.model import Json
from app.core.stream import reached
from app.identity.current import current_actor, once
from app.identity.permissions import PAYMENT_REFUND, PAYMENT_TAKE
from app.payments import commands, forms
from app.payments.commands import Taking
from app.payments.queries import bill_of_payment, get_pay, order_of_bill
from app.payments.views import PayView
from app.tenancy.routing import STAFF_PREFIX

payments = Blueprint("payments", __name__, url_prefix=STAFF_PREFIX)


@payments.get("/orders/<uuid:order_id>/pay")
@requires(PAYMENT_TAKE)
def pay(order_id: UUID) -> Response:
    """What is due and the ways to pay it; a fragment of the same for htmx."""
    said = read(forms.ScreenForm, request.args)
    shown = _shown(order_id, said["bill"], amount_minor=said["amount"], tip_minor=said["tip"])
    return fragment_or_page("payments/_pay.html", "payments/pay.html", **shown, notice="")


@payments.post("/bills/<uuid:bill_id>/payments/cash")
@requires(PAYMENT_TAKE)
def cash(bill_id: UUID) -> BaseResponse:
    """Take cash."""
    said = read(forms.CashForm, request.form)
    once(lambda: _take_cash(bill_id, said))
    return _answer(bill_id)


@payments.post("/bills/<uuid:bill_id>/payments/card")
@requires(PAYMENT_TAKE)
def card(bill_id: UUID) -> BaseResponse:
    """Start a card payment; its outcome shows by itself."""
    said = read(forms.CardForm, request.form)
    once(lambda: _id(commands.start_card(current_actor(), g.location, _taking(bill_id, said))))
    return _answer(bill_id)


@payments.post("/payments/<uuid:payment_id>/ask")
@requires(PAYMENT_TAKE)
def ask(payment_id: UUID) -> BaseResponse:
    """Have the terminal asked about a payment now."""
    once(lambda: _id(commands.ask_now(current_actor(), g.location, payment_id)))
    answer = _answer(bill_of_payment(g.location, payment_id))
    toast = {"text": gettext("The terminal is being asked."), "kind": "info"}
    answer.headers["HX-Trigger"] = json.dumps({"nib-toast": toast})
    return answer


@payments.get("/payments/<uuid:payment_id>/refunds/new")
@requires(PAYMENT_REFUND, or_ask=True)
def new_refund(payment_id: UUID) -> Response:
    """Ask how much is given back, and why, where one may do it or have it approved."""
    return _refund_form("payments/_refund_sheet.html", payment_id)


@payments.post("/payments/<uuid:payment_id>/refunds")
@requires(PAYMENT_REFUND)
@proven_lately
def refund(payment_id: UUID) -> BaseResponse:
    """Give money back by the way it came."""
    try:
        said = read(forms.RefundForm, request.form)
        once(lambda: _refund(payment_id, said))
    except Invalid as error:
        return _refund_form("payments/_refund_refused.html", payment_id, error)
    return _answer(bill_of_payment(g.location, payment_id))


@payments.errorhandler(Conflict)
@payments.errorhandler(Invalid)
def on_refusal(error: DomainError) -> Response:
    """A refused payment shows the bill as it is now, with the sentence above it."""
    bill_id: UUID | None = (request.view_args or {}).get("bill_id")
    if bill_id is None or not wants_fragment():
        return failures.answer(error)
    shown = _shown(order_of_bill(g.location, bill_id), bill_id)
    page = render_template("payments/_pay.html", **shown, notice=error.sentence)
    return make_response(page, error.status)


def _refund_form(fragment: str, payment_id: UUID, error: Invalid | None = None) -> Response:
    """The sheet that asks; a refused one holds what was typed, with its sentences."""
    bill_id = bill_of_payment(g.location, payment_id)
    found = _pay(order_of_bill(g.location, bill_id), bill_id)
    return fragment_or_page(
        fragment,
        "ordering/sheet.html",
        error.status if error else 200,
        sheet="payments/_refund_sheet.html",
        pay=found,
        payment=next(one for one in found.payments if one.id == payment_id),
        order=found.order,
        typed={name: text.replace("\0", "") for name, text in request.form.items()},
        errors=error.fields if error else {},
    )


def _shown(order_id: UUID, bill_id: UUID | None, **wanted: Any) -> dict[str, Any]:
    """The screen's context; the number first, so that a later change shows twice, not never."""
    return {"seq": reached(g.location.id), "pay": _pay(order_id, bill_id, **wanted)}


def _pay(order_id: UUID, bill_id: UUID | None, **wanted: Any) -> PayView:
    return get_pay(g.location, order_id, current_actor(), bill_id=bill_id, **wanted)


def _answer(bill_id: UUID) -> BaseResponse:
    """The screen anew, or the way back to it."""
    order_id = order_of_bill(g.location, bill_id)
    if not wants_fragment():
        return redirect(url_for("payments.pay", order_id=order_id, bill=bill_id), 303)
    return make_response(
        render_template("payments/_pay.html", **_shown(order_id, bill_id), notice="")
    )


def _taking(bill_id: UUID, said: Json) -> Taking:
    return Taking(
        payment_id=new_id(),
        bill_id=bill_id,
        amount_minor=said["amount_minor"] or 0,
        tip_minor=said["tip_minor"],
        version=said["version"],
    )


def _take_cash(bill_id: UUID, said: Json) -> Json:
    typed = said["tendered_minor"] if said["tendered"] is None else said["tendered"]
    wanted = _taking(bill_id, said)
    return _id(commands.pay_cash(current_actor(), g.location, wanted, typed))


def _refund(payment_id: UUID, said: Json) -> Json:
    return _id(
        commands.refund(
            current_actor(), g.location, payment_id, new_id(), said["amount"], said["reason"]
        )
    )


def _id(found: UUID) -> Json:
    return {"id": str(found)}
