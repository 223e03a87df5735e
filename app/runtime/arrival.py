"""Whether a request has arrived whole, without parsing it: that is the server's."""

import re

from app.core.bodies import LARGEST_BODY, largest_body

LONGEST_HEAD = 32 * 1024
HEAD_TOO_LONG = "431 Request Header Fields Too Large", "The head of this request is too long."
NO_LENGTH = "411 Length Required", "Say the length of what you send; chunks are not taken."

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r\n", re.IGNORECASE)
_IN_CHUNKS = re.compile(rb"\r\ntransfer-encoding[ \t]*:", re.IGNORECASE)


class Arrival:
    """What has come of one request: `refusal` (status, sentence) where it will never be one."""

    def __init__(self, begun: bytes = b"") -> None:
        self.data = bytearray(begun)
        self.refusal: tuple[str, str] | None = None
        self.is_whole = False
        self._head_size: int | None = None
        self._body_size = 0
        self._most = LARGEST_BODY
        self._look()

    def take(self, data: bytes) -> None:
        """Add what has been read."""
        self.data += data
        self._look()

    @property
    def is_decided(self) -> bool:
        """Whether it can be answered: it is whole, it is refused, or its body is too large."""
        return self.is_whole or self.refusal is not None or self._body_size > self._most

    @property
    def is_large(self) -> bool:
        """Whether it is a file on its way: its body is taken, and larger than all others."""
        return LARGEST_BODY < self._body_size <= self._most

    def _look(self) -> None:
        if self._head_size is None:
            self._read_head()
        if self._head_size is not None:
            self.is_whole = len(self.data) >= self._head_size + self._body_size

    def _read_head(self) -> None:
        end = self.data.find(_END_OF_HEAD)
        if (end if end >= 0 else len(self.data)) > LONGEST_HEAD:
            self.refusal = HEAD_TOO_LONG
        elif end >= 0:
            head = bytes(self.data[: end + 2])
            if _IN_CHUNKS.search(head):
                self.refusal = NO_LENGTH
            found = _LENGTH.search(head)
            self._most = largest_body(_target(head))
            self._head_size = end + len(_END_OF_HEAD)
            self._body_size = int(found[1]) if found else 0


def _target(head: bytes) -> str:
    return head.partition(b"\r\n")[0].partition(b" ")[2].partition(b" ")[0].decode("latin-1")
