"""What each address does: from a parsed request to an answer, without any sockets."""

import re
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, cast

from app.terminal.behaviour import ACTS, MODES, Behaviours, Mode, On
from app.terminal.ledger import Charge, Ledger, Refund, Refused, State

Json = dict[str, Any]
_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request: the path's segments unquoted, `body` the JSON object or form that came."""

    method: str
    path: tuple[str, ...]
    query: dict[str, str] = field(default_factory=dict)
    body: Json = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What to send, and whether to send it twice or to drop the connection instead."""

    status: int
    body: Json
    delivery: Literal["once", "twice", "never"] = "once"


class Malformed(Exception):
    """The request makes no sense; nothing happened."""


class Api:
    """The terminal's operations on one ledger. Safe among threads."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.behaviours = Behaviours()
        self.stopping = threading.Event()
        self._routes: dict[tuple[str, str], Callable[[Request], Answer]] = {
            ("POST", "charges"): self._charge,
            ("GET", "charges"): self._list,
            ("GET", "charges/*"): self._find,
            ("POST", "charges/*/cancel"): self._cancel,
            ("POST", "refunds"): self._refund,
            ("GET", "refunds/*"): self._find_refund,
            ("POST", "behaviour"): self._behave,
            ("GET", "behaviour"): self._behaviours,
        }

    def answer(self, request: Request) -> Answer:
        """Carry the request out. Expected failures come back as answers."""
        pattern = "/".join("*" if i == 1 else part for i, part in enumerate(request.path))
        route = self._routes.get((request.method, pattern))
        if route is None:
            return _error(404, "no_such_address")
        try:
            return route(request)
        except Malformed as malformed:
            return _error(400, str(malformed))
        except Refused as refused:
            extra = {"charge": self.view(refused.charge)} if refused.charge else {}
            return Answer(status=refused.status, body={"error": refused.code, **extra})
        except OSError as error:
            print(f"The card terminal cannot write its ledger: {error}", file=sys.stderr)
            return _error(500, "ledger_unavailable")

    def view(self, charge: Charge) -> Json:
        """A charge as it goes over the wire."""
        return asdict(charge) | {"refunded_minor": self.ledger.refunded_minor(charge.reference)}

    def choose(self, body: Json) -> None:
        """Put a behaviour in force; `count` and `seconds` may be None. Raises Malformed."""
        mode, count, seconds = body.get("mode"), body.get("count"), body.get("seconds")
        if mode not in MODES:
            raise Malformed("mode must be one of " + ", ".join(MODES))
        if count is not None and not _is_positive(count):
            raise Malformed("count must be a whole number above 0, or null")
        if seconds is not None and not _is_duration(seconds):
            raise Malformed("seconds must be a number from 0, or null")
        prefix, on = body.get("prefix") or "", body.get("on", "charge")
        if not isinstance(prefix, str):
            raise Malformed("prefix must be a string")
        if on not in ACTS:
            raise Malformed("on must be charge or refund")
        self.behaviours.choose(mode, count=count, seconds=seconds, prefix=prefix, on=on)

    def _charge(self, request: Request) -> Answer:
        reference = _reference(request.body.get("reference"))
        amount_minor = _amount(request.body)
        currency = request.body.get("currency")
        if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
            raise Malformed("currency must be an ISO 4217 code")
        merchant = _merchant(request.body.get("merchant", ""))

        def act(mode: Mode) -> Answer:
            state: State = "declined" if mode == "decline" else "captured"
            charge = self.ledger.charge(reference, amount_minor, currency, state, merchant)
            return self._charge_answer(charge)

        if self.ledger.find_charge(reference) is not None:
            return act("approve")
        return self._behaving("charge", reference, act)

    def _refund(self, request: Request) -> Answer:
        reference = _reference(request.body.get("reference"))
        charge_reference = _reference(request.body.get("charge_reference"))
        amount_minor = _amount(request.body)

        def act(mode: Mode) -> Answer:
            if mode == "decline":
                raise Refused(409, "refund_declined")
            return _refund_answer(self.ledger.refund(reference, charge_reference, amount_minor))

        if self.ledger.find_refund(reference) is not None:
            return act("approve")
        return self._behaving("refund", reference, act)

    def _behaving(self, on: On, reference: str, act: Callable[[Mode], Answer]) -> Answer:
        """Do `act` as the behaviour in force for `reference` says."""
        behaviour = self.behaviours.draw(on, reference)
        if behaviour.seconds and self.stopping.wait(behaviour.seconds):
            return Answer(status=503, body={}, delivery="never")
        answer = act(behaviour.mode)
        match behaviour.mode:
            case "twice":
                return replace(answer, delivery="twice")
            case "drop_after_charge":
                return replace(answer, delivery="never")
            case "error_after_charge":
                return _error(500, "internal_error")
            case _:
                return answer

    def _list(self, request: Request) -> Answer:
        charges = self.ledger.charges(request.query.get("prefix", ""))
        return Answer(status=200, body={"charges": [self.view(charge) for charge in charges]})

    def _find(self, request: Request) -> Answer:
        charge = self.ledger.find_charge(request.path[1])
        return self._charge_answer(charge) if charge else _error(404, "charge_unknown")

    def _cancel(self, request: Request) -> Answer:
        void_captured = request.body.get("void_captured") is True
        reference = _reference(request.path[1])
        return self._charge_answer(self.ledger.cancel(reference, void_captured=void_captured))

    def _find_refund(self, request: Request) -> Answer:
        refund = self.ledger.find_refund(request.path[1])
        return _refund_answer(refund) if refund else _error(404, "refund_unknown")

    def _behave(self, request: Request) -> Answer:
        self.choose(request.body)
        return self._behaviours(request)

    def _behaviours(self, _: Request) -> Answer:
        in_force = [asdict(behaviour) for behaviour in self.behaviours.in_force()]
        return Answer(status=200, body={"behaviours": in_force})

    def _charge_answer(self, charge: Charge) -> Answer:
        return Answer(status=200, body=self.view(charge))


def _refund_answer(refund: Refund) -> Answer:
    return Answer(status=200, body=asdict(refund))


def _error(status: int, code: str) -> Answer:
    return Answer(status=status, body={"error": code})


def _reference(value: object) -> str:
    if isinstance(value, str) and value.isprintable() and 1 <= len(value) <= 100:
        return value
    raise Malformed("references must be 1 to 100 printable characters")


def _merchant(value: object) -> str:
    return _reference(value) if value != "" else ""


def _amount(body: Json) -> int:
    amount = body.get("amount_minor")
    if _is_positive(amount):
        return cast("int", amount)
    raise Malformed("amount_minor must be a whole number above 0")


def _is_positive(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**12


def _is_duration(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 10**6
