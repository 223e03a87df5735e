"""What a restaurant changes of how it shows itself."""

from app.brand.colours import from_hex
from app.brand.domain import Tint, fitted
from app.brand.queries import get_brand
from app.core import audit, uploads
from app.core.db import transaction
from app.core.model import Json
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.permissions import SETTINGS_EDIT
from app.tenancy.commands import rename_tenant, save_profile
from app.tenancy.queries import get_profile


def save_brand(actor: Actor, name: str, colour: str) -> Tint:
    """Give the restaurant a name and the tint that fits a colour (#rrggbb); returns the tint.

    Needs settings.edit. The colour that is shown already changes nothing.
    """
    with transaction():
        actor.require_everywhere(SETTINGS_EDIT)
        before = get_brand().tint
        tint = before if colour.lower() == before.light.hex else fitted(from_hex(colour))
        is_renamed = rename_tenant(name)
        save_profile(brand_hue=tint.hue, brand_chroma=tint.chroma)
        _record(actor, _figures(before), {**_figures(tint), "renamed": is_renamed})
    return tint


def set_logo(actor: Actor, data: bytes) -> None:
    """Take a picture (see core.images for what is refused) in place of the logo."""
    actor.require_everywhere(SETTINGS_EDIT)
    drawn = uploads.drawn_for("logo", data)
    with transaction():
        _replace_logo(actor, uploads.keep("logo", drawn))


def remove_logo(actor: Actor) -> None:
    """Show the name alone; nothing to do where there is no logo."""
    with transaction():
        actor.require_everywhere(SETTINGS_EDIT)
        _replace_logo(actor, None)


def _replace_logo(actor: Actor, logo_id: object) -> None:
    uploads.lock()
    old = get_profile().logo_id
    if old == logo_id:
        return
    save_profile(logo_id=logo_id)
    uploads.forget(old)
    _record(actor, {"logo_id": str(old or "")}, {"logo_id": str(logo_id or "")})


def _record(actor: Actor, before: Json, after: Json) -> None:
    audit.record(
        SETTINGS_EDIT,
        "tenant",
        current_tenant_id(),
        actor_id=actor.member_id,
        before=before,
        after=after,
    )


def _figures(tint: Tint) -> Json:
    return {"brand_hue": tint.hue, "brand_chroma": tint.chroma}
