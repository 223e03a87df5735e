"""`flask check-invariants`: one line a rule, then every offence; exit 1 on any."""

import os
import sys

import click
from flask.cli import with_appcontext
from sqlalchemy import create_engine, pool

from app.core.settings import load_settings, sqlalchemy_url
from app.invariants.check import check_invariants
from app.invariants.gateway import check_gateway
from app.invariants.model import Finding
from app.payments.gateway import GatewayError
from app.payments.terminal import gateway

SHOWN = 20


@click.command("check-invariants")
@with_appcontext
def check_invariants_command() -> None:
    """Ask the database whether everything adds up, over all tenants."""
    url = load_settings(os.environ).database_owner_url
    if not url:
        raise click.ClickException("Set DATABASE_OWNER_URL: the checks read every tenant.")
    engine = create_engine(sqlalchemy_url(url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        findings = check_invariants(connection)
        try:
            findings.append(check_gateway(connection, gateway()))
        except GatewayError:
            click.echo("  5  not asked: the card terminal does not answer")
    for finding in sorted(findings, key=lambda finding: finding.number):
        _say(finding)
    sys.exit(any(finding.offences for finding in findings))


def _say(finding: Finding) -> None:
    mark = "broken" if finding.offences else "holds "
    click.echo(f" {finding.number:>2}  {mark}  {len(finding.offences):>4}  {finding.name}")
    for offence in finding.offences[:SHOWN]:
        click.echo(f"       tenant {offence.tenant_id}  {offence.id}  {offence.what}")
