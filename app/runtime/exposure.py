"""Says loudly when what is typed into the product can be read on its way."""

from app.core.network import is_loopback
from app.core.settings import Settings
from app.runtime.saying import say

UNENCRYPTED = """
WARNING: pages on {host} travel unencrypted: whoever shares the network can read what is typed.
Signing in works only at private addresses there. Put a proxy with TLS in front, keep HOST at
127.0.0.1 and set TRUSTED_PROXIES.
"""


def report(settings: Settings) -> None:
    """Warn where other machines reach the pages themselves."""
    if not is_loopback(settings.host) and settings.trusted_proxies is None:
        say(UNENCRYPTED.format(host=settings.host))
