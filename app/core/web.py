"""What every answer has in common: a request id, security headers, a log line, a closed session."""

import re
import time
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, request
from flask_wtf import CSRFProtect
from secure import (
    CrossOriginOpenerPolicy,
    CrossOriginResourcePolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    Secure,
    StrictTransportSecurity,
    XContentTypeOptions,
)

from app.core.access import bearer_token
from app.core.ids import new_id
from app.core.logs import HIDDEN, names_secret
from app.core.network import host_in, is_private
from app.core.settings import Settings


class _Csrf(CSRFProtect):  # type: ignore[misc]
    """Asks for the page's token, but of programs that prove themselves by an access token."""

    def protect(self, *, apply_exemptions: bool = False) -> None:
        """A browser adds cookies to what another site sends, and never an access token."""
        if bearer_token() is None:
            super().protect(apply_exemptions=apply_exemptions)


csrf = _Csrf()
log = structlog.get_logger()

OWN, FOREIGN, UNKNOWN = "own", "foreign", "unknown"
# "none" is the person's own doing, such as a reload; "same-site" may be somebody else's subdomain.
_OWN_SITES = ("same-origin", "none")
# Methods that change nothing (RFC 9110, 9.2.1).
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# What a form says of the gesture that sent it, not of the act.
OF_THE_GESTURE = ("csrf_token", "idem", "idempotency_key")
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_QUIET = ("/healthz", "/readyz", "/assets/", "/static/")
_REPEAT_WARNING_S = 60.0
_silence = {"until": 0.0}
_YEAR_S = 365 * 24 * 3600
_STANDING = Secure(
    xcto=XContentTypeOptions().nosniff(),
    referrer=ReferrerPolicy().same_origin(),
    coop=CrossOriginOpenerPolicy().same_origin(),
    corp=CrossOriginResourcePolicy().same_origin(),
    permissions=PermissionsPolicy().camera().geolocation().microphone().payment().usb(),
).header_items()
# Without its subdomains: a restaurant's own domain may have others, of other people.
_BEHIND_TLS = Secure(hsts=StrictTransportSecurity().max_age(_YEAR_S)).header_items()


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


def sent_key() -> str:
    """The key of the gesture that this request is of; "" where it has none.

    It is in the header Idempotency-Key, or in the form's `idem` where there is no script.
    """
    key = request.headers.get("Idempotency-Key")
    return key or request.form.get("idem") or request.form.get("idempotency_key") or ""


def sent_from() -> str:
    """OWN, FOREIGN or UNKNOWN: the site whose page made this request.

    Browsers say it, and on plain http only Origin tells it. Programs say nothing.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site:
        return OWN if site in _OWN_SITES else FOREIGN
    if origin is None:
        return UNKNOWN
    return OWN if origin == f"{request.scheme}://{request.host}" else FOREIGN


def stream_origin() -> str:
    """Where this browser's sockets connect: STREAM_URL, or this host."""
    settings: Settings = current_app.extensions["settings"]
    return settings.stream_address(request.host, is_secure=request.is_secure)


def _finish(response: Response) -> Response:
    _secure(response, content_policy(stream_origin()))
    _log(response)
    return response


def content_policy(sockets: str) -> str:
    """The Content-Security-Policy; `sockets` is the origin that sockets may connect to."""
    directives = {
        "default-src": "'none'",
        "object-src": "'none'",
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
    _warn_of_plain_http()


def _secure(response: Response, policy: str) -> None:
    own = (("Content-Security-Policy", policy), ("X-Request-Id", g.get("request_id", "")))
    for name, value in (*_STANDING, *(_BEHIND_TLS if request.is_secure else ()), *own):
        response.headers.setdefault(name, value)
    # What is not said to be for everybody is for one person alone.
    response.headers.setdefault("Cache-Control", "no-store")


def path_for_logs() -> str:
    """The path that was asked for, without what is secret in it."""
    path = request.path
    for name, value in (request.view_args or {}).items():
        if names_secret(name):
            path = path.replace(str(value), HIDDEN)
    return path


def _warn_of_plain_http() -> None:
    """Say, once a minute, that somebody asks over plain http from outside the building."""
    host = host_in(request.host)
    if request.is_secure or is_private(host) or time.monotonic() < _silence["until"]:
        return
    _silence["until"] = time.monotonic() + _REPEAT_WARNING_S
    log.warning("served_unencrypted", host=host, do="put TLS in front, set TRUSTED_PROXIES")


def _log(response: Response) -> None:
    if request.path.startswith(_QUIET):
        return
    fields: dict[str, Any] = {
        "method": request.method,
        "path": path_for_logs(),
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
    }
    log.info("request", **fields)
