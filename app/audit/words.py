"""The acts and things of the audit trail in words."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from app.core import security
from app.identity.permissions import PERMISSIONS

# Acts under a permission are told by its description.
ACTS: Mapping[str, Any] = {
    "session.sign_in": _("signed in"),
    "session.sign_out": _("signed out"),
    "session.pin": _("signed in by PIN at a tablet"),
    "session.lock": _("locked the tablet"),
    "session.end": _("signed out of one browser"),
    "session.end_others": _("signed out of all other browsers"),
    "account.password": _("changed their password"),
    "account.reset": _("chose a new password by a mailed link"),
    "account.email": _("changed the e-mail they sign in with"),
    "account.app_added": _("added an authenticator app"),
    "account.passkey_added": _("added a passkey"),
    "account.factor_removed": _("removed an app or a passkey"),
    "account.codes": _("got new recovery codes"),
    "device.paired": _("a device was paired"),
    "device.freed": _("unlocked a device after wrong PINs"),
    "api.rotate_key": _("replaced the signing key of programs"),
    "domain.verified": _("a web address was confirmed"),
    "domain.dropped": _("a web address was dropped: its record was gone"),
    "privacy.removed": _("removed what was kept long enough"),
    security.REFUSED: _("wrong password, PIN or code"),
    security.LOCKED: _("made to wait after wrong tries"),
    security.DENIED: _("tried what is not allowed"),
    security.FOREIGN_SITE: _("a form sent from another site"),
    security.TOKEN_REUSED: _("a used access token came back"),
    security.DEVICE_LOCKED: _("a device locked after wrong PINs"),
}
KINDS: Mapping[str, Any] = {
    "order": _("order"),
    "line": _("line"),
    "payment": _("payment"),
    "item": _("item of the menu"),
    "variant": _("size of an item"),
    "modifier": _("extra"),
    "ingredient": _("ingredient"),
    "member": _("person"),
    "role": _("role"),
    "device": _("device"),
    "api_grant": _("access by a program"),
    "signing_key": _("signing key of programs"),
    "domain": _("web address"),
    "location": _("location"),
    "tenant": _("restaurant"),
}
ALERTS: Mapping[str, Any] = {
    "sign_ins": _("Many failed sign-ins"),
    "locked": _("A device is locked after wrong PINs"),
    "token": _("An access token was used twice: it may have been copied"),
    "denied": _("Many tries of what is not allowed"),
    "foreign": _("Many forms sent from other sites"),
}


def act_in_words(act: str) -> str:
    """What was done: the description of its permission, or the words of its own."""
    if act in ACTS:
        return str(ACTS[act])
    return str(_(PERMISSIONS[act].description)) if act in PERMISSIONS else act


def all_acts() -> list[tuple[str, str]]:
    """Every act that may stand in a trail today with its words, in order of the words."""
    audited = [name for name, one in PERMISSIONS.items() if one.audited and one.asked]
    named = [(act, act_in_words(act)) for act in (*audited, *ACTS)]
    return sorted(named, key=lambda pair: pair[1].lower())


def kind_in_words(kind: str) -> str:
    """What sort of thing it was done to."""
    return str(KINDS.get(kind, kind.replace("_", " ")))
