"""What has to be accounted for is: who asks for an audited permission writes an entry."""

import ast
from collections.abc import Iterator

import pytest

from app.core.settings import PROJECT
from app.identity import permissions
from app.identity.permissions import PERMISSIONS, TENANT_MANAGE

CONSTANTS = {name: value for name, value in vars(permissions).items() if str(value) in PERMISSIONS}
# Routes ask first and write nothing: the commands that they call do both.
COMMANDS = [
    path
    for path in sorted((PROJECT / "app").rglob("*.py"))
    if path.name != "routes.py" and path.parent.name != "routes"
]
# Throws the sample away under the account's permission, through a command that writes it down
# under the menu's.
ELSEWHERE = {"app/onboarding/sample_data.py": {TENANT_MANAGE}}


def _named(tree: ast.AST, method: str) -> Iterator[str]:
    """The permissions that calls of methods whose name begins so name first."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if called.startswith(method):
            for part in ast.walk(node.args[0]):
                name = getattr(part, "id", getattr(part, "attr", getattr(part, "value", "")))
                yield str(CONSTANTS.get(str(name), name))


def _unwritten(source: str) -> set[str]:
    tree = ast.parse(source)
    asked = {name for name in _named(tree, "require") if name in PERMISSIONS}
    return {name for name in asked if PERMISSIONS[name].audited} - set(_named(tree, "record"))


def test_an_audited_act_is_written_down_where_it_is_done() -> None:
    unwritten = {
        path.relative_to(PROJECT).as_posix(): missing
        for path in COMMANDS
        if (missing := _unwritten(path.read_text()))
    }

    assert unwritten == ELSEWHERE


@pytest.mark.parametrize(
    "asking",
    [
        "actor.require(PAYMENT_REFUND)",
        "actor.require_everywhere(PAYMENT_REFUND)",
        "actor.at(place).require(permissions.PAYMENT_REFUND)",
        "actor.require(PAYMENT_REFUND if is_paid else ORDER_CREATE)",
    ],
)
def test_one_that_is_not_would_be_found(asking: str) -> None:
    assert _unwritten(f"def refund(actor):\n    {asking}\n") == {"payment.refund"}
