"""The menu of a location: what is left of it, what it costs there, how it looks."""

from app.menu.routes import images, left, prices
from app.menu.routes.blueprint import menu

PARTS = (images, left, prices)  # imported for the views that they add

__all__ = ["PARTS", "menu"]
