"""A client that costs next to nothing: one kept connection, requests as bytes.

Imports only the standard library, so that a process full of these starts at once.
"""

import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answer:
    """What came back; `took_s` from the first byte out to the last byte in."""

    status: int
    body: bytes
    location: str
    took_s: float


class Wire:
    """One signed-in client of `base_url`; `headers` go with each request."""

    def __init__(self, base_url: str, headers: Mapping[str, str]) -> None:
        parts = urlsplit(base_url)
        self._address = (parts.hostname or "127.0.0.1", parts.port or 80)
        lines = {"Host": parts.netloc, "Referer": base_url + "/"} | dict(headers)
        self._head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._socket: socket.socket | None = None

    def get(self, path: str) -> Answer:
        """Ask for a page."""
        return self._ask(f"GET {path} HTTP/1.1\r\n{self._head}\r\n".encode())

    def post(self, path: str, body: bytes, content_type: str, key: str = "") -> Answer:
        """Send a body; `key` names the gesture."""
        head = (
            f"POST {path} HTTP/1.1\r\n{self._head}Content-Type: {content_type}\r\n"
            f"Content-Length: {len(body)}\r\n"
        )
        if key:
            head += f"Idempotency-Key: {key}\r\n"
        return self._ask(head.encode() + b"\r\n" + body)

    def close(self) -> None:
        """Let the connection go."""
        if self._socket:
            self._socket.close()
            self._socket = None

    def _ask(self, request: bytes) -> Answer:
        """Ask, on a new connection where the server has closed the old one meanwhile."""
        began = time.perf_counter()
        try:
            head, body = self._exchange(request)
        except ConnectionError:
            self.close()
            head, body = self._exchange(request)
        took = time.perf_counter() - began
        location = _field(head, b"location") or _field(head, b"hx-redirect")
        return Answer(int(head[9:12]), body, location.decode(), took)

    def _exchange(self, request: bytes) -> tuple[bytes, bytes]:
        if self._socket is None:
            self._socket = socket.create_connection(self._address, timeout=30)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(request)
        head, _, body = self._read_until(b"", b"\r\n\r\n").partition(b"\r\n\r\n")
        if _field(head, b"connection") == b"close":
            body = self._read_to_end(body)
            self.close()
        elif _field(head, b"transfer-encoding") == b"chunked":
            body = _whole(self._read_until(body, b"0\r\n\r\n"))
        else:
            length = int(_field(head, b"content-length") or b"0")
            while len(body) < length:
                body += self._receive()
        return head, body

    def _read_until(self, got: bytes, mark: bytes) -> bytes:
        while mark not in got:
            got += self._receive()
        return got

    def _read_to_end(self, got: bytes) -> bytes:
        try:
            while True:
                got += self._receive()
        except ConnectionError:
            return got

    def _receive(self) -> bytes:
        received = self._socket.recv(65536) if self._socket else b""
        if not received:
            raise ConnectionResetError("the server closed the connection")
        return received


def _field(head: bytes, name: bytes) -> bytes:
    at = head.lower().find(b"\r\n" + name + b": ")
    return head[at + len(name) + 4 :].partition(b"\r\n")[0] if at >= 0 else b""


def _whole(chunks: bytes) -> bytes:
    body = b""
    while chunks:
        size, _, rest = chunks.partition(b"\r\n")
        length = int(size, 16)
        body, chunks = body + rest[:length], rest[length + 2 :]
        if not length:
            break
    return body
