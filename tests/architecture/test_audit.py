"""What has to be accounted for is: who asks for an audited permission writes an entry."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.settings import PROJECT
from app.identity import permissions
from app.identity.permissions import PERMISSIONS

CONSTANTS = {name: value for name, value in vars(permissions).items() if str(value) in PERMISSIONS}
COMMANDS = [
    path
    for path in sorted((PROJECT / "app").rglob("*.py"))
    if "commands" in str(path) or path.name in {"importing.py", "logins.py"}
]


def _named(tree: ast.AST, method: str) -> Iterator[str]:
    """The permissions that calls of a method name first."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = getattr(node.func, "attr", getattr(node.func, "id", None))
        first = node.args[0]
        if called == method:
            name = getattr(first, "id", getattr(first, "attr", getattr(first, "value", "")))
            yield str(CONSTANTS.get(str(name), name))


def _unwritten(source: str) -> set[str]:
    tree = ast.parse(source)
    asked = {name for name in _named(tree, "require") if name in PERMISSIONS}
    return {name for name in asked if PERMISSIONS[name].audited} - set(_named(tree, "record"))


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: path.relative_to(PROJECT).as_posix())
def test_an_audited_act_is_written_down_where_it_is_done(path: Path) -> None:
    assert _unwritten(path.read_text()) == set()


def test_one_that_is_not_would_be_found() -> None:
    forgetful = "def refund(actor):\n    actor.require(PAYMENT_REFUND)\n"

    assert _unwritten(forgetful) == {"payment.refund"}
