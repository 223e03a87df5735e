"""The tablet: floor, orders, and what is done to them by tap."""

from flask import Blueprint

from app.core.errors import Conflict
from app.ordering.routes import floor, kitchen, lines, orders, screen, sheets
from app.ordering.routes.answers import on_conflict
from app.tenancy.routing import STAFF_PREFIX

ordering = Blueprint("ordering", __name__, url_prefix=STAFF_PREFIX)
for part in (floor, orders, screen, sheets, lines, kitchen):
    part.register(ordering)
ordering.register_error_handler(Conflict, on_conflict)
