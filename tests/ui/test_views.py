"""A task is drawn by one file, and an application is a page of a few lines."""

from pathlib import Path

from core.applications import APPLICATIONS
from ui.frame import all_pages
from ui.tasks.view import TaskView, view_of

ROOT = Path(__file__).resolve().parents[2]


def test_every_task_is_drawn_by_the_file_of_its_name():
    tasks = {path.parent.name for path in (ROOT / "core" / "tasks").glob("*/description.py")}
    assert {path.stem for path in (ROOT / "ui" / "tasks").glob("*.py")} == {*tasks, "__init__", "view"}
    for name in APPLICATIONS:
        assert isinstance(view_of(name), TaskView)
        assert view_of(name).takes.endswith("."), name


def test_every_application_is_a_page_of_a_few_lines_and_stands_in_the_menu():
    for name in APPLICATIONS:
        lines = (ROOT / "pages" / f"{name}.py").read_text(encoding="utf-8").splitlines()
        assert lines[-1] == f'page.draw("{name}")'
        assert len(lines) == 5
    assert len(all_pages()["Tasks"]) == len(APPLICATIONS)
