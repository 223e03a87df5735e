"""Where a request comes from: addresses in the building, and proxies whose word is taken.

Anybody can send X-Forwarded-*. It counts only where the connection itself comes from a proxy that
TRUSTED_PROXIES speaks of; from anybody else it is not even read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

IN_THE_BUILDING = (
    *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"),
    *("::1/128", "fc00::/7", "fe80::/10"),
)
# What one IPv6 link is given (RFC 4291, 2.5.4): each machine on it may take any address inside.
LINK_BITS = 64


@dataclass(frozen=True, kw_only=True)
class Proxies:
    """Proxies in front of the product: where they stand, and how many.

    `count` is None where as many are believed as stand in `networks`.
    """

    networks: tuple[IPv4Network | IPv6Network, ...]
    count: int | None = None

    @classmethod
    def of(cls, said: str) -> "Proxies":
        """What TRUSTED_PROXIES says: how many there are in the building, or their networks.

        Raises ValueError where it is neither.
        """
        if said.isascii() and said.isdigit():
            if not 1 <= int(said) <= 9:
                raise ValueError("between 1 and 9 proxies")
            return cls(networks=_networks(IN_THE_BUILDING), count=int(said))
        return cls(networks=_networks(said.replace(",", " ").split()))

    def are_at(self, address: str) -> bool:
        """Whether an address is that of a trusted proxy."""
        found = find_address(address)
        return found is not None and any(found in network for network in self.networks)

    def hops(self, forwarded_for: str) -> int:
        """How many of the addresses in X-Forwarded-For, from its end, proxies have written."""
        if self.count is not None:
            return self.count
        named = [part.strip() for part in forwarded_for.split(",")]
        hops = 1
        while hops < len(named) and self.are_at(named[-hops]):
            hops += 1
        return hops


class BehindProxies:
    """Gives the application scheme, host and client as the browser has them.

    Scheme and host are what the nearest proxy says: it passes on what those before it said.
    """

    def __init__(self, app: "WSGIApplication", proxies: Proxies) -> None:
        self._app = app
        self._proxies = proxies

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        app = self._app
        if self._proxies.are_at(environ.get("REMOTE_ADDR", "")):
            hops = self._proxies.hops(environ.get("HTTP_X_FORWARDED_FOR", ""))
            app = ProxyFix(app, x_for=hops, x_proto=1, x_host=1)
        return app(environ, start_response)


def counted(address: str) -> str:
    """An address as tries are counted by it: IPv4 whole, IPv6 by its /64.

    By whole IPv6 addresses, one machine would have a new one for each try. An IPv4 address in IPv6
    clothes is that IPv4 address; what is no address stays what it is.
    """
    found = find_address(address)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((int(found), LINK_BITS), strict=False))
    return address if found is None else str(found)


def is_private(host: str) -> bool:
    """Whether a host's name or address stays in the building."""
    address = find_address(host)
    if address is None:
        return is_loopback(host) or host.endswith(".local")
    return address.is_private or address.is_loopback


def is_loopback(host: str) -> bool:
    """Whether a host's name or address never leaves this machine (RFC 6761, 6.3)."""
    address = find_address(host)
    if address is None:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback


def host_in(authority: str) -> str:
    """The host of `host[:port]`, such as a request's, in small letters; "" where there is none."""
    return urlsplit(f"//{authority}").hostname or ""


def find_address(text: str) -> IPv4Address | IPv6Address | None:
    """The address that a text is, IPv4 in IPv6 clothes taken out of them; None for what is none."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _networks(said: Iterable[str]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(network) for network in said)
