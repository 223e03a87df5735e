"""Nothing secret stands in any log of a whole installation, whatever befell it.

A person signs in well and badly, types what should not be typed wherever it can be, and is there
when a statement fails, the database goes and a process dies.
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from http.client import HTTPException
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from psycopg import connect

from app.core.embedded import DATABASE_NAME, POSTGRES_SOCKET, socket_folder
from app.core.ids import new_id
from app.core.settings import load_settings
from app.factory import create_app
from app.replay.browser import FORM, Browser, RequestFailed
from tests.support.installation import installation
from tests.support.live import Live, eventually
from tests.support.proxy import Proxy
from tests.support.restaurants import PASSWORD, PIN, TRATTORIA, Restaurant, open_restaurant
from tests.support.servers import SECRET
from tests.support.signing_in import DEVICE_COOKIE, device_token
from tests.support.stage import _let_go

pytestmark = pytest.mark.faults

CARD = "4111 1111 1111 1111"
TYPED = {
    "a wrong password": "canary-wrong-password",
    "a password in the e-mail's field": "canary-misplaced-password",
    "a password in an address": "canary-password-in-address",
    "a made-up token": "canary-token-of-nobody",
    "a device's code": "canary-device-code",
}
INSTALLED = {"the database's password": "canary-database-password", "the key of cookies": SECRET}
WRONG_PIN = "8642"
NUMBER = re.compile(r"(?<![\w.:-])(8642|2468)(?![\w:-])")


class Scene:
    """The installation, its restaurant, and what nobody may read anywhere."""

    def __init__(
        self, live: Live, folder: Path, house: Restaurant, database: Proxy, tablet_token: str
    ) -> None:
        self.live, self.folder, self.house, self.database = live, folder, house, database
        self.tablet_token = tablet_token
        self._open: list[Browser] = []
        self.secrets = {
            **TYPED,
            **INSTALLED,
            "a password": PASSWORD,
            "a card": CARD,
            "a card without spaces": CARD.replace(" ", ""),
        }

    def close(self) -> None:
        """Close every browser."""
        for browser in self._open:
            browser.close()

    def logs(self) -> dict[str, str]:
        """Every log of every process and server, by its name."""
        return {
            str(path.relative_to(self.folder)): path.read_text(errors="replace")
            for path in self.folder.rglob("*")
            if path.is_file() and ".log" in path.name
        }

    def browser(self, name: str) -> Browser:
        """Somebody's browser; its tokens and cookies are secrets from now on."""
        person = self.house.people[name]
        browser = Browser(self.live.url)
        self._open.append(browser)
        self.note(f"{name} as a visitor", browser)
        browser.sign_in(person.tenant, person.email, person.password)
        self.note(name, browser)
        return browser

    def tablet(self) -> Browser:
        """A paired tablet, at which nobody is signed in; its token is a secret, too."""
        browser = Browser(self.live.url)
        self._open.append(browser)
        browser.take_cookie(f"{DEVICE_COOKIE}={self.tablet_token}")
        browser.get(f"/t/{self.house.tenant.slug}/pin")
        self.note("the tablet", browser)
        return browser

    def note(self, whose: str, browser: Browser) -> None:
        browser.get(f"/t/{self.house.tenant.slug}/sign-in")
        cookies = dict(part.split("=", 1) for part in browser.cookies.split("; ") if part)
        self.secrets |= {f"{whose}: cookie {name}": it for name, it in cookies.items() if it}
        self.secrets |= {f"{whose}: token": browser.token}


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with installation(durable=False) as own:
        network = own.folder / "net"
        network.mkdir()
        target = socket_folder(own.folder) / POSTGRES_SOCKET
        with Proxy(network / POSTGRES_SOCKET, target) as database:
            app = create_app(load_settings(own.addresses.environment))
            house = open_restaurant(app, TRATTORIA, "canary")
            tablet_token = device_token(house, "tablet")
            _let_go(app)
            password = INSTALLED["the database's password"]
            url = f"postgresql://nib_app:{password}@/{DATABASE_NAME}?host={quote(str(network))}"
            live = Live(replace(own.addresses, app_url=url), own.folder / "behind")
            try:
                live.start()
                with live.supervised():
                    made = Scene(live, own.folder, house, database, tablet_token)
                    yield made
                    made.close()
            finally:
                live.close()


def send(browser: Browser, path: str, form: dict[str, str], **headers: str) -> int:
    """Post a form and take whatever comes back, as a browser that gives up does."""
    given = {"Content-Type": FORM, "X-CSRFToken": browser.token, "Cookie": browser.cookies}
    try:
        answer, _text = browser.exchange("POST", path, urlencode(form), {**given, **headers})
    except (OSError, HTTPException):
        browser.close()
        return 0
    return answer.status


def misuse(scene: Scene, browser: Browser) -> set[int]:
    """Type every secret where it does not belong; returns the statuses of the answers."""
    home, url = f"/t/{scene.house.tenant.slug}", scene.house.url
    member = str(scene.house.people["bob"].member_id)
    statuses = set()
    for secret in (*TYPED.values(), CARD):
        stranger = f"{new_id().hex}@demo.example"
        spots = [
            ("sign-in", {"email": stranger, "password": secret, "next": f"{home}/{secret}"}),
            ("reset", {"email": secret}),
            ("pin", {"member_id": member, "pin": secret, "code": secret}),
        ]
        statuses |= {send(browser, f"{home}/{path}", form) for path, form in spots}
        statuses.add(send(browser, f"{url}/visits", {"table_id": secret, "guests": secret}))
        order = {"service_type": "takeaway", "pickup_name": secret}
        statuses.add(send(browser, f"{url}/orders", order))
        statuses.add(send(browser, f"{home}/pin", {"csrf_token": secret}))
        statuses.add(send(browser, f"{home}/pin", {}, **{"X-CSRFToken": secret}))
        with suppress(RequestFailed):
            browser.get(f"{home}/sign-in?{urlencode({'next': secret, 'token': secret})}")
    statuses.add(send(browser, f"{home}/pin", {"member_id": member, "pin": WRONG_PIN}))
    return statuses


def place(scene: Scene, browser: Browser, note: str) -> int:
    """Order an espresso with a note, as a program does."""
    line = {"line_id": str(new_id()), "variant_id": str(scene.house.variants["Espresso"])}
    wanted = {
        "order_id": str(new_id()),
        "service_type": "takeaway",
        "lines": [{**line, "note": note}],
    }
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    headers |= {"X-CSRFToken": browser.token, "Cookie": browser.cookies}
    headers |= {"Idempotency-Key": str(new_id())}
    try:
        answer, _text = browser.exchange(
            "POST", f"{scene.house.url}/api/orders", json.dumps(wanted), headers
        )
    except (OSError, HTTPException):
        browser.close()
        return 0
    return answer.status


def come_back(scene: Scene) -> Browser | None:
    """Somebody who signs in and can order; None while that does not work yet."""
    try:
        browser = scene.browser("alice")
        return browser if place(scene, browser, "") == 201 else None
    except (RequestFailed, OSError, HTTPException):
        return None


def test_nothing_secret_stands_in_any_log(scene: Scene) -> None:
    owner_url = scene.live.environment["DATABASE_OWNER_URL"]
    alice = scene.browser("alice")

    assert misuse(scene, alice) <= {303, 400, 403, 422, 429}
    assert place(scene, alice, CARD) == 422
    pad = f"/t/{scene.house.tenant.slug}/pin"
    bob = {"member_id": str(scene.house.people["bob"].member_id)}
    tablet = scene.tablet()
    assert [send(tablet, pad, {**bob, "pin": pin}) for pin in (WRONG_PIN, PIN)] == [422, 303]
    alice = scene.browser("alice")
    with connect(owner_url, autocommit=True) as owner:
        owner.execute("REVOKE INSERT ON idempotency, sign_in_failure FROM nib_app")
        assert place(scene, alice, TYPED["a device's code"]) == 500
        assert 500 in misuse(scene, alice)
        owner.execute("GRANT INSERT ON idempotency, sign_in_failure TO nib_app")
    with scene.database.refusing():
        assert 503 in misuse(scene, alice)
    back = eventually(lambda: come_back(scene), "orders are taken again")
    assert back is not None
    scene.live.arm("web", "before-commit")
    # What a process has left of its connections to the database may still answer 503, each once.
    eventually(lambda: place(scene, back, TYPED["a device's code"]) == 0, "a process dies")
    eventually(lambda: come_back(scene), "the page server is back")

    logs = scene.logs()
    told = "".join(logs.values())
    for event in ('"request"', '"bug"', "database.unavailable", "permission denied"):
        assert event in told, f"the journey has not come by {event}"
    assert {name.rpartition("/")[2] for name in logs} >= {"web.log", "relay.log", "server.log"}
    found = [
        f"{what} in {name}"
        for name, text in logs.items()
        for what, secret in scene.secrets.items()
        if secret in text
    ]
    pins = [f"a PIN in {name}" for name, text in logs.items() if NUMBER.search(text)]
    assert found + pins == []
