"""`flask menu …`: the menu from the console."""

from decimal import Decimal, InvalidOperation

import click
from flask.cli import AppGroup

from app.menu.commands import NewStation, NewTaxRate, set_stations, set_tax_rates
from app.menu.importing import import_menu
from app.tenancy.cli import CSV_FILE, at_location, lines_of_file, working_at

menu_cli = AppGroup("menu", help="Menus, stations and taxes.")


@menu_cli.command("import")
@click.argument("file", type=CSV_FILE)
@at_location
def import_file(file: str, tenant: str, location: str) -> None:
    """Make FILE (see docs/formats.md) the menu: all of it, or nothing and the errors."""
    with working_at(tenant, location) as place:
        counts = import_menu(place, lines_of_file(file))
    click.echo(
        f"Imported {counts.items} items in {counts.categories} categories"
        f" ({counts.variants} variants), {counts.modifiers} modifiers in {counts.groups} groups."
    )


@menu_cli.command("stations")
@click.argument("names", nargs=-1, required=True)
@at_location
def name_stations(names: tuple[str, ...], tenant: str, location: str) -> None:
    """Add stations by NAME, in order; those that are there keep what they have."""
    with working_at(tenant, location) as place:
        set_stations(place, [NewStation(name) for name in names])
    click.echo(f"{len(names)} stations.")


@menu_cli.command("taxes")
@click.argument("rates", nargs=-1, required=True, metavar="CLASS=PER_CENT…")
@click.option("--name", default="VAT", help="What receipts call the tax.")
@at_location
def name_taxes(rates: tuple[str, ...], name: str, tenant: str, location: str) -> None:
    """Set all taxes of the location, as in food=10 alcohol=22."""
    with working_at(tenant, location) as place:
        set_tax_rates(place, [_rate(rate, name) for rate in rates])
    click.echo(f"{len(rates)} tax rates.")


def _rate(text: str, name: str) -> NewTaxRate:
    tax_class, _, percent = text.partition("=")
    try:
        return NewTaxRate(tax_class, name, Decimal(percent))
    except InvalidOperation as error:
        raise click.BadParameter(f"{text}: write a class and per cent, as in food=10.") from error
