"""The terminal's sockets: one thread a connection, JSON for programs, a page for people."""

import json
import socket
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from app.terminal import page
from app.terminal.api import Answer, Api, Malformed, Request

LARGEST_BODY = 64 * 1024
GRACE_SECONDS = 5.0
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


class Terminal(ThreadingHTTPServer):
    """The listening server; its handlers share one `Api`."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, api: Api) -> None:
        """Listen on `host` and `port`. Raises OSError when the address cannot be had."""
        self.api = api
        self._busy = 0
        self._change = threading.Condition()
        super().__init__((host, port), Handler)

    def server_bind(self) -> None:
        """Bind without asking a name server for our own name, which may take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def stop(self) -> None:
        """Take no more connections, let requests under way finish (5 s), close the ledger.

        A charge still waiting for its time is given up uncharged and its connection dropped.
        """
        self.api.stopping.set()
        self.shutdown()
        self.server_close()
        with self._change:
            self._change.wait_for(lambda: self._busy == 0, timeout=GRACE_SECONDS)
        self.api.ledger.close()

    def count(self, step: int) -> None:
        """Note that a request began (1) or ended (-1)."""
        with self._change:
            self._busy += step
            self._change.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away (tests of time-outs do that all the time)."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection, many requests; the package's docstring lists the addresses."""

    server: Terminal
    protocol_version = "HTTP/1.1"
    server_version = "NibblixTerminal"
    sys_version = ""
    disable_nagle_algorithm = True  # headers and body are two writes
    timeout = 30  # seconds a connection may idle between requests

    def do_GET(self) -> None:
        """Answer a read."""
        self._counted()

    def do_POST(self) -> None:
        """Answer a write."""
        self._counted()

    def log_message(self, *_: Any) -> None:
        """Keep standard error for faults of the terminal itself."""

    def _counted(self) -> None:
        self.server.count(1)
        try:
            self._respond()
        finally:
            self.server.count(-1)

    def _respond(self) -> None:
        path = urlsplit(self.path).path
        if self.command == "GET" and path in ("/", "/terminal.css"):
            self._send_page(path)
        elif self.command == "POST" and self._content_type() == FORM:
            self._take_form(path)
        else:
            self._take_json(path)

    def _take_json(self, path: str) -> None:
        try:
            request = Request(
                method=self.command,
                path=tuple(unquote(part) for part in path.strip("/").split("/")),
                query=dict(parse_qsl(urlsplit(self.path).query)),
                body=self._json() if self.command == "POST" else {},
            )
        except (Malformed, ValueError, RecursionError) as malformed:
            self._send_json(Answer(status=400, body={"error": str(malformed)}))
            return
        self._deliver(self.server.api.answer(request))

    def _deliver(self, answer: Answer) -> None:
        if answer.delivery == "never":
            self._reset()
            return
        self.close_connection = self.close_connection or answer.delivery == "twice"
        self._send_json(answer)
        if answer.delivery == "twice":
            self._send_json(answer)

    def _reset(self) -> None:
        """Close with unsent data discarded, so that the client sees a reset, not an end."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.connection.close()

    def _json(self) -> dict[str, Any]:
        # Browsers cannot send this type to another origin unasked: no foreign page charges.
        if self._content_type() != JSON:
            self.close_connection = True
            raise Malformed("Content-Type must be application/json")
        body = json.loads(self._body())
        if not isinstance(body, dict):
            raise Malformed("the body must be a JSON object")
        return body

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit() or int(length) > LARGEST_BODY:
            self.close_connection = True
            raise Malformed(f"Content-Length must be given, at most {LARGEST_BODY}")
        return self.rfile.read(int(length))

    def _content_type(self) -> str:
        return str(self.headers.get_content_type())

    def _take_form(self, path: str) -> None:
        origin = self.headers.get("Origin")
        same = origin is None or urlsplit(origin).netloc == self.headers.get("Host")
        if path != "/behaviour" or not same:
            self.close_connection = True
            self._send(403, "text/plain", b"This form belongs to the terminal's own page.")
            return
        try:
            self.server.api.choose(page.form_values(self._body()))
        except Malformed as malformed:
            self._send_page("/", problem=str(malformed))
            return
        self._send(303, "text/plain", b"", Location="/")

    def _send_page(self, path: str, problem: str = "") -> None:
        if path == "/":
            status = 422 if problem else 200
            self._send(status, "text/html", page.render(self.server.api, problem).encode())
        else:
            self._send(200, "text/css", page.STYLE.encode())

    def _send_json(self, answer: Answer) -> None:
        self._send(answer.status, JSON, json.dumps(answer.body).encode())

    def _send(self, status: int, content_type: str, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{content_type}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", page.POLICY)
        for name, value in headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
