"""`flask floor …`: the floor plan from the console."""

import click
from flask.cli import AppGroup

from app.floor.importing import import_floor
from app.tenancy.cli import CSV_FILE, at_location, lines_of_file, working_at

floor_cli = AppGroup("floor", help="Floor plans.")


@floor_cli.command("import")
@click.argument("file", type=CSV_FILE)
@at_location
def import_file(file: str, tenant: str, location: str) -> None:
    """Make FILE (see docs/formats.md) the floor plan: all of it, or nothing and the errors."""
    with working_at(tenant, location) as place:
        count = import_floor(place, lines_of_file(file))
    click.echo(f"Imported {count} tables.")
