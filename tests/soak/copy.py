"""A backup while the server runs, and a second server on it: what is asked of the copy is true."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from app.core.embedded import DATABASE_NAME, socket_folder
from app.runtime.account import server_account
from app.runtime.binaries import usable_postgres
from app.runtime.postgres import Postgres


@contextmanager
def restored_copy(data_dir: Path) -> Iterator[str]:
    """Back the cluster of an installation up, check it, start it elsewhere: the owner's address."""
    account = server_account(data_dir / "services")
    tools = usable_postgres(account, data_dir)
    with tempfile.TemporaryDirectory(prefix="nibblix-copy-", dir=data_dir) as folder:
        room = account.own_folder(Path(folder))
        copy, sockets = room / "data", account.own_folder(room / "run")
        source = socket_folder(data_dir)
        how = ["-U", "postgres", "-c", "fast"]
        backup = account.run([tools / "pg_basebackup", "-h", source, "-D", copy, *how])
        assert backup.returncode == 0, "pg_basebackup failed"
        assert account.run([tools / "pg_verifybackup", copy]).returncode == 0, "the backup is bad"
        server = Postgres(tools, copy, sockets, account, durable=True)
        server.start()
        try:
            yield f"postgresql://nib_owner@/{DATABASE_NAME}?host={quote(str(sockets))}"
        finally:
            server.stop()
