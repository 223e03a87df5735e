"""Where everything is measured: an installation of its own with one restaurant that is open."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask

from app.core.db import db
from app.core.settings import load_settings
from app.factory import create_app
from app.replay.browser import Browser
from tests.support.installation import Installation, installation
from tests.support.live import Live
from tests.support.restaurants import TRATTORIA, Person, Restaurant, open_restaurant


@dataclass(frozen=True)
class Scene:
    """The processes that run, and `app`: the same application in this process, for preparing."""

    own: Installation
    app: Flask
    restaurant: Restaurant
    is_quick: bool

    @property
    def live(self) -> Live:
        """The processes."""
        return self.own.live

    def pick(self, quick: int, full: int) -> int:
        """How many rounds: fewer where the whole run is to be quick."""
        return quick if self.is_quick else full

    def browser(self, person: Person) -> Browser:
        """Somebody signed in over HTTP, with a connection that is kept."""
        browser = Browser(self.live.url)
        browser.sign_in(person.tenant, person.email, person.password)
        return browser


@contextmanager
def open_scene(*, is_quick: bool) -> Iterator[Scene]:
    """Start everything as `make run` does (fsync included), on folders and ports of its own."""
    with installation() as own:
        app = create_app(load_settings(own.addresses.environment))
        own.live.start()
        try:
            yield Scene(own, app, open_restaurant(app, TRATTORIA, "bench"), is_quick)
        finally:
            with app.app_context():
                db.engine.dispose()
            app.extensions["redis"].close()
