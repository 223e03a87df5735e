"""Each rule of `python -m checks` finds what it is for, and leaves alone what it is not for."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.core.settings import PROJECT
from checks.calls import COMPOSED
from checks.rules import Finding, findings, in_program, in_script, in_template

Look = Callable[[str, str], Iterator[Finding]]

PROGRAMS = {
    "composed-sql": [
        "execute(text(f\"SELECT * FROM item WHERE name = '{name}'\"))",
        'connection.execute("SELECT * FROM " + table)',
        'execute(text("SELECT * FROM item WHERE id = %s" % item_id))',
        'execute(text("SELECT * FROM {}".format(table)))',
        "connection.exec_driver_sql(f\"SET LOCAL app.tenant_id = '{value}'\")",
        'admin.execute(sql.SQL(f"DROP DATABASE {name}"))',
        'def ask(name):\n    wanted = f"SELECT {name}"\n    execute(text(wanted))',
        'execute(text("SELECT " + ", ".join(names)))',
        'def ask(name):\n    wanted: str = f"SELECT {name}"\n    execute(text(wanted))',
        'wanted = "SELECT "\nwanted += name\nexecute(text(wanted))',
        'select(literal_column(f"{name} = 1"))',
        'from sqlalchemy import text as statement\nexecute(statement(f"SELECT {name}"))',
        'STATEMENT = "SELECT {}"\nexecute(text(STATEMENT.format(name)))',
        "execute(text(text=f'SELECT {name}'))",
        "execute(text(asked(name)))",
        "execute(text(request.args['q']))",
    ],
    "unescaped": [
        "from markupsafe import Markup",
        "import markupsafe\nmarkupsafe.Markup(name)",
        "Environment(autoescape=False)",
    ],
    "deserialiser": [
        "import pickle",
        "from marshal import loads",
        "import shelve",
        "import json, dill",
    ],
    "code-from-text": [
        "eval(request.form['sum'])",
        "exec(body)",
        "yaml.load(body)",
        "render_template_string(body)",
    ],
    "shell": [
        "subprocess.run(command, shell=True)",
        "subprocess.run(command, shell=wanted)",
        "os.system(command)",
        "os.popen(command)",
    ],
}
TEMPLATES = {
    "unescaped": ["{{ a|safe }}", "{{ a | safe }}", "{% autoescape False %}", "{{ Markup(a) }}"],
    "request-state": ["{{ session.member_id }}", "{% if current_user.name %}x{% endif %}"],
    "style-attribute": ['<p style="color: red">', "<p\n style='top:0'>"],
    "inline-handler": [
        '<a onclick="go()">',
        '<p hx-on:click="go()">',
        "<img src=x onerror='x'>",
        "<img src=x onError=go()>",
    ],
    "inline-script": ["<script>go()</script>", '<a href="javascript:go()">', '<p hx-vals="js:{}">'],
    "inline-style": ["<style>p { color: red }</style>"],
}
SCRIPTS = {
    "html-from-text": ["p.innerHTML = text;", "p.insertAdjacentHTML('beforeend', text);"],
    "code-from-text": ["eval(text);", "new Function(text)();", "setTimeout('go()', 5);"],
    "style-attribute": ["p.style.top = 0;", "p.setAttribute('style', text);"],
}
CASES = [
    pytest.param(look, rule, text, id=f"{rule}: {text[:40]}")
    for look, rules in ((in_program, PROGRAMS), (in_template, TEMPLATES), (in_script, SCRIPTS))
    for rule, texts in rules.items()
    for text in texts
]


@pytest.mark.parametrize(("look", "rule", "text"), CASES)
def test_what_is_planted_is_found(look: Look, rule: str, text: str) -> None:
    found = list(look("planted", text))

    assert {finding.rule for finding in found} == {rule}


@pytest.mark.parametrize(
    ("look", "text"),
    [
        (in_program, 'execute(text("SELECT id FROM item WHERE name = :name"), {"name": name})'),
        (in_program, 'PART = "a"\nSTATEMENT = text(f"SELECT {PART}")'),
        (in_program, 'admin.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))'),
        (in_program, 'log.info("asked", text=f"{name}")\nsubprocess.run([program, name])'),
        (in_template, "{# |safe, <script> and style= are not for templates #}<p>{{ name }}</p>"),
        (in_template, "<script src=\"{{ asset('js') }}\" defer></script>"),
        (in_template, '<p data-once="1" class="on">{{ order.session }}</p>'),
        (in_script, "/* no innerHTML here */ p.textContent = text; setTimeout(() => go(), 5);"),
    ],
)
def test_what_is_harmless_is_left_alone(look: Look, text: str) -> None:
    assert list(look("harmless", text)) == []


def test_a_finding_names_the_line() -> None:
    text = '<p>\n{# a\ncomment #}\n<b style="top:0">'

    found = list(map(str, in_template("a.html", text)))

    assert found == ["a.html:4: style-attribute"]


def test_files_of_a_project_are_looked_through(tmp_path: Path) -> None:
    (tmp_path / "app" / "menu").mkdir(parents=True)
    (tmp_path / "templates" / "menu").mkdir(parents=True)
    (tmp_path / "static" / "js").mkdir(parents=True)
    (tmp_path / "app" / "menu" / "queries.py").write_text("import pickle\n")
    (tmp_path / "templates" / "menu" / "page.html").write_text("{{ name|safe }}\n")
    (tmp_path / "static" / "js" / "menu.js").write_text("eval(text);\n")

    assert {str(finding) for finding in findings(tmp_path)} == {
        "app/menu/queries.py:1: deserialiser",
        "templates/menu/page.html:1: unescaped",
        "static/js/menu.js:1: code-from-text",
    }


def test_the_project_keeps_the_rules() -> None:
    assert list(map(str, findings(PROJECT))) == []


@pytest.mark.parametrize(("path", "function"), COMPOSED)
def test_each_exception_is_still_needed(path: str, function: str) -> None:
    """Under another name the same file breaks the rule that it is excepted from."""
    found = in_program("elsewhere.py", (PROJECT / path).read_text())

    assert "composed-sql" in {finding.rule for finding in found}, function
