"""flask.session: a member's login_session row, or a visitor's signed cookie; and the device.

The cookie holds a random token and the table its hash, so that a copy of the table opens no
session; a session can be seen and revoked, and a flushed Redis signs nobody out. Nothing is
read until somebody asks, so that a stylesheet costs no query.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from flask import Flask, Request, Response
from flask import request as current_request
from flask.globals import request_ctx
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from sqlalchemy.exc import SQLAlchemyError

from app.core import clock
from app.core.db import end_reading
from app.core.failures import database_is_lost
from app.core.network import host_in, is_loopback, is_private
from app.identity.domain import TABLET_TOUCH
from app.identity.logins import renew_token, save_login
from app.identity.queries import Login, PairedDevice, find_device, find_login
from app.tenancy.routing import tenant_of_address

SECURE_COOKIE = "__Host-nibblix"
PLAIN_COOKIE = "nibblix"
PLAIN_VISITOR = "nibblix-visitor"
SECURE_VISITOR = f"__Host-{PLAIN_VISITOR}"
# The device's cookie has the name of the session's with this behind it.
DEVICE_SUFFIX = "-device"
TOUCH_EVERY = timedelta(minutes=1)
# Seconds since the person touched the screen, as its pages say with every request of theirs.
IDLE_HEADER = "X-Idle"

_SECONDS = re.compile(r"[0-9]{1,6}")

log = structlog.get_logger()


class BrowserSession(SessionMixin):
    """A mapping over the login's data, or over the visitor's where nobody is signed in."""

    def __init__(
        self, token: str | None, device_token: str | None, visitor: dict[str, Any]
    ) -> None:
        self.token, self.device_token = token, device_token
        self.modified = False
        self.is_new = self.has_ended = self.is_to_renew = False
        self.touched_keys: set[str] = set()
        self.is_loaded = token is None
        self._visitor = visitor
        self._login: Login | None = None
        self._device: PairedDevice | None = None
        self._device_is_loaded = device_token is None

    @property
    def login(self) -> Login | None:
        """The live login of this browser, or None."""
        if not self.is_loaded:
            self.is_loaded = True
            if self.token and not database_is_lost() and tenant_of_address():
                self._login = find_login(self.token, self.device_token)
        return self._login

    @property
    def device(self) -> PairedDevice | None:
        """The paired device that this browser is; a person's own session at a screen hides it."""
        if self.login is not None:
            return self.login.device
        if not self._device_is_loaded:
            self._device_is_loaded = True
            if self.device_token and not database_is_lost() and tenant_of_address():
                self._device = find_device(self.device_token)
        return self._device

    def become(self, device_token: str) -> PairedDevice:
        """Go on as the device of a token that was just made, and as nobody's browser."""
        self.end()
        self.device_token = device_token
        self._device_is_loaded, self._device = True, find_device(device_token)
        if self._device is None:
            raise RuntimeError("a device that was just paired is not there")
        return self._device

    def start(self, token: str) -> Login:
        """Go on as the login of a token that was just made; its cookie goes out."""
        self.token, self.is_loaded = token, True
        self._login = find_login(token, self.device_token)
        if self._login is None:
            raise RuntimeError("a session that was just opened is not there")
        self.is_new, self.modified, self.is_to_renew = True, False, False
        self.touched_keys.clear()
        return self._login

    def renew(self) -> None:
        """Go on under another token after this request: its person has been proven again."""
        self.is_to_renew = True

    def end(self) -> None:
        """Go on as a visitor; the cookie goes."""
        self._login, self._visitor = None, {}
        self.is_loaded = self.has_ended = True

    @property
    def _data(self) -> dict[str, Any]:
        return self.login.data if self.login else self._visitor

    def __getitem__(self, key: str) -> object:
        return self._data[key]

    def __setitem__(self, key: str, value: object) -> None:
        self._data[key] = value
        self._note_change(key)

    def __delitem__(self, key: str) -> None:
        del self._data[key]
        self._note_change(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def _note_change(self, key: str) -> None:
        self.touched_keys.add(key)
        self.modified = True


class Sessions(SecureCookieSessionInterface):
    """Opens and saves the session of each request."""

    def get_cookie_name(self, app: Flask) -> str:  # noqa: ARG002 (Flask's signature)
        """Flask's own cookie serves visitors only."""
        return SECURE_VISITOR if current_request.is_secure else PLAIN_VISITOR

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 (the same)
        """As the page came."""
        return current_request.is_secure

    def get_cookie_samesite(self, app: Flask) -> str:  # noqa: ARG002 (the same)
        """Links from elsewhere find the visitor, posts do not."""
        return "Lax"

    def open_session(self, app: Flask, request: Request) -> BrowserSession:  # type: ignore[override]
        """What the cookies say; the row behind the token is not read yet."""
        visitor = super().open_session(app, request)
        name = cookie_name(request)
        token = request.cookies.get(name) if name else None
        device_token = request.cookies.get(f"{name}{DEVICE_SUFFIX}") if name else None
        return BrowserSession(token, device_token, dict(visitor or {}))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write what changed: the row, or the visitor's cookie."""
        browser = cast("BrowserSession", session)
        if not browser.is_loaded or database_is_lost():
            return
        if browser.has_ended:
            _forget(response)
        if browser.login is None:
            super().save_session(app, browser, response)
            return
        response.vary.add("Cookie")
        if browser.is_new:
            _hand_over(browser, browser.login, response)
        _save(browser, browser.login)
        if browser.is_to_renew:
            _renew(browser, browser.login, response)


def browser_session() -> BrowserSession:
    """The session of this request, as what it is."""
    return cast("BrowserSession", request_ctx.session)


def cookie_name(request: Request) -> str | None:
    """The name of the token's cookie at this address; None where a token may not travel.

    Browsers drop a `__Host-` cookie on plain http, which is let through only where it stays
    in the building.
    """
    if request.is_secure:
        return SECURE_COOKIE
    return PLAIN_COOKIE if is_private(host_in(request.host)) else None


def is_overheard(request: Request) -> bool:
    """Whether what is typed here can be read on its way: plain http beyond this machine."""
    return not request.is_secure and not is_loopback(host_in(request.host))


def hand_over_device(response: Response, device: PairedDevice) -> None:
    """Give the browser the cookie by which it is this device, for as long as it is enrolled."""
    _set_cookie(response, DEVICE_SUFFIX, browser_session().device_token, device.expires_at)


def _hand_over(browser: BrowserSession, login: Login, response: Response) -> None:
    if is_overheard(current_request):
        log.warning("session.plain_http", host=current_request.host)
    _set_cookie(response, "", browser.token, login.expires_at)
    response.delete_cookie(SECURE_VISITOR, secure=True, httponly=True, samesite="Lax")
    response.delete_cookie(PLAIN_VISITOR, httponly=True, samesite="Lax")


def _set_cookie(response: Response, suffix: str, token: str | None, until: datetime) -> None:
    name = cookie_name(current_request)
    if name is None or token is None:
        raise RuntimeError("a token was made where no cookie may carry it")
    response.set_cookie(
        f"{name}{suffix}",
        token,
        expires=until,
        httponly=True,
        samesite="Lax",
        secure=current_request.is_secure,
    )


def _forget(response: Response) -> None:
    response.delete_cookie(SECURE_COOKIE, secure=True, httponly=True, samesite="Lax")
    response.delete_cookie(PLAIN_COOKIE, httponly=True, samesite="Lax")


def _touched_at() -> datetime | None:
    """When the person last touched the screen; None where nobody says so.

    A page that somebody goes to is a touch. What a page asks for says how long ago the last was,
    so that frames of a stream keep no session alive, and a socket says nothing at all.
    """
    if current_request.headers.get("Upgrade"):
        return None
    said = current_request.headers.get(IDLE_HEADER, "0")
    return clock.now() - timedelta(seconds=int(said)) if _SECONDS.fullmatch(said) else None


def _save(browser: BrowserSession, login: Login) -> None:
    touched_at = _touched_at() or login.last_seen_at
    every = TABLET_TOUCH if login.device else TOUCH_EVERY
    if not browser.modified and touched_at - login.last_seen_at < every:
        return
    end_reading()  # what a failed statement left behind must not lose the session
    try:
        changed = {key: browser[key] for key in browser.touched_keys if key in browser}
        save_login(login, touched_at, changed, browser.touched_keys - changed.keys())
    except SQLAlchemyError as error:
        if browser.modified:
            raise
        log.warning("session.not_touched", error=type(error).__name__)


def _renew(browser: BrowserSession, login: Login, response: Response) -> None:
    fresh = renew_token(login, browser.token or "")
    if fresh is not None:
        browser.token = fresh
        _hand_over(browser, login, response)
