"""What the audit trail holds is told in words: every act that is written down, and its object.

Acts are found wherever they are written: a call of `audit.record` or `security.note` names one by
a literal, a constant or a local name, or passes on what its own function was given.
"""

import ast
import inspect
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import get_args, get_type_hints

import pytest

from app.audit.words import ACTS, KINDS, act_in_words, all_acts
from app.core import audit, security
from app.core.settings import PROJECT
from app.identity.permissions import PERMISSIONS
from app.menu.commands.here import Sold

WRITERS = (audit.record, security.note)
# What has a price says itself which of two it is.
PRICED = "app.menu.commands.here: sold.kind"

Function = Callable[..., object]


@cache
def _all_calls() -> dict[str, list[tuple[str, ast.FunctionDef, ast.Call]]]:
    """The product's calls by what they call, with the module and the function they stand in."""
    found = defaultdict(list)
    for path in sorted((PROJECT / "app").rglob("*.py")):
        name = ".".join(path.relative_to(PROJECT).with_suffix("").parts)
        tree = ast.parse(path.read_text())
        for scope in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            for call in (node for node in ast.walk(scope) if isinstance(node, ast.Call)):
                called = getattr(call.func, "attr", getattr(call.func, "id", ""))
                found[called].append((name, scope, call))
    return found


def _calls(wanted: Function) -> Iterator[tuple[ModuleType, ast.FunctionDef, ast.Call]]:
    """Every call of one function; another module's of the same name is left out."""
    for name, scope, call in _all_calls()[wanted.__name__]:
        module = import_module(name)
        if _meant(call.func, module) is wanted:
            yield module, scope, call


def _meant(name: ast.expr | None, module: ModuleType) -> object:
    """What a name means in a module; None for what is not the module's."""
    if isinstance(name, ast.Name):
        return vars(module).get(name.id)
    if isinstance(name, ast.Attribute):
        return getattr(_meant(name.value, module), name.attr, None)
    return None


def _texts(told: ast.expr, scope: ast.FunctionDef, module: ModuleType) -> set[str]:
    """The texts that an expression may be; none where that cannot be read."""
    parts: list[ast.expr] = []
    match told:
        case ast.Constant(value=str() as text):
            return {text}
        case ast.IfExp():
            parts = [told.body, told.orelse]
        case ast.BoolOp():
            parts = told.values
        case ast.Tuple():
            parts = told.elts
        case ast.Name() | ast.Attribute():
            meant = _meant(told, module)
            if isinstance(meant, str):
                return {meant}
            parts = list(_given(ast.unparse(told), scope))
    return set().union(*(_texts(part, scope, module) for part in parts))


def _given(name: str, scope: ast.FunctionDef) -> Iterator[ast.expr]:
    """What a function gives to a name of its own."""
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign):
            names = [part for target in node.targets for part in ast.walk(target)]
            if any(isinstance(part, ast.Name) and part.id == name for part in names):
                yield node.value


@cache
def _reach(parameter: str) -> tuple[frozenset[str], frozenset[str]]:
    """The texts that reach a parameter of the writers, and where they cannot be read."""
    found, unread, seen = set[str](), set[str](), set[tuple[Function, str]]()
    waiting: list[tuple[Function, str]] = [(writer, parameter) for writer in WRITERS]
    while waiting:
        function, name = waiting.pop()
        if (function, name) in seen:
            continue
        seen.add((function, name))
        for module, scope, call in _calls(function):
            named = {one.arg: one.value for one in call.keywords if one.arg}
            told = inspect.signature(function).bind_partial(*call.args, **named).arguments[name]
            if ast.unparse(told) in {one.arg for one in scope.args.args + scope.args.kwonlyargs}:
                waiting.append((vars(module)[scope.name], told.id))
                continue
            texts = _texts(told, scope, module)
            found |= texts
            if not texts:
                unread.add(f"{module.__name__}: {ast.unparse(told)}")
    return frozenset(found), frozenset(unread)


def test_every_act_that_is_written_down_has_words_and_is_offered_as_a_filter() -> None:
    acts, unread = _reach("act")

    assert unread == set()
    assert acts - set(ACTS) - set(PERMISSIONS) == set()
    assert set(ACTS) - acts == set(), "words of an act that nobody writes"


def test_every_kind_of_object_has_words() -> None:
    kinds, unread = _reach("subject_kind")
    priced = get_args(get_type_hints(Sold)["kind"])

    assert unread == {PRICED}
    assert kinds | set(priced) == set(KINDS)


@pytest.mark.parametrize("act", [*ACTS, *PERMISSIONS])
def test_no_act_is_told_by_its_code(act: str) -> None:
    assert act_in_words(act) != act


def test_no_two_acts_are_told_alike() -> None:
    words = [said for _act, said in all_acts()]

    assert len(words) == len(set(words))
