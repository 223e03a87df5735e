"""What an account is proven by, at rest: sealed, hashed, renewed, used once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher
from cryptography.fernet import Fernet
from flask import Flask
from psycopg import Connection
from sqlalchemy import text

from app.core.db import execute, transaction
from app.core.keyring import init_keyring, keyring
from app.core.rotation import reseal
from app.core.tenant import tenant_scope
from app.identity import passwords
from app.identity.account.codes import new_secret
from app.identity.account.factors import (
    add_factor,
    drop_factors,
    factors_of,
    use_factor,
    use_recovery_code,
)
from app.identity.account.people import get_holder
from app.identity.sign_in import sign_in
from tests.support.factors import newcomer
from tests.support.restaurants import Person, Restaurant
from tests.support.servers import ENCRYPTION_KEY

NEW_KEY = Fernet.generate_key().decode()
AT_ONCE = 4


@pytest.fixture
def bob(in_tenant: Restaurant) -> Person:
    return newcomer(in_tenant)


@pytest.fixture
def keys_back(app: Flask, owner_connection: Connection) -> Iterator[None]:
    """The application has its own keys again afterwards, and can read what is there."""
    yield
    reseal(owner_connection, keyring([ENCRYPTION_KEY, NEW_KEY]))
    init_keyring(app, [ENCRYPTION_KEY])


@pytest.mark.usefixtures("keys_back")
def test_an_apps_secret_outlives_the_key_it_was_sealed_with(
    app: Flask, bob: Person, owner_connection: Connection
) -> None:
    account_id, secret = get_holder(bob.member_id).account_id, new_secret()
    with transaction():
        add_factor(account_id, "totp", secret=secret)

    reseal(owner_connection, keyring([NEW_KEY, ENCRYPTION_KEY]))
    init_keyring(app, [NEW_KEY])

    found = factors_of(account_id).app
    assert found is not None
    assert found.secret == secret


def test_what_is_used_by_several_at_once_lets_one_in(
    app: Flask, bob: Person, in_tenant: Restaurant
) -> None:
    account_id = get_holder(bob.member_id).account_id
    with transaction():
        factor_id = add_factor(account_id, "totp", secret=new_secret())
        add_factor(account_id, "recovery", digest=b"d" * 32)

    def use(_number: int) -> tuple[bool, bool]:
        with app.app_context(), tenant_scope(in_tenant.tenant.id), transaction():
            return use_factor(factor_id, 7), use_recovery_code(account_id, b"d" * 32)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        used = list(pool.map(use, range(AT_ONCE)))

    assert sorted(app_ for app_, _code in used) == [False] * (AT_ONCE - 1) + [True]
    assert sorted(code for _app, code in used) == [False] * (AT_ONCE - 1) + [True]


def test_codes_alone_are_no_second_factor(bob: Person) -> None:
    account_id = get_holder(bob.member_id).account_id
    with transaction():
        add_factor(account_id, "recovery", digest=b"e" * 32)
    assert sign_in(bob.email, bob.password, "198.51.100.1").token is not None

    with transaction():
        drop_factors(account_id, "recovery")
    assert factors_of(account_id).codes_left == 0


def test_a_hash_of_older_parameters_is_renewed_at_sign_in(bob: Person) -> None:
    account_id = get_holder(bob.member_id).account_id
    with transaction():
        execute(
            text("SELECT app.account_password_set(:id, :secret, now())"),
            {"id": account_id, "secret": PasswordHasher(2, 16, 1).hash(bob.password)},
        )

    sign_in(bob.email, bob.password, "198.51.100.1")

    renewed = get_holder(bob.member_id).secret_hash
    assert renewed is not None
    assert not passwords.is_dated(renewed)
    assert sign_in(bob.email, bob.password, "198.51.100.1").token is not None
