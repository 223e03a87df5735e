"""A worker that dies beside the terminal: whatever had happened by then, it happens once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from psycopg import Connection

from app.core.ids import new_id
from app.ordering import commands as ordering
from app.ordering.commands import NewLine, PlaceOrder
from app.payments import commands as payments
from app.payments.commands import Taking
from app.payments.http_terminal import HttpTerminal
from tests.support.books import check_books
from tests.support.live import Live, eventually
from tests.support.restaurants import Restaurant
from tests.support.servers import Addresses

pytestmark = pytest.mark.faults

WORKER = "worker-payments"
PRICE = 650


@dataclass(frozen=True)
class Scene:
    live: Live
    restaurant: Restaurant
    owner: Connection
    gateway: HttpTerminal

    def crash_at(self, point: str) -> None:
        """Have the worker die at a crash point."""
        self.live.arm(WORKER, point)

    def recover(self) -> None:
        """Wait for the death, then carry on."""
        assert self.live.wait_for_death(WORKER) == -9
        self.start_again()

    def start_again(self) -> None:
        """Start the worker again, and let the dead one's lease run out."""
        self.live.start(WORKER)
        self.owner.execute(
            "UPDATE outbox SET leased_until = NULL, sent_at = now() - interval '31 s'"
            " WHERE sent_at IS NOT NULL AND done_at IS NULL AND seq IS NULL"
        )

    def start_card(self) -> UUID:
        place, actor = self.restaurant.location, self.restaurant.people["dan"].actor
        line = NewLine(line_id=new_id(), variant_id=self.restaurant.variants["Bruschetta"])
        wanted = PlaceOrder(order_id=new_id(), service_type="takeaway", lines=(line,))
        with self.restaurant.inside():
            order = ordering.place(actor, place, wanted)
            taking = Taking(payment_id=new_id(), bill_id=order.bill_id, amount_minor=PRICE)
            return payments.start_card(actor, place, taking)

    def refund(self, payment_id: UUID) -> UUID:
        place, refund_id = self.restaurant.location, new_id()
        alice = self.restaurant.people["alice"].actor
        with self.restaurant.inside():
            return payments.refund(alice, place, payment_id, refund_id, 200, "Cold")

    def ask_now(self, payment_id: UUID) -> None:
        place, actor = self.restaurant.location, self.restaurant.people["dan"].actor
        with self.restaurant.inside():
            payments.ask_now(actor, place, payment_id)

    def wait_for(self, table: str, row_id: UUID, state: str) -> None:
        def is_there() -> bool:
            row = self.owner.execute(f"SELECT state FROM {table} WHERE id = %s", [row_id])
            return row.fetchone() == (state,)

        eventually(is_there, f"{table} is {state}", within=30)


@pytest.fixture
def scene(
    live: Live, bistro: Restaurant, owner_connection: Connection, addresses: Addresses
) -> Iterator[Scene]:
    gateway = HttpTerminal(live.settings.terminal_url)
    made = Scene(live, bistro, owner_connection, gateway)
    yield made
    if not live.is_running(WORKER):
        live.start(WORKER)
    check_books(addresses.owner_url, owner_connection, bistro.tenant.id, gateway)


@pytest.fixture(scope="module")
def bistro(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    return new_restaurant()


@pytest.mark.parametrize("point", ["before-charge", "after-charge", "after-dequeue"])
def test_a_worker_that_dies_around_the_charge_charges_once(
    scene: Scene, rounds: int, point: str
) -> None:
    for _ in range(rounds):
        scene.crash_at(point)

        payment_id = scene.start_card()
        scene.recover()
        scene.wait_for("payment", payment_id, "captured")

        charge = scene.gateway.find(str(payment_id))
        assert charge
        assert (charge.state, charge.amount_minor) == ("captured", PRICE)


def test_a_charge_lost_in_a_crash_is_not_called_off_by_a_terminal_that_is_down(
    scene: Scene,
) -> None:
    scene.crash_at("after-charge")
    payment_id = scene.start_card()
    scene.live.wait_for_death(WORKER)
    scene.live.kill("terminal")

    scene.start_again()
    scene.wait_for("payment", payment_id, "unknown")
    scene.live.start("terminal")
    scene.ask_now(payment_id)

    scene.wait_for("payment", payment_id, "captured")


def test_a_worker_that_dies_after_a_refund_gives_back_once(scene: Scene) -> None:
    payment_id = scene.start_card()
    scene.wait_for("payment", payment_id, "captured")
    scene.crash_at("after-refund")

    refund_id = scene.refund(payment_id)
    scene.recover()
    scene.wait_for("refund", refund_id, "done")

    charge = scene.gateway.find(str(payment_id))
    assert charge
    assert charge.refunded_minor == 200
