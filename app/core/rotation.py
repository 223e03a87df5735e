"""`flask rotate-keys`: everything sealed is sealed anew with the newest of ENCRYPTION_KEYS.

Run it as the schema's owner after a key was put in front; once it has run, the old key is no longer
needed. A value at a time, so that it may be stopped and run again beside the running product. Of
keys that DATA_DIR keeps none is lost by that: the old ones go when Nibblix starts anew, after
whatever was sealed until then has been sealed with the newest, too.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import click
from cryptography.fernet import InvalidToken, MultiFernet
from flask import current_app
from psycopg import Connection, connect, sql

from app.core.kept_keys import (
    keep_newest_encryption_key,
    kept_encryption_keys,
    renew_encryption_keys,
)
from app.core.keyring import Sealed, keyring
from app.core.mail import JOB, SEALED
from app.core.model import Base
from app.core.settings import Settings


@click.command("rotate-keys")
def rotate_keys() -> None:
    """Seal every secret with the newest key; one kept in DATA_DIR is made first."""
    settings: Settings = current_app.extensions["settings"]
    keys, keeps_its_own = settings.encryption_keys, _keeps_its_own(settings)
    if keeps_its_own:
        keys = renew_encryption_keys(settings.data_dir)
    count = _reseal_all(settings, keys)
    click.echo(f"{count} secrets are sealed with the newest key.")
    if keeps_its_own:
        click.echo("Restart Nibblix: what runs still seals with the key before it.")


def finish_rotation(settings: Settings) -> None:
    """Let go of the old keys that DATA_DIR keeps. Only where nothing runs that seals with them.

    Where a secret opens with none of them, all stay; that is said, and keeps nothing from starting.
    """
    if not _keeps_its_own(settings) or len(settings.encryption_keys) == 1:
        return
    try:
        _reseal_all(settings, settings.encryption_keys)
    except click.ClickException as error:
        click.echo(f"Old encryption keys stay where they are. {error.message}")
    else:
        keep_newest_encryption_key(settings.data_dir)


def reseal(owner: Connection, ring: MultiFernet) -> int:
    """Seal each value anew and return how many.

    What no key opens stays as it is; ClickException says at the end how much that was, and where.
    """
    count, lost = 0, Counter[str]()
    for place, read, write in _places():
        for *key, sealed in owner.execute(read).fetchall():
            try:
                fresh = ring.rotate(sealed).decode()
            except InvalidToken:
                lost[place] += 1
            else:
                owner.execute(write, [fresh, *key, sealed])
                count += 1
    if lost:
        where = ", ".join(f"{number} in {place}" for place, number in lost.items())
        raise click.ClickException(f"Secrets that fit none of the keys: {where}. The others do.")
    return count


def _keeps_its_own(settings: Settings) -> bool:
    return settings.encryption_keys == kept_encryption_keys(settings.data_dir)


def _reseal_all(settings: Settings, keys: Sequence[str]) -> int:
    if settings.database_owner_url is None:
        raise click.ClickException("Set DATABASE_OWNER_URL: keys are rotated as the owner.")
    with connect(settings.database_owner_url, autocommit=True) as owner:
        return reseal(owner, keyring(keys))


def _places() -> Iterator[tuple[str, sql.Composed, sql.Composed]]:
    """For each place with sealed values its name, what reads keys and value, what replaces it."""
    for table in Base.metadata.sorted_tables:
        keys = [column.name for column in table.primary_key]
        for column in table.columns:
            if isinstance(column.type, Sealed):
                yield (
                    f"{table.name}.{column.name}",
                    *_statements(table.name, keys, sql.Identifier(column.name)),
                )
    waiting = sql.SQL("handler = {} AND done_at IS NULL AND ").format(JOB)
    sealed = sql.SQL("payload->>{}").format(SEALED)
    yield (
        "outbox.payload",
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
