"""What every answer has in common: a request id, security headers, a log line, a closed session."""

import re
import time
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, current_app, g, request
from flask_wtf import CSRFProtect

from app.core.access import bearer_token
from app.core.ids import new_id
from app.core.settings import Settings


class _Csrf(CSRFProtect):  # type: ignore[misc]
    """Asks for the page's token, but of programs that prove themselves by an access token."""

    def protect(self, *, apply_exemptions: bool = False) -> None:
        """A browser adds cookies to what another site sends, and never an access token."""
        if bearer_token() is None:
            super().protect(apply_exemptions=apply_exemptions)


csrf = _Csrf()
log = structlog.get_logger()

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_QUIET = ("/healthz", "/readyz", "/assets/", "/static/")


def init_web(app: Flask, settings: Settings) -> None:
    """Register the hooks around each request."""
    # Before the address is read, so that one of nothing is answered with a reference as well:
    # else another's location would be told from none.
    app.url_value_preprocessor(_begin)
    app.after_request(_finish)
    app.extensions["settings"] = settings


def init_csrf(app: Flask) -> None:
    """Register CSRF protection, after whoever sends people to sign in first."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    csrf.init_app(app)


def stream_origin() -> str:
    """Where this browser's sockets connect: STREAM_URL, or this host one port up."""
    settings: Settings = current_app.extensions["settings"]
    return settings.stream_address(urlsplit(f"//{request.host}").hostname or settings.host)


def _finish(response: Response) -> Response:
    _secure(response, content_policy(stream_origin()))
    _log(response)
    return response


def content_policy(sockets: str) -> str:
    """The Content-Security-Policy; `sockets` is the origin that sockets may connect to."""
    directives = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": f"'self' {sockets}",
        "form-action": "'self'",
        "media-src": "'self'",
        "manifest-src": "'self'",
        "worker-src": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def _begin(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else str(new_id())
    g.began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _secure(response: Response, policy: str) -> None:
    headers: dict[str, str] = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "X-Request-Id": g.get("request_id", ""),
    }
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-store")


def _log(response: Response) -> None:
    if request.path.startswith(_QUIET):
        return
    fields: dict[str, Any] = {
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
    }
    log.info("request", **fields)
