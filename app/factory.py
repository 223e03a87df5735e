"""The application factory."""

import os
from pathlib import Path

from flask import Flask
from jinja2 import StrictUndefined
from sqlalchemy.orm import configure_mappers

from app.core.assets import init_assets
from app.core.bodies import BoundedRequest
from app.core.compression import init_compression
from app.core.contact import contact
from app.core.db import init_db
from app.core.failures import init_failures
from app.core.forms import JsonReader
from app.core.health import health
from app.core.keyring import init_keyring
from app.core.limits import init_limits
from app.core.locale import init_locale
from app.core.logs import set_up_logs
from app.core.mailbox import mailbox
from app.core.media import media
from app.core.network import BehindProxies
from app.core.redis import init_redis
from app.core.settings import Settings, load_settings
from app.core.web import init_csrf, init_web
from app.core.words import shown
from app.identity.application import SUBJECTS, init_identity
from app.tenancy.routing import init_routing
from app.wiring import build_wiring, register

ROOT = Path(__file__).resolve().parent.parent


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application from `settings` (default: the environment)."""
    settings = settings or load_settings(os.environ)
    set_up_logs(settings.log_level)
    app = Flask("nibblix", root_path=str(ROOT), static_folder="static", template_folder="templates")
    app.request_class = BoundedRequest
    app.config.update(SECRET_KEY=settings.secret_key)
    app.json = JsonReader(app)
    if settings.trusted_proxies:
        app.wsgi_app = BehindProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.finalize = shown
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["wiring"] = build_wiring()
    init_keyring(app, settings.encryption_keys)
    init_db(app, settings.database_url)
    init_redis(app, settings.redis_url)
    init_compression(app)
    init_web(app, settings)
    init_routing(app)
    init_locale(app)
    init_identity(app)
    init_csrf(app)
    init_failures(app)
    init_assets(app)
    app.register_blueprint(contact)
    app.register_blueprint(health)
    app.register_blueprint(mailbox)
    app.register_blueprint(media)
    register(app)
    init_limits(app, SUBJECTS)
    # Now, for forks to share: each would do it for itself, and so copy half of what is loaded.
    configure_mappers()
    return app
