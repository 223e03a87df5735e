"""A server's tablet in a test: one order's screen, its lines and sheets."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bs4 import BeautifulSoup, Tag

from app.core.ids import new_id
from tests.support.restaurants import Restaurant
from tests.support.visitor import Visitor


@dataclass
class Tablet:
    """The order that `open_table` or `open_counter` opened, as its screen shows it."""

    restaurant: Restaurant
    visitor: Visitor
    order_id: UUID

    def url(self, end: str = "") -> str:
        return f"{self.restaurant.url}/orders/{self.order_id}{end}"

    def screen(self) -> BeautifulSoup:
        return self.visitor.get(self.url())

    def add(self, name: str, *, status: int = 200, **said: Any) -> BeautifulSoup:
        said = {"variant_id": self.restaurant.variants[name], "line_id": new_id()} | said
        return self.post("/lines", status=status, **said)

    def post(self, end: str, *, status: int = 200, **said: Any) -> BeautifulSoup:
        return self.visitor.post(self.url(end), status=status, **said)

    def post_line(self, line_id: str, end: str = "", *, status: int = 200, **said: Any) -> Any:
        url = f"{self.restaurant.url}/lines/{line_id}{end}"
        return self.visitor.post(url, status=status, **said)

    def sheet(self, line_id: str, end: str = "") -> BeautifulSoup:
        return self.visitor.get(f"{self.restaurant.url}/lines/{line_id}{end}", fragment=True)

    def lines(self, shown: BeautifulSoup | None = None) -> list[Tag]:
        return list((shown or self.screen()).select("#bill a.line"))

    def line_id(self, number: int = 0) -> str:
        return str(self.lines()[number]["id"]).removeprefix("line-")


def open_table(restaurant: Restaurant, visitor: Visitor, guests: int = 2) -> Tablet:
    """Seat a party at a table of its own."""
    visitor.get(f"{restaurant.url}/floor")
    table_id = restaurant.new_table()
    visitor.post(f"{restaurant.url}/visits", fragment=False, table_id=table_id, guests=guests)
    return Tablet(restaurant, visitor, _order_of(visitor.path))


def open_counter(restaurant: Restaurant, visitor: Visitor, name: str = "Rossi") -> Tablet:
    """Open a takeaway order."""
    visitor.get(f"{restaurant.url}/floor")
    visitor.post(f"{restaurant.url}/orders", fragment=False, pickup_name=name)
    return Tablet(restaurant, visitor, _order_of(visitor.path))


def _order_of(path: str) -> UUID:
    found = re.search(r"/orders/([0-9a-f-]{36})$", path)
    assert found, f"{path} is no order's screen"
    return UUID(found[1])
