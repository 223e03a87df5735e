"""The ledger of stock: portions left, adjustments, and stock files."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import insert, select

from app.core import models
from app.core.csv_rows import FileRefused
from app.core.db import execute, transaction
from app.core.errors import Forbidden
from app.core.ids import new_id
from app.core.tenant import current_tenant_id
from app.inventory import commands
from app.inventory.importing import import_stock
from app.inventory.models import Ingredient, RecipeRow
from app.inventory.queries import recipe, stock_list
from app.menu.models import Availability
from tests.support.restaurants import Restaurant
from tests.support.stockroom import (
    added,
    held,
    new_line,
    require_balance,
    sent,
    set_stock,
)


def test_menus_show_how_many_portions_a_blocking_ingredient_still_makes(
    bistro: Restaurant, drain: Callable[..., None]
) -> None:
    set_stock(bistro, "Mozzarella", "1.000")
    set_stock(bistro, "Tomato", "0.100")
    held(bistro, new_line(bistro, "Margherita", quantity=2))

    drain()

    assert stock_left(bistro, "Margherita") == 4
    assert stock_left(bistro, "Bruschetta") is None


def stock_left(bistro: Restaurant, name: str) -> Decimal | None:
    found: Decimal | None = execute(
        select(Availability.stock_left).where(Availability.item_id == bistro.items[name])
    ).scalar_one_or_none()
    return found


def test_a_location_without_a_row_of_stock_gets_one(bistro: Restaurant) -> None:
    with transaction():
        ingredient_id = new_id()
        execute(
            insert(Ingredient).values(
                tenant_id=current_tenant_id(), id=ingredient_id, name="Gold leaf", unit="piece"
            )
        )
        execute(
            insert(RecipeRow).values(
                tenant_id=current_tenant_id(),
                id=new_id(),
                item_id=bistro.items["Espresso"],
                ingredient_id=ingredient_id,
                quantity=Decimal(1),
            )
        )

    done = sent(bistro, added(bistro, [new_line(bistro, "Espresso")]))

    assert len(done.warnings) == 1
    row = next(one for one in stock_list(bistro.location) if one.name == "Gold leaf")
    assert (row.on_hand, row.reserved, row.left) == (Decimal(0), Decimal(1), Decimal(-1))
    assert row.is_short


def test_an_adjustment_needs_its_permission_and_leaves_an_audit_entry(bistro: Restaurant) -> None:
    mozzarella = bistro.ingredients["Mozzarella"]
    with pytest.raises(Forbidden):
        commands.adjust(
            bistro.people["bob"].actor, bistro.location, mozzarella, Decimal(1), "found one"
        )

    commands.adjust(
        bistro.people["alice"].actor, bistro.location, mozzarella, Decimal(-2), "mouldy"
    )

    entries = execute(
        select(models.AuditEntry.reason, models.AuditEntry.after).where(
            models.AuditEntry.act == "inventory.adjust"
        )
    ).all()
    assert [(entry.reason, entry.after["on_hand"]) for entry in entries] == [("mouldy", "498.000")]
    require_balance()


STOCK = """\
kind,ingredient,unit,on_hand,when_short,low_at,unit_cost,allergens,item,variant,modifier,group,quantity
ingredient,Beef,kg,12,block,3,0.0275,,,,,,
ingredient,Milk,l,5,,,,milk,,,,,
recipe,Beef,,,,,,,steak,,,,0.300
recipe,Milk,,,,,,,Gelato,Large,,,0.2
recipe,Milk,,,,,,,,,Extra cheese,,0.05
"""


def test_a_stock_file_opens_the_ledger_and_writes_the_recipes(bistro: Restaurant) -> None:
    counts = import_stock(bistro.location, STOCK.splitlines())

    assert (counts.ingredients, counts.recipes, counts.opened) == (2, 3, 2)
    beef = next(one for one in stock_list(bistro.location) if one.name == "Beef")
    assert (beef.on_hand, beef.unit, beef.low_at) == (Decimal(12), "kg", Decimal(3))
    assert not beef.is_low
    (row,) = recipe(item_id=bistro.items["Steak"])
    assert (row.name, row.quantity) == ("Beef", Decimal("0.300"))
    assert recipe(variant_id=bistro.variants["Gelato/Large"])[0].name == "Milk"
    assert recipe(modifier_id=bistro.modifiers["Extra cheese"])[0].name == "Milk"
    require_balance()


def test_importing_stock_again_does_not_add_it_again(bistro: Restaurant) -> None:
    import_stock(bistro.location, STOCK.splitlines())

    counts = import_stock(bistro.location, STOCK.replace(",12,", ",99,").splitlines())

    assert counts.opened == 0
    beef = next(one for one in stock_list(bistro.location) if one.name == "Beef")
    assert beef.on_hand == 12
    require_balance()


def test_names_that_the_menu_lacks_are_refused_and_nothing_is_written(bistro: Restaurant) -> None:
    wrong = STOCK.replace("steak", "Stake").replace("Large", "Huge").replace("Extra", "More")

    with pytest.raises(FileRefused) as refused:
        import_stock(bistro.location, wrong.splitlines())

    assert [(error.line, error.column) for error in refused.value.errors] == [
        (4, "item"),
        (5, "variant"),
        (6, "modifier"),
    ]
    assert {one.name for one in stock_list(bistro.location)} == {"Mozzarella", "Tomato"}
