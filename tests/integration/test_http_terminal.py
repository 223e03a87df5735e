"""How a call to a terminal ends when the answer is cut, late or nonsense; over TLS, too."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.core import clock
from app.payments.gateway import GatewayRefused, GatewayTimeout, GatewayUnknown
from app.payments.http_terminal import HttpTerminal

HERE = ip_address("127.0.0.1")
CHARGE = {
    "reference": "pay-1",
    "state": "captured",
    "amount_minor": 100,
    "currency": "EUR",
    "brand": "visa",
    "last4": "0042",
    "reason": None,
    "at": "2026-01-01T00:00:00Z",
    "refunded_minor": 0,
}


def answer(status: int, body: Any) -> bytes:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return f"HTTP/1.1 {status} X\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data


@contextmanager
def listening(speak: Callable[[socket.socket], None]) -> Iterator[HttpTerminal]:
    """A server that takes one connection, reads the request and does `speak` with it."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                speak(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield HttpTerminal(f"http://127.0.0.1:{server.getsockname()[1]}", read_timeout=5)
        thread.join()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for 127.0.0.1 that nobody has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "terminal")])
    now = clock.now()
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(HERE)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "terminal.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + made.public_bytes(Encoding.PEM)
    )
    return path


@contextmanager
def answering_over_tls(certificate: Path, data: bytes) -> Iterator[str]:
    """The address of a terminal that shows its certificate to one client, and answers it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server((str(HERE), 0)) as server:

        def serve() -> None:
            plain, _ = server.accept()
            with suppress(OSError), context.wrap_socket(plain, server_side=True) as secured:
                secured.recv(65536)
                secured.sendall(data)
                while secured.recv(65536):  # closed over unread bytes, the answer would be lost
                    pass

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"https://{HERE}:{server.getsockname()[1]}"
        thread.join()


@contextmanager
def answering(data: bytes) -> Iterator[HttpTerminal]:
    with listening(lambda connection: connection.sendall(data)) as gateway:
        yield gateway


def test_a_sound_answer_is_a_result() -> None:
    with answering(answer(200, CHARGE)) as gateway:
        assert gateway.charge("pay-1", 100, "EUR").last4 == "0042"


def test_a_terminal_is_spoken_to_over_tls(certificate: Path) -> None:
    with answering_over_tls(certificate, answer(200, CHARGE)) as url:
        trusting = ssl.create_default_context(cafile=certificate)

        assert HttpTerminal(url, tls=trusting).charge("pay-1", 100, "EUR").last4 == "0042"


def test_a_terminal_that_nobody_vouches_for_is_asked_for_nothing(certificate: Path) -> None:
    with (
        answering_over_tls(certificate, answer(200, CHARGE)) as url,
        pytest.raises(GatewayRefused),
    ):
        HttpTerminal(url).charge("pay-1", 100, "EUR")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nonsense",
        answer(200, CHARGE)[:-10],
        answer(200, b"<html>"),
        answer(200, b"\xff"),
        answer(200, []),
        answer(200, {}),
        answer(200, CHARGE | {"reference": "pay-2"}),
        answer(200, CHARGE | {"state": "lost"}),
        answer(200, CHARGE | {"state": []}),
        answer(200, CHARGE | {"amount_minor": 101}),
        answer(200, CHARGE | {"amount_minor": "100"}),
        answer(200, CHARGE | {"currency": "USD"}),
        answer(302, {}),
        answer(404, {"error": "no_such_address"}),
        answer(409, {"error": "cancelled"}),
        answer(409, {"error": "cancelled", "charge": "pay-1"}),
        answer(422, {"error": "reference_reused", "charge": CHARGE}),
        answer(500, {"error": "internal_error"}),
        answer(503, b""),
    ],
)
def test_any_other_answer_leaves_the_outcome_unknown(data: bytes) -> None:
    with answering(data) as gateway, pytest.raises(GatewayUnknown):
        gateway.charge("pay-1", 100, "EUR")


def test_no_answer_in_time_is_a_time_out() -> None:
    given_up = threading.Event()

    def stay_silent(_: socket.socket) -> None:
        given_up.wait(10)

    with listening(stay_silent) as slow:
        gateway = HttpTerminal(slow.base_url, read_timeout=0.1)
        with pytest.raises(GatewayTimeout):
            gateway.charge("pay-1", 100, "EUR")
        given_up.set()


def test_a_request_that_the_terminal_finds_malformed_had_no_effect() -> None:
    with answering(answer(400, {"error": "currency"})) as gateway, pytest.raises(GatewayRefused):
        gateway.charge("pay-1", 100, "EUR")


def test_a_port_where_nobody_listens_had_no_effect() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"

    with pytest.raises(GatewayRefused):
        HttpTerminal(url).charge("pay-1", 100, "EUR")


def test_a_404_from_something_else_is_not_taken_for_no_such_charge() -> None:
    with answering(answer(404, {"error": "not found"})) as gateway, pytest.raises(GatewayUnknown):
        gateway.find("pay-1")


@pytest.mark.parametrize("charges", [None, {}, ["pay-1"], [{}]])
def test_a_list_of_charges_that_makes_no_sense_is_unknown(charges: Any) -> None:
    with (
        answering(answer(200, {"charges": charges})) as gateway,
        pytest.raises(GatewayUnknown),
    ):
        gateway.charges()


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "127.0.0.1:80", ""])
def test_an_address_that_is_neither_http_nor_https_is_a_mistake_of_ours(url: str) -> None:
    with pytest.raises(ValueError, match="not an http or https address"):
        HttpTerminal(url).find("pay-1")
