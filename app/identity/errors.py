"""Why somebody is not let in."""

from datetime import datetime
from typing import ClassVar

from flask_babel import format_date
from flask_babel import gettext as _

from app.core.errors import DomainError, Forbidden, TooMany
from app.identity.permissions import PERMISSIONS


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


class Lacks(Forbidden):
    """The actor lacks `permission`."""

    def __init__(self, permission: str) -> None:
        super().__init__("permission", f"You may not {PERMISSIONS[permission].description}.")
        self.permission = permission


class SharedTablet(Forbidden):
    """An account is changed where its owner alone signs in: a PIN is known to a restaurant."""

    def __init__(self) -> None:
        super().__init__(
            "shared_tablet", _("Do this in a browser of your own, not at a shared tablet.")
        )


class AskManager(Forbidden):
    """Too many wrong PINs at this tablet; no other person is kept out, and no other tablet."""

    def __init__(self) -> None:
        super().__init__(
            "device_blocked",
            "Too many wrong PINs here. A manager must free this tablet: choose your name.",
        )


class Closed(DomainError):
    """The restaurant is being closed; who manages its account can take that back until then."""

    status: ClassVar[int] = 410

    def __init__(self, name: str, until: datetime) -> None:
        sentence = _(
            "%(name)s is closed. Whoever manages its account can take that back until %(day)s.",
            name=name,
            day=format_date(until, "d MMMM y"),
        )
        super().__init__("closed", sentence)
