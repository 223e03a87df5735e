"""The two demo restaurants, their people, menus, stock and floor plans."""

from dataclasses import dataclass
from decimal import Decimal

from app.core.db import transaction
from app.core.ids import new_id
from app.core.tenant import tenant_scope
from app.demo import lines
from app.demo.branches import Branch, open_branch
from app.demo.restaurants import OpenedRestaurant, open_restaurant
from app.floor.importing import import_floor
from app.identity.actor import Actor
from app.identity.commands import NewMember
from app.identity.permissions import ALL
from app.inventory.importing import import_stock
from app.menu.commands.setup import NewStation, NewTaxRate, set_stations, set_tax_rates
from app.menu.importing import import_menu
from app.tenancy.commands import NewLocation
from app.tenancy.queries import LocationView, all_tenants

PASSWORD = "taste-the-demo-first"  # noqa: S105 (printed for everybody to read)


# What differs at the airport, in cents.
AIRPORT_PRICES = {"Classic burger": 1695, "Cheeseburger": 1795, "Lumberjack breakfast": 1995}
AIRPORT_LACKS = ("Rye loaf", "Fried shrimp basket")


@dataclass(frozen=True, kw_only=True)
class Demo:
    """One demo restaurant as it is to be opened; `files` begins the names of its CSV files."""

    slug: str
    files: str
    name: str
    location: NewLocation
    stations: tuple[NewStation, ...]
    tax_rates: tuple[NewTaxRate, ...]
    members: tuple[NewMember, ...]
    branches: tuple[Branch, ...] = ()


def _member(name: str, role: str, pin: str, slug: str) -> NewMember:
    email = f"{name.lower()}@{slug}.example"
    return NewMember(name=name, role=role, email=email, password=PASSWORD, pin=pin)


DEMOS = (
    Demo(
        slug="trattoria",
        files="trattoria",
        name="Trattoria Demo",
        location=NewLocation(
            slug="old-town",
            name="Old Town",
            time_zone="Europe/Rome",
            locale="en_GB",
            currency="EUR",
            tax_inclusive=True,
            receipt_header="Trattoria Demo\nVia del Forno 7",
            receipt_footer="Thank you. Come back soon.",
        ),
        stations=(
            NewStation("Kitchen", late_minutes=15),
            NewStation("Grill", late_minutes=18),
            NewStation("Cold", late_minutes=10),
            NewStation("Bar", late_minutes=6),
        ),
        tax_rates=(
            NewTaxRate("food", "VAT", Decimal(10)),
            NewTaxRate("drink", "VAT", Decimal(10)),
            NewTaxRate("alcohol", "VAT", Decimal(22)),
        ),
        members=(
            _member("Alice", "owner", "1111", "trattoria"),
            _member("Bob", "server", "2222", "trattoria"),
            _member("Carol", "kitchen", "3333", "trattoria"),
            _member("Dan", "cashier", "4444", "trattoria"),
        ),
    ),
    Demo(
        slug="diner",
        files="diner",
        name="Diner Demo",
        location=NewLocation(
            slug="main-street",
            name="Main Street",
            time_zone="America/New_York",
            locale="en_US",
            currency="USD",
            tax_inclusive=False,
            receipt_header="Diner Demo\n12 Main Street",
            receipt_footer="Thank you. Come back soon.",
        ),
        stations=(
            NewStation("Grill", late_minutes=12),
            NewStation("Fry", late_minutes=10),
            NewStation("Bar", late_minutes=6),
        ),
        tax_rates=(
            NewTaxRate("taxable", "Sales tax", Decimal("8.875")),
            NewTaxRate("untaxed", "No tax", Decimal(0)),
        ),
        members=(
            _member("Charlie", "owner", "5555", "diner"),
            _member("Dora", "server", "6666", "diner"),
        ),
        branches=(
            Branch(
                location=NewLocation(
                    slug="airport",
                    name="Airport",
                    time_zone="America/New_York",
                    locale="en_US",
                    currency="USD",
                    tax_inclusive=False,
                    dine_in_style="pay_first",
                    receipt_header="Diner Demo\nAirport, Gate 12",
                    receipt_footer="Have a good flight.",
                ),
                tax_rates=(
                    NewTaxRate("taxable", "Sales tax", Decimal("8.625")),
                    NewTaxRate("untaxed", "No tax", Decimal(0)),
                ),
                prices=AIRPORT_PRICES,
                not_sold=AIRPORT_LACKS,
                roles={"Dora": "manager"},
            ),
        ),
    ),
)


def seed_demo_restaurants() -> bool:
    """Open those that are not open yet; False where both are. Asked outside any tenant."""
    there = {tenant.slug for tenant in all_tenants()}
    missing = [demo for demo in DEMOS if demo.slug not in there]
    for demo in missing:
        open_demo(demo)
    return bool(missing)


def open_demo(demo: Demo) -> OpenedRestaurant:
    """All of a restaurant or nothing: a run that stops half-way can be run again."""
    tenant_id = new_id()
    with tenant_scope(tenant_id), transaction():
        opened = open_restaurant(
            demo.slug, demo.name, demo.location, demo.members, tenant_id=tenant_id
        )
        _fill(opened.location, demo)
        founder = Actor(opened.members[demo.members[0].name], ALL)
        for branch in demo.branches:
            open_branch(founder, opened.location, branch, demo.stations, demo.files, opened.members)
    return opened


def _fill(location: LocationView, demo: Demo) -> None:
    """In this order: the menu names stations and taxes, recipes name what is on the menu."""
    set_stations(location, demo.stations)
    set_tax_rates(location, demo.tax_rates)
    import_menu(location, lines(f"{demo.files}_menu.csv"))
    import_stock(location, lines(f"{demo.files}_stock.csv"))
    import_floor(location, lines(f"{demo.files}_floor.csv"))
