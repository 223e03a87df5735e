"""What the commands of the console share: they work at a location, and say what was wrong."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from app.core.csv_rows import FileRefused, lines_of
from app.core.errors import DomainError
from app.core.tenant import tenant_scope
from app.tenancy.queries import LocationView, get_location, get_tenant_by_slug


def at_location(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options --tenant and --location."""
    for name in ("location", "tenant"):
        option = click.option(f"--{name}", required=True, help=f"The {name}'s slug.")
        command = option(command)
    return command


@contextmanager
def working_at(tenant: str, location: str) -> Iterator[LocationView]:
    """Work at a location; what is refused goes to the error output, with exit code 1."""
    try:
        with tenant_scope(get_tenant_by_slug(tenant).id):
            yield get_location(location)
    except FileRefused as refused:
        count = len(refused.errors)
        errors = f"{'more than ' if refused.more else ''}{count} error{'' if count == 1 else 's'}"
        click.echo(refused.sentence, err=True)
        click.echo(f"Nothing imported: {errors}.", err=True)
        raise click.exceptions.Exit(1) from refused
    except DomainError as error:
        raise click.ClickException(error.sentence) from error


def lines_of_file(path: str) -> list[str]:
    """The lines of a file of ours; raises FileRefused where it is not UTF-8."""
    return lines_of(Path(path).read_bytes())


CSV_FILE = click.Path(exists=True, dir_okay=False)
