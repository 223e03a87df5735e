"""Rules of the house that no linter knows."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.settings import PROJECT
from app.identity.permissions import PERMISSIONS

LONGEST_FILE = 400
SOURCES = sorted((PROJECT / "app").rglob("*.py"))
OWN_FILES = [
    path
    for folder in ("app", "templates", "static", "tests", "migrations")
    for path in sorted((PROJECT / folder).rglob("*"))
    if path.suffix in {".py", ".html", ".css", ".js"} and "vendor" not in path.parts
]

# What stands in one place alone, and where.
HOMES = {
    r"\.commit\(": {"app/core/db.py"},
    r"\.enqueue(?!_req\()\w*\(": {"app/core/relay.py"},
    r"\bdatetime\.(now|utcnow|today)\(|\bdate\.today\(": {"app/core/clock.py"},
    r"\.publish\(": {"app/core/redis.py", "app/core/relay.py"},
    r"SET LOCAL|set_config": {"app/core/db.py"},
}
ASKS_FOR_PERMISSION = {"requires", "require", "may"}
# Both stand for themselves: one has no transaction of ours, the other no application.
APART = ("app/terminal/", "app/replay/")


def _where(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


@pytest.mark.parametrize("pattern", HOMES)
def test_what_has_a_home_stands_there_alone(pattern: str) -> None:
    found = {_where(path) for path in SOURCES if re.search(pattern, path.read_text())}
    ours = {where for where in found if not where.startswith(APART)}

    assert ours <= HOMES[pattern]
    assert ours, f"nothing matches {pattern}: the rule has lost its subject"


def test_no_file_is_long() -> None:
    lengths = {_where(path): len(path.read_text().splitlines()) for path in OWN_FILES}

    assert {where: n for where, n in lengths.items() if n > LONGEST_FILE} == {}


def _permissions_asked_for(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", None))
        asked = node.args[0]
        if name in ASKS_FOR_PERMISSION and isinstance(asked, ast.Constant):
            yield str(asked.value)


def test_every_permission_asked_for_exists() -> None:
    unknown = {
        _where(path): name
        for path in SOURCES
        for name in _permissions_asked_for(ast.parse(path.read_text()))
        if name not in PERMISSIONS
    }

    assert unknown == {}


def test_imports_lead_downward_only() -> None:
    # In a process of its own: the linter sets up logging, which would silence ours in this one.
    lint = Path(sys.executable).with_name("lint-imports")
    found = subprocess.run(
        [lint, "--no-cache"], cwd=PROJECT, capture_output=True, text=True, check=False
    )

    assert found.returncode == 0, found.stdout
