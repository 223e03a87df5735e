"""The pages of opening a restaurant: sign-up, the mailed link, and a page for each step."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request
from flask import url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core import clock
from app.core.access import public, requires
from app.core.csv_rows import FileRefused, lines_of
from app.core.errors import DomainError, Invalid
from app.core.forms import read
from app.core.htmx import go_to
from app.core.money import parse_money
from app.identity import links
from app.identity.commands import NewMember, add_member
from app.identity.current import current_actor, enter, once
from app.identity.logins import open_login
from app.identity.permissions import ROLES, TENANT_MANAGE
from app.onboarding import commands, forms, sample_data
from app.onboarding.queries import get_progress
from app.onboarding.steps import MOST_TABLES, Step
from app.tenancy.commands import NewLocation
from app.tenancy.countries import all_time_zones, country_names, find_country
from app.tenancy.queries import LocationView, get_profile, locations

sign_up = Blueprint("sign_up", __name__)
setup = Blueprint("setup", __name__, url_prefix="/t/<tenant>/setup")
