"""`make bench`: measure everything, print a table and keep the figures (see README.md here)."""

import argparse
import os
import sys
import time
from collections.abc import Callable

from bench import growth, jobs, memory, pages, placing, rush, screens, sockets
from bench.figures import LATEST, Figure, table, write
from bench.scene import Scene, open_scene

Part = Callable[[Scene], list[Figure]]
PARTS: dict[str, Part] = {
    "placing": placing.measure,
    "pages": pages.measure,
    "screens": screens.measure,
    "sockets": sockets.measure,
    "jobs": jobs.measure,
    "memory": memory.measure,
    "growth": growth.measure,
    "rush": rush.measure,
    "limit": rush.limit,
}


def main() -> int:
    """Run the parts that are named, or all of them; 1 where a bar is missed."""
    arguments = _arguments()
    figures: list[Figure] = []
    with open_scene(is_quick=bool(os.environ.get("QUICK"))) as scene:
        for name in arguments.parts or PARTS:
            began = time.monotonic()
            found = PARTS[name](scene)
            figures += found
            write(found)
            print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(table(figures))
    print(f"\nKept in {LATEST}")
    return int(any(figure.is_met is False for figure in figures))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="which parts to run")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
