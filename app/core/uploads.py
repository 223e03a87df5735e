"""What a tenant has uploaded: drawn anew, kept as files, counted against its share of the disk."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import chain
from typing import Literal
from uuid import UUID

from sqlalchemy import delete, func, insert, select

from app.core import clock, files
from app.core.db import after_commit, before_commit, execute, of_tenant, run, transaction
from app.core.errors import NoRoom
from app.core.ids import new_id
from app.core.images import Drawn, draw, fitted
from app.core.models import Upload
from app.core.tenant import current_tenant_id
from app.core.turns import take_turn

Kind = Literal["logo", "item"]

# The longest side in pixels: of the picture, and of the small one beside it.
SIZES: dict[str, tuple[int, ...]] = {"logo": (512,), "item": (1200, 320)}
QUOTA = 100 * 1024 * 1024
EXTENSION = "webp"

_ENDS = ("", "-small")
_USED = select(func.coalesce(func.sum(Upload.size_bytes), 0)).where(of_tenant(Upload))


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture as pages show it: `name` is the file's without its end, sizes are in pixels."""

    id: UUID
    name: str
    width: int
    height: int

    @property
    def small(self) -> "Picture":
        """The small one beside it."""
        width, height = fitted(self.width, self.height, SIZES["item"][-1])
        return Picture(id=self.id, name=self.name + _ENDS[1], width=width, height=height)


def lock() -> None:
    """Change a tenant's pictures one after the other, to the end of the open transaction.

    Two at once would each find room for one, or each forget what the other had just kept.
    """
    take_turn("uploads")


def keep(kind: Kind, drawn: Sequence[Drawn]) -> UUID:
    """Keep a picture (see `drawn_for`) with the open transaction; returns its id.

    Raises NoRoom where the tenant's share is used up, or, as the transaction ends, the disk.
    """
    upload_id, name = new_id(), files.random_name()
    size = sum(len(one.body) for one in drawn)
    with transaction():
        _require_room(size)
        execute(
            insert(Upload).values(
                tenant_id=current_tenant_id(),
                id=upload_id,
                kind=kind,
                name=name,
                size_bytes=size,
                width=drawn[0].width,
                height=drawn[0].height,
                sha256=sha256(drawn[0].body).digest(),
                created_at=clock.now(),
            )
        )
        bodies = dict(zip(_files(kind, name), (one.body for one in drawn), strict=True))
        before_commit(f"0 file {name}", partial(files.write, bodies))
    return upload_id


def drawn_for(kind: Kind, data: bytes) -> list[Drawn]:
    """A picture that was sent, in the sizes of its kind; see core.images for what is refused."""
    return draw(data, SIZES[kind])


def forget(upload_id: UUID | None) -> None:
    """Throw a picture away with the open transaction, once no row refers to it."""
    if upload_id is None:
        return
    with transaction():
        gone = execute(
            delete(Upload)
            .where(Upload.tenant_id == current_tenant_id(), Upload.id == upload_id)
            .returning(Upload.kind, Upload.name)
        ).one_or_none()
        if gone is not None:
            after_commit(f"file {gone.name}", partial(files.remove, _files(gone.kind, gone.name)))


def sweep() -> int:
    """Remove the tenant's files that no upload names; how many there were."""
    rows = execute(
        select(Upload.kind, Upload.name).where(Upload.tenant_id == current_tenant_id())
    ).all()
    return files.sweep(set(chain.from_iterable(_files(row.kind, row.name) for row in rows)))


def _require_room(size: int) -> None:
    lock()
    used = int(run(_USED).scalar_one())
    if used + size > QUOTA:
        raise NoRoom(
            "quota", f"Pictures of {QUOTA // 1024**2} MB are kept at most. Remove some first."
        )


def _files(kind: str, name: str) -> list[str]:
    return [f"{name}{end}.{EXTENSION}" for end in _ENDS[: len(SIZES[kind])]]
