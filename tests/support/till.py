"""A till at work in a test: orders rung up, paid by cash and card, and what came of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup, Tag
from psycopg import Connection
from psycopg.rows import dict_row

from app.core.ids import new_id
from app.identity.actor import Actor
from app.menu.commands import set_86
from app.ordering import commands as ordering
from app.ordering.commands import NewLine, Placed, PlaceOrder
from app.payments import commands as payments
from app.payments.commands import Taking
from tests.support.books import check_books
from tests.support.restaurants import Person, Restaurant
from tests.terminal_process import TerminalProcess

Row = dict[str, Any]


@contextmanager
def open_till(
    restaurant: Restaurant,
    terminal: TerminalProcess,
    owner: Connection,
    owner_url: str,
    drain: Callable[..., None],
) -> Iterator["Till"]:
    """A till that gives its terminal two seconds to answer instead of twenty.

    Whatever was done with it, the books must be right when it closes.
    """
    till = Till(
        restaurant=restaurant, terminal=terminal, owner=owner, owner_url=owner_url, drain=drain
    )
    with pytest.MonkeyPatch.context() as patch:
        extensions = restaurant.app.extensions
        patch.setitem(extensions, "settings", extensions["settings"])
        patch.setattr("app.payments.terminal.READ_TIMEOUT_S", 2.0)
        till.point_at_terminal()
        yield till
        till.check()


@dataclass(frozen=True, kw_only=True)
class Till:
    """Dan's till. `drain` carries out what waits in the outbox; `owner` looks past the tenants."""

    restaurant: Restaurant
    terminal: TerminalProcess
    owner: Connection
    owner_url: str
    drain: Callable[..., None]

    @property
    def dan(self) -> Person:
        return self.restaurant.people["dan"]

    @property
    def actor(self) -> Actor:
        return self.dan.actor

    def order(self, *names: str, service_type: str = "dine_in") -> Placed:
        """An order that is sent; at a table of its own when it is eaten in."""
        wanted = PlaceOrder(
            order_id=new_id(),
            service_type=service_type,
            lines=tuple(self.line(name) for name in names or ("Bruschetta",)),
            table_id=self.restaurant.new_table() if service_type == "dine_in" else None,
        )
        with self.restaurant.inside():
            return ordering.place(self.actor, self.restaurant.location, wanted)

    def line(self, name: str) -> NewLine:
        return NewLine(line_id=new_id(), variant_id=self.restaurant.variants[name])

    def cash(self, bill_id: UUID, amount: int, tendered: int | None = None, **more: Any) -> UUID:
        """Take cash; the exact sum where `tendered` is not said."""
        taking = Taking(payment_id=new_id(), bill_id=bill_id, amount_minor=amount, **more)
        given = amount + taking.tip_minor if tendered is None else tendered
        with self.restaurant.inside():
            return payments.pay_cash(self.actor, self.restaurant.location, taking, given)

    def card(
        self, bill_id: UUID, amount: int, mode: str = "approve", tip: int = 0, **options: Any
    ) -> UUID:
        """Start a card payment that the terminal answers in `mode`; nothing is carried out yet."""
        taking = Taking(payment_id=new_id(), bill_id=bill_id, amount_minor=amount, tip_minor=tip)
        self.terminal.behave(mode, prefix=str(taking.payment_id), **options)
        with self.restaurant.inside():
            return payments.start_card(self.actor, self.restaurant.location, taking)

    def refund(self, payment_id: UUID, amount: int, mode: str = "approve") -> UUID:
        refund_id = new_id()
        self.terminal.behave(mode, prefix=str(refund_id), on="refund")
        with self.restaurant.inside():
            return payments.refund(
                self.restaurant.people["alice"].actor,
                self.restaurant.location,
                payment_id,
                refund_id,
                amount,
                "Cold soup",
            )

    def terminal_on(self) -> None:
        """Switch the terminal on (again); it comes back under another port."""
        self.terminal.start()
        self.point_at_terminal()

    def point_at_terminal(self) -> None:
        """Tell the application where the terminal is."""
        settings = self.restaurant.app.extensions["settings"]
        self.restaurant.app.extensions["settings"] = replace(
            settings, terminal_url=self.terminal.url
        )

    def ask_now(self, payment_id: UUID) -> None:
        """Ask the terminal by hand, and carry it out."""
        with self.restaurant.inside():
            payments.ask_now(self.actor, self.restaurant.location, payment_id)
        self.drain()

    def count_left(self, name: str, left: int) -> None:
        """Say how many of an item are left."""
        alice = self.restaurant.people["alice"].actor
        with self.restaurant.inside():
            set_86(
                alice,
                self.restaurant.location,
                self.restaurant.items[name],
                None,
                is_86=False,
                counted_left=Decimal(left),
            )

    def make_due(self, handlers: str = "payments.%") -> None:
        """Let the time pass that jobs of the future wait for."""
        self.owner.execute(
            "UPDATE outbox SET not_before = now() WHERE not_before > now() AND sent_at IS NULL"
            " AND handler LIKE %s",
            [handlers],
        )

    def row(self, table: str, row_id: UUID) -> Row:
        """A row as the schema's owner sees it."""
        cursor = self.owner.cursor(row_factory=dict_row)
        found = cursor.execute(f"SELECT * FROM {table} WHERE id = %s", [row_id]).fetchone()
        assert found, f"no {table} {row_id}"
        return found

    def state(self, table: str, row_id: UUID) -> str:
        return str(self.row(table, row_id)["state"])

    def history(self, payment_id: UUID) -> list[str]:
        """The states that a payment went through."""
        rows = self.owner.execute(
            "SELECT to_state FROM state_change WHERE subject_id = %s ORDER BY at, id", [payment_id]
        )
        return [str(row[0]) for row in rows]

    def charged(self, reference: UUID) -> int:
        """What the terminal took under a reference, less what it gave back."""
        charge = self.terminal.gateway().find(str(reference))
        if charge is None or charge.state != "captured":
            return 0
        return charge.amount_minor - charge.refunded_minor

    def balance(self, cause_id: UUID) -> dict[str, int]:
        """What one cause posted, by account."""
        rows = self.owner.execute(
            "SELECT l.account, sum(l.amount_minor)::bigint FROM journal_entry e"
            " JOIN journal_line l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id"
            " WHERE e.cause_id = %s GROUP BY 1",
            [cause_id],
        )
        return {str(account): int(minor) for account, minor in rows}

    def check(self) -> None:
        """Everything that must hold of the money here, whatever happened."""
        gateway = self.terminal.gateway()
        check_books(self.owner_url, self.owner, self.restaurant.tenant.id, gateway)


def pay_url(till: Till, order_id: UUID) -> str:
    """Where an order is paid."""
    return f"{till.restaurant.url}/orders/{order_id}/pay"


def due(shown: BeautifulSoup) -> str:
    """What stands in the largest type, with its label."""
    found = shown.select_one(".due")
    assert found
    label, amount = found.select_one(".label"), found.select_one(".amount")
    assert label
    assert amount
    return f"{label.get_text(strip=True)} {amount.get_text(strip=True)}"


def form_of(shown: BeautifulSoup, button: str) -> Tag:
    """The one form whose button says so."""
    found: list[Tag] = [
        form for form in shown.find_all("form") if button in form.get_text(" ", strip=True)
    ]
    assert len(found) == 1, f"{len(found)} forms say {button}"
    return found[0]
