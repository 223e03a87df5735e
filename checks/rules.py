"""Which rules are asked of which files, and what is found."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from checks.calls import problems

# Statements of migrations are constants, and run once, by hand: they are no part of this.
PROGRAMS = ("app/**/*.py", "worker.py", "wsgi.py")
TEMPLATES = ("templates/**/*.html",)
SCRIPTS = ("static/js/**/*.js",)

_JINJA_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_JS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)

IN_EXPRESSIONS: Mapping[str, str] = {
    "unescaped": r"\|\s*safe\b|\bMarkup\b|\bautoescape\s+false",
    "request-state": r"\b(current_user|session)\s*\.",
}
IN_MARKUP: Mapping[str, str] = {
    "style-attribute": r"\sstyle\s*=",
    "inline-handler": r"\s(on[a-z]+|hx-on[:\w-]*)\s*=",
    "inline-script": r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|\b(javascript|js):",
    "inline-style": r"<style\b",
}
IN_SCRIPTS: Mapping[str, str] = {
    "html-from-text": r"\.(inner|outer)HTML\b|insertAdjacentHTML|document\.write",
    "code-from-text": r"\beval\s*\(|\bnew Function\b|set(Timeout|Interval)\s*\(\s*[\"'`]",
    "style-attribute": r"\.style\.|setAttribute\(\s*[\"']style",
}


@dataclass(frozen=True)
class Finding:
    """A line that breaks a rule."""

    path: str
    line: int
    rule: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}"


def findings(root: Path) -> Iterator[Finding]:
    """Everything under `root` that breaks a rule."""
    for patterns, look in ((PROGRAMS, in_program), (TEMPLATES, in_template), (SCRIPTS, in_script)):
        for pattern in patterns:
            for path in sorted(root.glob(pattern)):
                where = path.relative_to(root).as_posix()
                yield from look(where, path.read_text(encoding="utf-8"))


def in_program(path: str, text: str) -> Iterator[Finding]:
    """What breaks a rule in a Python file."""
    for line, rule in problems(path, ast.parse(text)):
        yield Finding(path, line, rule)


def in_template(path: str, text: str) -> Iterator[Finding]:
    """What breaks a rule in a template."""
    text = _blanked(_JINJA_COMMENT, text)
    yield from _matches(path, text, IN_EXPRESSIONS, re.IGNORECASE)
    yield from _matches(path, _blanked(_JINJA, text), IN_MARKUP, re.IGNORECASE)


def in_script(path: str, text: str) -> Iterator[Finding]:
    """What breaks a rule in a script of our own."""
    yield from _matches(path, _blanked(_JS_COMMENT, text), IN_SCRIPTS)


def _matches(
    path: str, text: str, rules: Mapping[str, str], flags: re.RegexFlag = re.NOFLAG
) -> Iterator[Finding]:
    for rule, pattern in rules.items():
        for found in re.finditer(pattern, text, flags):
            yield Finding(path, text.count("\n", 0, found.start(0) + 1) + 1, rule)


def _blanked(pattern: re.Pattern[str], text: str) -> str:
    """The text without what matches, on the same lines."""
    return pattern.sub(lambda found: " " + "\n" * found[0].count("\n"), text)
