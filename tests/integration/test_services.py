"""The embedded servers, for real, in folders of their own."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import redis

from app.core.embedded import socket_folder
from app.core.settings import PROJECT
from app.runtime.errors import SetupError
from app.runtime.pidfile import holds, read_pid
from app.runtime.services import Services, ServiceUrls

Attach = Callable[[], Services]

HOLDER = """
import pathlib, sys
from app.runtime.services import Services
Services(pathlib.Path(sys.argv[1]), durable=False).up()
print("up", flush=True)
sys.stdin.read()
"""


def until(holds_true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds_true():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


def postgres_pid(data_dir: Path) -> int:
    pid = read_pid(data_dir / "services/postgres/postmaster.pid")
    assert pid is not None
    return pid


def valkey_pid(data_dir: Path) -> int:
    pid = read_pid(data_dir / "services/valkey/pid")
    assert pid is not None
    return pid


def ask(urls: ServiceUrls) -> object:
    with psycopg.connect(urls.admin_url) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    return row and row[0]


def keep_a_row(urls: ServiceUrls) -> None:
    with psycopg.connect(urls.admin_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")


def is_stopped(data_dir: Path) -> bool:
    return not (data_dir / "services/postgres/postmaster.pid").exists()


def test_data_outlives_the_last_user(data_dir: Path, attach: Attach) -> None:
    first = attach()
    urls = first.up()
    keep_a_row(urls)
    assert first.down()
    assert is_stopped(data_dir)

    second = attach()
    assert second.up() == urls

    assert ask(urls) == 1
    second.down()


def test_only_the_last_user_stops_the_servers(data_dir: Path, attach: Attach) -> None:
    first, second = attach(), attach()
    urls = first.up()
    pids = postgres_pid(data_dir), valkey_pid(data_dir)
    second.up()

    assert not first.down()
    assert (postgres_pid(data_dir), valkey_pid(data_dir)) == pids
    with redis.Redis.from_url(urls.redis_url) as client:
        assert client.ping()
    assert second.down()
    assert is_stopped(data_dir)


def test_a_killed_user_leaves_the_servers_to_the_next(data_dir: Path, attach: Attach) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(data_dir)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"up\n"
        pid = postgres_pid(data_dir)
        holder.kill()

    heir = attach()
    heir.up()

    assert postgres_pid(data_dir) == pid
    assert heir.down()
    assert is_stopped(data_dir)


def test_a_killed_postgres_comes_back_with_what_was_committed(
    data_dir: Path, attach: Attach
) -> None:
    services = attach()
    urls = services.up()
    keep_a_row(urls)
    pid = postgres_pid(data_dir)
    os.kill(pid, signal.SIGKILL)
    until(lambda: not holds(pid, data_dir / "services/postgres"))

    attach().up()

    assert postgres_pid(data_dir) != pid
    assert ask(urls) == 1


def test_a_killed_valkey_comes_back(data_dir: Path, attach: Attach) -> None:
    services = attach()
    urls = services.up()
    pid = valkey_pid(data_dir)
    os.kill(pid, signal.SIGKILL)
    until(lambda: not holds(pid, data_dir / "services/valkey"))

    attach().up()

    assert valkey_pid(data_dir) != pid
    with redis.Redis.from_url(urls.redis_url) as client:
        assert client.ping()


def test_revive_starts_what_has_died(data_dir: Path, attach: Attach) -> None:
    services = attach()
    urls = services.up()
    pids = postgres_pid(data_dir), valkey_pid(data_dir)
    services.revive()
    assert (postgres_pid(data_dir), valkey_pid(data_dir)) == pids
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    until(lambda: not holds(pids[0], data_dir / "services/postgres"))
    until(lambda: not holds(pids[1], data_dir / "services/valkey"))

    services.revive()

    with psycopg.connect(urls.admin_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    with redis.Redis.from_url(urls.redis_url) as client:
        assert client.ping()


def test_a_mark_whose_number_is_another_programs_now_does_not_hold_it_up(
    data_dir: Path, attach: Attach
) -> None:
    services = attach()
    services.up()
    services.down()
    mark = data_dir / "services/postgres/postmaster.pid"
    mark.write_text(f"{os.getpid()}\n{mark.parent}\n")

    urls = services.up()

    with psycopg.connect(urls.admin_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_cluster_half_made_is_made_anew(data_dir: Path, attach: Attach) -> None:
    unfinished = data_dir / "services/postgres.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")

    urls = attach().up()

    with psycopg.connect(urls.admin_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert not unfinished.exists()


def test_nobody_else_can_reach_the_sockets(data_dir: Path, attach: Attach) -> None:
    attach().up()

    run = data_dir / "run"
    assert stat.S_IMODE(run.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in run.glob(".s.PGSQL.5432")} == {0o700}
    assert stat.S_IMODE((run / "valkey.sock").stat().st_mode) == 0o700
    assert run.owner() in {"postgres", "nobody", pwd.getpwuid(os.geteuid()).pw_name}


def test_a_socket_folder_of_somebody_else_is_refused(
    data_dir: Path, attach: Attach, tmp_path: Path
) -> None:
    data_dir.mkdir()
    (data_dir / "run").symlink_to(tmp_path)

    with pytest.raises(SetupError, match="belongs to somebody else"):
        attach().up()

    (data_dir / "run").unlink()


def test_a_folder_with_a_very_long_name_works(data_dir: Path) -> None:
    deep = data_dir / ("d" * 100)
    services = Services(deep, durable=False)

    urls = services.up()

    with psycopg.connect(urls.admin_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    services.down()
    shutil.rmtree(socket_folder(deep))


@pytest.mark.usefixtures("attach")
def test_many_starters_at_once_get_one_server(data_dir: Path) -> None:
    holders = [
        subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(data_dir)],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(4)
    ]

    for holder in holders:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"up\n"
    pid = postgres_pid(data_dir)

    assert holds(pid, data_dir / "services/postgres")
    for holder in holders:
        with holder:
            holder.kill()
