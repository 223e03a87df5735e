"""Every mapped class, imported so that the metadata is whole (for migrations and checks)."""

from app.core import models as core
from app.core.model import Base
from app.floor import models as floor
from app.identity import models as identity
from app.identity.tokens import models as tokens
from app.inventory import models as inventory
from app.kitchen import models as kitchen
from app.menu import models as menu
from app.ordering import models as ordering
from app.payments import models as payments
from app.privacy import models as privacy
from app.settings.domains import models as domains
from app.tenancy import models as tenancy

CAPABILITIES = (
    core,
    tenancy,
    identity,
    tokens,
    menu,
    floor,
    ordering,
    inventory,
    payments,
    kitchen,
    domains,
    privacy,
)
metadata = Base.metadata
