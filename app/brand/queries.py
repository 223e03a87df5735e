"""How a restaurant shows itself: its colour and its logo."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import and_, select

from app.brand.domain import Tint
from app.core.db import of_tenant, run
from app.core.models import Upload
from app.core.uploads import Picture
from app.tenancy.models import TenantProfile
from app.tenancy.queries import ProfileView

_BRAND = (
    select(
        TenantProfile.brand_hue,
        TenantProfile.brand_chroma,
        Upload.id,
        Upload.name,
        Upload.width,
        Upload.height,
    )
    .select_from(TenantProfile)
    .outerjoin(
        Upload,
        and_(Upload.tenant_id == TenantProfile.tenant_id, Upload.id == TenantProfile.logo_id),
    )
    .where(of_tenant(TenantProfile))
)


@dataclass(frozen=True, kw_only=True)
class BrandView:
    """A colour, and a logo where there is one."""

    tint: Tint
    logo: Picture | None


def get_brand() -> BrandView:
    """The brand of the tenant in scope; one that has said nothing has the default colour."""
    row = run(_BRAND).one_or_none()
    if row is None:
        unsaid = ProfileView()
        return BrandView(tint=_tint(unsaid.brand_hue, unsaid.brand_chroma), logo=None)
    logo = Picture(id=row.id, name=row.name, width=row.width, height=row.height) if row.id else None
    return BrandView(tint=_tint(row.brand_hue, row.brand_chroma), logo=logo)


def _tint(hue: Decimal, chroma: Decimal) -> Tint:
    return Tint(int(hue), float(chroma))
