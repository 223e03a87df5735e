"""The network that fault tests break really breaks, and heals."""

import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.live import free_ports
from tests.support.proxy import Proxy

pytestmark = pytest.mark.faults


class Echo(socketserver.StreamRequestHandler):
    """Says each line again."""

    def handle(self) -> None:
        while line := self.rfile.readline():
            self.wfile.write(line)


class EchoServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    with EchoServer(str(tmp_path / "echo"), Echo) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,)).start()
        with Proxy(tmp_path / "proxy", tmp_path / "echo") as made:
            yield made
        server.shutdown()


def ask(proxy: Proxy, line: bytes = b"hello\n", patience_s: float = 2.0) -> bytes:
    """What comes back for a line on a connection of its own."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(patience_s)
        connection.connect(str(proxy.listen))
        connection.sendall(line)
        return connection.makefile("rb").readline()


def hears_nothing(proxy: Proxy) -> bool:
    """Whether a connection ends without an answer."""
    try:
        return ask(proxy) == b""
    except ConnectionError:
        return True


def test_it_forwards_both_ways(proxy: Proxy) -> None:
    assert ask(proxy) == b"hello\n"


def test_what_is_cut_ends_and_heals(proxy: Proxy) -> None:
    with proxy.refusing():
        assert hears_nothing(proxy)
    assert ask(proxy) == b"hello\n"


def test_what_is_swallowed_is_never_answered(proxy: Proxy) -> None:
    with proxy.swallowing(), pytest.raises(TimeoutError):
        ask(proxy, patience_s=0.3)
    assert ask(proxy) == b"hello\n"


def test_what_is_reset_ends_as_from_a_machine_that_is_gone(tmp_path: Path) -> None:
    port = free_ports(1)
    with EchoServer(str(tmp_path / "echo"), Echo) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,)).start()
        with (
            Proxy(port, tmp_path / "echo") as proxy,
            socket.create_connection(("127.0.0.1", port), timeout=2) as connection,
        ):
            connection.sendall(b"hello\n")
            assert connection.recv(100) == b"hello\n"

            proxy.reset()
            with pytest.raises(ConnectionResetError):
                connection.recv(100)
        server.shutdown()


def test_a_delay_and_slices_change_no_byte(proxy: Proxy) -> None:
    proxy.delay(0.1)
    began = time.monotonic()
    assert ask(proxy) == b"hello\n"
    assert time.monotonic() - began >= 0.2

    proxy.slice(1, 0.001)
    assert ask(proxy) == b"hello\n"


def test_only_the_answer_to_a_marked_request_is_lost(proxy: Proxy) -> None:
    lost = proxy.lose_answer(b"order 7", b"COMMIT")

    assert ask(proxy, b"COMMIT of another\n") == b"COMMIT of another\n"
    assert not lost.is_set()
    assert ask(proxy, b"order 7, COMMIT\n") == b""

    assert lost.is_set()
    assert ask(proxy) == b"hello\n"
