"""A mail is part of what causes it, goes out once it stands, and is unreadable while it waits."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from psycopg import Connection

from app.core import clock, mail
from app.core.db import transaction
from app.core.errors import Conflict
from app.core.settings import Settings
from tests.support.restaurants import Restaurant

SECRET_LINK = "https://nibblix.example/t/x/reset/canary-link-77"


class Letters(socketserver.ThreadingTCPServer):
    """A mail server that keeps what it is given. Speaks as much SMTP as a sender needs."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.taken: list[str] = []
        self.not_now = ""
        self.never = ""

    def taken_for(self, address: str) -> list[str]:
        """What was sent to an address; other tests' mails pass by here, too."""
        return [letter for letter in self.taken if f"To: {address}" in letter]


class _Talk(socketserver.StreamRequestHandler):
    server: Letters

    def handle(self) -> None:
        self._say("220 ready")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"QUIT":
                self._say("221 bye")
                return
            if verb == b"DATA":
                self._data()
            elif verb == b"RCPT" and self.server.not_now.encode() in line and self.server.not_now:
                self.server.not_now = ""
                self._say("451 not now")
            elif verb == b"RCPT" and self.server.never.encode() in line and self.server.never:
                self._say("550 no such mailbox")
            else:
                self._say("250 fine")

    def _data(self) -> None:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.decode())
        self.server.taken.append("".join(lines))
        self._say("250 taken")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def letters(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Letters]:
    """A mail server on loopback that the application sends to."""
    with Letters() as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        settings: Settings = app.extensions["settings"]
        url = f"smtp://127.0.0.1:{server.server_address[1]}"
        monkeypatch.setitem(app.extensions, "settings", replace(settings, smtp_url=url))
        yield server
        server.shutdown()


def test_a_mail_goes_out_when_its_cause_has_committed(
    in_tenant: Restaurant, letters: Letters, drain: Callable[..., None]
) -> None:
    with transaction():
        mail.send_later("first@guests.example", "Your table\r\nBcc: all@x.example", "Grüße\n")
        drain()
        assert letters.taken_for("first@guests.example") == []
    drain()

    (sent,) = letters.taken_for("first@guests.example")
    assert "Subject: Your table Bcc: all@x.example" in sent
    assert "\nBcc:" not in sent
    assert in_tenant.tenant.slug not in sent


@pytest.mark.usefixtures("in_tenant")
def test_a_mail_of_something_undone_is_not_sent(
    letters: Letters, drain: Callable[..., None]
) -> None:
    with suppress(Conflict), transaction():
        mail.send_later("never@guests.example", "Never", "never")
        raise Conflict("undone", "This does not stand.")
    drain()

    assert letters.taken_for("never@guests.example") == []


@pytest.mark.usefixtures("in_tenant")
def test_a_server_that_says_not_now_is_asked_again(
    letters: Letters, drain: Callable[..., None], owner_connection: Connection
) -> None:
    letters.not_now = "later@guests.example"
    with transaction():
        mail.send_later("later@guests.example", "Later", "later")
    drain(failures=True)
    assert letters.taken_for("later@guests.example") == []

    owner_connection.execute("UPDATE outbox SET not_before = NULL WHERE handler = 'mail.send'")
    drain()

    assert len(letters.taken_for("later@guests.example")) == 1


def how_it_ended(owner: Connection, restaurant: Restaurant) -> tuple[bool, str, int]:
    """Whether the restaurant's last mail is over, its error and how often it was tried."""
    row = owner.execute(
        "SELECT done_at IS NOT NULL, error, attempts FROM outbox"
        " WHERE tenant_id = %s AND handler = 'mail.send' ORDER BY id DESC LIMIT 1",
        [restaurant.tenant.id],
    ).fetchone()
    assert row is not None
    return row[0], row[1], row[2]


def test_a_mail_that_the_server_will_never_take_is_over_and_no_word_names_the_person(
    in_tenant: Restaurant,
    letters: Letters,
    drain: Callable[..., None],
    owner_connection: Connection,
    caplog: pytest.LogCaptureFixture,
) -> None:
    letters.never = "gina@nowhere.example"
    with transaction():
        mail.send_later("gina@nowhere.example", "Hello", "Hello")
    drain()

    assert how_it_ended(owner_connection, in_tenant) == (
        True,
        "GiveUp: SMTPRecipientsRefused 550",
        1,
    )
    assert "job.given_up" in caplog.text
    assert "gina" not in caplog.text


def test_a_mail_that_is_not_taken_is_given_up_after_a_day(
    in_tenant: Restaurant,
    letters: Letters,
    drain: Callable[..., None],
    owner_connection: Connection,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ends = []
    for age in (mail.WORTH_TRYING - timedelta(hours=1), mail.WORTH_TRYING):
        letters.not_now = "busy@nowhere.example"
        with clock.use(clock.now() - age), transaction():
            mail.send_later("busy@nowhere.example", "Hello", "Hello")
        drain(failures=True)
        ends.append(how_it_ended(owner_connection, in_tenant))
        owner_connection.execute("UPDATE outbox SET done_at = now() WHERE handler = 'mail.send'")

    error = "NotTaken: SMTPRecipientsRefused 451"
    assert ends == [(False, error, 1), (True, error, 1)]
    assert "busy@" not in caplog.text


@pytest.mark.usefixtures("letters")
def test_a_mail_that_waits_is_sealed(
    in_tenant: Restaurant, owner_connection: Connection, drain: Callable[..., None]
) -> None:
    with transaction():
        mail.send_later("canary@guests.example", "Canary subject", SECRET_LINK)

    rows = owner_connection.execute(
        "SELECT o::text FROM outbox o WHERE tenant_id = %s AND handler = 'mail.send'",
        [in_tenant.tenant.id],
    ).fetchall()
    assert rows
    assert not any("anary" in text for (text,) in rows)
    drain()


def test_without_a_mail_server_it_stays_on_this_machine(
    app: Flask, in_tenant: Restaurant, drain: Callable[..., None], tmp_path: Path
) -> None:
    settings: Settings = app.extensions["settings"]
    with pytest.MonkeyPatch.context() as patch:
        kept = replace(settings, data_dir=tmp_path, embedded_database=True)
        patch.setitem(app.extensions, "settings", kept)
        with transaction():
            mail.send_later("ann@guests.example", f"To {in_tenant.tenant.slug}", SECRET_LINK)
        drain()
        here, at_address, at_ipv6 = (
            app.test_client().get("/mailbox", base_url=f"http://{host}:8000")
            for host in ("localhost", "127.0.0.1", "[::1]")
        )
        # What a page somewhere has its own name lead to, once it has been loaded.
        rebound = app.test_client().get("/mailbox", base_url="http://evil.example:8000")
        away = app.test_client().get("/mailbox", environ_base={"REMOTE_ADDR": "192.168.1.7"})
        passed_on = app.test_client().get("/mailbox", headers={"X-Forwarded-For": "127.0.0.1"})

        patch.setitem(app.extensions, "settings", replace(kept, embedded_database=False))
        elsewhere = app.test_client().get("/mailbox")

    assert all(SECRET_LINK in shown.text for shown in (here, at_address, at_ipv6))
    refused = (away, passed_on, rebound, elsewhere)
    assert [answer.status_code for answer in refused] == [404] * 4
