"""`make replay`: play a real order file through the running product, and count the cents."""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from app.core.settings import load_settings
from app.factory import create_app
from app.replay.derived_menu import count, derive_menu
from app.replay.orders_file import BadRow, FileOrder, NotAnOrdersFile, read_orders
from app.replay.outcome import report
from app.replay.pass_window import Pass
from app.replay.play import Tally, play, sign_in
from app.replay.restaurant import Restaurant, open_for

SAMPLE = Path(__file__).with_name("sample.tsv")
BAR = 40


def main() -> int:
    """Play the file; returns 0 when everything came out equal to the cent."""
    arguments = _arguments()
    try:
        orders, bad_rows = _read(arguments.file)
    except (OSError, NotAnOrdersFile) as error:
        print(f"{arguments.file} cannot be played: {error}", file=sys.stderr)
        return 2
    app = create_app(load_settings({**os.environ, "LOG_LEVEL": "WARNING"}))
    menu, expected = derive_menu(orders), count(orders)
    with app.app_context():
        restaurant = open_for(menu, arguments.clients)
    print(
        f"Tenant {restaurant.slug}: {len(menu.items)} items on the menu,"
        f" {expected.orders} orders, {arguments.clients} clients."
    )
    began = time.perf_counter()
    try:
        tally, kitchen = _play(app, restaurant, orders)
    except OSError as error:
        print(
            f"Nibblix does not answer ({error}). Start it with `make run` first.", file=sys.stderr
        )
        return 2
    took = time.perf_counter() - began
    return report(app, restaurant, expected, tally, kitchen, bad_rows, menu.uneven_lines, took)


def _play(app: Flask, restaurant: Restaurant, orders: list[FileOrder]) -> tuple[Tally, Pass]:
    settings = app.extensions["settings"]
    base_url = f"http://127.0.0.1:{settings.port}"
    crews = sign_in(base_url, restaurant)
    kitchen = Pass()
    prefix = f"/t/{restaurant.slug}/{restaurant.location.slug}"
    kitchen.listen(
        f"{settings.stream_address('127.0.0.1')}{prefix}/stream"
        f"?view=kitchen:{restaurant.station_id}",
        base_url,
        crews[0].cook.cookies,
    )
    tally = play(orders, restaurant, crews, kitchen, _progress(len(orders)))
    kitchen.close()
    return tally, kitchen


def _progress(total: int) -> Callable[[int], None]:
    def show(done: int) -> None:
        if sys.stderr.isatty():
            filled = BAR * done // max(total, 1)
            bar = "#" * filled + "." * (BAR - filled)
            print(f"\r[{bar}] {done}/{total}", end="", file=sys.stderr, flush=True)

    return show


def _read(path: Path) -> tuple[list[FileOrder], list[BadRow]]:
    with path.open("rb") as rows:
        found = list(read_orders(rows))
    orders = [it for it in found if isinstance(it, FileOrder)]
    return orders, [it for it in found if isinstance(it, BadRow)]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make replay", description=__doc__)
    parser.add_argument("--file", type=Path, default=SAMPLE)
    parser.add_argument("--clients", type=int, default=4)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
