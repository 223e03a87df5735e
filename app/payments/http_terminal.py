"""The gateway over HTTP to a card terminal that speaks the interface of `app.terminal`."""

import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, TypeVar, get_args
from urllib.parse import quote, urlencode, urlsplit

from app.payments.gateway import (
    ChargeResult,
    ChargeState,
    GatewayRefused,
    GatewayTimeout,
    GatewayUnknown,
    RefundResult,
)

Json = dict[str, Any]
Result = TypeVar("Result", ChargeResult, RefundResult)
REFUND_FAILURES = {"charge_unknown", "not_captured", "over_charge", "refund_declined"}


@dataclass(frozen=True)
class HttpTerminal:
    """A `Gateway`; stateless, so threads may share it.

    Time-outs are in seconds; `read_timeout` is the longest silence. `tls` says whose certificates
    count at an https address; by itself those that the system trusts.

    Each call has a connection of its own: on a reused one, a terminal that answers twice would
    answer the next call with the outcome of the last.
    """

    base_url: str
    connect_timeout: float = 2.0
    read_timeout: float = 20.0
    tls: ssl.SSLContext | None = None

    def charge(
        self, reference: str, amount_minor: int, currency: str, merchant: str = ""
    ) -> ChargeResult:
        """See `Gateway.charge`."""
        asked: Json = {
            "reference": reference,
            "amount_minor": amount_minor,
            "currency": currency,
            "merchant": merchant,
        }
        answer = self._post("/charges", asked)
        result = _about(reference, _read(_charge, _charge_body(answer)))
        fenced = result.state == "cancelled"
        if not fenced and (result.amount_minor, result.currency) != (amount_minor, currency):
            raise GatewayUnknown(f"the terminal has another amount for {reference}")
        return result

    def find(self, reference: str) -> ChargeResult | None:
        """See `Gateway.find`."""
        answer = self._get(f"/charges/{quote(reference, safe='')}")
        if answer.is_error(404, "charge_unknown"):
            return None
        return _about(reference, _read(_charge, answer.expect(200)))

    def cancel(self, reference: str, *, void_captured: bool = False) -> ChargeResult:
        """See `Gateway.cancel`."""
        path = f"/charges/{quote(reference, safe='')}/cancel"
        answer = self._post(path, {"void_captured": void_captured})
        return _about(reference, _read(_charge, _charge_body(answer)))

    def refund(self, reference: str, charge_reference: str, amount_minor: int) -> RefundResult:
        """See `Gateway.refund`."""
        asked: Json = {
            "reference": reference,
            "charge_reference": charge_reference,
            "amount_minor": amount_minor,
        }
        answer = self._post("/refunds", asked)
        code = answer.body.get("error")
        if answer.status in (404, 409, 422) and code in REFUND_FAILURES:
            return RefundResult(**asked, state="failed", reason=code)
        return _about(reference, _read(_refund, answer.expect(200)))

    def find_refund(self, reference: str) -> RefundResult | None:
        """See `Gateway.find_refund`."""
        answer = self._get(f"/refunds/{quote(reference, safe='')}")
        if answer.is_error(404, "refund_unknown"):
            return None
        return _about(reference, _read(_refund, answer.expect(200)))

    def charges(self, prefix: str = "") -> list[ChargeResult]:
        """See `Gateway.charges`."""
        listed = self._get("/charges?" + urlencode({"prefix": prefix})).expect(200).get("charges")
        if not isinstance(listed, list):
            raise GatewayUnknown("the terminal's list of charges makes no sense")
        return [_read(_charge, body) for body in listed]

    def _get(self, path: str) -> "_Answer":
        return self._exchange("GET", path, None)

    def _post(self, path: str, body: Json) -> "_Answer":
        return self._exchange("POST", path, json.dumps(body).encode())

    def _exchange(self, method: str, path: str, body: bytes | None) -> "_Answer":
        connection = self._connect()
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            return _parse(response.status, response.read())
        except TimeoutError as error:
            raise GatewayTimeout(f"no answer from the terminal: {method} {path}") from error
        except (OSError, HTTPException) as error:
            # Even a failed send may have delivered enough: only a connection that never stood
            # proves that nothing happened.
            raise GatewayUnknown(f"the terminal's answer was lost: {method} {path}") from error
        finally:
            connection.close()

    def _connect(self) -> HTTPConnection:
        connection = self._connection()
        try:
            connection.connect()  # with the handshake, if any: a stranger is told of no payment
        except OSError as error:
            raise GatewayRefused(f"the terminal cannot be reached at {self.base_url}") from error
        connection.sock.settimeout(self.read_timeout)
        return connection

    def _connection(self) -> HTTPConnection:
        address, timeout = urlsplit(self.base_url), self.connect_timeout
        if address.scheme not in ("http", "https") or address.hostname is None:
            raise ValueError(f"not an http or https address of a terminal: {self.base_url}")
        if address.scheme == "https":
            return HTTPSConnection(
                address.hostname, address.port, timeout=timeout, context=self.tls
            )
        return HTTPConnection(address.hostname, address.port, timeout=timeout)


@dataclass(frozen=True)
class _Answer:
    status: int
    body: Json

    def is_error(self, status: int, code: str) -> bool:
        return self.status == status and self.body.get("error") == code

    def expect(self, status: int) -> Json:
        if self.status != status:
            raise GatewayUnknown(f"the terminal answered {self.status} {self.body.get('error')}")
        return self.body


def _parse(status: int, data: bytes) -> _Answer:
    """Read an answer. A 400 is the terminal's word that the request had no effect."""
    try:
        body = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise GatewayUnknown(f"the terminal answered {status} without JSON") from error
    if not isinstance(body, dict):
        raise GatewayUnknown(f"the terminal answered {status} without a JSON object")
    if status == 400:
        raise GatewayRefused(f"the terminal found the request malformed: {body.get('error')}")
    return _Answer(status, body)


def _charge_body(answer: _Answer) -> Json:
    """The charge in an answer: a refusal with 409 carries the charge that stood in the way."""
    charge = answer.body.get("charge")
    if answer.status == 409 and isinstance(charge, dict):
        return charge
    return answer.expect(200)


def _about(reference: str, result: Result) -> Result:
    if result.reference != reference:
        raise GatewayUnknown(f"the terminal answered about another payment than {reference}")
    return result


def _read(build: Callable[[Json], Result], body: Json) -> Result:
    try:
        return build(body)
    except (KeyError, TypeError, ValueError) as error:
        raise GatewayUnknown("the terminal's answer makes no sense") from error


def _charge(body: Json) -> ChargeResult:
    if body["state"] not in get_args(ChargeState):
        raise ValueError(body["state"])
    return ChargeResult(
        reference=body["reference"],
        state=body["state"],
        amount_minor=_minor(body["amount_minor"]),
        currency=body["currency"],
        brand=body["brand"],
        last4=body["last4"],
        reason=body["reason"],
        refunded_minor=_minor(body["refunded_minor"]),
        merchant=str(body.get("merchant", "")),
    )


def _refund(body: Json) -> RefundResult:
    return RefundResult(
        reference=body["reference"],
        charge_reference=body["charge_reference"],
        amount_minor=_minor(body["amount_minor"]),
        state="done",
    )


def _minor(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise ValueError("not an amount in minor units")
