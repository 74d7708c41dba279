"""The plan of the code: direction of imports, size and names of files, a docstring in every module."""

import ast
import re
from pathlib import Path

from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[1]
PACKAGE = sorted((ROOT / "sim").rglob("*.py"))
ALL = PACKAGE + sorted((ROOT / "tests").rglob("*.py"))
MOST_LINES = 400
WITHOUT_MEANING = {
    "utils",
    "helpers",
    "common",
    "base",
    "core",
    "misc",
    "manager",
    "handler",
    "service",
    "data",
}


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def test_imports_go_down_the_floors(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True, no_logo=True) == 0, capsys.readouterr().out


def test_the_package_is_found():
    assert "sim/agents/views.py" in [name_of(path) for path in PACKAGE]


def test_files_are_short():
    lines = {name_of(path): len(path.read_text().splitlines()) for path in ALL}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


def test_files_are_named_after_what_they_are_about():
    words = {name_of(path): set(re.split(r"[/_.]", name_of(path))) for path in PACKAGE}
    assert [name for name, found in words.items() if found & WITHOUT_MEANING] == []


def test_every_module_says_what_it_is():
    said = {name_of(path): ast.get_docstring(ast.parse(path.read_text())) or "" for path in ALL}
    assert [name for name, text in said.items() if not text.split("\n")[0].endswith((".", "?", ":"))] == []


def test_imports_are_absolute_and_name_their_module():
    wrong = []
    for path in PACKAGE:
        for node in ast.walk(ast.parse(path.read_text())):
            place = f"{name_of(path)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Import) and "sim" in [alias.name for alias in node.names]:
                wrong.append(f"{place}: the package imports itself")
            if isinstance(node, ast.ImportFrom):
                if node.level:
                    wrong.append(f"{place}: a relative import")
                if "*" in [alias.name for alias in node.names]:
                    wrong.append(f"{place}: imports everything")
                if node.module == "sim" and path != ROOT / "sim" / "__init__.py":
                    wrong.append(f"{place}: write `from sim.x import Y`")
    assert wrong == []


def test_what_is_left_to_do_names_an_issue():
    left = re.compile(r"#.*\bTO" + r"DO\b(?!.*#\d)")
    assert [name_of(path) for path in ALL if left.search(path.read_text())] == []
