"""The Learn pages in the app: each draws, in a lesson too, and every row of the lectures is where the list says."""

import pytest

from core.jobs import starters
from docs import write_lectures
from tests.ui.learn.scenes import scene_of, words_of
from ui.learn.lessons import ENTRIES

SHIPPED = starters.STARTERS_DIR


@pytest.fixture(autouse=True)
def shipped_starters(monkeypatch):
    """Some pages open with a network that ships."""
    monkeypatch.setattr("core.jobs.starters.STARTERS_DIR", SHIPPED)


@pytest.mark.parametrize("page", ENTRIES, ids=lambda page: page.name)
def test_a_page_of_the_section_has_what_the_list_says_and_opens_as_a_lesson_and_by_links(open_page, page):
    app = open_page(page.name)
    assert not app.exception and not app.error
    assert app.title[0].value == page.title
    words = words_of(app)
    missing = {row: control for row, control in page.covers.items() if control not in words}
    assert not missing, f"no such control on the page: {missing}"
    if not page.has_figure:
        return
    scene = scene_of(app)
    statements = [panel for row in scene["rows"] for panel in row if panel["kind"] == "statements"]
    assert len(statements) == 1 and len(statements[0]["items"]) >= 3
    assert scene["alt"]
    _a_lesson_has_the_figure_and_no_set_up(open_page, page.name)
    _a_link_opens_the_figure_in_its_state(open_page, page.name, scene)
    _a_broken_link_draws_the_page_and_leaves_out_what_cannot_be(open_page, page.name, scene)


def _a_lesson_has_the_figure_and_no_set_up(open_page, name):
    app = open_page(name, {"lesson": "1"})
    assert not app.exception
    assert not [*app.sidebar.selectbox, *app.sidebar.segmented_control, *app.sidebar.radio]
    assert scene_of(app)["steps"] >= 1


def _a_link_opens_the_figure_in_its_state(open_page, name, scene):
    mark = next(iter(scene["values"]))
    last = str(scene["steps"])
    opened = scene_of(open_page(name, {"step": last, "mark": mark}))
    assert opened["start"]["step"] == int(last) - 1 and opened["start"]["mark"] == mark


def _a_broken_link_draws_the_page_and_leaves_out_what_cannot_be(open_page, name, scene):
    link = {"step": "-3", "unit": "x" * 99, "mark": "<b>", "edits": "x.0.0:1e9,no.such:nan,::,W.9.9:1,x.0.0:inf"}
    app = open_page(name, link)
    assert not app.exception
    assert scene_of(app)["start"]["step"] == scene["start"]["step"]
    assert scene_of(app)["start"]["mark"] != "<b>"


@pytest.mark.parametrize("name", sorted({name for name, _ in write_lectures.TASKS.values()}))
def test_rows_that_a_task_holds_are_on_its_page(open_page, name):
    app = open_page(name)
    assert not app.exception
    words = words_of(app)
    rows = {row: control for row, (page, control) in write_lectures.TASKS.items() if page == name}
    assert not [row for row, control in rows.items() if control not in words]
