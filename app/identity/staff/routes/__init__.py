"""The staff's pages in the settings, and the page that an invitation leads to."""

from flask import Blueprint

from app.identity.staff.routes import invitations, people, roles

staff = Blueprint("staff", __name__, url_prefix="/t/<tenant>")
for part in (people, roles, invitations):
    part.register(staff)
