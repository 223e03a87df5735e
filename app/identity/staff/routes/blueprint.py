"""The staff's blueprint, which the modules of this package fill."""

from flask import Blueprint

staff = Blueprint("staff", __name__, url_prefix="/t/<tenant>")
