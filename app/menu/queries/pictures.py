"""The pictures of items."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, select

from app.core.db import of_tenant, run
from app.core.models import Upload
from app.core.uploads import Picture
from app.menu.models import Category, Item

PICTURE = (
    Upload.id.label("picture_id"),
    Upload.name.label("picture_name"),
    Upload.width,
    Upload.height,
)


def is_picture_of_item() -> ColumnElement[bool]:
    """Joins the upload that shows an item."""
    return and_(Upload.tenant_id == Item.tenant_id, Upload.id == Item.image_id)


def picture_of(row: Row[Any]) -> Picture | None:
    """The picture in a row that has the columns PICTURE."""
    if row.picture_id is None:
        return None
    return Picture(id=row.picture_id, name=row.picture_name, width=row.width, height=row.height)


_SHOWN = (
    select(Item.id.label("item_id"), *PICTURE)
    .join(Upload, is_picture_of_item())
    .where(of_tenant(Item), Item.active)
)
_ALL = (
    select(Category.id, Category.name, Item.id.label("item_id"), Item.name.label("item"), *PICTURE)
    .select_from(Item)
    .join(Category, and_(Category.tenant_id == Item.tenant_id, Category.id == Item.category_id))
    .outerjoin(Upload, is_picture_of_item())
    .where(of_tenant(Item), Item.active)
    .order_by(Category.position, Category.id, Item.position, Item.id)
)


@dataclass(frozen=True, kw_only=True)
class PicturedItem:
    """An item of the menu with its picture, where it has one."""

    item_id: UUID
    name: str
    picture: Picture | None


@dataclass(frozen=True, kw_only=True)
class PicturedCategory:
    """A category with all its items, on sale here or not."""

    category_id: UUID
    name: str
    items: tuple[PicturedItem, ...]


def item_pictures() -> Mapping[UUID, Picture]:
    """The pictures of the tenant's items, by item."""
    shown = {row.item_id: picture_of(row) for row in run(_SHOWN)}
    return {item_id: picture for item_id, picture in shown.items() if picture}


def pictured_menu() -> list[PicturedCategory]:
    """Every item of the menu, in its order."""
    return [
        PicturedCategory(category_id=key[0], name=key[1], items=tuple(map(_item, members)))
        for key, members in groupby(run(_ALL), lambda row: (row.id, row.name))
    ]


def _item(row: Row[Any]) -> PicturedItem:
    return PicturedItem(item_id=row.item_id, name=row.item, picture=picture_of(row))
