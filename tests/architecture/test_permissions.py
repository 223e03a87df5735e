"""What is offered to people bars something: a permission is asked for, or marked as to come."""

import ast
from functools import cache

import pytest

from app.core.settings import PROJECT
from app.identity import permissions
from app.identity.permissions import PERMISSIONS, Permission

CONSTANTS = {name: value for name, value in vars(permissions).items() if str(value) in PERMISSIONS}
DEFINED_IN = PROJECT / "app/identity/permissions.py"
# Where a permission is asked for: a route's `@requires`, a command's `actor.require` and its kin,
# and the answer of a function that tells a command what to ask for.
ASKING = ("requires", "require", "require_everywhere", "require_or_ask")


@cache
def _asked() -> frozenset[str]:
    """What the product's routes and commands ask for by its constant."""
    found = set[str]()
    for path in (PROJECT / "app").rglob("*.py"):
        if path != DEFINED_IN:
            found |= _asked_in(path.read_text())
    return frozenset(found)


def _asked_in(source: str) -> set[str]:
    asking = [node for node in ast.walk(ast.parse(source)) if _is_asking(node)]
    named = (
        getattr(part, "id", getattr(part, "attr", "")) for it in asking for part in ast.walk(it)
    )
    return {CONSTANTS[name] for name in named if name in CONSTANTS}


def _is_asking(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return getattr(node.func, "attr", getattr(node.func, "id", "")) in ASKING
    return isinstance(node, ast.Return)


@pytest.mark.parametrize("permission", PERMISSIONS.values(), ids=lambda one: one.name)
def test_a_permission_is_asked_for_or_marked_as_to_come(permission: Permission) -> None:
    assert (permission.name in _asked()) == permission.asked


def test_naming_a_permission_is_not_asking_for_it() -> None:
    source = "audit.record(PAYMENT_REFUND)\nactor.require(ORDER_CANCEL if placed else ORDER_CREATE)"

    assert _asked_in(source) == {"order.cancel", "order.create"}
