"""Every screen in both themes: everybody can use it, and the browser refuses nothing."""

from collections.abc import Callable

import pytest
from psycopg import Connection

from app.settings.domains.commands import add_domain
from tests.support.browser import Device
from tests.support.programs import a_key, a_pair
from tests.support.restaurants import Restaurant
from tests.support.trade import order, pay, trade

pytestmark = pytest.mark.browser

SCREENS = (
    "{staff}/floor",
    "{staff}/orders",
    "{staff}/orders/new",
    "{staff}/orders/{order}",
    "{staff}/orders/{order}/pay",
    "{staff}/kitchen",
    "{staff}/kitchen/kitchen",
    "{staff}/kitchen/bar",
    "{staff}/dashboard",
    "{staff}/reports",
    "{staff}/documents/{document}",
    "{staff}/orders/{order}/provisional",
    "{staff}/menu",
    "{staff}/menu/images",
    "{staff}/stock",
    "{tenant}/settings/brand",
    "{staff}/pickup",
    "{tenant}/account/menu",
    "{tenant}/pair",
    "{tenant}/settings/devices",
    "{tenant}/settings/devices/new",
    "{tenant}/settings/devices/{device}",
    "{tenant}/account/tokens",
    "{tenant}/settings/api",
    "{tenant}/settings/domains",
    "{tenant}/settings/audit",
    "{tenant}/settings/audit/chain",
    "{tenant}/settings/privacy?guest=gina",
)


@pytest.fixture(scope="module")
def addresses_of_screens(
    new_restaurant: Callable[..., Restaurant], owner_connection: Connection
) -> tuple[Restaurant, list[str]]:
    """A restaurant that has been open for a while, and where each of its screens is."""
    bistro = new_restaurant()
    trade(bistro)
    a_key(bistro, bistro.people["alice"])
    a_pair(bistro, bistro.people["alice"])
    with bistro.inside():
        add_domain(bistro.people["alice"].actor, "menu.bistro.example")
        paid = order(bistro, "Espresso")
        pay(bistro, paid)
        still_open = order(bistro, "Margherita", "Water")
    document = owner_connection.execute(
        "SELECT id FROM fiscal_document WHERE bill_id = %s", [paid.bill_id]
    ).fetchone()
    device = owner_connection.execute(
        "SELECT id FROM device WHERE tenant_id = %s", [bistro.tenant.id]
    ).fetchone()
    assert document is not None
    assert device is not None
    values = {
        "staff": bistro.url,
        "tenant": f"/t/{bistro.tenant.slug}",
        "order": still_open.order_id,
        "document": document[0],
        "device": device[0],
    }
    return bistro, [screen.format(**values) for screen in SCREENS]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_screen_is_for_everybody(
    theme: str,
    addresses_of_screens: tuple[Restaurant, list[str]],
    device_of: Callable[..., Device],
) -> None:
    bistro, paths = addresses_of_screens
    device = device_of(bistro.people["alice"], theme=theme)
    wrong = []
    for path in paths:
        device.open(path)
        wrong += [f"{path}: {problem}" for problem in device.problems()]

    assert not wrong, "\n".join(wrong)
