"""The tablet: floor, orders, and what is done to them by tap."""

from app.ordering.routes import floor, kitchen, lines, orders, screen, sheets
from app.ordering.routes.blueprint import ordering

PARTS = (floor, orders, screen, sheets, lines, kitchen)  # imported for the views that they add

__all__ = ["PARTS", "ordering"]
