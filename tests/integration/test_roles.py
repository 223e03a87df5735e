"""The database roles, made by a superuser on a real server."""

import subprocess
import sys
from collections.abc import Callable

import psycopg
import pytest

from app.core.roles import ensure_roles
from app.core.settings import PROJECT
from app.runtime.services import Services

Attach = Callable[[], Services]


def test_roles_are_made_once_and_have_no_power_to_spare(attach: Attach) -> None:
    urls = attach().up()

    for _ in range(2):
        ensure_roles(urls.admin_url, urls.app_url, urls.owner_url)

    with psycopg.connect(urls.admin_url) as connection:
        roles = connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcanlogin, rolcreatedb, rolcreaterole,"
            " rolinherit FROM pg_roles WHERE rolname LIKE 'nib%' ORDER BY rolname"
        ).fetchall()
    assert roles == [
        ("nib_app", False, False, True, False, False, False),
        ("nib_auth", False, True, False, False, False, False),
        ("nib_owner", False, True, True, False, False, True),
    ]


def test_the_application_can_make_no_table(attach: Attach) -> None:
    urls = attach().up()
    ensure_roles(urls.admin_url, urls.app_url, urls.owner_url)

    with psycopg.connect(urls.owner_url) as owner:
        owner.execute("CREATE TABLE mine ()")
        owner.execute("SET ROLE nib_auth")
    for statement in ("CREATE TABLE x ()", "CREATE TEMP TABLE x ()", "CREATE SCHEMA x"):
        with (
            psycopg.connect(urls.app_url) as app,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            app.execute(statement)


def test_a_password_of_the_address_becomes_the_roles(attach: Attach) -> None:
    urls = attach().up()
    app_url = urls.app_url.replace("nib_app@", "nib_app:it's%20one@")

    ensure_roles(urls.admin_url, app_url, urls.owner_url)

    with psycopg.connect(urls.admin_url) as connection:
        row = connection.execute(
            "SELECT rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid WHERE rolname = 'nib_app'"
        ).fetchone()
    assert row == (True,)


def test_roles_for_several_databases_at_once(attach: Attach) -> None:
    urls = attach().up()
    code = "import sys; from app.core.roles import ensure_roles; ensure_roles(*sys.argv[1:])"

    makers = [
        subprocess.Popen(
            [
                *(sys.executable, "-c", code, urls.admin_url),
                urls.app_url.replace("/nibblix", f"/nibblix_{number}"),
                urls.owner_url,
            ],
            cwd=PROJECT,
        )
        for number in range(4)
    ]

    assert [maker.wait(30) for maker in makers] == [0, 0, 0, 0]
