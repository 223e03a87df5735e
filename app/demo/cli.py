"""`flask --app wsgi seed-demo`: open the demo restaurants and say how to sign in."""

import click
from flask.cli import with_appcontext

from app.demo.seed import DEMOS, PASSWORD, seed_demo_restaurants


@click.command("seed-demo")
@with_appcontext
def seed_demo() -> None:
    """Open the demo restaurants, unless they are open."""
    opened = seed_demo_restaurants()
    click.echo("The demo restaurants are open." if opened else "The demo restaurants were open.")
    click.echo(f"Everybody's password is {PASSWORD}.")
    for demo in DEMOS:
        click.echo(f"{demo.name}: /t/{demo.slug}/")
        for member in demo.members:
            click.echo(f"  {member.name}, {member.role}: {member.email}, PIN {member.pin}")
        click.echo("  The owner pairs tablets, kitchen screens and pickup boards there:")
        click.echo(f"  devices: /t/{demo.slug}/settings/devices")
