"""An installation with a network that can be broken between its processes and its servers."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from urllib.parse import quote

from flask import Flask
from psycopg import Connection, connect

from app.core.db import db
from app.core.embedded import DATABASE_NAME, POSTGRES_SOCKET, socket_folder
from app.core.settings import load_settings
from app.factory import create_app
from tests.support.breaking import Servers
from tests.support.installation import Installation, installation
from tests.support.live import Live
from tests.support.proxy import Proxy
from tests.support.restaurants import TRATTORIA, Plan, Restaurant, open_restaurant


@dataclass(frozen=True)
class Stage:
    """The processes reach `database` and `redis` through these proxies.

    `app`, in this process, reaches the servers directly, for preparing.
    """

    own: Installation
    app: Flask
    live: Live
    servers: Servers
    database: Proxy
    redis: Proxy

    @property
    def owner_url(self) -> str:
        """The schema's owner, past every proxy."""
        return self.own.addresses.owner_url

    def look(self) -> Connection:
        """A connection of the owner, for `with`; none outlives a server that is broken."""
        return connect(self.owner_url, autocommit=True)

    def open_restaurant(self, slug: str, plan: Plan = TRATTORIA) -> Restaurant:
        """Open a restaurant, whatever befell the servers since the last one."""
        with self.app.app_context():
            db.engine.dispose()
        return open_restaurant(self.app, plan, slug)


@contextmanager
def open_stage(*, durable: bool = True) -> Iterator[Stage]:
    """Servers, proxies and processes, all of them running; a process that dies comes back."""
    with ExitStack() as stack:
        own = stack.enter_context(installation(durable=durable))
        sockets, network = socket_folder(own.folder), own.folder / "net"
        network.mkdir()
        postgres, valkey = network / POSTGRES_SOCKET, network / "valkey.sock"
        database = stack.enter_context(Proxy(postgres, sockets / POSTGRES_SOCKET))
        redis = stack.enter_context(Proxy(valkey, sockets / "valkey.sock"))
        app = create_app(load_settings(own.addresses.environment))
        stack.callback(_let_go, app)
        through = replace(
            own.addresses,
            app_url=f"postgresql://nib_app@/{DATABASE_NAME}?host={quote(str(network))}",
            redis_url=f"unix://{valkey}",
        )
        live = Live(through, own.folder / "behind")
        stack.callback(live.close)
        live.start()
        stack.enter_context(live.supervised())
        servers = Servers(own.services, own.addresses)
        yield Stage(own, app, live, servers, database, redis)


def _let_go(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()
    app.extensions["redis"].close()
