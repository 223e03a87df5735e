"""What a restaurant has uploaded: in the table, and on the disk."""

from io import BytesIO
from typing import Any

from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from app.core.db import execute
from app.core.files import folder_of
from app.core.models import Upload
from tests.support.restaurants import Restaurant

Kept = tuple[int, int, list[str]]
NOTHING: Kept = (0, 0, [])


def kept(restaurant: Restaurant) -> Kept:
    """How many uploads there are, the bytes that they count, and the files there really are."""
    with restaurant.inside():
        wanted = select(func.count(), func.coalesce(func.sum(Upload.size_bytes), 0))
        count, size = execute(wanted.where(Upload.tenant_id == restaurant.tenant.id)).one()
        folder = folder_of(restaurant.tenant.id)
        names = sorted(it.name for it in folder.iterdir()) if folder.is_dir() else []
        assert size == sum((folder / name).stat().st_size for name in names)
    return int(count), int(size), names


def sent(data: bytes, name: str = "picture.png") -> dict[str, Any]:
    """A form's field with a file; its name and type are what the sender claims."""
    return {"picture": FileStorage(BytesIO(data), name, content_type="image/png")}
