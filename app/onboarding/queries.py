"""How far the opening of a restaurant is."""

from sqlalchemy import select, text

from app.core.db import execute
from app.core.errors import NotFound
from app.core.tenant import current_tenant_id
from app.identity.models import Member
from app.onboarding.domain import Progress, Step, progress
from app.tenancy.queries import LocationView, ProfileView, get_profile, locations

_FACTS = text(
    "SELECT EXISTS (SELECT FROM location WHERE tenant_id = :tenant_id) AS location,"
    " EXISTS (SELECT FROM item WHERE tenant_id = :tenant_id AND active) AS menu,"
    " EXISTS (SELECT FROM floor_table WHERE tenant_id = :tenant_id) AS tables,"
    " (SELECT count(*) > 1 FROM member WHERE tenant_id = :tenant_id AND active) AS staff,"
    " EXISTS (SELECT FROM device WHERE tenant_id = :tenant_id AND paired_at IS NOT NULL)"
    "  AS devices"
)


def get_progress() -> Progress:
    """How far the current tenant is."""
    return _progress(get_profile())


def find_open_work() -> Progress | None:
    """The same for a restaurant that is being opened; None for one that is open."""
    profile = get_profile()
    if not profile.setup:
        return None
    found = _progress(profile)
    return None if found.is_complete else found


def first_location() -> LocationView:
    """The location that the opening works at; raises NotFound before there is one."""
    found = locations()
    if not found:
        raise NotFound("no_location", "Open the first location before this.")
    return min(found, key=lambda place: place.id)


def people() -> list[str]:
    """The names of those who work here so far."""
    return list(
        execute(
            select(Member.name)
            .where(Member.tenant_id == current_tenant_id(), Member.active)
            .order_by(Member.id)
        ).scalars()
    )


def _progress(profile: ProfileView) -> Progress:
    row = execute(_FACTS, {"tenant_id": current_tenant_id()}).one()
    facts = {Step(name): bool(is_there) for name, is_there in row._mapping.items()}
    facts[Step.RESTAURANT] = profile.country is not None
    left_out = frozenset(Step(name) for name in profile.setup.get("left_out", ()))
    return progress(facts, left_out)
