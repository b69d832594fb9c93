"""What is missing is a dash: every table of the screen says so, because left to itself it would write None."""

import ast
from pathlib import Path

from ui.words import NONE

ROOT = Path(__file__).resolve().parents[2]
TABLES = ("dataframe", "data_editor")


def calls():
    for path in (file for room in ("ui", "pages") for file in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TABLES:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", {word.arg: word.value for word in node.keywords}


def test_every_table_shows_what_is_missing_as_a_dash():
    found = dict(calls())
    assert len(found) > 5
    without = [where for where, words in found.items() if not _is_none(words.get("placeholder"))]
    assert not without, f"give these placeholder=NONE: {without}"


def _is_none(value):
    return isinstance(value, ast.Name) and value.id == "NONE"


def test_the_dash_is_no_word():
    assert NONE == "–"
