"""What is done to the menu: counts, 86, pictures, stations and taxes. Importing has a file."""

from app.menu.commands.images import remove_image, set_image
from app.menu.commands.left import give_back_counted, set_86, take_counted, write_stock_left
from app.menu.commands.setup import NewStation, NewTaxRate, set_stations, set_tax_rates

__all__ = [
    "NewStation",
    "NewTaxRate",
    "give_back_counted",
    "remove_image",
    "set_86",
    "set_image",
    "set_stations",
    "set_tax_rates",
    "take_counted",
    "write_stock_left",
]
