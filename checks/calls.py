"""Rules about what a program calls, read from its syntax tree."""

import ast
from collections.abc import Iterator

SQL_CALLS = {"text", "execute", "executemany", "exec_driver_sql", "scalar", "scalars", "SQL"}
DESERIALISERS = {"pickle", "marshal", "shelve", "dill", "cPickle"}
CODE_FROM_TEXT = {"eval", "exec", "compile", "__import__"}
SHELLS = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}
UNESCAPED = {"Markup", "mark_safe"}

# Statements that are put together all the same: file, function, and why.
COMPOSED = {
    ("app/core/db.py", "set_tenant"): "SET takes no parameters; the value is a parsed UUID",
    ("app/core/inserting.py", "_statement"): "names of our own tables and columns",
    ("app/core/rls.py", "*"): "migrations' own words, about tables that a migration names",
}

Problem = tuple[int, str]


def problems(path: str, tree: ast.Module) -> Iterator[Problem]:
    """Line and rule of each offence in a file."""
    for function, node in _nodes(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from _imported(node)
        elif isinstance(node, ast.Call):
            yield from _called(node)
            if not {(path, function), (path, "*")} & COMPOSED.keys():
                yield from _stated(node, tree)


def _nodes(tree: ast.AST, function: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Every node with the name of the function that it stands in."""
    for node in ast.iter_child_nodes(tree):
        inside = node.name if isinstance(node, ast.FunctionDef) else function
        yield function, node
        yield from _nodes(node, inside)


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[Problem]:
    module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
    names = {alias.name for alias in node.names}
    if DESERIALISERS & {name.partition(".")[0] for name in (module, *names)}:
        yield node.lineno, "deserialiser"
    if UNESCAPED & names:
        yield node.lineno, "unescaped"


def _called(node: ast.Call) -> Iterator[Problem]:
    name = ast.unparse(node.func)
    options = {option.arg: option.value for option in node.keywords}
    if name in CODE_FROM_TEXT:
        yield node.lineno, "code-from-text"
    if name in SHELLS or _is_true(options.get("shell")):
        yield node.lineno, "shell"
    if name.endswith("yaml.load") or name.rpartition(".")[2] == "render_template_string":
        yield node.lineno, "code-from-text"
    if name.rpartition(".")[2] in UNESCAPED or _is_false(options.get("autoescape")):
        yield node.lineno, "unescaped"


def _stated(node: ast.Call, tree: ast.Module) -> Iterator[Problem]:
    """A statement that is put together from values when it runs."""
    if ast.unparse(node.func).rpartition(".")[2] in SQL_CALLS and node.args:
        first = node.args[0]
        if isinstance(first, ast.Name):
            first = _value_of(first.id, tree) or first
        if _is_composed(first):
            yield node.lineno, "composed-sql"


def _value_of(name: str, tree: ast.Module) -> ast.expr | None:
    """What the file last gives a name, looked at wherever it stands."""
    given = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
    ]
    return next((value for value in given if _is_composed(value)), None)


def _is_composed(node: ast.expr) -> bool:
    """Whether a text is made of parts; constants, which are in capitals, may be parts."""
    if isinstance(node, ast.JoinedStr):
        parts = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        return not all(map(_is_constant, parts))
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mod)):
        return not (_is_constant(node.left) and _is_constant(node.right))
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("format", "join", "replace")
        and isinstance(node.func.value, (ast.Constant, ast.JoinedStr))
    )


def _is_constant(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_constant(node.left) and _is_constant(node.right)
    name = getattr(node, "attr", getattr(node, "id", ""))
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return is_text or (isinstance(node, (ast.Name, ast.Attribute)) and name.isupper())


def _is_true(node: ast.expr | None) -> bool:
    return node is not None and not _is_false(node)


def _is_false(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value in (False, None)
