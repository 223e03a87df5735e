"""Charges at the terminal that no payment of ours knows of."""

from collections.abc import Callable

from sqlalchemy import create_engine, pool

from app.core.ids import new_id
from app.core.settings import sqlalchemy_url
from app.invariants.gateway import check_gateway
from tests.support.restaurants import Restaurant
from tests.support.servers import Addresses
from tests.support.till import Till
from tests.terminal_process import TerminalProcess


def strays(addresses: Addresses, terminal: TerminalProcess) -> dict[str, tuple[str, str]]:
    """Tenant and words by reference, of what breaks the invariant."""
    engine = create_engine(sqlalchemy_url(addresses.owner_url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        found = check_gateway(connection, terminal.gateway()).offences
    return {it.id: (it.tenant_id, it.what) for it in found if "no payment here" in it.what}


def test_a_captured_charge_of_a_tenant_of_ours_without_a_payment_is_reported(
    new_restaurant: Callable[..., Restaurant], terminal: TerminalProcess, addresses: Addresses
) -> None:
    tenant_id, gateway = str(new_restaurant().tenant.id), terminal.gateway()
    lost, declined = str(new_id()), f"declined-{new_id()}"
    gateway.charge(lost, 1240, "EUR", tenant_id)
    terminal.behave("decline", prefix="declined-")
    gateway.charge(declined, 1240, "EUR", tenant_id)
    fenced = gateway.cancel(f"fenced-{new_id()}").reference
    others = [str(new_id()) for _ in range(2)]
    gateway.charge(others[0], 700, "EUR", str(new_id()))  # erased, or another installation's
    gateway.charge(others[1], 700, "EUR")

    found = strays(addresses, terminal)

    assert found[lost] == (tenant_id, "1240 EUR at the terminal, no payment here")
    assert not {declined, fenced, *others} & set(found)


def test_a_payment_is_charged_in_its_tenants_name(till: Till) -> None:
    order = till.order("Bruschetta")

    payment_id = till.card(order.bill_id, 650)
    till.drain()

    charge = till.terminal.gateway().find(str(payment_id))
    assert charge is not None
    assert charge.merchant == str(till.restaurant.tenant.id)
