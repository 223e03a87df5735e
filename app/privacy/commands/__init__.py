"""What may be done with people's data: taken away, erased, kept shorter, or all of it ended."""

from app.privacy.commands.closing import close, erase_closed, take_back
from app.privacy.commands.erasing import erase_guests, erase_member
from app.privacy.commands.exporting import ask_export, make_export, note_download
from app.privacy.commands.keeping import enforce_nightly, set_retention

__all__ = [
    "ask_export",
    "close",
    "enforce_nightly",
    "erase_closed",
    "erase_guests",
    "erase_member",
    "make_export",
    "note_download",
    "set_retention",
    "take_back",
]
