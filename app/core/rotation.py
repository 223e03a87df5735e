"""`flask rotate-keys`: everything sealed is sealed anew with the newest of ENCRYPTION_KEYS.

Run it as the schema's owner after a key was put in front; once it has run, the old key is no longer
needed. A value at a time, so that it may be stopped and run again beside the running product.
"""

from collections.abc import Iterator

import click
from cryptography.fernet import InvalidToken, MultiFernet
from flask import current_app
from psycopg import Connection, connect, sql

from app.core.kept import kept_encryption_keys, renew_encryption_keys
from app.core.keyring import Sealed, keyring
from app.core.mail import JOB, SEALED
from app.core.model import Base
from app.core.settings import Settings


@click.command("rotate-keys")
def rotate_keys() -> None:
    """Seal every secret with the newest key; one kept in DATA_DIR is made first."""
    settings: Settings = current_app.extensions["settings"]
    if settings.database_owner_url is None:
        raise click.ClickException("Set DATABASE_OWNER_URL: keys are rotated as the owner.")
    keys = settings.encryption_keys
    keeps_its_own = keys == kept_encryption_keys(settings.data_dir)
    if keeps_its_own:
        keys = renew_encryption_keys(settings.data_dir)
    with connect(settings.database_owner_url, autocommit=True) as owner:
        count = reseal(owner, keyring(keys))
    click.echo(f"{count} secrets are sealed with the newest key.")
    if keeps_its_own:
        click.echo("Restart Nibblix: what runs still seals with the key before it.")


def reseal(owner: Connection, ring: MultiFernet) -> int:
    """Seal each value anew and return how many; raises ClickException for one no key opens."""
    count = 0
    for read, write in _places():
        for *key, sealed in owner.execute(read).fetchall():
            try:
                fresh = ring.rotate(sealed).decode()
            except InvalidToken as error:
                raise click.ClickException("A secret fits none of the keys; stopped.") from error
            owner.execute(write, [fresh, *key, sealed])
            count += 1
    return count


def _places() -> Iterator[tuple[sql.Composed, sql.Composed]]:
    """For each place with sealed values: what reads keys and value, and what replaces it."""
    for table in Base.metadata.sorted_tables:
        keys = [column.name for column in table.primary_key]
        for column in table.columns:
            if isinstance(column.type, Sealed):
                yield _statements(table.name, keys, sql.Identifier(column.name))
    waiting = sql.SQL("handler = {} AND done_at IS NULL AND ").format(JOB)
    sealed = sql.SQL("payload->>{}").format(SEALED)
    yield (
        sql.SQL("SELECT tenant_id, id, {} FROM outbox WHERE {}true").format(sealed, waiting),
        sql.SQL(
            "UPDATE outbox SET payload = jsonb_build_object({}::text, %s::text)"
            " WHERE tenant_id = %s AND id = %s AND {} = %s"
        ).format(SEALED, sealed),
    )


def _statements(
    table: str, keys: list[str], column: sql.Identifier
) -> tuple[sql.Composed, sql.Composed]:
    names = sql.SQL(", ").join(map(sql.Identifier, keys))
    same = sql.SQL(" AND ").join(sql.SQL("{} = %s").format(sql.Identifier(key)) for key in keys)
    name = sql.Identifier(table)
    return (
        sql.SQL("SELECT {}, {} FROM {} WHERE {} IS NOT NULL").format(names, column, name, column),
        sql.SQL("UPDATE {} SET {} = %s WHERE {} AND {} = %s").format(name, column, same, column),
    )
