"""What the environment says becomes Settings, or all that is wrong with it at once."""

import os
import stat
from pathlib import Path

import pytest

from app.core import settings as settings_module
from app.core.embedded import (
    LONGEST_SOCKET_PATH,
    POSTGRES_SOCKET,
    default_data_dir,
    embedded_urls,
    socket_folder,
)
from app.core.kept_keys import renew_encryption_keys
from app.core.settings import SettingsError, load_settings, sqlalchemy_url

SECRET = "s" * 32
KEY = "a2V5IG9mIHRoaXJ0eS10d28gYnl0ZXMsIG5vIG1vcmU="


def test_nothing_set_means_the_embedded_services_on_loopback(tmp_path: Path) -> None:
    settings = load_settings({"DATA_DIR": str(tmp_path)})

    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.embedded_database
    assert settings.embedded_redis
    assert settings.database_url == embedded_urls(tmp_path).app_url
    assert settings.database_owner_url == embedded_urls(tmp_path).owner_url
    assert settings.database_admin_url == embedded_urls(tmp_path).admin_url
    assert settings.redis_url == f"unix://{tmp_path}/run/valkey.sock"
    assert settings.base_domain == "localhost"


def test_sockets_and_terminal_follow_the_port(tmp_path: Path) -> None:
    settings = load_settings({"DATA_DIR": str(tmp_path), "PORT": "9000"})

    assert (settings.stream_port, settings.terminal_port) == (9001, 9002)
    assert settings.stream_address("192.168.1.20:9000") == "ws://192.168.1.20:9001"
    assert settings.stream_address("[::1]:9000") == "ws://[::1]:9001"
    assert settings.terminal_url == "http://127.0.0.1:9002"


def test_a_stream_url_that_is_set_wins(tmp_path: Path) -> None:
    settings = load_settings({"DATA_DIR": str(tmp_path), "STREAM_URL": "wss://live.example.com"})

    assert settings.stream_address("till.example.com") == "wss://live.example.com"


def test_behind_tls_sockets_share_the_pages_origin(tmp_path: Path) -> None:
    settings = load_settings({"DATA_DIR": str(tmp_path), "TRUSTED_PROXIES": "1"})

    assert settings.stream_address("till.example", is_secure=True) == "wss://till.example"


def test_an_own_database_is_used_with_only_what_was_said(tmp_path: Path) -> None:
    settings = load_settings(
        {
            "DATA_DIR": str(tmp_path),
            "DATABASE_URL": "postgresql://nib_app:pw@db/nibblix",
            "SECRET_KEY": SECRET,
            "ENCRYPTION_KEYS": KEY,
        }
    )

    assert not settings.embedded_database
    assert settings.database_url == "postgresql://nib_app:pw@db/nibblix"
    assert settings.database_owner_url is None
    assert settings.database_admin_url is None
    assert list(tmp_path.iterdir()) == []


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    wrong = {
        "DATA_DIR": str(tmp_path),
        "PORT": "eighty",
        "WEB_PROCESSES": "0",
        "DATABASE_URL": "mysql://db/nibblix",
        "REDIS_URL": "localhost:6379",
        "LOG_LEVEL": "LOUD",
        "STREAM_URL": "http://live.example.com",
        "TRUSTED_PROXIES": "nginx",
    }

    with pytest.raises(SettingsError) as caught:
        load_settings(wrong)

    assert [problem.split()[0] for problem in caught.value.problems] == [
        "PORT",
        "WEB_PROCESSES",
        "DATABASE_URL",
        "REDIS_URL",
        "STREAM_URL",
        "TRUSTED_PROXIES",
        "LOG_LEVEL",
    ]


@pytest.mark.parametrize("port", ["0", "65534", "-1", "8000.5", "http"])
def test_a_port_without_room_for_its_two_neighbours_is_refused(port: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="PORT must be a whole number from 1 to 65533"):
        load_settings({"DATA_DIR": str(tmp_path), "PORT": port})


@pytest.mark.parametrize("key", [{}, {"SECRET_KEY": ""}, {"SECRET_KEY": "short"}])
def test_an_own_database_asks_for_an_own_secret(key: dict[str, str], tmp_path: Path) -> None:
    environ = {
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": "postgresql://db/nibblix",
        "ENCRYPTION_KEYS": KEY,
        **key,
    }

    with pytest.raises(SettingsError) as caught:
        load_settings(environ)

    assert caught.value.problems == [settings_module.SENTENCES["SECRET_KEY"]]


@pytest.mark.parametrize("keys", ["", "short", f"{KEY},short"])
def test_an_own_database_asks_for_own_encryption_keys(keys: str, tmp_path: Path) -> None:
    environ = {
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": "postgresql://db/nibblix",
        "SECRET_KEY": SECRET,
        "ENCRYPTION_KEYS": keys,
    }

    with pytest.raises(SettingsError) as caught:
        load_settings(environ)

    assert caught.value.problems == [settings_module.SENTENCES["ENCRYPTION_KEYS"]]


def test_a_new_encryption_key_goes_in_front_and_the_ones_before_stay(tmp_path: Path) -> None:
    (first,) = load_settings({"DATA_DIR": str(tmp_path)}).encryption_keys

    renew_encryption_keys(tmp_path)
    second = load_settings({"DATA_DIR": str(tmp_path)}).encryption_keys
    renew_encryption_keys(tmp_path)
    third = load_settings({"DATA_DIR": str(tmp_path)}).encryption_keys

    assert second[1:] == (first,)
    assert third[1:] == second


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    settings = load_settings({"DATA_DIR": str(tmp_path), "DATABASE_URL": "", "PORT": ""})

    assert settings.embedded_database
    assert settings.port == 8000


def test_the_secret_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    environ = {"DATA_DIR": str(tmp_path / "var")}

    first, second = load_settings(environ), load_settings(environ)

    kept = tmp_path / "var" / "secret_key"
    assert first.secret_key == second.secret_key == kept.read_text()
    assert len(first.secret_key) == 64
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert first.encryption_keys == second.encryption_keys
    assert sorted(kept.parent.iterdir()) == [kept.parent / "encryption_keys", kept]


def test_a_long_data_folder_gets_a_short_socket_folder(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 90)

    folder = socket_folder(deep)

    assert len(os.fsencode(folder / POSTGRES_SOCKET)) <= LONGEST_SOCKET_PATH
    assert folder != deep / "run"
    assert folder == socket_folder(deep)
    assert folder != socket_folder(tmp_path / ("e" * 90))


def test_root_keeps_data_where_the_servers_can_follow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed" / "project"
    closed.mkdir(parents=True)
    closed.parent.chmod(0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    assert default_data_dir(closed).parent == Path("/var/lib")
    assert default_data_dir(Path("/usr/lib")) == Path("/usr/lib/var")


def test_an_ordinary_user_keeps_data_in_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    assert default_data_dir(tmp_path) == tmp_path / "var"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_sqlalchemy_is_told_the_driver(scheme: str) -> None:
    assert sqlalchemy_url(f"{scheme}://u:p@db/n?host=/run") == (
        "postgresql+psycopg://u:p@db/n?host=/run"
    )
