"""How large a request may be: what the page server gathers is what the application takes."""

from io import BytesIO
from typing import IO

from flask import Request

LARGEST_BODY = 2 * 1024 * 1024
LARGEST_FILE = 5 * 1024 * 1024
# The form around a file: its other fields, and the file's name.
FORM_OVERHEAD = 64 * 1024
# Where files are sent to, and nowhere else: a test says that each such address ends so.
UPLOAD_END = "/upload"


def largest_body(target: str) -> int:
    """The bytes of a body that the address of a request allows.

    `target` is the address as it was sent, not decoded: both servers of it must read the same.
    """
    path = target.partition("?")[0].partition("#")[0]
    return LARGEST_FILE + FORM_OVERHEAD if path.endswith(UPLOAD_END) else LARGEST_BODY


class BoundedRequest(Request):
    """A request whose body is as large as its address allows."""

    @property  # type: ignore[misc]
    def max_content_length(self) -> int:  # type: ignore[override]
        """The limit in bytes; a larger body is answered 413 unread."""
        return largest_body(self.environ.get("RAW_URI", self.path))

    def _get_file_stream(self, *_args: object, **_options: object) -> IO[bytes]:
        """In memory, where it has arrived: a full disk must not fail what is not kept yet."""
        return BytesIO()
