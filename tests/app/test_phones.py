"""A phone: the menu says that it is one, the set-up is on the page, and what belongs together stands together."""

import sys

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.conftest import APP
from ui.frame import all_pages
from ui.runs_table import _NARROW


@pytest.fixture
def phone(monkeypatch):
    """Every part of the screen believes that it is narrow."""
    from ui import browser, frame

    monkeypatch.setattr(browser, "is_narrow", lambda: True)
    monkeypatch.setattr(frame, "is_narrow", lambda: True)
    for name, module in list(sys.modules.items()):
        if name.startswith("ui.") and hasattr(module, "is_narrow"):
            monkeypatch.setattr(module, "is_narrow", lambda: True)


def test_the_frame_has_a_menu_that_says_so_and_holds_every_page(phone):
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not app.exception
    menu = app.main.children[0]
    assert menu.proto.popover.label == "Menu"
    groups = all_pages()
    assert len(menu.get("page_link")) == sum(map(len, groups.values()))
    assert [caption.value for caption in menu.get("caption")] == [group for group in groups if group]


def test_the_set_up_is_on_the_page_and_nothing_is_hidden_beside_it(open_page, phone):
    app = open_page("sentiment")
    assert not app.exception
    assert not app.sidebar.children
    assert "Set-up" in [expander.label for expander in app.main.expander]
    app.number_input(key="sentiment.model.hidden_size").set_value(33).run()
    app.button(key="sentiment:train_on_page").click().run()
    assert not app.exception and not app.error


def test_runs_show_their_score_before_everything_but_their_name():
    assert _NARROW[:3] == ("Name", "Test set", "State")


def row_of(app):
    """The container in which the choice of what is seen of a result stands."""
    blocks = [app.main]
    for block in blocks:
        below = list(getattr(block, "children", {}).values())
        if any(str(getattr(one, "key", "")).startswith("forecasting_use_view") for one in below):
            return block.proto.flex_container
        blocks.extend(below)
    raise AssertionError("nothing is chosen")


@pytest.mark.parametrize("is_phone", [False, True])
def test_what_is_seen_of_a_result_has_a_row_of_its_own_on_a_phone_in_which_choices_wrap(
    open_page, trained, monkeypatch, is_phone
):
    monkeypatch.setattr("ui.tasks.forecasting.is_narrow", lambda: is_phone)
    row = row_of(open_page("forecasting", {"run": trained("forecasting").name}))
    assert row.direction == (row.VERTICAL if is_phone else row.HORIZONTAL)
