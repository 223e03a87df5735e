"""What the terminal has done: an append-only file of JSON lines, replayed at start.

A line is on disk (fsync) before its outcome is answered, so killing the process loses nothing
that anybody was told. The last record of a reference is its state.
"""

import fcntl
import hashlib
import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

State = Literal["captured", "declined", "cancelled", "voided"]
BRANDS = ("visa", "mastercard", "amex")


@dataclass(frozen=True, kw_only=True)
class Charge:
    """One charge; amount 0, no currency and no card when it was cancelled before it came.

    `merchant` is whose money it is, as whoever charged named it; "" where nobody did.
    """

    reference: str
    state: State
    amount_minor: int
    currency: str
    brand: str
    last4: str
    reason: str | None
    at: str
    merchant: str = ""


@dataclass(frozen=True, kw_only=True)
class Refund:
    """Money given back on a charge."""

    reference: str
    charge_reference: str
    amount_minor: int
    at: str


Entry = TypeVar("Entry", Charge, Refund)


class Refused(Exception):
    """The ledger did not do what was asked; `status` is the HTTP status that says so."""

    def __init__(self, status: int, code: str, charge: Charge | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.charge = charge


class LedgerInUse(Exception):
    """Another process holds the ledger file."""


class Ledger:
    """Charges and refunds by reference. Every method is atomic and safe among threads."""

    def __init__(self, path: Path) -> None:
        """Open or create the file at `path`. Raises LedgerInUse, ValueError when unreadable."""
        self._lock = threading.Lock()
        self._charges: dict[str, Charge] = {}
        self._refunds: dict[str, Refund] = {}
        self._refunded: dict[str, int] = {}
        self._file = _open_alone(path)
        self._end = self._replay()

    def charge(
        self, reference: str, amount_minor: int, currency: str, state: State, merchant: str
    ) -> Charge:
        """Record the outcome `state` unless the reference has one; return what is recorded.

        Raises Refused 409 for a fenced reference, 422 when it stands for another amount.
        """
        with self._lock:
            known = self._charges.get(reference)
            if known is None:
                return self._write(_charge(reference, amount_minor, currency, state, merchant))
        if known.state == "cancelled":
            raise Refused(409, "cancelled", known)
        if (known.amount_minor, known.currency) != (amount_minor, currency):
            raise Refused(422, "reference_reused", known)
        return known

    def cancel(self, reference: str, *, void_captured: bool) -> Charge:
        """Fence `reference` against a charge to come, or void a captured one when told to."""
        with self._lock:
            known = self._charges.get(reference)
            if known is None:
                return self._write(_charge(reference, 0, "", "cancelled"))
            if known.state != "captured":
                return known
            if not void_captured or self._refunded.get(reference):
                raise Refused(409, "captured", known)
            return self._write(replace(known, state="voided"))

    def refund(self, reference: str, charge_reference: str, amount_minor: int) -> Refund:
        """Give back `amount_minor` of a captured charge, once per reference. Raises Refused."""
        with self._lock:
            known = self._refunds.get(reference)
            if known is None:
                self._check_refund(charge_reference, amount_minor)
                return self._write(
                    Refund(
                        reference=reference,
                        charge_reference=charge_reference,
                        amount_minor=amount_minor,
                        at=_now(),
                    )
                )
        if (known.charge_reference, known.amount_minor) != (charge_reference, amount_minor):
            raise Refused(422, "reference_reused")
        return known

    def find_charge(self, reference: str) -> Charge | None:
        """The charge of that reference as it stands."""
        with self._lock:
            return self._charges.get(reference)

    def find_refund(self, reference: str) -> Refund | None:
        """The refund of that reference."""
        with self._lock:
            return self._refunds.get(reference)

    def charges(self, prefix: str = "") -> list[Charge]:
        """All charges whose reference begins with `prefix`, oldest first."""
        with self._lock:
            return [c for c in self._charges.values() if c.reference.startswith(prefix)]

    def refunded_minor(self, reference: str) -> int:
        """How much of that charge was given back."""
        with self._lock:
            return self._refunded.get(reference, 0)

    def close(self) -> None:
        """Wait for a write under way, then let go of the file."""
        with self._lock:
            os.close(self._file)
            self._file = -1

    def _check_refund(self, charge_reference: str, amount_minor: int) -> None:
        charge = self._charges.get(charge_reference)
        if charge is None:
            raise Refused(404, "charge_unknown")
        if charge.state != "captured":
            raise Refused(409, "not_captured", charge)
        if self._refunded.get(charge_reference, 0) + amount_minor > charge.amount_minor:
            raise Refused(422, "over_charge", charge)

    def _write(self, entry: Entry) -> Entry:
        line = json.dumps({"kind": type(entry).__name__.lower(), **asdict(entry)}) + "\n"
        self._append(line.encode())
        self._remember(entry)
        return entry

    def _append(self, data: bytes) -> None:
        try:
            while data:
                data = data[os.write(self._file, data) :]
            os.fsync(self._file)
        except OSError:
            # A full disk may leave half a line, which would spoil the next one.
            os.ftruncate(self._file, self._end)
            raise
        self._end = os.lseek(self._file, 0, os.SEEK_END)

    def _remember(self, entry: Charge | Refund) -> None:
        if isinstance(entry, Charge):
            self._charges[entry.reference] = entry
            return
        self._refunds[entry.reference] = entry
        given_back = self._refunded.get(entry.charge_reference, 0)
        self._refunded[entry.charge_reference] = given_back + entry.amount_minor

    def _replay(self) -> int:
        """Read all whole lines, cut off a torn last one (it was never answered)."""
        data = b"".join(iter(lambda: os.read(self._file, 1 << 20), b""))
        whole = data.rfind(b"\n") + 1
        os.ftruncate(self._file, whole)
        for number, line in enumerate(data[:whole].splitlines(), start=1):
            try:
                self._remember(_entry(json.loads(line)))
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"line {number} of the terminal's ledger is damaged") from error
        return whole


_KINDS: dict[str, Callable[..., Charge | Refund]] = {"charge": Charge, "refund": Refund}


def _entry(record: dict[str, Any]) -> Charge | Refund:
    kind = _KINDS[record.pop("kind")]
    return kind(**record)


def _open_alone(path: Path) -> int:
    """Open for appending; two terminals on one file would each miss the other's charges."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(file)
        raise LedgerInUse(f"another terminal already uses {path}") from error
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return file


def _charge(
    reference: str, amount_minor: int, currency: str, state: State, merchant: str = ""
) -> Charge:
    """A charge on a card that depends on the reference only, so that figures repeat."""
    digest = hashlib.sha256(reference.encode()).digest()
    seen = state != "cancelled"
    return Charge(
        reference=reference,
        state=state,
        amount_minor=amount_minor,
        currency=currency,
        brand=BRANDS[digest[0] % len(BRANDS)] if seen else "",
        last4=f"{int.from_bytes(digest[1:5]) % 10_000:04d}" if seen else "",
        reason="insufficient_funds" if state == "declined" else None,
        at=_now(),
        merchant=merchant,
    )


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
