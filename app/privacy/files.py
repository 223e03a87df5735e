"""The files of exports: a folder a tenant under DATA_DIR/exports, all of it named by ids."""

import shutil
from datetime import datetime
from pathlib import Path
from uuid import UUID

from flask import current_app

from app.core.mail import MAILBOX
from app.core.settings import Settings
from app.core.tenant import current_tenant_id
from app.privacy.errors import no_export


def export_file(export_id: UUID) -> Path:
    """Where an export of the tenant in scope lies; its folder is made."""
    folder = _data_dir() / "exports" / str(current_tenant_id())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{export_id}.zip"


def get_export_file(export_id: UUID) -> Path:
    """The file of an export that is ready; raises NotFound where another machine has it."""
    path = export_file(export_id)
    if not path.is_file():
        raise no_export()
    return path


def remove_export_file(export_id: UUID) -> None:
    """Remove an export's file, and what an interrupted job left of it."""
    path = export_file(export_id)
    for one in (path, draft_of(path)):
        one.unlink(missing_ok=True)


def draft_of(path: Path) -> Path:
    """Where a file lies until it is whole."""
    return path.with_suffix(".part")


def remove_files_of(tenant_id: UUID) -> None:
    """Remove every folder of a tenant: whatever keeps files keeps them in one of its id."""
    for folder in _data_dir().glob(f"*/{tenant_id}"):
        shutil.rmtree(folder)


def remove_letters(before: datetime) -> None:
    """Remove the mails of before from the local mailbox, which knows no tenants."""
    for letter in (_data_dir() / MAILBOX).glob("*.eml"):
        if letter.stat().st_mtime < before.timestamp():
            letter.unlink(missing_ok=True)


def _data_dir() -> Path:
    settings: Settings = current_app.extensions["settings"]
    return settings.data_dir
