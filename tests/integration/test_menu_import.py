"""Menu files written into the tables: by name, all or nothing, nothing sold is ever lost."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import clock
from app.core.csv_rows import FileRefused
from app.core.db import execute
from app.core.errors import Forbidden
from app.core.models import AuditEntry
from app.demo import lines
from app.identity.actor import Actor
from app.menu.commands import (
    NewStation,
    NewTaxRate,
    set_86,
    set_stations,
    set_tax_rates,
    take_counted,
)
from app.menu.importing import import_menu
from app.menu.models import Availability, Category, Item, Modifier, Price, TaxRate, Variant
from app.menu.queries import ItemView, catalogue
from tests.support.restaurants import Person, Restaurant

SMALL = """\
kind,name,of,price,colour,tax,station,groups,left,from,until,min,max,type,allergens,minutes
category,Grill,,,0,food,Grill,,,,,,,,,
group,Extras,,,,,,,,,,0,5,,,
modifier,ADD egg,Extras,1.50,,,Kitchen,,,,,,,add,eggs,
item,Ribeye,Grill,,,,,Extras,,,,,,,,18
variant,300 g,Ribeye,29.00,,,,,,,,,,,,
variant,500 g,Ribeye,45.00,,,,,,,,,,,,
item,Soup,Grill,6.00,,,,,4,,2027-01-31,,,,celery|milk,
price,,Soup,7.00,,,,,,2027-02-01,,,,,,
"""


@pytest.fixture
def place(new_restaurant: Callable[..., Restaurant]) -> Iterator[Restaurant]:
    """A restaurant of its own, for a menu belongs to the whole tenant."""
    restaurant = new_restaurant()
    with restaurant.inside():
        set_stations(restaurant.location, [NewStation("Grill"), NewStation("Kitchen")])
        yield restaurant


def imported(place: Restaurant, text: str) -> None:
    import_menu(place.location, text.splitlines())


def on_sale(place: Restaurant) -> dict[str, ItemView]:
    found = catalogue(place.location, "dine_in", "pos", clock.now())
    return {item.name: item for category in found.categories for item in category.items}


def count(model: Any) -> int:
    return int(execute(select(func.count()).select_from(model)).scalar_one())


def test_the_catalogue_shows_what_the_file_says(place: Restaurant) -> None:
    imported(place, SMALL)

    items = on_sale(place)
    assert set(items) == {"Ribeye", "Soup"}
    assert [(v.name, v.price_minor) for v in items["Ribeye"].variants] == [
        ("300 g", 2900),
        ("500 g", 4500),
    ]
    assert items["Ribeye"].has_choices
    assert items["Soup"].allergens == ("celery", "milk")
    assert items["Soup"].counted_left == 4
    assert items["Soup"].is_low


def test_importing_twice_changes_nothing(place: Restaurant) -> None:
    imported(place, SMALL)
    before = (on_sale(place), [count(m) for m in (Item, Variant, Modifier, Price, Category)])

    imported(place, SMALL)

    assert (
        on_sale(place),
        [count(m) for m in (Item, Variant, Modifier, Price, Category)],
    ) == before


def test_names_are_found_again_in_any_case_of_letters(place: Restaurant) -> None:
    imported(place, SMALL)
    soup = on_sale(place)["Soup"].item_id

    imported(place, SMALL.replace("Soup", "SOUP"))

    assert on_sale(place)["SOUP"].item_id == soup


def test_what_the_file_no_longer_holds_goes_off_sale_but_stays(place: Restaurant) -> None:
    imported(place, SMALL)
    soup = on_sale(place)["Soup"].item_id

    imported(place, "\n".join(row for row in SMALL.splitlines() if "Soup" not in row))

    assert "Soup" not in on_sale(place)
    assert execute(select(Item.active).where(Item.id == soup)).scalar_one() is False

    imported(place, SMALL)

    assert on_sale(place)["Soup"].item_id == soup


def test_a_size_that_is_dropped_goes_off_sale(place: Restaurant) -> None:
    imported(place, SMALL)

    imported(place, SMALL.replace("variant,500 g,Ribeye,45.00,,,,,,,,,,,,\n", ""))

    assert [v.name for v in on_sale(place)["Ribeye"].variants] == ["300 g"]


def test_a_count_of_what_is_sold_already_is_left_alone(place: Restaurant) -> None:
    imported(place, SMALL)
    soup = on_sale(place)["Soup"]
    take_counted(place.location, [(soup.item_id, soup.variants[0].variant_id, Decimal(3))])

    imported(place, SMALL)

    assert on_sale(place)["Soup"].counted_left == 1


def test_unknown_stations_and_taxes_are_refused_with_their_lines(place: Restaurant) -> None:
    wrong = SMALL.replace("food,Grill", "fod,Gril").replace(",Kitchen,", ",Kitchin,")

    with pytest.raises(FileRefused) as refused:
        imported(place, wrong)

    assert [str(error) for error in refused.value.errors] == [
        'line 2, station: There is no station "Gril". Did you mean "Grill"?',
        'line 2, tax: There is no tax class "fod". Did you mean "food"?',
        'line 4, station: There is no station "Kitchin". Did you mean "Kitchen"?',
    ]


def test_a_refused_file_writes_nothing(place: Restaurant) -> None:
    before = on_sale(place)

    with pytest.raises(FileRefused):
        imported(place, SMALL.replace(",Kitchen,", ",Cellar,"))

    assert on_sale(place) == before


def test_importing_needs_its_permission_and_leaves_an_audit_entry(
    place: Restaurant, as_actor: Callable[[Person], Actor]
) -> None:
    with pytest.raises(Forbidden):
        import_menu(place.location, SMALL.splitlines(), as_actor(place.people["bob"]))

    import_menu(place.location, SMALL.splitlines(), as_actor(place.people["alice"]))

    entry = execute(select(AuditEntry.actor_id).where(AuditEntry.act == "menu.edit")).one()
    assert entry.actor_id == place.people["alice"].member_id


@pytest.mark.parametrize(
    ("restaurant", "stations", "classes"),
    [
        ("trattoria", ("Grill", "Kitchen", "Cold", "Bar"), ("food", "drink", "alcohol")),
        ("diner", ("Grill", "Fry", "Bar"), ("taxable", "untaxed")),
    ],
)
def test_the_demo_menus_are_whole(
    place: Restaurant, restaurant: str, stations: tuple[str, ...], classes: tuple[str, ...]
) -> None:
    set_stations(place.location, [NewStation(name) for name in stations])
    set_tax_rates(place.location, [NewTaxRate(name, "Tax", Decimal(10)) for name in classes])

    counts = import_menu(place.location, lines(f"{restaurant}_menu.csv"))

    assert counts.items >= 40
    assert len(on_sale(place)) == counts.items


def test_a_tax_rate_ends_and_is_never_changed(place: Restaurant) -> None:
    set_tax_rates(place.location, [NewTaxRate("food", "VAT", Decimal(10))])

    set_tax_rates(place.location, [NewTaxRate("food", "VAT", Decimal(12))])

    rates = execute(select(TaxRate.percent, TaxRate.valid_until).where(TaxRate.name == "VAT")).all()
    assert {(rate.percent, rate.valid_until is None) for rate in rates} == {(10, False), (12, True)}


def test_86_and_a_count_are_shown_on_the_menu(
    place: Restaurant, as_actor: Callable[[Person], Actor]
) -> None:
    imported(place, SMALL)
    ribeye, carol = on_sale(place)["Ribeye"], as_actor(place.people["carol"])
    small, large = ribeye.variants

    set_86(carol, place.location, ribeye.item_id, small.variant_id, is_86=True, counted_left=None)

    now = on_sale(place)["Ribeye"]
    assert not now.is_out
    assert [variant.is_out for variant in now.variants] == [True, False]

    set_86(
        carol,
        place.location,
        ribeye.item_id,
        large.variant_id,
        is_86=False,
        counted_left=Decimal(0),
    )

    assert on_sale(place)["Ribeye"].is_out


def test_86_needs_its_permission(place: Restaurant, as_actor: Callable[[Person], Actor]) -> None:
    imported(place, SMALL)

    with pytest.raises(Forbidden):
        set_86(
            as_actor(place.people["bob"]),
            place.location,
            on_sale(place)["Soup"].item_id,
            None,
            is_86=True,
            counted_left=None,
        )

    assert not on_sale(place)["Soup"].is_86


def test_the_console_prints_every_bad_row_and_writes_nothing(
    app: Flask, place: Restaurant, tmp_path: Path
) -> None:
    file = tmp_path / "menu.csv"
    file.write_text(SMALL.replace("29.00", "29.00 EUR").replace("6.00", ""), encoding="utf-8")
    before = count(Availability)

    told = app.test_cli_runner().invoke(
        args=["menu", "import", str(file), "--tenant", place.tenant.slug, "--location", "old-town"]
    )

    assert told.exit_code == 1
    assert "line 6, price:" in told.stderr
    assert "line 8, price:" in told.stderr
    assert "Nothing imported: 2 errors." in told.stderr
    assert count(Availability) == before


def test_the_console_says_what_it_imported(app: Flask, place: Restaurant, tmp_path: Path) -> None:
    file = tmp_path / "menu.csv"
    file.write_text(SMALL, encoding="utf-8")

    told = app.test_cli_runner().invoke(
        args=["menu", "import", str(file), "--tenant", place.tenant.slug, "--location", "old-town"]
    )

    assert told.exit_code == 0, told.output
    assert told.output.startswith("Imported 2 items in 1 categories (3 variants)")
