"""What goes to the component and what comes back with a link."""

import re
from pathlib import Path

import numpy as np

from ui.learn.figure import read_state, source
from ui.learn.scene import Equation, Scene, plain


def test_a_link_says_step_unit_mark_and_changes_and_nothing_else():
    state = read_state({"step": "3", "unit": "2", "mark": "forget", "edits": "W.0.1:0.5,rate:-2"})
    assert state == {"step": 2, "unit": 1, "mark": "forget", "edits": {"W.0.1": 0.5, "rate": -2.0}}


def test_what_a_link_says_wrongly_stays_out():
    assert read_state({"step": "0x3", "unit": "-1", "edits": "W.0.1:big,,=:"}) == {"edits": {}}
    assert read_state({"step": "0"}) == {"step": 0, "edits": {}}
    assert read_state({"step": "٣"}) == {"edits": {}}


def test_numbers_are_sent_as_single_precision_holds_them_and_what_is_not_finite_as_words():
    assert plain(np.array([[1 / 3, np.inf], [-np.inf, np.nan]])) == [[0.3333333, "inf"], ["-inf", "nan"]]


def test_a_scene_holds_what_its_panels_show():
    scene = Scene("one", "One unit", ["a", "b"], units=1, start={"mark": "h"})
    scene.value("h", "hidden state", [[1], [2]], before=[0], equation=Equation("h = x", ["h = ", {"v": "h"}]))
    scene.matrix("W", "W", [[1]], editable=True)
    scene.row({"kind": "equations", "names": ["h"]})
    data = scene.data()
    assert data["steps"] == 2 and data["start"] == {"step": 0, "unit": 0, "mark": "h"}
    assert data["values"]["h"]["equation"]["put_in"] == ["h = ", {"v": "h"}]


def test_the_component_never_writes_markup_and_computes_no_function_of_a_network():
    script = re.sub(r"//.*", "", source())
    for forbidden in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Math.tanh",
        "Math.exp",
    ):
        assert forbidden not in script
    assert script.count("export default") == 1


def test_what_python_sends_names_the_figures_colours_which_follow_the_theme():
    found = [path.name for path in Path("ui/learn").glob("*.py") if re.search(r"\"#[0-9A-Fa-f]{6}\"", path.read_text())]
    assert not found
