"""What no page can show: things that our code never does, so that nobody has to look for them."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ("audit", "bookings", "catalog", "inventory", "orders", "payments", "shop")
#: Jitter, and shops that are filled for looks or for measuring; nothing here is a secret.
GUESSABLE = {"shop/versioned.py", "shop/conflicts.py", "shop/events/relay.py"}
_FILLING = ("shop/operations/load/", "shop/operations/seeds/")


def sources(pattern="*.py"):
    for app in APPS:
        for path in sorted((ROOT / app).rglob(pattern)):
            if "tests" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


def called(node):
    """ "name" or "module.name" of what a call calls."""
    if isinstance(node.func, ast.Name):
        return node.func.id
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        return f"{node.func.value.id}.{node.func.attr}"
    return ""


def imported(node):
    if isinstance(node, ast.Import):
        return {name.name for name in node.names}
    if isinstance(node, ast.ImportFrom):
        return {str(node.module), *(f"{node.module}.{name.name}" for name in node.names)}
    return set()


def calls(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def keywords(node):
    return {one.arg: getattr(one.value, "value", None) for one in node.keywords}


@cache
def used():
    """What each file imports and calls; read once, because all files take seconds."""
    found = {}
    for path, tree in sources():
        told = {called(node) for node in calls(tree)}
        for node in ast.walk(tree):
            told |= imported(node)
        found[path] = told
    return found


def uses(names):
    """Places that import or call one of ``names``."""
    return [f"{path}: {name}" for path, told in used().items() for name in sorted(told & names)]


@pytest.mark.parametrize(
    "names",
    [
        {"eval", "exec", "compile", "__import__"},
        {"pickle", "marshal", "shelve", "dill", "yaml", "yaml.load"},
        {"os.system", "os.popen", "subprocess.getoutput", "commands"},
        {"hashlib.md5", "hashlib.sha1", "hashlib.new"},
        {"django.template.Template", "django.template.engines", "jinja2"},
        {"ssl._create_unverified_context", "urllib3.disable_warnings"},
    ],
    ids=lambda names: sorted(names)[0],
)
def test_no_code_of_ours_uses(names):
    assert uses(names) == []


def test_no_program_is_run_by_a_shell_and_no_certificate_goes_unread():
    loose = [
        f"{path}:{node.lineno}"
        for path, tree in sources()
        for node in calls(tree)
        if keywords(node).get("shell") is True or keywords(node).get("verify", True) is False
    ]
    assert loose == []


def test_what_can_be_guessed_makes_no_secret():
    found = {line.partition(":")[0] for line in uses({"random", "random.Random"})}
    assert {path for path in found if not path.startswith(_FILLING)} == GUESSABLE


def test_scripts_neither_build_code_nor_markup_nor_keep_people():
    build = r"\beval\(|new Function|document\.write|(inner|outer)HTML\s*=|insertAdjacentHTML"
    loose = re.compile(build)
    kept = re.compile(r"(local|session)Storage|indexedDB")
    scripts = sorted((ROOT / "static" / "js").rglob("*.js"))
    assert [path.name for path in scripts if loose.search(path.read_text())] == []
    # Whether the next review opens by itself; for staff.
    assert [path.name for path in scripts if kept.search(path.read_text())] == ["moderation.js"]
    assert len(scripts) >= 5


def test_the_rules_see_what_they_look_for():
    assert uses({"hashlib"}) != []
    assert "shop/conflicts.py" in used()


def test_every_library_is_pinned_with_its_hashes():
    for file in sorted((ROOT / "requirements").glob("*.txt")):
        text = file.read_text().replace("\\\n", " ")
        lines = [one for one in text.splitlines() if one.strip() and not one.startswith(("#", "-"))]
        loose = [one[:60] for one in lines if "==" not in one or "--hash=sha256:" not in one]
        assert loose == [], file.name
