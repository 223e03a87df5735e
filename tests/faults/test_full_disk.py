"""A disk on which nothing more can be written: the product says less and serves as before."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
from psycopg import Connection

from app.core.ids import new_id
from app.core.settings import PROJECT
from app.replay.browser import Browser, RequestFailed
from tests.support.live import Live, eventually
from tests.support.restaurants import Restaurant
from tests.support.servers import Addresses
from tests.support.truth import offences, wait_until_done

pytestmark = pytest.mark.faults

FULL = Path("/dev/full")  # each write to it fails as on a full disk
SUPERVISOR = """
import os, pathlib, sys
from app.runtime.supervisor import Child, Supervisor
command = [sys.executable, "-c", sys.argv[2], sys.argv[3]]
Supervisor([Child("one", command)], os.environ, logs=pathlib.Path(sys.argv[1])).run()
"""
CHILD = """
import os, pathlib, signal, sys
folder = pathlib.Path(sys.argv[1])
(folder / str(os.getpid())).touch()
signal.pause()
"""


@pytest.fixture
def live(addresses: Addresses, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Every process, each with a log that cannot be written."""
    processes = Live(addresses, tmp_path_factory.mktemp("full"))
    for role in processes.roles:
        (processes._logs / f"{role}.log").symlink_to(FULL)
    try:
        processes.start()
        yield processes
    finally:
        processes.close()


def test_without_room_for_logs_everything_is_sold_cooked_and_paid(
    live: Live,
    new_restaurant: Callable[..., Restaurant],
    owner_connection: Connection,
    addresses: Addresses,
) -> None:
    house = new_restaurant()
    alice = house.people["alice"]
    with closing(Browser(live.url)) as browser:
        browser.sign_in(alice.tenant, alice.email, alice.password)
        for tender in ("cash", "card") * 5:
            _sell(browser, house, tender)
        with pytest.raises(RequestFailed, match="404"):
            browser.get(f"{house.url}/orders/{new_id()}")

    wait_until_done(owner_connection, house.tenant.id)
    paid = owner_connection.execute(
        "SELECT (SELECT count(*) FROM bill WHERE tenant_id = %(t)s AND state = 'settled'),"
        " (SELECT count(*) FROM ticket WHERE tenant_id = %(t)s)",
        {"t": house.tenant.id},
    ).fetchone()
    assert paid == (10, 10)
    assert offences(addresses.owner_url, house.tenant.id) == []
    assert [role for role in live.roles if not live.is_running(role)] == []


def _sell(browser: Browser, house: Restaurant, tender: str) -> UUID:
    """A takeaway that is paid, and fired for that."""
    order_id = new_id()
    line = {"line_id": str(new_id()), "variant_id": str(house.variants["Bruschetta"])}
    order = {"order_id": str(order_id), "service_type": "takeaway", "lines": [line]}
    placed = browser.post_json(f"{house.url}/api/orders", order, order_id)
    bill = {"version": str(placed["bill_version"]), "amount_minor": str(placed["total_minor"])}
    browser.post_fragment(
        f"{house.url}/bills/{placed['bill_id']}/payments/{tender}", bill, new_id()
    )
    return order_id


def test_a_supervisor_that_can_write_nothing_keeps_its_children_alive(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    seen = tmp_path / "seen"
    seen.mkdir()
    with FULL.open("w") as nowhere:
        process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, in_the_way / "logs", CHILD, seen],
            cwd=PROJECT,
            stdout=nowhere,
            stderr=nowhere,
        )
    try:
        [first] = eventually(lambda: list(seen.iterdir()), "the child runs")
        os.kill(int(first.name), signal.SIGKILL)

        eventually(lambda: len(list(seen.iterdir())) > 1, "the child is back")
    finally:
        process.terminate()
        process.wait()
