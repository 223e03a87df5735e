"""Taking money and giving it back. Cash in its own request, cards through the outbox and RQ."""

from app.payments.commands.asking import ask, ask_now
from app.payments.commands.card import charge, start_card
from app.payments.commands.cash import pay_cash
from app.payments.commands.refunds import refund, send_refund
from app.payments.commands.taking import Taking

__all__ = [
    "Taking",
    "ask",
    "ask_now",
    "charge",
    "pay_cash",
    "refund",
    "send_refund",
    "start_card",
]
