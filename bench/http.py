"""Requests as browsers send them, with as little work on this side as possible."""

from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from time import perf_counter
from urllib.parse import urlsplit

from app.replay.browser import Browser, RequestFailed

ACCEPTED = "gzip, deflate"


@dataclass(frozen=True)
class Ridden:
    """An answer, and how long it took in milliseconds."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    ms: float


class Rider:
    """One kept connection. Bodies stay as they came: nobody unpacks them."""

    def __init__(self, base_url: str, headers: Mapping[str, str]) -> None:
        parts = urlsplit(base_url)
        self._connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        self._headers = {"Accept-Encoding": ACCEPTED, **headers}

    def get(self, path: str) -> Ridden:
        """Ask; raises OSError where nobody answers, RequestFailed at another answer than 200."""
        try:
            return self._get(path)
        except ConnectionError:  # closed by the server while nobody asked: a new one
            self._connection.close()
            return self._get(path)

    def _get(self, path: str) -> Ridden:
        began = perf_counter()
        self._connection.request("GET", path, headers=self._headers)
        response = self._connection.getresponse()
        body = response.read()
        took = (perf_counter() - began) * 1000
        if response.status != 200:
            raise RequestFailed(response.status, f"{path} answered {response.status}")
        return Ridden(response.status, dict(response.getheaders()), body, took)


def rider_of(browser: Browser) -> Rider:
    """The same person on a connection of their own."""
    return Rider(browser.base_url, {"Accept": "text/html", "Cookie": browser.cookies})
