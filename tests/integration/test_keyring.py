"""Sealed values open with any of the keys, and with the newest alone once they were rotated."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click import ClickException
from cryptography.fernet import Fernet
from flask import Flask
from psycopg import Connection

from app.core import mail
from app.core.db import transaction
from app.core.kept_keys import kept_encryption_keys
from app.core.keyring import init_keyring, keyring, seal, unseal
from app.core.rotation import finish_rotation, reseal
from app.core.settings import Settings, load_settings
from tests.support.restaurants import Restaurant
from tests.support.servers import ENCRYPTION_KEY, Addresses

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

    with pytest.raises(ClickException, match=r"none of the keys: .*outbox\.payload"):
        reseal(owner_connection, keyring([NEW_KEY]))

    assert reseal(owner_connection, keyring([ENCRYPTION_KEY])) >= 1


@pytest.fixture
def kept(addresses: Addresses, tmp_path: Path) -> Settings:
    """An installation that keeps its keys, in the middle of a rotation that was stopped twice."""
    keys = (NEW_KEY, Fernet.generate_key().decode(), ENCRYPTION_KEY)
    (tmp_path / "encryption_keys").write_text("\n".join(keys))
    settings = load_settings(addresses.environment)
    return replace(settings, data_dir=tmp_path, encryption_keys=keys)


@pytest.mark.usefixtures("in_tenant")
def test_a_start_finishes_what_was_stopped_and_lets_the_old_keys_go(
    kept: Settings, owner_connection: Connection
) -> None:
    with transaction():
        mail.send_later("ann@guests.example", "Waiting", "sealed with the oldest")

    finish_rotation(kept)

    assert kept_encryption_keys(kept.data_dir) == (NEW_KEY,)
    assert reseal(owner_connection, keyring([ENCRYPTION_KEY, NEW_KEY])) >= 1


@pytest.mark.usefixtures("in_tenant")
def test_no_key_goes_while_a_secret_fits_none(
    app: Flask,
    kept: Settings,
    owner_connection: Connection,
    capsys: pytest.CaptureFixture[str],
) -> None:
    init_keyring(app, [Fernet.generate_key().decode()])
    with transaction():
        mail.send_later("ann@guests.example", "Lost", "sealed with a key of nobody")
    init_keyring(app, [ENCRYPTION_KEY])

    finish_rotation(kept)

    assert "1 in outbox.payload" in capsys.readouterr().out
    assert kept_encryption_keys(kept.data_dir) == kept.encryption_keys
    owner_connection.execute("DELETE FROM outbox WHERE handler = 'mail.send' AND done_at IS NULL")
    reseal(owner_connection, keyring([ENCRYPTION_KEY, NEW_KEY]))
