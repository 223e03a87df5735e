"""`flask rotate-signing-key`: access tokens are signed with a new key from now on."""

import click
from flask.cli import with_appcontext

from app.core.tenant import tenant_scope
from app.identity.tokens.keys import rotate_signing_key
from app.tenancy.queries import all_tenants


@click.command("rotate-signing-key")
@with_appcontext
@click.option("--tenant", help="One restaurant's slug; all of them without it.")
def rotate_signing_key_command(tenant: str | None) -> None:
    """Sign with a new key; tokens of the one before it run out within a quarter of an hour."""
    chosen = [it for it in all_tenants() if tenant in (None, it.slug)]
    if tenant and not chosen:
        raise click.ClickException(f"There is no restaurant “{tenant}”.")
    for one in chosen:
        with tenant_scope(one.id):
            rotate_signing_key()
    click.echo(f"{len(chosen)} restaurants sign with a new key.")
