"""`python -m app.runtime.tables`: migrate, then seed the demo restaurants, in one process.

Loading the models takes longer than either; two processes would take it twice at every start.
"""

from alembic import command
from alembic.config import Config
from flask.cli import FlaskGroup

from app.core.settings import PROJECT


def main() -> None:
    """Bring the tables to this version; print how to sign in to the demo restaurants."""
    command.upgrade(Config(PROJECT / "migrations" / "alembic.ini"), "head")
    FlaskGroup().main(["--app", "wsgi", "seed-demo"])


if __name__ == "__main__":
    main()
