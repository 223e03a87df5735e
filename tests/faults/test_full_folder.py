"""A picture that the disk does not take: a sentence, no half file, nothing in the table."""

import re
import resource
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from app.replay.browser import Browser
from tests.support import pictures
from tests.support.live import Live
from tests.support.restaurants import Restaurant
from tests.support.servers import Addresses
from tests.support.uploads import NOTHING, kept

pytestmark = pytest.mark.faults

# As much as the system lets a file grow: a write stops in the middle of the picture.
ROOM = 5_000
BOUNDARY = "a-boundary-of-the-tests"


@pytest.fixture
def live(addresses: Addresses, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The page server alone."""
    processes = Live(addresses, tmp_path_factory.mktemp("folder"))
    try:
        processes.start("web")
        yield processes
    finally:
        processes.close()


def limit(live: Live, size: int) -> None:
    """Let the page server's processes write no file longer than this."""
    master = live.pid("web")
    workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    for pid in (master, *map(int, workers)):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def upload(live: Live, browser: Browser, restaurant: Restaurant, data: bytes) -> tuple[int, str]:
    path = f"/t/{restaurant.tenant.slug}/settings/brand"
    page = browser.get(path)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    head = 'Content-Disposition: form-data; name="picture"; filename="logo.png"\r\n\r\n'
    body = b"".join((f"--{BOUNDARY}\r\n{head}".encode(), data, f"\r\n--{BOUNDARY}--\r\n".encode()))
    line = HTTPConnection("127.0.0.1", live.settings.port, timeout=30)
    headers = {
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        "Cookie": browser.cookies,
        "X-CSRFToken": token[1],
        "Referer": browser.base_url,
    }
    line.request("POST", f"{path}/logo/upload", body, headers)
    answer = line.getresponse()
    said = answer.status, answer.read().decode()
    line.close()
    return said


def test_a_full_disk_refuses_a_picture_and_keeps_nothing_of_it(
    live: Live, new_restaurant: Callable[..., Restaurant]
) -> None:
    bistro = new_restaurant()
    alice = bistro.people["alice"]
    browser = Browser(live.url)
    browser.sign_in(alice.tenant, alice.email, alice.password)
    photograph = pictures.noise("JPEG", (1_500, 1_500), quality=90)
    assert len(photograph) > 500_000  # so much is put into a temporary file by default
    before = kept(bistro, live.settings.data_dir)
    limit(live, ROOM)

    status, page = upload(live, browser, bistro, photograph)

    assert (status, "The disk is full: nothing more can be kept." in page) == (507, True)
    assert kept(bistro, live.settings.data_dir) == before == NOTHING

    limit(live, resource.RLIM_INFINITY)
    status, _page = upload(live, browser, bistro, photograph)
    browser.close()

    assert status == 303
    assert kept(bistro, live.settings.data_dir)[0] == 1
