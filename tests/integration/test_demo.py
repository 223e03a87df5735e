"""The demo restaurants: opened once, complete, and open to their people."""

from collections.abc import Iterator

import pytest
from flask import Flask
from psycopg import connect

from app.core.db import db
from app.core.settings import load_settings
from app.demo.seed import DEMOS, PASSWORD, seed_demo_restaurants
from app.factory import create_app
from app.tenancy import queries
from tests.support.servers import Addresses, scratch_database
from tests.support.signing_in import try_password


@pytest.fixture
def bare(
    addresses: Addresses, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Flask, Addresses]]:
    """The application on a database that holds no restaurant yet."""
    # A process remembers tenants for a while; this one has met those of another database.
    monkeypatch.setattr(queries, "_remembered", {})
    with scratch_database(addresses) as scratch:
        made = create_app(load_settings(scratch.environment))
        yield made, scratch
        with made.app_context():
            db.engine.dispose()
        made.extensions["redis"].close()


def test_the_demo_opens_once_with_menu_stock_and_floor(bare: tuple[Flask, Addresses]) -> None:
    app, addresses = bare

    with app.app_context():
        opened = [seed_demo_restaurants() for _ in range(2)]

    with connect(addresses.owner_url) as owner:
        slugs = owner.execute("SELECT slug FROM tenant ORDER BY slug").fetchall()
        full = [
            owner.execute(
                f"SELECT count(DISTINCT tenant_id), count(*) > 20 FROM {table}"
            ).fetchone()
            for table in ("item", "ingredient", "floor_table")
        ]
    signed_in = [
        try_password(app.test_client(), demo.slug, member.email or "", PASSWORD).status_code
        for demo in DEMOS
        for member in demo.members
    ]
    assert opened == [True, False]
    assert slugs == [("diner",), ("trattoria",)]
    assert full == [(2, True)] * 3
    assert signed_in == [303] * 6
