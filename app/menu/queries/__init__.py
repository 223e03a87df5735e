"""Reads of the menu: what is on sale, for how much, and what is left."""

from app.menu.queries.browsing import catalogue, item_detail
from app.menu.queries.counting import CountedCategory, CountedView, counted_menu, get_counted
from app.menu.queries.pictures import (
    PicturedCategory,
    PicturedItem,
    item_pictures,
    pictured_menu,
)
from app.menu.queries.priced import PricedMenu, RateView, TaxClassView
from app.menu.queries.pricing import priced_menu, tax_classes
from app.menu.queries.selling import sellable, sellables
from app.menu.queries.views import (
    CatalogueView,
    CategoryView,
    ChosenModifier,
    GroupRules,
    GroupView,
    ItemDetail,
    ItemTax,
    ItemView,
    Left,
    ModifierView,
    Sellable,
    VariantView,
)

__all__ = [
    "CatalogueView",
    "CategoryView",
    "ChosenModifier",
    "CountedCategory",
    "CountedView",
    "GroupRules",
    "GroupView",
    "ItemDetail",
    "ItemTax",
    "ItemView",
    "Left",
    "ModifierView",
    "PicturedCategory",
    "PicturedItem",
    "PricedMenu",
    "RateView",
    "Sellable",
    "TaxClassView",
    "VariantView",
    "catalogue",
    "counted_menu",
    "get_counted",
    "item_detail",
    "item_pictures",
    "pictured_menu",
    "priced_menu",
    "sellable",
    "sellables",
    "tax_classes",
]
