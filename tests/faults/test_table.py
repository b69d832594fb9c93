"""The fault table of the guide names tests that exist, and every fault test is in it."""

import ast
import re
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "reliability.md"


def names_in(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_test_that_the_table_names_exists_and_every_fault_is_in_the_table():
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    named = {name for row in rows for name in re.findall(r"`(test_\w+)`", row)}
    there = {name for path in HERE.glob("test_*.py") if path.name != Path(__file__).name for name in names_in(path)}
    elsewhere = {name for path in HERE.parent.rglob("test_*.py") for name in names_in(path)}
    assert len(named) > 30
    assert named - elsewhere == set()
    repeats = {"test_a_thousand_runs_all_end", "test_every_kind_of_no_room_is_called_a_full_disk"}
    assert there - named == repeats
