"""Whoever finds a hole is told whom to write to, where the operator has said so."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.core import clock
from app.core.settings import Settings


def test_the_contact_stands_where_people_look_for_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings: Settings = app.extensions["settings"]
    named = replace(settings, security_contact="mailto:security@nibblix.example")
    monkeypatch.setitem(app.extensions, "settings", named)

    answer = app.test_client().get("/.well-known/security.txt")

    lines = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert answer.mimetype == "text/plain"
    assert lines["Contact"] == "mailto:security@nibblix.example"
    expires = datetime.fromisoformat(lines["Expires"])
    assert timedelta(days=30) < expires - clock.now() < timedelta(days=366)


def test_without_a_contact_there_is_no_such_page(app: Flask) -> None:
    assert app.test_client().get("/.well-known/security.txt").status_code == 404
