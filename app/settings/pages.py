"""Every page of the settings, on their one blueprint."""

from app.settings.blueprint import settings
from app.settings.domains import routes as domains

__all__ = ["domains", "settings"]
