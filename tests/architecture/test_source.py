"""Rules that the source itself keeps."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("core", "advocacy", "casework", "referrals")
MODULES = [
    path for app in APPS for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts
]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SEALED = {
    "Case",
    "Identification",
    "Interpreter",
    "Packet",
    "Referral",
    "SectionVersion",
    "Consent",
    "FollowUp",
    "Grant",
    "SealedObject",
    "ObjectKey",
    "ServerShare",
}
EVERYTHING = {
    "all",
    "filter",
    "get",
    "first",
    "last",
    "exclude",
    "in_bulk",
    "values",
    "values_list",
    "iterator",
}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))


def test_there_is_source_to_look_at() -> None:
    assert len(MODULES) > 50
    assert len(TEMPLATES) > 30


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_nothing_is_printed(path: Path) -> None:
    assert not [
        call.lineno for call in calls(path) if isinstance(call.func, ast.Name) and call.func.id == "print"
    ]


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_has_one_subject(path: Path) -> None:
    text = path.read_text()
    assert path.stem not in {"utils", "helpers", "common", "misc"}
    assert text.count("\n") <= 420, "look for the seam"
    assert not re.search(r"\b(TODO|FIXME|XXX|NotImplementedError)\b", text)


IN_FRONT = [path for path in MODULES if {"views", "api"} & set(path.parts) or path.stem in {"views", "forms"}]


@pytest.mark.parametrize("path", IN_FRONT, ids=name)
def test_views_and_api_reach_sealed_rows_through_an_actor_alone(path: Path) -> None:
    """`Case.objects.visible_to(actor)`, or a selector; never a manager that knows no actor."""
    wrong = [
        f"line {call.lineno}"
        for call in calls(path)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in EVERYTHING
        and isinstance(call.func.value, ast.Attribute)
        and call.func.value.attr == "objects"
        and isinstance(call.func.value.value, ast.Name)
        and call.func.value.value.id in SEALED
    ]
    assert wrong == []


@pytest.mark.parametrize("path", IN_FRONT, ids=name)
def test_views_and_api_write_nothing_themselves(path: Path) -> None:
    writes = {"save", "create", "bulk_create", "update", "delete", "get_or_create", "update_or_create"}
    wrong = [
        f"line {call.lineno}"
        for call in calls(path)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in writes
        and "objects" in ast.unparse(call.func.value)
    ]
    assert wrong == []


GATE = {"core/access.py", "core/grant_rows.py", "core/models/access.py"}
VERBS_OF_THE_GATE = {"core/access.py", "core/dormant.py", "core/keeping_out.py"}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_the_gate_grants(path: Path) -> None:
    source = path.read_text()
    if name(path) not in GATE:
        assert "guardian.shortcuts" not in source
        assert not re.search(r"\bGrant(\.objects\.(create|bulk_create|update)|\()", source)
        assert not re.search(r"\bOpenObject\(", source)
    if name(path) not in VERBS_OF_THE_GATE:
        writers = r"core\.grant_rows import (?!Principal$)|import .*\bgrant_rows\b"
        assert not re.search(writers, source, re.MULTILINE)
    if name(path) != "core/access.py" and not name(path).startswith("core/crypto/"):
        assert "from cryptography" not in source


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_tasks_and_commands_have_no_keys(path: Path) -> None:
    """Nobody is signed in there: they work on ids, dates and states. The demo, which makes people, is the exception."""
    if path.stem == "tasks" or ("commands" in path.parts and path.stem not in {"load_demo", "__init__"}):
        assert not re.search(r"\b(open_object|open_many|actor_for|unlock|Keyring)\b", path.read_text())


MACHINE = re.compile(
    rf"/home/|/root/|{re.escape(str(ROOT))}|\.local\b|\b(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))(?:\.\d{{1,3}}){{2,3}}\b"
)
WRITTEN = [
    *MODULES,
    *TEMPLATES,
    *sorted(path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)),
    *sorted((ROOT / "docs").rglob("*.md")),
    *(
        ROOT / file
        for file in (
            "README.md",
            "Makefile",
            "pyproject.toml",
            "docker-compose.yml",
            "Dockerfile",
            "Procfile",
        )
    ),
]


def test_no_machine_is_named() -> None:
    named = {
        f"{name(path)}: {found[0]}"
        for path in WRITTEN
        if path.exists()
        for found in MACHINE.finditer(path.read_text())
    }
    assert named == set()


# --- templates  ----------------------------------------


def without_comments(text: str) -> str:
    return re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", text, flags=re.DOTALL)


INLINE = {
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.IGNORECASE),
    "an inline style sheet": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "an event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "an htmx handler": re.compile(r"\bhx-on\b|\bhx-vals\s*=\s*['\"]js:", re.IGNORECASE),
    "a script address": re.compile(r"javascript:", re.IGNORECASE),
    "another site": re.compile(r"(?:src|href|action|content)\s*=\s*['\"]?(?:https?:)?//", re.IGNORECASE),
    "text that is not escaped": re.compile(r"\|\s*safe\b|{%\s*autoescape\s+off"),
}


@pytest.mark.parametrize("what", INLINE)
def test_a_template_runs_and_loads_nothing_of_its_own(what: str) -> None:
    assert [name(path) for path in TEMPLATES if INLINE[what].search(without_comments(path.read_text()))] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_form_that_changes_something_carries_its_token(path: Path) -> None:
    for form in re.findall(
        r"<form\b.*?</form>", without_comments(path.read_text()), flags=re.DOTALL | re.IGNORECASE
    ):
        if re.search(r'method="post"', form, re.IGNORECASE):
            assert "{% csrf_token %}" in form


GIVES_AWAY = re.compile(r"{{|traffick|exploit|survivor|victim|abuse", re.IGNORECASE)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_title_gives_no_one_away(path: Path) -> None:
    """A browser's tab and history say neither who it is about nor what happened; so a title has no variable."""
    for title in re.findall(r"{% block title %}(.*?){% endblock", path.read_text(), flags=re.DOTALL):
        assert not GIVES_AWAY.search(title), title


def test_the_rules_above_can_fail() -> None:
    bad = {
        "an inline script": "<script>alert(1)</script>",
        "an inline style sheet": "<style>a{}</style>",
        "a style attribute": '<p class="x" style="color:red">',
        "an event handler": '<a href="/" onclick="x()">',
        "an htmx handler": '<a hx-on:click="x()">',
        "a script address": '<a href="javascript:x()">',
        "another site": '<img src="//cdn.example/x.png">',
        "text that is not escaped": "{{ note|safe }}",
    }
    assert all(INLINE[what].search(text) for what, text in bad.items())
    assert not any(
        rule.search("<script src=\"{% static 'x.js' %}\" defer></script>") for rule in INLINE.values()
    )
    assert MACHINE.search("see /home/someone/hearth")
