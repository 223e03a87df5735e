"""The pages of the restaurant's settings; each part adds its views to the one blueprint."""

from app.settings.routes import domains, locations, taxes
from app.settings.routes.blueprint import settings

PARTS = (domains, locations, taxes)  # imported for the views that they add

__all__ = ["PARTS", "settings"]
