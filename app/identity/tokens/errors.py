"""Why a program is not let in."""

from collections.abc import Mapping

from app.core.errors import DomainError


class NotProven(DomainError):
    """No token, or none that holds: nobody is told what is wrong with it (RFC 6750, 3)."""

    status = 401

    def __init__(self, *, was_given: bool) -> None:
        super().__init__("invalid_token", "This needs an access token that holds.")
        self._was_given = was_given

    @property
    def headers(self) -> Mapping[str, str]:
        """How to ask again; without a code where nothing was given to be wrong."""
        code = ', error="invalid_token"' if self._was_given else ""
        return {"WWW-Authenticate": f'Bearer realm="Nibblix"{code}'}


class TokenRefused(Exception):
    """The token endpoint's refusal; `error` is a code of RFC 6749, 5.2."""

    def __init__(self, error: str, sentence: str) -> None:
        super().__init__(sentence)
        self.error = error
        self.sentence = sentence

    @property
    def status(self) -> int:
        """401 where the client is not who it says to be, else 400."""
        return 401 if self.error == "invalid_client" else 400
