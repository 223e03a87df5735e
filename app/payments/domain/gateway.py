"""What a gateway's answer does to a payment, and when to ask it again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.payments.domain.states import GIVEN_UP, PAYMENT, PaymentState

FIRST_ASKS = (timedelta(seconds=5), timedelta(seconds=15), timedelta(seconds=60))
ASK_EVERY = timedelta(minutes=5)
PERSON_AFTER = timedelta(hours=1)


class Answer(StrEnum):
    """What the gateway says of a charge.

    `no_answer` is a time-out or a broken connection; `cancelled` also stands for a charge that
    the gateway has never heard of.
    """

    AUTHORISED = "authorised"
    CAPTURED = "captured"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    VOIDED = "voided"
    EXPIRED = "expired"
    NO_ANSWER = "no_answer"


class Outcome(StrEnum):
    """What became of an answer.

    applied: the payment takes the steps of `path`.
    ignored: the answer is out of date or out of place; nothing changes.
    double: the answer says what already stands; nothing changes.
    late: the gateway has money for a payment that was given up. If captured, the payment
    becomes captured, and is attached where still due, else reversed. If only authorised,
    nothing changes and the authorisation is to be voided at the gateway.
    """

    APPLIED = "applied"
    IGNORED = "ignored"
    DOUBLE = "double"
    LATE = "late"


@dataclass(frozen=True, kw_only=True)
class Step:
    """The outcome of an answer, the states the payment passes through, and where it ends."""

    outcome: Outcome
    path: tuple[PaymentState, ...]
    state: PaymentState


# The gateway may be a step ahead of us; history still takes each edge. A charge that it
# calls voided or expired had been authorised; one that it captured had been capturing.
_BY_WAY_OF = {
    PaymentState.SENDING: PaymentState.AUTHORISED,
    PaymentState.UNKNOWN: PaymentState.AUTHORISED,
    PaymentState.AUTHORISED: PaymentState.CAPTURING,
    PaymentState.CAPTURING: PaymentState.AUTHORISED,
}


def apply_answer(state: str, answer: Answer) -> Step:
    """Return what an answer does to a payment in `state`; answers may repeat and overtake."""
    current = PaymentState(state)
    if answer is Answer.NO_ANSWER:
        return _no_answer(current)
    target = PaymentState(answer.value)
    if current is target:
        return _stays(Outcome.DOUBLE, current)
    if current in GIVEN_UP:
        return _too_late(current, target)
    path = _path(current, target)
    return Step(outcome=Outcome.APPLIED, path=path, state=target) if path else _ignored(current)


def next_ask(since: datetime, asked: int) -> datetime:
    """Return when to ask next about a payment in doubt since `since` and asked `asked` times.

    At 5, 15 and 60 s, then every 5 min for as long as it is in doubt.
    """
    if asked < len(FIRST_ASKS):
        return since + FIRST_ASKS[asked]
    return since + FIRST_ASKS[-1] + ASK_EVERY * (asked - len(FIRST_ASKS) + 1)


def needs_person(since: datetime, now: datetime) -> bool:
    """Tell whether a payment in doubt since `since` is a task for a person; asking goes on."""
    return now - since >= PERSON_AFTER


def _no_answer(current: PaymentState) -> Step:
    if current is PaymentState.SENDING:
        unknown = PaymentState.UNKNOWN
        return Step(outcome=Outcome.APPLIED, path=(unknown,), state=unknown)
    return _ignored(current)


def _too_late(current: PaymentState, target: PaymentState) -> Step:
    if target is PaymentState.CAPTURED:
        return Step(outcome=Outcome.LATE, path=(target,), state=target)
    if target is PaymentState.AUTHORISED:
        return _stays(Outcome.LATE, current)
    return _ignored(current)


def _path(current: PaymentState, target: PaymentState) -> tuple[PaymentState, ...]:
    # A created payment was never sent, so no answer can be about it.
    if current is PaymentState.CREATED:
        return ()
    if PAYMENT.allows(current, target):
        return (target,)
    between = _BY_WAY_OF.get(current)
    return (between, target) if between and PAYMENT.allows(between, target) else ()


def _stays(outcome: Outcome, current: PaymentState) -> Step:
    return Step(outcome=outcome, path=(), state=current)


def _ignored(current: PaymentState) -> Step:
    return _stays(Outcome.IGNORED, current)
