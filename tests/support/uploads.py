"""What a restaurant has uploaded: in the table, and on the disk."""

from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from app.core.db import execute
from app.core.files import folder_of
from app.core.models import Upload
from tests.support.restaurants import Restaurant

Kept = tuple[int, int, list[str]]
NOTHING: Kept = (0, 0, [])


def kept(restaurant: Restaurant, data_dir: Path | None = None) -> Kept:
    """How many uploads there are, the bytes that they count, and the files there really are.

    `data_dir` is that of the processes which kept them, where it is not the application's.
    """
    with restaurant.inside():
        wanted = select(Upload.size_bytes).where(Upload.tenant_id == restaurant.tenant.id)
        sizes = execute(wanted).scalars().all()
        own = folder_of(restaurant.tenant.id)
        folder = data_dir / own.relative_to(own.parents[1]) if data_dir else own
        names = sorted(it.name for it in folder.iterdir()) if folder.is_dir() else []
        assert sum(sizes) == sum((folder / name).stat().st_size for name in names)
    return len(sizes), sum(sizes), names


def sent(data: bytes, name: str = "picture.png") -> dict[str, Any]:
    """A form's field with a file; its name and type are what the sender claims."""
    return {"picture": FileStorage(BytesIO(data), name, content_type="image/png")}
