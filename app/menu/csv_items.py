"""The items of a menu file, with their variants and prices."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from app.core.csv_cells import Row
from app.core.csv_names import NAME_LIMIT, Index, by_parent, index
from app.core.csv_rows import Problems
from app.menu.allergens import ALLERGENS
from app.menu.menu_file import ItemRow, PriceRow, VariantRow

BUTTON_LIMIT = 24
DESCRIPTION_LIMIT = 400
LAST_COURSE = 9
LONGEST_PREP = 240  # minutes


@dataclass(frozen=True, kw_only=True)
class ItemReader:
    """Read item rows. `variants` and `prices` hold the rows of those kinds by item."""

    currency: str
    categories: Index
    items: Index
    groups: Index
    variants: dict[str, list[Row]]
    prices: dict[str, list[Row]]

    def read(self) -> tuple[ItemRow, ...]:
        """The items in the order of the file."""
        taken: Counter[str] = Counter()
        return tuple(self._item(row, taken) for row in self.items.rows)

    def _item(self, row: Row, taken: Counter[str]) -> ItemRow:
        category = self.categories.find(row, "of")
        taken[category] += 1
        name = row.text("name", NAME_LIMIT)
        variants = self.variants[self.items.name_of(row)]
        return ItemRow(
            line=row.line,
            position=taken[category],
            category=category,
            name=name,
            button_name=_button_name(row, name),
            kitchen_name=row.maybe_text("kitchen", NAME_LIMIT) or name,
            description=row.text("description", DESCRIPTION_LIMIT),
            prep_minutes=row.whole("minutes", 0, LONGEST_PREP) if row.has("minutes") else None,
            course=row.whole("course", 0, LAST_COURSE) if row.has("course") else None,
            station=row.maybe_text("station", NAME_LIMIT),
            tax_class=row.maybe_text("tax", NAME_LIMIT),
            allergens=row.codes("allergens", ALLERGENS),
            counted_left=row.quantity("left") if row.has("left") else None,
            groups=self._group_names(row),
            prices=() if variants else self._own_prices(row),
            variants=self._variants(row, variants) if variants else (),
        )

    def _group_names(self, row: Row) -> tuple[str, ...]:
        return tuple(self.groups.look_up(row, "groups", name) for name in row.names("groups"))

    def _own_prices(self, item: Row) -> tuple[PriceRow, ...]:
        dated = self.prices[self.items.name_of(item)]
        for row in dated:
            if row.has("name"):
                row.refuse("name", "The item has no variants. Empty the cell.")
        return self._prices(item, dated)

    def _variants(self, item: Row, rows: Sequence[Row]) -> tuple[VariantRow, ...]:
        for column in ("price", "from", "until"):
            if item.has(column):
                item.refuse(column, "The variants have their own prices. Empty the cell.")
        known = index(rows, "name", "variant")
        dated = by_parent(self.prices[self.items.name_of(item)], "name", known)
        return tuple(
            VariantRow(
                line=row.line,
                position=position,
                name=known.name_of(row),
                kitchen_name=row.maybe_text("kitchen", NAME_LIMIT) or known.name_of(row),
                station=row.maybe_text("station", NAME_LIMIT),
                prices=self._prices(row, dated[known.name_of(row)]),
            )
            for position, row in enumerate(rows, 1)
        )

    def _prices(self, owner: Row, dated: Sequence[Row]) -> tuple[PriceRow, ...]:
        """The prices of one sellable by date: what its own row says, and its price rows."""
        says = any(map(owner.has, ("price", "from", "until")))
        rows = [owner, *dated] if says or not dated else dated
        prices = sorted((self._price(row) for row in rows), key=_start)
        if not any(owner.problems.are_on(price.line) for price in prices):
            _refuse_overlaps(prices, owner.problems)
        return tuple(prices)

    def _price(self, row: Row) -> PriceRow:
        price = PriceRow(
            line=row.line,
            amount_minor=row.amount("price", self.currency),
            valid_from=row.day("from"),
            valid_until=row.day("until"),
        )
        if price.valid_until and price.valid_until < _start(price):
            row.refuse("until", "The price ends before it starts. Change from or until.")
        return price


def _refuse_overlaps(prices: Sequence[PriceRow], problems: Problems) -> None:
    for earlier, later in pairwise(prices):
        if _start(later) <= (earlier.valid_until or date.max):
            first, second = sorted((earlier.line, later.line))
            reason = (
                f"The price on line {first} holds on the same days. "
                "Change from or until so that one ends before the other starts."
            )
            problems.add(second, "from", reason)


def _start(price: PriceRow) -> date:
    return price.valid_from or date.min


def _button_name(row: Row, name: str) -> str:
    if not row.has("button") and len(name) > BUTTON_LIMIT:
        row.refuse("button", f"The name is long. Give one of at most {BUTTON_LIMIT} characters.")
    return row.text("button", BUTTON_LIMIT) or name
