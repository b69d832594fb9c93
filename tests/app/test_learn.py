"""The Learn pages in the app: each draws, in a lesson too, and every row of the lectures is where the list says."""

import pytest

from tests.ui.learn.scenes import scene_of, words_of
from ui.learn.lessons import ENTRIES

NAMES = [page.name for page in ENTRIES]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_of_the_section_draws_and_has_what_the_list_says(open_page, name):
    app = open_page(name)
    assert not app.exception and not app.error
    (page,) = (one for one in ENTRIES if one.name == name)
    assert app.title[0].value == page.title
    words = words_of(app)
    missing = {row: control for row, control in page.covers.items() if control not in words}
    assert not missing, f"no such control on the page: {missing}"
    scene = scene_of(app)
    statements = [panel for row in scene["rows"] for panel in row if panel["kind"] == "statements"]
    assert len(statements) == 1 and len(statements[0]["items"]) >= 3
    assert scene["alt"]


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_has_the_figure_and_no_set_up(open_page, name):
    app = open_page(name, {"lesson": "1"})
    assert not app.exception
    assert not [*app.sidebar.selectbox, *app.sidebar.segmented_control, *app.sidebar.radio]
    assert scene_of(app)["steps"] >= 1


@pytest.mark.parametrize("name", NAMES)
def test_a_link_opens_the_figure_in_its_state(open_page, name):
    scene = scene_of(open_page(name))
    mark = next(iter(scene["values"]))
    last = str(scene["steps"])
    opened = scene_of(open_page(name, {"step": last, "mark": mark}))
    assert opened["start"]["step"] == int(last) - 1 and opened["start"]["mark"] == mark


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_link_draws_the_page_and_says_what_it_left_out(open_page, name):
    link = {"step": "-3", "unit": "x" * 99, "mark": "<b>", "edits": "x.0.0:1e9,no.such:nan,::,W.9.9:1,x.0.0:inf"}
    app = open_page(name, link)
    assert not app.exception
    assert scene_of(app)["start"]["step"] == 0 and scene_of(app)["start"]["mark"] != "<b>"
