"""`make bench`: measure everything, print a table and keep the figures (see README.md here)."""

import argparse
import os
import sys
import time
from collections.abc import Callable

from bench import (
    flood,
    growth,
    jobs,
    memory,
    pages,
    placing,
    rush,
    screens,
    sign_in,
    sockets,
    telling,
)
from bench.figures import LATEST, Figure, table, write
from bench.scene import Scene, open_scene

Part = Callable[[Scene], list[Figure]]
PARTS: dict[str, Part] = {
    "placing": placing.measure,
    "pages": pages.measure,
    "screens": screens.measure,
    "sockets": sockets.measure,
    "jobs": jobs.measure,
    "sign_in": sign_in.measure,
    "telling": telling.measure,
    "flood": flood.measure,
    "memory": memory.measure,
    "growth": growth.measure,
    "rush": rush.measure,
    "limit": rush.limit,
}
# Minutes of load: these are named, or wait for a whole run.
LONG = ("limit",)


def main() -> int:
    """Run the parts that are named, or all of them; 1 where a bar is missed."""
    is_quick = bool(os.environ.get("QUICK"))
    parts = _named() or [name for name in PARTS if not (is_quick and name in LONG)]
    figures: list[Figure] = []
    with open_scene(is_quick=is_quick) as scene:
        for name in parts:
            began = time.monotonic()
            found = PARTS[name](scene)
            figures += found
            write(found)
            print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(table(figures))
    print(f"\nKept in {LATEST}")
    return int(any(figure.is_met is False for figure in figures))


def _named() -> list[str]:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=" ".join(PARTS))
    named: list[str] = parser.parse_args().parts
    unknown = sorted(set(named) - set(PARTS))
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    return named
