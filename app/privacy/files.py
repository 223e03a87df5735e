"""The files of exports: a folder a tenant under DATA_DIR/exports, all of it named by ids."""

import shutil
from datetime import datetime
from pathlib import Path
from uuid import UUID

from flask import current_app

from app.core.mail import MAILBOX
from app.core.settings import Settings
from app.core.tenant import current_tenant_id


def export_file(export_id: UUID) -> Path:
    """Where an export of the tenant in scope lies; its folder is made."""
    folder = _data_dir() / "exports" / str(current_tenant_id())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{export_id}.zip"


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
