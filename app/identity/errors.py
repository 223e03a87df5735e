"""Why somebody is not let in."""

from app.core.errors import DomainError, Forbidden, TooMany


class WrongSecret(DomainError):
    """The password or the PIN is wrong, or there is no such person: nobody is told which."""

    status = 422

    def __init__(self, sentence: str) -> None:
        super().__init__("wrong_secret", sentence)


class TooManyTries(TooMany):
    """Wrong tries before this one."""

    def __init__(self, wait_s: int) -> None:
        super().__init__("too_many_tries", f"Too many wrong tries. Wait {wait_s} seconds.", wait_s)


class InsecureAddress(Forbidden):
    """The browser would not keep the cookie, or would show it to everybody on the way."""

    def __init__(self) -> None:
        super().__init__("insecure_address", "Signing in needs an address that begins with https.")
