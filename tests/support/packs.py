"""Exports as whoever took them away has them."""

from collections.abc import Callable
from io import BytesIO
from uuid import UUID
from zipfile import ZipFile

from app.privacy import commands
from app.privacy.files import export_file
from tests.support.restaurants import Restaurant
from tests.support.trade import owner_of

Drain = Callable[..., None]


def contents(house: Restaurant, export_id: UUID) -> dict[str, str]:
    """The files of a ready export by name."""
    with house.inside():
        body = export_file(export_id).read_bytes()
    with ZipFile(BytesIO(body)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def exported(house: Restaurant, drain: Drain, kind: str, *ids: UUID) -> dict[str, str]:
    """The files of an export that is asked for now."""
    with house.inside():
        export_id = commands.ask_export(owner_of(house), kind, ids)
    drain()
    return contents(house, export_id)
