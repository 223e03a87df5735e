"""The CSV file of a menu, read without a database. docs/formats.md tells owners how to write it.

`read_menu` checks everything that the file alone can show. Whether a station or tax class exists
is for the import command to check; each row keeps its line for that.
"""

from collections.abc import Iterable, Sequence

from app.core.csv_cells import Row, by_kind, read_rows
from app.core.csv_names import NAME_LIMIT, Index, by_parent, index
from app.core.csv_rows import Problems
from app.menu.allergens import ALLERGENS
from app.menu.csv_items import LAST_COURSE, ItemReader
from app.menu.menu_file import CategoryRow, GroupRow, MenuFile, ModifierRow

HUES = 12
MODIFIER_KINDS = ("choice", "add", "no")
MOST_CHOICES = 20
LAST = 999  # the highest position
MOST_LISTED = 20_000  # allergens and groups in all lists together: each becomes a row of a table

CELLS = {
    "category": ("kind", "name", "colour", "station", "tax", "course", "position"),
    "item": (
        "kind", "name", "of", "button", "kitchen", "description", "price", "from", "until",
        "minutes", "station", "tax", "course", "allergens", "left", "groups",
    ),
    "variant": ("kind", "name", "of", "kitchen", "station", "price", "from", "until"),
    "price": ("kind", "name", "of", "price", "from", "until"),
    "group": ("kind", "name", "min", "max", "free"),
    "modifier": (
        "kind", "name", "of", "kitchen", "type", "usual", "station", "price", "allergens",
    ),
}  # fmt: skip
COLUMNS = tuple(dict.fromkeys(column for cells in CELLS.values() for column in cells))


def read_menu(lines: Iterable[str], currency: str) -> MenuFile:
    """Read the lines of a menu file; amounts are in `currency` (ISO 4217).

    Raises FileRefused with every error that the file shows.
    """
    problems = Problems()
    kinds = by_kind(read_rows(lines, COLUMNS, ("kind", "name"), problems), CELLS)
    items = index(kinds["item"], "name", "item")
    groups = index(kinds["group"], "name", "group")
    menu = MenuFile(
        categories=_categories(kinds["category"]),
        items=ItemReader(
            currency=currency,
            categories=index(kinds["category"], "name", "category"),
            items=items,
            groups=groups,
            variants=by_parent(kinds["variant"], "of", items),
            prices=by_parent(kinds["price"], "of", items),
        ).read(),
        groups=_groups(groups, kinds["modifier"], currency),
    )
    _refuse_many_lists(menu, problems)
    problems.raise_if_any()
    return menu


def _refuse_many_lists(menu: MenuFile, problems: Problems) -> None:
    listed = sum(len(item.allergens) + len(item.groups) for item in menu.items)
    listed += sum(len(row.allergens) for group in menu.groups for row in group.modifiers)
    if listed > MOST_LISTED:
        reason = f"All lists together hold {listed:,} names. Use at most {MOST_LISTED:,}."
        problems.add(1, "", reason)


def _categories(rows: Sequence[Row]) -> tuple[CategoryRow, ...]:
    """Those with a position first, by it; the others follow in the order of the file."""
    in_order = sorted(rows, key=lambda row: row.whole("position", 1, LAST, default=LAST + 1))
    return tuple(_category(row, position) for position, row in enumerate(in_order, 1))


def _category(row: Row, position: int) -> CategoryRow:
    return CategoryRow(
        line=row.line,
        position=position,
        name=row.text("name", NAME_LIMIT),
        hue=row.whole("colour", 0, HUES - 1),
        station=row.maybe_text("station", NAME_LIMIT),
        tax_class=row.text("tax", NAME_LIMIT, required=True),
        course=row.whole("course", 0, LAST_COURSE, default=0),
    )


def _groups(groups: Index, modifier_rows: Sequence[Row], currency: str) -> tuple[GroupRow, ...]:
    members = by_parent(modifier_rows, "of", groups)
    return tuple(_group(row, members[groups.name_of(row)], currency) for row in groups.rows)


def _group(row: Row, members: Sequence[Row], currency: str) -> GroupRow:
    index(members, "name", "modifier")
    if not members:
        row.refuse("name", "The group has no modifier. Add one or take the group out.")
    least = row.whole("min", 0, MOST_CHOICES, default=0)
    most = row.whole("max", 1, MOST_CHOICES) if row.has("max") else None
    free = row.whole("free", 0, MOST_CHOICES, default=0)
    if most is not None and least > most:
        row.refuse("min", f"The least is {least}, the most {most}. Lower min or raise max.")
    if most is not None and free > most:
        row.refuse("free", f"{free} are free but at most {most} are chosen. Lower free.")
    usual = sum(member.yes("usual") for member in members)
    if most is not None and usual > most:
        row.refuse("max", f"{usual} modifiers are usual but at most {most} are chosen. Raise max.")
    return GroupRow(
        line=row.line,
        name=row.text("name", NAME_LIMIT),
        min_choices=least,
        max_choices=most,
        included_free=free,
        modifiers=tuple(_modifier(member, n, currency) for n, member in enumerate(members, 1)),
    )


def _modifier(row: Row, position: int, currency: str) -> ModifierRow:
    name = row.text("name", NAME_LIMIT)
    kind = row.choice("type", MODIFIER_KINDS, default="choice")
    amount = row.amount("price", currency) if row.has("price") else 0
    if kind == "no" and amount:
        row.refuse("price", "Leaving something out costs nothing. Empty the cell.")
    return ModifierRow(
        line=row.line,
        position=position,
        name=name,
        kitchen_name=row.maybe_text("kitchen", NAME_LIMIT) or name,
        kind=kind,
        usual=row.yes("usual"),
        station=row.maybe_text("station", NAME_LIMIT),
        amount_minor=amount,
        allergens=row.codes("allergens", ALLERGENS),
    )
