"""The rows of CONTRIBUTING's "To add something" are true: what exists is named in those places and nowhere else."""

import ast
import functools
import re
from collections import defaultdict
from pathlib import Path

import pytest

from core.applications import APPLICATIONS
from core.config.sections import all_fields
from core.data import catalog
from core.data.kinds import KINDS
from core.models.cells import CELLS

pytestmark = pytest.mark.xdist_group("contributing")  # all ask `places`, which takes a moment
ROOT = Path(__file__).resolve().parents[1]
ROWS = dict(re.findall(r"^\| (an? [^|]+) \| (.+) \|$", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.M))
PATHS = {to_add: re.findall(r"`((?:core|ui|pages|datasets|docs)/[^`]*)`", touch) for to_add, touch in ROWS.items()}
# Words of people, too: names of columns, and what a decoder writes.
ALSO_WORDS = {"sentiment", "translation", "dates", "pairs", "recall", "sequences", "series", "text"}
# Lessons name what they train, and claims what they measure.
LESSONS = ("core/insight/", "core/claims/", "ui/learn/")
CHOSEN = {"rnn", "lstm", "gru"}  # cells that presets, races and torch's own kernels choose by name


@functools.cache
def places():
    """Files by what stands in them: texts, imported tasks (`tasks.NAME.`) and fields (`NAME: ... = setting(...)`).

    Claims are left out: what is measured there is chosen by name, as in a benchmark.
    """
    found = defaultdict(set)
    for path in (path for room in ("core", "ui", "pages") for path in (ROOT / room).rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        if place.startswith("core/claims/"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found[node.value].add(place)
            elif isinstance(node, ast.ImportFrom) and (task := re.search(r"\btasks\.(\w+)\.", f"{node.module}.")):
                found[task[1]].add(place)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Call):
                found[f"{ast.unparse(node.target)} = {ast.unparse(node.value.func)}"].add(place)
    return found


def allowed(name, *rows):
    """The places of some rows, for one thing of that name; a folder stands for all in it."""
    return tuple(re.sub(r"<\w+>", name, path) for row in rows for path in PATHS[row])


def strays(name, *rows):
    return {path for path in places()[name] if not path.startswith(allowed(name, *rows))}


def test_the_places_that_are_named_exist():
    assert len(PATHS) > 12
    for to_add, paths in PATHS.items():
        for path in paths:
            assert list(ROOT.glob(re.sub(r"<\w+>", "*", path.rstrip("/")))), f"{to_add}: {path}"


@pytest.mark.parametrize("name", sorted({application.task.name for application in APPLICATIONS.values()} - ALSO_WORDS))
def test_a_task_is_named_in_its_rooms_only(name):
    places = {path for path in strays(name, "a task") if not path.startswith(("core/applications/", *LESSONS))}
    own = {f"pages/{name}.py", *(["pages/home.py"] if name == "generation" else [])}  # Home's button trains that one
    assert places <= own


@pytest.mark.parametrize("name", sorted({*APPLICATIONS} - ALSO_WORDS))
def test_an_application_is_named_in_its_places_only(name):
    others = {"pages/home.py"} if name == "generation" else set()
    found = {path for path in strays(name, "an application", "a task") if not path.startswith(LESSONS)}
    assert found <= others


@pytest.mark.parametrize("name", sorted({*KINDS} - ALSO_WORDS))
def test_a_kind_of_data_is_named_in_its_places_and_by_its_tasks(name):
    of_tasks = {path for path in strays(name, "a kind of data") if path.startswith("core/tasks/")}
    assert strays(name, "a kind of data") == of_tasks


@pytest.mark.parametrize("name", sorted({entry.id for entry in catalog.entries()} - ALSO_WORDS - {"made_series"}))
def test_a_data_set_is_named_in_its_entry_and_its_loader(name):
    of_pages = {path for path in strays(name, "a data set") if path.startswith(("core/applications/", *LESSONS))}
    assert strays(name, "a data set") == of_pages


@pytest.mark.parametrize("name", sorted({*CELLS} - CHOSEN))
def test_a_cell_is_named_in_its_file(name):
    assert not strays(name, "a cell")


@pytest.mark.parametrize("name", sorted(all_fields()))
def test_a_field_is_declared_once(name):
    found = places()[f"{name.split('.')[-1]} = setting"]
    assert len(found) == 1
    assert found <= {*PATHS["a field"]}
