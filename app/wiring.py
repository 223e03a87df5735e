"""The one composition table: which blueprints there are, and who listens to which event."""

from flask import Flask

from app.audit import sealing
from app.audit.routes import audit
from app.brand.routes import brand
from app.core import mail
from app.core.events import Job, On, Wiring
from app.core.rotation import rotate_keys
from app.core.sockets.endpoint import init_sockets
from app.core.sockets.views import StreamView
from app.demo.cli import seed_demo
from app.devices.routes import devices
from app.floor.cli import floor_cli
from app.floor.routes import floor
from app.identity.account import reset
from app.identity.account.routes import account
from app.identity.permissions import KITCHEN_VIEW, ORDER_CREATE, REPORT_VIEW
from app.identity.routes import identity
from app.identity.staff.routes import staff
from app.identity.tokens.cli import rotate_signing_key_command
from app.identity.tokens.endpoint import token_endpoint
from app.identity.tokens.routes import tokens
from app.identity.watching import GATE
from app.invariants.cli import check_invariants_command
from app.inventory import commands as inventory
from app.inventory import jobs as inventory_jobs
from app.inventory.cli import inventory_cli
from app.inventory.routes import inventory as inventory_pages
from app.kitchen import commands as kitchen_commands
from app.kitchen import screens
from app.kitchen.routes import kitchen, pickup
from app.menu.cli import menu_cli
from app.menu.routes import menu
from app.onboarding.routes import init_opening, setup
from app.onboarding.sign_up import sign_up
from app.ordering import events as ordering
from app.ordering import jobs as ordering_jobs
from app.ordering.api import api as ordering_api
from app.ordering.routes import ordering as ordering_pages
from app.payments import jobs as payments_jobs
from app.payments.ledger import post_sale
from app.payments.routes import payments
from app.privacy import jobs as privacy_jobs
from app.privacy.commands import closing, keeping
from app.privacy.commands.exporting import JOB as EXPORT
from app.privacy.routes import privacy
from app.reporting.navigation import init_navigation
from app.reporting.routes import reporting
from app.reporting.switcher import init_switcher
from app.settings.domains import commands as domains
from app.settings.domains import jobs as domain_jobs
from app.settings.domains.dns import DnsResolver
from app.settings.routes import settings
from app.storefront.routes import storefront


def build_wiring() -> Wiring:
    """Events to handlers, jobs by name, renderers of stream topics, and what the clock does."""
    return Wiring(
        events={
            ordering.OrderPlaced: On(now=(inventory.reserve,)),
            ordering.LineChanged: On(now=(inventory.reserve_again,)),
            ordering.LinesReleased: On(now=(inventory.release,)),
            ordering.BillSettled: On(later=("ordering.fire_settled",)),
            ordering.LinesFired: On(
                now=(kitchen_commands.make_tickets,), later=("inventory.deplete",)
            ),
            ordering.LineVoided: On(now=(kitchen_commands.show_void, inventory.take_back)),
            ordering.SaleIssued: On(now=(post_sale,)),
        },
        jobs={
            domains.CHECK: Job(queue="names", run=domain_jobs.check, staged=True),
            "inventory.deplete": Job(queue="stock", run=inventory_jobs.deplete),
            "inventory.reverse": Job(queue="stock", run=inventory_jobs.reverse),
            "inventory.show_left": Job(queue="stock", run=inventory_jobs.show_left),
            reset.JOB: Job(queue="office", run=reset.mail_reset),
            mail.JOB: Job(
                queue="office",
                run=mail.deliver,
                staged=True,
                worth_trying=mail.WORTH_TRYING,
            ),
            EXPORT: Job(queue="office", run=privacy_jobs.export, staged=True),
            # Not with the payments: a terminal that hangs must not hold up the kitchen.
            "ordering.fire_settled": Job(queue="stock", run=ordering_jobs.fire_settled),
            "ordering.release": Job(queue="stock", run=ordering_jobs.release),
            "payments.ask": Job(queue="payments", run=payments_jobs.ask, staged=True),
            "payments.charge": Job(queue="payments", run=payments_jobs.charge, staged=True),
            "payments.refund": Job(queue="payments", run=payments_jobs.refund, staged=True),
        },
        renderers={"ticket": screens.render_tickets},
        views={
            "kitchen": StreamView(permission=KITCHEN_VIEW, snapshot=screens.snapshot),
            "pickup": StreamView(permission=KITCHEN_VIEW),
            "floor": StreamView(permission=ORDER_CREATE),
            "order": StreamView(permission=ORDER_CREATE),
            "dashboard": StreamView(permission=REPORT_VIEW),
        },
        clock=(
            (sealing.EVERY_S, sealing.keep_trail),
            (sealing.HEADS_EVERY_S, sealing.log_heads),
            (domain_jobs.EVERY_S, domains.order_daily_checks),
        ),
        rounds=(
            (closing.ERASE_EVERY_S, closing.erase_closed),
            (keeping.EVERY_S, keeping.enforce_nightly),
        ),
    )


def register(app: Flask) -> None:
    """Attach every capability's blueprints and commands."""
    init_sockets(app, app.extensions["settings"], GATE)
    for blueprint in (
        identity,
        brand,
        account,
        staff,
        tokens,
        token_endpoint,
        floor,
        ordering_pages,
        ordering_api,
        kitchen,
        pickup,
        menu,
        inventory_pages,
        payments,
        reporting,
        settings,
        audit,
        privacy,
        storefront,
        devices,
        sign_up,
        setup,
    ):
        app.register_blueprint(blueprint)
    init_navigation(app)
    init_opening(app)
    init_switcher(app)
    app.extensions["resolver"] = DnsResolver()
    app.cli.add_command(rotate_keys)
    app.cli.add_command(rotate_signing_key_command)
    app.cli.add_command(seed_demo)
    app.cli.add_command(check_invariants_command)
    app.cli.add_command(floor_cli)
    app.cli.add_command(inventory_cli)
    app.cli.add_command(menu_cli)
