"""Stock as orders move it: set aside when placed, taken when fired, back or wasted after a void."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from app.core.db import execute, transaction
from app.core.errors import Conflict
from app.inventory import commands
from app.inventory.models import RecipeRow, Reservation
from app.ordering.commands import (
    LineEdit,
    edit_line,
    release,
    remove_line,
)
from app.ordering.models import FiringLine, Line
from tests.support.restaurants import Restaurant
from tests.support.stockroom import (
    added,
    fired,
    held,
    ledger,
    levels,
    new_line,
    require_balance,
    sent,
    set_stock,
    version_of,
    void,
)


def test_sending_sets_aside_what_items_and_modifiers_use(bistro: Restaurant) -> None:
    held(bistro, new_line(bistro, "Margherita", "Extra cheese", "Extra cheese", quantity=2))

    assert levels(bistro, "Mozzarella") == (500, Decimal("0.500"))
    assert levels(bistro, "Tomato") == (500, Decimal("0.200"))
    require_balance()


def test_adding_a_line_sets_nothing_aside(bistro: Restaurant) -> None:
    added(bistro, [new_line(bistro, "Margherita")])

    assert levels(bistro) == (500, 0)


def test_firing_turns_what_is_set_aside_into_movements(
    bistro: Restaurant, drain: Callable[..., None]
) -> None:
    fired(bistro, new_line(bistro, "Margherita"), new_line(bistro, "Margherita"))
    assert levels(bistro) == (500, Decimal("0.300"))

    drain()

    assert levels(bistro) == (Decimal("499.700"), 0)
    assert ledger(bistro) == [("depletion", Decimal("-0.150"))] * 2
    require_balance()


def test_depleting_twice_takes_once(bistro: Restaurant, drain: Callable[..., None]) -> None:
    ordered = fired(bistro, new_line(bistro, "Margherita"))
    drain()
    firing_id = execute(
        select(FiringLine.firing_id).where(FiringLine.line_id == ordered.line_ids[0])
    ).scalar_one()

    assert commands.deplete(bistro.location.id, firing_id, ordered.line_ids) == 0

    assert levels(bistro) == (Decimal("499.850"), 0)


def test_a_blocking_ingredient_refuses_naming_item_and_portions(bistro: Restaurant) -> None:
    set_stock(bistro, "Mozzarella", "0.350")
    ordered = added(
        bistro, [new_line(bistro, "Bruschetta"), new_line(bistro, "Margherita", quantity=3)]
    )

    with pytest.raises(Conflict) as refused:
        sent(bistro, ordered)

    assert refused.value.code == "out_of_stock"
    assert refused.value.sentence == "Margherita: only 2 left."


def test_a_refusal_changes_nothing(bistro: Restaurant) -> None:
    set_stock(bistro, "Mozzarella", "0.100")
    ordered = added(bistro, [new_line(bistro, "Bruschetta"), new_line(bistro, "Margherita")])

    with pytest.raises(Conflict, match="Margherita: none left"):
        sent(bistro, ordered)

    states = execute(select(Line.state).where(Line.id.in_(ordered.line_ids))).scalars().all()
    assert states == ["new", "new"]
    assert levels(bistro, "Tomato") == (500, 0)
    assert execute(select(func.count()).select_from(Reservation)).scalar_one() == 0
    require_balance()


def test_an_ingredient_that_warns_is_sold_below_zero_and_says_so(
    bistro: Restaurant, drain: Callable[..., None]
) -> None:
    set_stock(bistro, "Tomato", "0.1")

    done = sent(bistro, added(bistro, [new_line(bistro, "Bruschetta")], service_type="dine_in"))
    drain()

    assert done.warnings == ("Tomato runs short: 0.1 kg left, 0.2 needed. Please count it.",)
    assert levels(bistro, "Tomato") == (Decimal("-0.100"), 0)


def test_an_ingredient_that_is_ignored_says_nothing(bistro: Restaurant) -> None:
    set_stock(bistro, "Tomato", "0.1", "ignore")

    done = sent(bistro, added(bistro, [new_line(bistro, "Bruschetta")]))

    assert done.warnings == ()
    assert levels(bistro, "Tomato") == (Decimal("0.100"), Decimal("0.200"))


def test_an_edit_of_a_held_line_moves_what_is_set_aside(bistro: Restaurant) -> None:
    (line_id,) = held(bistro, new_line(bistro, "Margherita", quantity=2)).line_ids
    alice = bistro.people["alice"].actor

    more = LineEdit(quantity=Decimal(3), modifier_ids=(bistro.modifiers["Extra cheese"],))
    edit_line(alice, bistro.location, line_id, version_of(line_id), more)
    assert levels(bistro) == (500, Decimal("0.600"))

    edit_line(alice, bistro.location, line_id, version_of(line_id), LineEdit())
    assert levels(bistro) == (500, Decimal("0.150"))
    require_balance()


def test_an_edit_may_use_what_the_line_already_holds(bistro: Restaurant) -> None:
    set_stock(bistro, "Mozzarella", "0.450")
    (line_id,) = held(bistro, new_line(bistro, "Margherita", quantity=3)).line_ids
    alice = bistro.people["alice"].actor

    edit_line(alice, bistro.location, line_id, version_of(line_id), LineEdit(quantity=Decimal(3)))
    with pytest.raises(Conflict, match="Margherita"):
        edit_line(
            alice, bistro.location, line_id, version_of(line_id), LineEdit(quantity=Decimal(4))
        )

    assert levels(bistro) == (Decimal("0.450"), Decimal("0.450"))


def test_a_released_order_frees_its_stock_and_can_be_sent_or_removed(bistro: Restaurant) -> None:
    ordered = held(bistro, new_line(bistro, "Margherita"), new_line(bistro, "Bruschetta"))

    assert release(bistro.location, ordered.order_id) == 2
    assert levels(bistro) == (500, 0)

    line_id = ordered.line_ids[1]
    remove_line(bistro.people["alice"].actor, bistro.location, line_id, version_of(line_id))
    sent(bistro, ordered)
    assert levels(bistro) == (500, Decimal("0.150"))
    require_balance()


def test_a_void_before_firing_frees_at_once(bistro: Restaurant) -> None:
    ordered = held(bistro, new_line(bistro, "Margherita"), new_line(bistro, "Bruschetta"))

    void(bistro, ordered.line_ids[0], made=False)

    assert levels(bistro) == (500, 0)
    assert ledger(bistro) == []


def test_a_void_of_what_was_not_made_goes_back_to_stock(
    bistro: Restaurant, drain: Callable[..., None]
) -> None:
    ordered = fired(bistro, new_line(bistro, "Margherita"), new_line(bistro, "Espresso"))
    drain()

    void(bistro, ordered.line_ids[0], made=False)
    drain()

    assert levels(bistro) == (500, 0)
    assert ledger(bistro) == [("depletion", Decimal("-0.150")), ("void", Decimal("0.150"))]
    require_balance()


def test_a_void_of_what_was_made_stays_gone_and_shows_as_waste(
    bistro: Restaurant, drain: Callable[..., None]
) -> None:
    ordered = fired(bistro, new_line(bistro, "Margherita"), new_line(bistro, "Espresso"))
    drain()

    void(bistro, ordered.line_ids[0], made=True)
    drain()

    assert levels(bistro) == (Decimal("499.850"), 0)
    assert ledger(bistro) == [
        ("depletion", Decimal("-0.150")),
        ("void", Decimal("0.150")),
        ("waste", Decimal("-0.150")),
    ]
    require_balance()


def test_a_void_that_overtakes_the_depletion_ends_the_same(
    bistro: Restaurant, drain: Callable[..., None]
) -> None:
    ordered = fired(bistro, new_line(bistro, "Margherita"), new_line(bistro, "Espresso"))
    void(bistro, ordered.line_ids[0], made=False)

    assert commands.reverse(bistro.location.id, ordered.line_ids[0], made=False) == 2
    drain()

    assert levels(bistro) == (500, 0)
    assert ledger(bistro) == [("depletion", Decimal("-0.150")), ("void", Decimal("0.150"))]
    require_balance()


def test_a_recipe_edit_does_not_touch_what_is_set_aside(
    bistro: Restaurant, drain: Callable[..., None]
) -> None:
    fired(bistro, new_line(bistro, "Margherita"))
    with transaction():
        execute(update(RecipeRow).values(quantity=Decimal(9)))

    drain()

    assert levels(bistro) == (Decimal("499.850"), 0)
