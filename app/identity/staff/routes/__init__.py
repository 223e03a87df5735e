"""The staff's pages in the settings, and the page that an invitation leads to."""

from app.identity.staff.routes import invitations, people, roles
from app.identity.staff.routes.blueprint import staff

PARTS = (people, roles, invitations)  # imported for the views that they add

__all__ = ["PARTS", "staff"]
