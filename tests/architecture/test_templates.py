"""Templates compile, and fragments are fragments. (What they must not hold: checks/.)"""

import re
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import nodes

from app.core.settings import PROJECT

FOLDER = PROJECT / "templates"
TEMPLATES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html"))
CODE = "".join(path.read_text() for path in sorted((PROJECT / "app").rglob("*.py")))
FRAGMENTS = [name for name in TEMPLATES if Path(name).name.startswith("_")]
# Fragments that code sends by themselves; the others are parts of templates.
ANSWERS = [name for name in FRAGMENTS if f'"{name}"' in CODE]

ENVELOPES = {"hx-partial", "hx-upsert"}
VOID = {"input", "img", "br", "hr", "link", "meta", "path", "circle", "rect", "line", "use"}


def source(name: str) -> str:
    return (FOLDER / name).read_text()


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_compiles(name: str, app: Flask) -> None:
    assert app.jinja_env.get_template(name).name == name


@pytest.mark.parametrize("name", FRAGMENTS)
def test_a_fragment_extends_nothing(name: str) -> None:
    assert not re.search(r"\{%-?\s*(extends|block)\b", source(name))


class _Roots(HTMLParser):
    """Notes the elements that stand at the top of a fragment, and whether they have an id."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.roots: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.depth += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.depth == 0:
            self.roots.append((tag, "id" in dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.depth -= 1


def markup(body: Iterable[nodes.Node]) -> str:
    """The template's own text: each loop once, the first of each choice, no macro, no value."""
    text = ""
    for node in body:
        if isinstance(node, nodes.Output):
            text += "".join(n.data for n in node.nodes if isinstance(n, nodes.TemplateData))
        elif not isinstance(node, nodes.Macro):
            text += markup(getattr(node, "body", []))
    return text


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_has_one_root(name: str, app: Flask) -> None:
    """What htmx or a socket gets is one element, or envelopes that say where each part goes."""
    parser = _Roots()
    parser.feed(markup(app.jinja_env.parse(source(name)).body))

    roots = [tag for tag, _has_id in parser.roots if tag not in ENVELOPES]

    assert len(roots) <= 1, roots
