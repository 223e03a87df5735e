"""What is done to the menu: counts, 86, stations and taxes. Importing has a file of its own."""

from app.menu.commands.left import give_back_counted, set_86, take_counted, write_stock_left
from app.menu.commands.setup import NewStation, NewTaxRate, set_stations, set_tax_rates

__all__ = [
    "NewStation",
    "NewTaxRate",
    "give_back_counted",
    "set_86",
    "set_stations",
    "set_tax_rates",
    "take_counted",
    "write_stock_left",
]
