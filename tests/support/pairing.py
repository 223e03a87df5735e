"""Pairing a device through the pages: the manager's code, and who types it in."""

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.restaurants import Restaurant
from tests.support.signing_in import token_in
from tests.support.visitor import Visitor

CODE = re.compile(r"[A-HJ-KMNP-Z2-9]{4}-[A-HJ-KMNP-Z2-9]{4}")


def make_code(owner: Visitor, restaurant: Restaurant, **wanted: object) -> str:
    """Fill in the manager's form; the code that its page then shows."""
    owner.get(f"/t/{restaurant.tenant.slug}/settings/devices/new")
    values = {"kind": "tablet", "name": "Bar tablet", "location_id": restaurant.location.id}
    page = owner.submit(owner.form("/settings/devices"), {**values, **wanted})
    found = CODE.search(page.get_text())
    assert found is not None, page.get_text()
    return found[0]


def redeem(client: FlaskClient, slug: str, code: str) -> TestResponse:
    """Type a code at the pairing page."""
    token = token_in(client.get(f"/t/{slug}/pair"))
    return client.post(f"/t/{slug}/pair", data={"code": code, "csrf_token": token})
