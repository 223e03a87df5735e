"""The address of a location's menu."""

from flask import Blueprint

from app.tenancy.routing import STAFF_PREFIX

menu = Blueprint("menu", __name__, url_prefix=f"{STAFF_PREFIX}/menu")
