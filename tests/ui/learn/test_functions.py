"""What the page of functions and slopes shows is what the engine and autograd give."""

import numpy as np
import pytest

from core.insight.edits import Edits
from ui.learn import descent_scene, functions

SCENES = {
    "squash": functions.squash,
    "round": functions.go_round,
    **{
        loss: lambda edits, loss=loss: descent_scene.descent(loss, edits, {"kind": "statements"})
        for loss in descent_scene.WORDS
    },
}


def scene(which, **edits):
    found = Edits(edits)
    shown = SCENES[which](found).data()
    return shown | {"problems": found.problems}


def values_of(shown, name):
    return [row[0] for row in shown["values"][name]["at"]]


def test_the_point_of_each_function_lies_on_its_curve():
    shown = scene("squash", z=3)
    pictures = [panel for row in shown["rows"] for panel in row if panel["kind"] == "curve"]
    assert shown["values"]["value"]["at"][0] == pytest.approx([np.tanh(3), 1 / (1 + np.exp(-3)), 3, 3])
    assert shown["values"]["slope"]["at"][0] == pytest.approx([1 - np.tanh(3) ** 2, 0.0451767, 1, 1], rel=1e-5)
    for picture in pictures:
        for curve, point in zip(picture["curves"], picture["points"], strict=True):
            at = dict(curve["points"])
            assert at[3.0] == pytest.approx(values_of(shown, point["y"])[0], abs=1e-5)


def test_a_number_goes_round_as_the_statement_says():
    edits = {"w": 1.5, "start": 0.4, "x": 0, "rounds": 25}
    shown = scene("round", **edits)
    assert values_of(shown, "identity") == pytest.approx([0.4 * 1.5**n for n in range(1, 26)], rel=1e-6)
    assert values_of(shown, "identity")[-1] > 10_000
    assert values_of(shown, "tanh")[-1] == pytest.approx(0.86, abs=0.005)
    stairs = next(panel for row in shown["rows"] for panel in row if panel["kind"] == "curve")["segments"][0]["at"]
    assert stairs[0][0] == [0.4, 0.4] and stairs[1][0] == pytest.approx(stairs[0][2])


def test_a_gradient_of_a_thousandth_moves_2_1_to_2_0999():
    statement = functions.LESSON.statements[3]
    shown = scene("line", **statement.state["edits"])
    assert (values_of(shown, "w")[0], values_of(shown, "gradient")[0]) == pytest.approx((2.1, 0.001))
    assert values_of(shown, "next")[0] == 2.0999
    assert values_of(shown, "w")[1] == 2.0999


def test_a_rate_too_large_ends_higher_than_it_began_and_a_plateau_where_it_began():
    jumps = scene("line", **functions.LESSON.statements[4].state["edits"])
    losses = values_of(jumps, "loss")
    assert losses == sorted(losses) and values_of(jumps, "w")[-1] > descent_scene.SHAPES["line"].weights[1]
    flat = scene("squashed", **functions.LESSON.statements[5].state["edits"])
    assert abs(values_of(flat, "w")[-1] - 3) < 0.01 and values_of(flat, "loss")[-1] > 1


def test_a_tangent_has_the_slope_of_the_gradient():
    for loss in descent_scene.WORDS:
        shown = scene(loss, steps=4)
        picture = next(panel for row in shown["rows"] for panel in row if panel["kind"] == "curve")
        tangents = picture["segments"][0]["at"]
        assert len(tangents) == shown["steps"] == 5
        for (x, y), (other_x, other_y), slope in (
            (*ends, slope) for ends, slope in zip(tangents, values_of(shown, "gradient"), strict=True)
        ):
            assert (other_y - y) / (other_x - x) == pytest.approx(slope, abs=1e-6)


def test_what_blows_up_is_said_and_no_error():
    shown = scene("rounds", shape=20, w=1.6, rate=5, steps=40)
    assert values_of(shown, "w")[-1] in ("inf", "-inf", "nan")
    assert not shown["problems"]


@pytest.mark.parametrize("which", SCENES)
def test_an_edit_that_does_not_fit_is_left_out_and_said(which):
    wild = {"z": 1e9, "w": "much", "rate": float("nan"), "steps": -1, "rounds": 1e9}
    used = {"squash": 1, "round": 2}.get(which, 3)
    shown = scene(which, **wild)
    assert len(shown["problems"]) == used
    assert shown["values"] == scene(which)["values"]
