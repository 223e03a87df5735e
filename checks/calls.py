"""Rules about what a program calls, read from its syntax tree."""

import ast
from collections import defaultdict
from collections.abc import Iterator

# What takes SQL as text: only fixed text. What takes a statement that may be a construct: a text
# that is put together is none.
OF_TEXT = {"text", "SQL", "literal_column", "DDL", "exec_driver_sql"}
OF_STATEMENTS = {"execute", "executemany", "scalar", "scalars"}
MODULES = {"sql", "sa", "sqlalchemy"}
SQL_KEYWORDS = {"text", "statement", "sql", "query"}
DESERIALISERS = {"pickle", "marshal", "shelve", "dill", "cPickle"}
CODE_FROM_TEXT = {"eval", "exec", "compile", "__import__"}
SHELLS = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}
UNESCAPED = {"Markup", "mark_safe"}

# Statements that are put together all the same: file, function, and why.
COMPOSED = {
    ("app/core/db.py", "set_tenant"): "SET takes no parameters; the value is a parsed UUID",
    ("app/core/inserting.py", "_statement"): "names of our own tables and columns",
    ("app/core/roles.py", "_run"): "a LiteralString: types let only literals in",
    ("app/invariants/check.py", "_ask"): "the invariants of this package are constants",
    ("app/core/rls.py", "*"): "migrations' own words, about tables that a migration names",
}

Problem = tuple[int, str]


def problems(path: str, tree: ast.Module) -> Iterator[Problem]:
    """Line and rule of each offence in a file."""
    names = _Names(tree)
    for function, node in _nodes(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from _imported(node)
        elif isinstance(node, ast.Call):
            yield from _called(node)
            if not {(path, function), (path, "*")} & COMPOSED.keys():
                yield from _stated(node, names)


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


class _Names:
    """What a file calls things by, and everything that it gives a name, wherever that stands."""

    def __init__(self, tree: ast.Module) -> None:
        self.meant: dict[str, str] = {}
        self._given: defaultdict[str, list[ast.expr]] = defaultdict(list)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                self.meant |= {name.asname: name.name for name in node.names if name.asname}
            elif isinstance(node, ast.AugAssign):
                self._give(node.target, ast.BinOp(node.target, node.op, node.value))
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    self._give(target, node.value)
            elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value:
                self._give(node.target, node.value)

    def _give(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self._given[target.id].append(value)

    def called(self, function: ast.expr) -> str:
        """What is called: a function by the name that it has at home, a method by its own."""
        if isinstance(function, ast.Name):
            return self.meant.get(function.id, function.id)
        owner, _, name = ast.unparse(function).rpartition(".")
        return "" if name == "text" and owner not in MODULES else name

    def values(self, node: ast.expr) -> list[ast.expr]:
        """What an expression may stand for: itself, or what its name was given."""
        given = self._given.get(node.id) if isinstance(node, ast.Name) else None
        return given or [node]


def _stated(node: ast.Call, names: _Names) -> Iterator[Problem]:
    """A statement that is put together from values when it runs."""
    called = names.called(node.func)
    named = [option.value for option in node.keywords if option.arg in SQL_KEYWORDS]
    for first in [*node.args[:1], *named]:
        values = names.values(first)
        if (called in OF_TEXT and not all(map(_is_fixed, values))) or (
            called in OF_STATEMENTS and any(map(_is_composed, values))
        ):
            yield node.lineno, "composed-sql"


def _is_fixed(node: ast.expr) -> bool:
    """Whether a text is the same at each run; constants, which are in capitals, may be parts."""
    if isinstance(node, ast.JoinedStr):
        parts = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        return all(map(_is_fixed, parts))
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add) and _is_fixed(node.left) and _is_fixed(node.right)
    if isinstance(node, ast.IfExp):
        return _is_fixed(node.body) and _is_fixed(node.orelse)
    name = getattr(node, "attr", getattr(node, "id", ""))
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return is_text or (isinstance(node, (ast.Name, ast.Attribute)) and name.isupper())


def _is_composed(node: ast.expr) -> bool:
    """Whether an expression puts a text together, of parts that are not all fixed."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        makes_text = node.func.attr in ("format", "join", "replace")
        return makes_text and _is_fixed(node.func.value)
    is_text = isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mod))
    )
    return is_text and not _is_fixed(node)


def _is_true(node: ast.expr | None) -> bool:
    return node is not None and not _is_false(node)


def _is_false(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value in (False, None)
