"""The page of the cell in the app: every cell draws, and a run that is not there is said."""

from tests.ui.learn.scenes import scene_of
from ui.learn.cell import CELL_WORDS


def test_the_page_draws_every_cell(open_page):
    app = open_page("cell")
    (choice,) = (box for box in app.sidebar.selectbox if box.label == "Cell")
    for name, label in CELL_WORDS.items():
        (choice,) = (box for box in app.sidebar.selectbox if box.label == "Cell")
        choice.set_value(name).run()
        assert not app.exception, label
        assert scene_of(app)["id"].startswith(f"{name}-")


def test_without_a_trained_network_the_page_says_where_to_get_one(open_page):
    app = open_page("cell", {"cell.network": "A run of mine"})
    assert not app.exception
    assert any("no trained network yet" in info.value for info in app.info)
