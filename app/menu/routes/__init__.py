"""The menu of a location: what is left of it, and what it costs there."""

from app.menu.routes import left, prices
from app.menu.routes.blueprint import menu

PARTS = (left, prices)  # imported for the views that they add

__all__ = ["PARTS", "menu"]
