"""Asking the DNS. The library is imported where it is used: one worker needs it, now and then."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

# A mail that comes while this one is asked waits so long, and for no other look-up.
TIMEOUT_S, TRIES = 2.0, 2


class NotAnswered(Exception):
    """Nobody who knows has answered in time: it says nothing about the record."""


class Resolver(Protocol):
    """Looks up TXT records."""

    def texts(self, name: str) -> list[str]:
        """The texts at a name, none where there is no such name; raises NotAnswered."""
        ...


@dataclass(frozen=True)
class DnsResolver:
    """The real one: by the system's name servers, or by those given (addresses)."""

    servers: Sequence[str] = ()
    port: int = 53
    timeout_s: float = TIMEOUT_S

    def texts(self, name: str) -> list[str]:
        """See Resolver; takes at most `timeout_s`."""
        import dns.exception  # noqa: PLC0415 as said above
        import dns.resolver  # noqa: PLC0415 as said above

        try:
            resolver = dns.resolver.Resolver(configure=not self.servers)
            if self.servers:
                resolver.nameservers, resolver.port = list(self.servers), self.port
            resolver.timeout = self.timeout_s / TRIES  # a packet that is lost is sent again
            answer = resolver.resolve(f"{name}.", "TXT", lifetime=self.timeout_s, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError) as error:
            raise NotAnswered(type(error).__name__) from error
        return [b"".join(record.strings).decode(errors="replace") for record in answer]
