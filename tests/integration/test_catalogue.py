"""What sells: the price that holds, its taxes, where it is made, and what was chosen with it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select, update

from app.core import clock
from app.core.db import execute, transaction
from app.core.errors import Conflict, Invalid, NotFound
from app.core.ids import new_id
from app.core.tenant import current_tenant_id
from app.menu.commands import give_back_counted, set_86, take_counted
from app.menu.models import Availability, Item, Modifier, Price, PriceList, TaxRate, Variant
from app.menu.queries import Sellable, catalogue, item_detail, sellable
from tests.support.restaurants import Restaurant

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
BUDGET = 3


@pytest.fixture
def place(new_restaurant: Callable[..., Restaurant]) -> Iterator[Restaurant]:
    """A restaurant of its own, whose menu these tests change."""
    restaurant = new_restaurant()
    with restaurant.inside():
        yield restaurant


def sold(
    place: Restaurant,
    name: str,
    *modifiers: str,
    service_type: str = "dine_in",
    channel: str = "pos",
    at: datetime = NOW,
) -> Sellable:
    chosen = [place.modifiers[modifier] for modifier in modifiers]
    return sellable(place.location, place.variants[name], chosen, service_type, channel, at)


def add_price(place: Restaurant, name: str, amount: int, **scope: Any) -> None:
    """A price of an item on a list of its own; dates are the price's, the rest is the list's."""
    dates = {key: scope.pop(key) for key in ("valid_from", "valid_until") if key in scope}
    with transaction():
        list_id = _add(PriceList, name=f"List {new_id()}", **scope)
        _add(Price, list_id=list_id, variant_id=place.variants[name], amount_minor=amount, **dates)


def _add(model: Any, **values: Any) -> UUID:
    row_id = new_id()
    execute(insert(model).values(tenant_id=current_tenant_id(), id=row_id, **values))
    return row_id


def change(model: Any, row_id: UUID, **values: Any) -> None:
    with transaction():
        execute(update(model).where(model.id == row_id).values(**values))


def test_a_line_is_told_all_that_it_copies(place: Restaurant) -> None:
    steak = sold(place, "Steak", "Rare")

    assert (steak.name, steak.variant_name, steak.category_name) == ("Steak", "", "Mains")
    assert (steak.unit_price_minor, steak.course, steak.prep_minutes) == (2400, 2, 15)
    assert steak.station_ids == (place.stations["Kitchen"],)
    assert [(tax.name, tax.percent) for tax in steak.taxes] == [("Tax on food", Decimal(10))]
    assert [(group.name, group.min, group.max) for group in steak.groups] == [("Doneness", 1, 1)]
    assert [modifier.name for modifier in steak.modifiers] == ["Rare"]


def test_a_sellable_costs_three_statements(
    place: Restaurant, query_recorder: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    with query_recorder() as statements:
        sold(place, "Margherita", "Olives", "Extra cheese")

    assert len(statements) <= BUDGET


def test_a_catalogue_costs_three_statements_however_long_it_is(
    place: Restaurant, query_recorder: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    with query_recorder() as statements:
        catalogue(place.location, "dine_in", "pos", NOW)

    assert len(statements) <= BUDGET


def test_modifiers_come_in_the_order_and_number_asked(place: Restaurant) -> None:
    pizza = sold(place, "Margherita", "Olives", "Extra cheese", "Olives")

    assert [modifier.name for modifier in pizza.modifiers] == ["Olives", "Extra cheese", "Olives"]
    assert [modifier.price_minor for modifier in pizza.modifiers] == [100, 150, 100]


def test_a_modifier_of_another_item_is_refused(place: Restaurant) -> None:
    with pytest.raises(Invalid) as refused:
        sold(place, "Steak", "Olives")

    assert refused.value.code == "modifiers"


def test_a_modifier_off_the_menu_is_refused(place: Restaurant) -> None:
    change(Modifier, place.modifiers["Olives"], active=False)

    with pytest.raises(Invalid):
        sold(place, "Margherita", "Olives")


@pytest.mark.parametrize("model", [Item, Variant])
def test_what_is_off_the_menu_is_not_found(place: Restaurant, model: Any) -> None:
    ids = place.items if model is Item else place.variants
    change(model, ids["Steak"], active=False)

    with pytest.raises(NotFound):
        sold(place, "Steak")


def test_another_tenants_variant_is_not_found(place: Restaurant, trattoria: Restaurant) -> None:
    foreign = trattoria.variants["Steak"]

    with pytest.raises(NotFound):
        sellable(place.location, foreign, (), "dine_in", "pos", NOW)


def test_the_most_specific_list_that_applies_wins(place: Restaurant) -> None:
    add_price(place, "Water", 100, service_type="takeaway")
    add_price(place, "Water", 120, channel="web")
    add_price(place, "Water", 140, location_id=place.location.id, service_type="takeaway")

    prices = {
        (service, channel): sold(
            place, "Water", service_type=service, channel=channel
        ).unit_price_minor
        for service in ("dine_in", "takeaway")
        for channel in ("pos", "web")
    }

    assert prices == {
        ("dine_in", "pos"): 250,
        ("dine_in", "web"): 120,
        ("takeaway", "pos"): 140,
        ("takeaway", "web"): 140,
    }


def test_a_price_holds_from_its_start_until_its_end(place: Restaurant) -> None:
    add_price(
        place,
        "Water",
        50,
        location_id=place.location.id,
        valid_from=NOW,
        valid_until=NOW + DAY,
    )

    moments = (NOW - DAY, NOW, NOW + DAY - timedelta(microseconds=1), NOW + DAY)
    prices = [sold(place, "Water", at=at).unit_price_minor for at in moments]

    assert prices == [250, 50, 50, 250]


def test_what_has_no_price_is_neither_sold_nor_shown(place: Restaurant) -> None:
    with transaction():
        execute(
            update(Price).where(Price.variant_id == place.variants["Water"]).values(valid_until=NOW)
        )

    with pytest.raises(Conflict) as refused:
        sold(place, "Water")

    assert refused.value.code == "no_price"
    shown = catalogue(place.location, "dine_in", "pos", NOW)
    assert "Water" not in {item.name for group in shown.categories for item in group.items}


def test_taxes_follow_the_service_type_and_their_dates(place: Restaurant) -> None:
    rate_id = place.menu.tax_rates["food"]
    change(TaxRate, rate_id, service_type="dine_in", valid_until=NOW + DAY)
    class_id = place.menu.tax_classes["food"]
    with transaction():
        for name, percent, service_type, starts in (
            ("Takeaway", Decimal(5), "takeaway", None),
            ("City", Decimal("1.5"), None, None),
            ("Later", Decimal(12), "dine_in", NOW + DAY),
        ):
            _add(
                TaxRate,
                location_id=place.location.id,
                tax_class_id=class_id,
                name=name,
                percent=percent,
                service_type=service_type,
                valid_from=starts,
            )

    def names(service_type: str, at: datetime) -> list[str]:
        return [tax.name for tax in sold(place, "Steak", service_type=service_type, at=at).taxes]

    assert names("dine_in", NOW) == ["City", "Tax on food"]
    assert names("takeaway", NOW) == ["City", "Takeaway"]
    assert names("dine_in", NOW + DAY) == ["City", "Later"]


def test_a_variant_overrides_its_items_station_and_a_modifier_adds_one(place: Restaurant) -> None:
    kitchen, bar, front = (place.stations[name] for name in ("Kitchen", "Bar", "Pass"))

    change(Item, place.items["Margherita"], station="Bar")
    assert sold(place, "Margherita").station_ids == (bar,)

    change(Variant, place.variants["Margherita"], station="Pass")
    assert sold(place, "Margherita").station_ids == (front,)

    change(Modifier, place.modifiers["Olives"], station="Kitchen")
    assert sold(place, "Margherita", "Olives", "Olives").station_ids == (front, kitchen)


def test_the_sheet_shows_every_choice_with_its_price(place: Restaurant) -> None:
    detail = item_detail(place.location, place.items["Margherita"], "dine_in", "pos", NOW)

    assert detail.item.allergens == ("gluten", "milk")
    assert [group.rules.name for group in detail.groups] == ["Extras"]
    assert [(choice.name, choice.price_minor) for choice in detail.groups[0].modifiers] == [
        ("Extra cheese", 150),
        ("Olives", 100),
        ("No basil", 0),
    ]


def test_an_item_that_asks_for_something_opens_a_sheet(place: Restaurant) -> None:
    shown = catalogue(place.location, "dine_in", "pos", NOW)

    asks = {item.name: item.has_choices for group in shown.categories for item in group.items}
    assert asks["Steak"]
    assert asks["Gelato"]
    assert not asks["Margherita"]


def test_a_count_is_taken_and_given_back(place: Restaurant) -> None:
    fish = (place.items["Fish of the day"], place.variants["Fish of the day"])
    water = (place.items["Water"], place.variants["Water"])

    counted = take_counted(place.location, [(*fish, Decimal(2)), (*water, Decimal(1))])

    assert counted == {fish}
    assert sold(place, "Fish of the day").counted_left == 498

    give_back_counted(place.location, [(*fish, Decimal(2))])

    assert sold(place, "Fish of the day").counted_left == 500


def test_a_refusal_names_the_item_and_what_is_left_and_changes_nothing(place: Restaurant) -> None:
    fish = (place.items["Fish of the day"], place.variants["Fish of the day"])
    wine = (place.items["House wine"], place.variants["House wine/Glass"])
    alice = place.people["alice"].actor
    set_86(alice, place.location, *wine, is_86=False, counted_left=Decimal(3))

    with pytest.raises(Conflict) as refused:
        take_counted(place.location, [(*fish, Decimal(1)), (*wine, Decimal(4))])

    assert refused.value.code == "out_of_stock"
    assert refused.value.sentence == "House wine Glass: only 3 left."
    assert sold(place, "Fish of the day").counted_left == 500


def test_two_lines_of_one_counted_item_are_taken_together(place: Restaurant) -> None:
    fish = (place.items["Fish of the day"], place.variants["Fish of the day"])
    set_86(
        place.people["alice"].actor,
        place.location,
        fish[0],
        None,
        is_86=False,
        counted_left=Decimal(3),
    )

    with pytest.raises(Conflict, match="only 3 left"):
        take_counted(place.location, [(*fish, Decimal(2)), (*fish, Decimal(2))])


def test_what_is_86_is_not_taken(place: Restaurant) -> None:
    water = (place.items["Water"], place.variants["Water"])
    set_86(
        place.people["carol"].actor, place.location, water[0], None, is_86=True, counted_left=None
    )

    with pytest.raises(Conflict, match="Water: sold out"):
        take_counted(place.location, [(*water, Decimal(1))])

    left = execute(select(Availability.is_86).where(Availability.item_id == water[0])).scalar_one()
    assert left is True
    assert sold(place, "Water", at=clock.now()).is_out
