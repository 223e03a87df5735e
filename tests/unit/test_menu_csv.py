"""The menu file: what it says when it is right."""

from datetime import date
from decimal import Decimal

import pytest

from app import demo
from app.menu.csv_format import read_menu
from app.menu.menu_file import MenuFile, PriceRow

HEADER = "kind,name,of,price,colour,tax"
FOOD = "category,Food,,,3,food"
DEMOS = [("trattoria_menu.csv", "EUR"), ("diner_menu.csv", "USD")]


def menu_of(*rows: str, header: str = HEADER, currency: str = "EUR") -> MenuFile:
    return read_menu([header, *rows], currency)


@pytest.mark.parametrize(("file_name", "currency"), DEMOS)
def test_a_demo_menu_is_full_and_tries_the_layout(file_name: str, currency: str) -> None:
    menu = read_menu(demo.lines(file_name), currency)

    assert len(menu.items) >= 40
    assert max(len(item.name) for item in menu.items) == 60
    assert any(not item.name.isascii() for item in menu.items)
    assert 2 <= sum(item.counted_left is not None for item in menu.items) <= 5
    assert all(item.prices or item.variants for item in menu.items)
    assert {modifier.kind for group in menu.groups for modifier in group.modifiers} == {
        "choice",
        "add",
        "no",
    }


@pytest.mark.parametrize(
    ("file_name", "stations", "tax_classes"),
    [
        (
            "trattoria_menu.csv",
            {"Grill", "Kitchen", "Cold", "Bar"},
            {"food", "drink", "alcohol"},
        ),
        ("diner_menu.csv", {"Grill", "Fry", "Bar"}, {"taxable", "untaxed"}),
    ],
)
def test_a_demo_menu_names_the_stations_and_tax_classes_of_its_restaurant(
    file_name: str, stations: set[str], tax_classes: set[str]
) -> None:
    menu = read_menu(demo.lines(file_name), "EUR")
    by_category = {category.name: category for category in menu.categories}
    sold = [(item, by_category[item.category]) for item in menu.items]

    assert {item.station or category.station for item, category in sold} == stations
    assert {item.tax_class or category.tax_class for item, category in sold} == tax_classes


def test_an_item_takes_its_names_from_its_name_unless_told() -> None:
    header = "kind,name,of,price,colour,tax,button,kitchen,left,allergens,minutes"

    menu = menu_of(
        FOOD,
        "item,Soup,food,4.50,,,,,,,",
        "item,Tagliatelle al ragù,FOOD,14,,,Ragù,Tagl. ragù,6.5,Milk | gluten,11",
        header=header,
    )

    soup, ragu = menu.items
    assert (soup.button_name, soup.kitchen_name, soup.counted_left) == ("Soup", "Soup", None)
    assert (ragu.button_name, ragu.kitchen_name) == ("Ragù", "Tagl. ragù")
    assert (ragu.category, ragu.position, ragu.counted_left) == ("Food", 2, Decimal("6.5"))
    assert (ragu.allergens, ragu.prep_minutes) == (("gluten", "milk"), 11)
    assert (soup.prep_minutes, soup.course, soup.station, soup.tax_class) == (None,) * 4


def test_variants_and_groups_hang_where_their_rows_say() -> None:
    menu = menu_of(
        "variant,Large,Chips,5.50,,,,,,,",
        "item,Chips,Food,,,,Sauce,,,,",
        "variant,Small,chips,3.50,,,,,,,",
        "group,sauce,,,,,,0,2,1,",
        "modifier,Mayonnaise,Sauce,0.5,,,,,,,,Yes,Cold",
        "modifier,NO salt,Sauce,,,,,,,,NO",
        "category,Food,,,3,food,,,,,",
        header="kind,name,of,price,colour,tax,groups,min,max,free,type,usual,station",
    )

    chips, group = menu.items[0], menu.groups[0]
    assert [(v.name, v.position, v.prices[0].amount_minor) for v in chips.variants] == [
        ("Large", 1, 550),
        ("Small", 2, 350),
    ]
    assert (chips.prices, chips.groups) == ((), ("sauce",))
    assert (group.min_choices, group.max_choices, group.included_free) == (0, 2, 1)
    assert [(m.name, m.kind, m.usual, m.station, m.amount_minor) for m in group.modifiers] == [
        ("Mayonnaise", "choice", True, "Cold", 50),
        ("NO salt", "no", False, None, 0),
    ]


def test_prices_follow_each_other_by_date() -> None:
    menu = menu_of(
        FOOD + ",,",
        "price,,Soup,5.00,,,2027-02-01,",
        "item,Soup,Food,4.50,,,,2027-01-31",
        header=HEADER + ",from,until",
    )

    assert menu.items[0].prices == (
        PriceRow(line=4, amount_minor=450, valid_from=None, valid_until=date(2027, 1, 31)),
        PriceRow(line=3, amount_minor=500, valid_from=date(2027, 2, 1), valid_until=None),
    )


def test_categories_with_a_position_come_first() -> None:
    menu = menu_of(
        "category,Dolci,1,food,",
        "category,Wine,2,drink,2",
        "category,Primi,3,food,1",
        header="kind,name,colour,tax,position",
    )

    assert [(c.name, c.position) for c in menu.categories] == [
        ("Primi", 1),
        ("Wine", 2),
        ("Dolci", 3),
    ]


@pytest.mark.parametrize(("currency", "written", "minor"), [
    ("EUR", "4.5", 450), ("EUR", "4.500", 450), ("JPY", "450", 450), ("KWD", "0.125", 125),
    ("USD", "0", 0),
])  # fmt: skip
def test_an_amount_counts_in_minor_units_of_the_currency(
    currency: str, written: str, minor: int
) -> None:
    menu = menu_of(FOOD, f"item,Soup,Food,{written},,", currency=currency)

    assert menu.items[0].prices[0].amount_minor == minor


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffkind,name,of,price,colour,tax\r\ncategory,Food,,,3,food\r\nitem,Soup,Food,4.50,,\r\n",
        "Kind;Name;Of;Price;Colour;Tax\ncategory;Food;;;3;food\nitem;Soup;Food;4,50;;\n",
        "kind\tname\tof\tprice\tcolour\ttax\ncategory\tFood\t\t\t3\tfood\nitem\tSoup\tFood\t4.50\n",
        (
            "# Our menu\n\nkind,name,of,price,colour,tax\n# Food\ncategory,Food,,,3,food\n,,,,,\n"
            'item,"  Soup ",Food,4.50,,,,\n'
        ),
    ],
    ids=["BOM and CRLF", "semicolons", "tabs", "notes and blank rows"],
)
def test_what_spreadsheets_do_is_tolerated(text: str) -> None:
    menu = read_menu(text.splitlines(keepends=True), "EUR")

    assert [(i.name, i.prices[0].amount_minor) for i in menu.items] == [("Soup", 450)]


def test_a_cell_that_looks_like_a_formula_is_text() -> None:
    menu = menu_of(FOOD, "item,=1+1,Food,2.00,,", "item,@SUM(A1),Food,2.00,,")

    assert [item.name for item in menu.items] == ["=1+1", "@SUM(A1)"]
