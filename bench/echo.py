"""The floor of what one screen shows of another: a request, a message, an element."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, request
from flask_sock import Sock
from simple_websocket import ConnectionClosed
from werkzeug.serving import WSGIRequestHandler, make_server

PAGE = """<!doctype html><title>echo</title><main></main><script>
const socket = new WebSocket(`ws://${location.host}/socket`);
socket.onopen = () => document.body.dataset.open = "";
socket.onmessage = (event) => document.querySelector("main").innerHTML = event.data;
</script>"""


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_said: Any, **_more: Any) -> None:
        """Say nothing."""


def create_app() -> Flask:
    """A page with a socket; what is posted to /send goes to every socket, then is answered."""
    app, listening = Flask(__name__), set[Any]()
    sock = Sock(app)

    @app.get("/")
    def page() -> str:
        return PAGE

    @app.post("/send")
    def send() -> str:
        for socket in list(listening):
            socket.send(request.get_data(as_text=True))
        return ""

    @sock.route("/socket")  # type: ignore[untyped-decorator]
    def watch(socket: Any) -> None:
        listening.add(socket)
        try:
            while True:
                socket.receive()
        except ConnectionClosed:
            listening.discard(socket)

    return app


@contextmanager
def echo_server() -> Iterator[str]:
    """Serve it from a thread of this process; yields its address."""
    server = make_server("127.0.0.1", 0, create_app(), threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(5)
