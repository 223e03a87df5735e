"""An export is put together in pieces, so that it gets ready however much there is."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection

from app.core import mail
from app.core.db import transaction
from app.core.errors import Conflict
from app.privacy import commands, packing
from app.privacy.commands import exporting
from app.privacy.files import draft_of, export_file
from tests.support.packs import Drain, contents, exported
from tests.support.restaurants import Restaurant
from tests.support.together import together
from tests.support.trade import owner_of, trade


@pytest.fixture(scope="module")
def house(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    restaurant = new_restaurant()
    trade(restaurant)
    return restaurant


@pytest.fixture
def one_file_a_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "PIECE_S", 0.0)


def test_a_big_export_is_put_together_in_pieces(
    house: Restaurant, drain: Drain, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = exported(house, drain, "tenant")
    monkeypatch.setattr(packing, "FILE_ROWS", 5)
    monkeypatch.setattr(exporting, "PIECE_S", 0.02)

    files = exported(house, drain, "tenant")

    moving = {"outbox", "audit_entry", "audit_unsealed", "data_export"}
    for name in {name for name in whole if name.endswith(".jsonl")} - {
        f"{table}.jsonl" for table in moving
    }:
        table = name.removesuffix(".jsonl")
        pieces = [files[one] for one in files if re.fullmatch(rf"{table}(-\d+)?\.jsonl", one)]
        assert sorted("".join(pieces).splitlines()) == sorted(whole[name].splitlines()), name
        assert all(piece.count("\n") <= 5 for piece in pieces)
    assert len(files) > len(whole)
    cut = next(name.removesuffix("-2.jsonl") for name in files if name.endswith("-2.jsonl"))
    assert f"{cut}.jsonl and the files numbered after it" in files["index.html"]


@pytest.mark.usefixtures("one_file_a_piece")
def test_a_mail_goes_out_between_two_pieces(
    house: Restaurant, drain: Drain, owner_connection: Connection
) -> None:
    with house.inside():
        export_id = commands.ask_export(owner_of(house), "tenant")
        with transaction():
            mail.send_later("gina@x.example", "Hello", "Hello")
    drain()

    done = owner_connection.execute(
        "SELECT o.done_at < e.ready_at FROM outbox o JOIN data_export e USING (tenant_id)"
        " WHERE o.handler = 'mail.send' AND e.id = %s",
        [export_id],
    ).fetchall()
    assert done == [(True,)]


def test_of_two_workers_at_one_export_one_leaves(
    house: Restaurant, drain: Drain, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[str] = []

    def pack_twice(*_arguments: Any) -> bool:
        tries.append("packs")
        if len(tries) == 1:
            together(lambda _index: make(), 1)
        return False

    def make() -> None:
        with house.inside():
            commands.make_export(export_id)

    with house.inside():
        export_id = commands.ask_export(owner_of(house), "tenant")
    with monkeypatch.context() as patched:
        patched.setattr(exporting, "pack_on", pack_twice)
        make()
    drain()

    assert tries == ["packs"]


@pytest.mark.usefixtures("one_file_a_piece")
def test_a_draft_that_somebody_was_killed_over_is_begun_anew(
    house: Restaurant, drain: Drain
) -> None:
    with house.inside():
        export_id = commands.ask_export(owner_of(house), "tenant")
        for _ in range(3):
            commands.make_export(export_id)
        with draft_of(export_file(export_id)).open("ab") as draft:
            draft.write(b"half a table")
    drain()

    files = contents(house, export_id)
    assert files["member.jsonl"].count("\n") == len(house.people)


def test_one_export_is_put_together_at_a_time(house: Restaurant, drain: Drain) -> None:
    def ask(_index: int) -> str:
        with house.inside():
            try:
                commands.ask_export(owner_of(house), "tenant")
            except Conflict as refused:
                return refused.code
        return "asked"

    assert sorted(together(ask, 3)) == ["asked", "export_under_way", "export_under_way"]
    drain()
    assert ask(0) == "asked"
    drain()
