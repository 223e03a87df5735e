"""The keys that sign access tokens: public halves, sealed halves, rotation."""

from datetime import timedelta

import pytest
from flask import Flask
from psycopg import Connection

from app.core import clock
from app.core.keyring import keyring, unseal
from app.core.rotation import reseal
from tests.support.programs import (
    Program,
    a_pair,
    unpacked,
)
from tests.support.restaurants import Person, Restaurant
from tests.support.servers import ENCRYPTION_KEY

UNKNOWN = "01a21254-62e4-7fff-8fff-a1fb0854469a"


@pytest.fixture
def alice(bistro: Restaurant) -> Person:
    return bistro.people["alice"]


def test_the_keys_that_prove_tokens_are_public(
    app: Flask, bistro: Restaurant, alice: Person
) -> None:
    kid = unpacked(a_pair(bistro, alice).access_token.split(".")[0])["kid"]

    by_path = app.test_client().get(f"/t/{bistro.tenant.slug}/.well-known/jwks.json")
    by_host = app.test_client().get(
        "/.well-known/jwks.json", base_url=f"http://{bistro.tenant.slug}.localhost"
    )

    (key,) = by_path.get_json()["keys"]
    assert (key["kid"], key["kty"], key["crv"], key["alg"]) == (kid, "OKP", "Ed25519", "EdDSA")
    assert set(key) == {"kid", "kty", "crv", "alg", "use", "x"}
    assert by_host.get_json() == by_path.get_json()
    assert app.test_client().get("/.well-known/jwks.json").status_code == 404


def test_a_rotation_publishes_both_keys_until_the_old_one_has_run_out(
    app: Flask, bistro: Restaurant, alice: Person
) -> None:
    address = f"/t/{bistro.tenant.slug}/.well-known/jwks.json"
    a_pair(bistro, alice)

    result = app.test_cli_runner().invoke(
        args=["rotate-signing-key", "--tenant", bistro.tenant.slug]
    )

    assert result.exit_code == 0, result.output
    assert len(app.test_client().get(address).get_json()["keys"]) == 2
    with clock.use(clock.now() + timedelta(minutes=17)):
        assert len(app.test_client().get(address).get_json()["keys"]) == 1


def test_a_rotation_for_nobody_says_so(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["rotate-signing-key", "--tenant", "nobody"])

    assert result.exit_code == 1
    assert "nobody" in result.output


def test_the_signing_key_lies_sealed_and_is_sealed_anew_with_the_others(
    app: Flask, bistro: Restaurant, alice: Person, owner_connection: Connection
) -> None:
    program = Program(app, bistro)
    token = a_pair(bistro, alice).access_token
    with app.app_context():
        before = _key_of(owner_connection, bistro)
        plain = unseal(before)
        reseal(owner_connection, keyring([ENCRYPTION_KEY]))
        after = _key_of(owner_connection, bistro)

        assert plain not in before
        assert after != before
        assert unseal(after) == plain
    assert program.order(token).status_code == 201
    assert program.order(a_pair(bistro, alice).access_token).status_code == 201


def _key_of(owner: Connection, restaurant: Restaurant) -> str:
    row = owner.execute(
        "SELECT private_key FROM signing_key WHERE tenant_id = %s", [restaurant.tenant.id]
    ).fetchone()
    assert row is not None
    return str(row[0])
