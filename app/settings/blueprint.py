"""The address of the restaurant's settings, which belong to no location."""

from flask import Blueprint

settings = Blueprint("settings", __name__, url_prefix="/t/<tenant>/settings")
