"""Telling the simulated card terminal how to behave."""

import json
import urllib.request

from tests.support.live import Live


def behave(live: Live, mode: str, seconds: float | None = None, *, count: int | None = 1) -> None:
    """Have the next `count` charges (None: all from now on) do `mode`; see app.terminal."""
    content = json.dumps({"mode": mode, "seconds": seconds, "count": count}).encode()
    request = urllib.request.Request(  # noqa: S310 (an address of our own)
        f"{live.settings.terminal_url}/behaviour", content, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 (the same)
        assert answer.status == 200
