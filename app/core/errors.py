"""Expected failures. Each has a code for programs and a sentence for the person."""

from collections.abc import Mapping, Sequence
from typing import ClassVar


class DomainError(Exception):
    """A refusal that the caller is told about; any other exception is a bug."""

    status: ClassVar[int] = 400

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence

    @property
    def headers(self) -> Mapping[str, str]:
        """What the answer says besides, for programs."""
        return {}


class Malformed(DomainError):
    """What was sent cannot be read at all."""

    status = 400


class NotFound(DomainError):
    """No such thing here. Another tenant's row looks exactly like this."""

    status = 404


class Forbidden(DomainError):
    """The actor lacks the permission."""

    status = 403


class Conflict(DomainError):
    """The present state does not allow it; reading it again may."""

    status = 409


class Invalid(DomainError):
    """The input breaks a rule. `fields` maps an input's name to its sentences."""

    status = 422

    def __init__(
        self, code: str, sentence: str, fields: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        super().__init__(code, sentence)
        self.fields: dict[str, list[str]] = {
            name: list(sentences) for name, sentences in (fields or {}).items()
        }


class TooLarge(DomainError):
    """What was sent is more than is taken."""

    status = 413


class WrongKind(DomainError):
    """What was sent is a file of another kind than is taken."""

    status = 415


class NoRoom(DomainError):
    """There is no room to keep it: the tenant's share is used up, or the disk is full."""

    status = 507


class TooMany(DomainError):
    """Too much in too short a time; `wait_s` seconds are left to wait."""

    status = 429

    def __init__(self, code: str, sentence: str, wait_s: int) -> None:
        super().__init__(code, sentence)
        self.wait_s = wait_s

    @property
    def headers(self) -> Mapping[str, str]:
        """When to come again."""
        return {"Retry-After": str(self.wait_s)}


class Unavailable(DomainError):
    """Something that this needs does not answer at present; try again."""

    status = 503

    @property
    def headers(self) -> Mapping[str, str]:
        """When to come again."""
        return {"Retry-After": "2"}
