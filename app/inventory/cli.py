"""`flask inventory …`: stock from the console."""

import click
from flask.cli import AppGroup

from app.inventory.importing import import_stock
from app.tenancy.cli import CSV_FILE, at_location, lines_of_file, working_at

inventory_cli = AppGroup("inventory", help="Ingredients, recipes and stock.")


@inventory_cli.command("import")
@click.argument("file", type=CSV_FILE)
@at_location
def import_file(file: str, tenant: str, location: str) -> None:
    """Import FILE (see docs/formats.md): all of it, or nothing and the errors."""
    with working_at(tenant, location) as place:
        counts = import_stock(place, lines_of_file(file))
    click.echo(
        f"Imported {counts.ingredients} ingredients ({counts.opened} new here)"
        f" and {counts.recipes} recipe rows."
    )
