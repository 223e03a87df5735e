"""What is done to the menu: counts, 86, stations, taxes, and what one location changes."""

from app.menu.commands.copying import (
    begin_tax_rates,
    copy_overrides,
    copy_stations,
    copy_tax_rates,
    make_named_stations,
)
from app.menu.commands.here import Sold, clear_price_here, set_item_here, set_price_here
from app.menu.commands.left import give_back_counted, set_86, take_counted, write_stock_left
from app.menu.commands.setup import NewStation, NewTaxRate, set_stations, set_tax_rates

__all__ = [
    "NewStation",
    "NewTaxRate",
    "Sold",
    "begin_tax_rates",
    "clear_price_here",
    "copy_overrides",
    "copy_stations",
    "copy_tax_rates",
    "give_back_counted",
    "make_named_stations",
    "set_86",
    "set_item_here",
    "set_price_here",
    "set_stations",
    "set_tax_rates",
    "take_counted",
    "write_stock_left",
]
