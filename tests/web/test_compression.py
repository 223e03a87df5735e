"""What crosses the wire is small, for whoever can unpack it."""

import gzip
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.restaurants import Restaurant

GZIP = {"Accept-Encoding": "gzip, deflate"}


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def packed(client: FlaskClient, address: str) -> TestResponse:
    answer = client.get(address, headers=GZIP)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    return answer


def test_a_page_is_packed_for_who_unpacks_it(client: FlaskClient, trattoria: Restaurant) -> None:
    address = f"/t/{trattoria.tenant.slug}/sign-in"
    plain = client.get(address)
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["Vary"]

    body = packed(client, address).get_data()

    assert len(body) < len(plain.get_data()) / 2
    assert b"</html>" in gzip.decompress(body)


def test_a_packed_page_says_nothing_by_its_length(
    client: FlaskClient, trattoria: Restaurant
) -> None:
    address = f"/t/{trattoria.tenant.slug}/sign-in"
    assert len({len(packed(client, address).get_data()) for _ in range(10)}) > 3


@pytest.mark.parametrize("kind", ["css", "js"])
def test_style_and_script_are_packed_and_kept_for_ever(
    kind: str, client: FlaskClient, trattoria: Restaurant
) -> None:
    page = client.get(f"/t/{trattoria.tenant.slug}/sign-in").get_data(as_text=True)
    found = re.search(rf"/assets/\w+\.{kind}", page)
    assert found is not None

    answer = packed(client, found[0])

    assert "immutable" in answer.headers["Cache-Control"]
    assert gzip.decompress(answer.get_data()) == client.get(found[0]).get_data()


def test_fonts_are_not_asked_for_on_every_page(client: FlaskClient) -> None:
    with client.get("/static/vendor/inter-latin-wght-normal.woff2") as answer:
        assert answer.cache_control.max_age == 7 * 24 * 3600
