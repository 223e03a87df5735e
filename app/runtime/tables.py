"""`python -m app.runtime.tables`: migrate, then seed the demo restaurants, in one process.

With `--drop-old-keys` the secrets are sealed with the newest key that DATA_DIR keeps, and the
others go.

Loading the models takes longer than either; two processes would take it twice at every start.
"""

import os
import sys

from alembic import command
from alembic.config import Config
from flask.cli import FlaskGroup

from app.core.rotation import finish_rotation
from app.core.settings import PROJECT, load_settings


def main() -> None:
    """Bring the tables to this version; print how to sign in to the demo restaurants."""
    command.upgrade(Config(PROJECT / "migrations" / "alembic.ini"), "head")
    if "--drop-old-keys" in sys.argv[1:]:
        finish_rotation(load_settings(os.environ))
    FlaskGroup().main(["--app", "wsgi", "seed-demo"])


if __name__ == "__main__":
    main()
