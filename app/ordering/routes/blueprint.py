"""The tablet's blueprint, which the modules of this package fill."""

from flask import Blueprint

from app.core.errors import Conflict
from app.ordering.routes.answers import on_conflict
from app.tenancy.routing import STAFF_PREFIX

ordering = Blueprint("ordering", __name__, url_prefix=STAFF_PREFIX)
ordering.register_error_handler(Conflict, on_conflict)
