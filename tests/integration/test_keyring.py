"""Sealed values open with any of the keys, and with the newest alone once they were rotated."""

from collections.abc import Iterator

import pytest
from click import ClickException
from cryptography.fernet import Fernet
from flask import Flask
from psycopg import Connection

from app.core import mail
from app.core.db import transaction
from app.core.keyring import init_keyring, keyring, seal, unseal
from app.core.rotation import reseal
from tests.support.restaurants import Restaurant
from tests.support.servers import ENCRYPTION_KEY

NEW_KEY = Fernet.generate_key().decode()


@pytest.fixture
def keys_back(app: Flask) -> Iterator[None]:
    """The application has its own keys again afterwards."""
    yield
    init_keyring(app, [ENCRYPTION_KEY])


@pytest.mark.usefixtures("in_tenant", "keys_back")
def test_what_was_sealed_opens_with_an_older_key_and_with_no_other(app: Flask) -> None:
    sealed = seal("a secret")

    init_keyring(app, [NEW_KEY, ENCRYPTION_KEY])
    assert unseal(sealed) == "a secret"
    init_keyring(app, [NEW_KEY])
    with pytest.raises(RuntimeError, match="none of ENCRYPTION_KEYS"):
        unseal(sealed)


@pytest.mark.usefixtures("keys_back")
def test_after_a_rotation_the_old_key_can_be_dropped(
    app: Flask, in_tenant: Restaurant, owner_connection: Connection
) -> None:
    with transaction():
        mail.send_later("ann@guests.example", "Waiting", "while the key changes")

    assert reseal(owner_connection, keyring([NEW_KEY, ENCRYPTION_KEY])) >= 1

    init_keyring(app, [NEW_KEY])
    row = owner_connection.execute(
        "SELECT payload->>'sealed' FROM outbox WHERE tenant_id = %s AND handler = 'mail.send'"
        " AND done_at IS NULL ORDER BY id DESC LIMIT 1",
        [in_tenant.tenant.id],
    ).fetchone()
    assert row is not None
    assert "while the key changes" in unseal(row[0])
    reseal(owner_connection, keyring([ENCRYPTION_KEY, NEW_KEY]))


@pytest.mark.usefixtures("in_tenant")
def test_a_rotation_without_the_right_key_changes_nothing(owner_connection: Connection) -> None:
    with transaction():
        mail.send_later("ann@guests.example", "Waiting", "still readable")

    with pytest.raises(ClickException, match="fits none"):
        reseal(owner_connection, keyring([NEW_KEY]))

    assert reseal(owner_connection, keyring([ENCRYPTION_KEY])) >= 1
