"""The figure of the cell: its numbers are the trace's, what it speaks of is there, and what is typed is checked."""

import numpy as np
import pytest
import torch

from core.config.sections import ModelConfig
from core.insight import tiny
from core.insight.edits import Edits
from core.insight.states import trace_states
from core.models.cells import CELLS
from core.models.recurrent import Recurrent
from ui.learn import cell_runs
from ui.learn.cell import LESSON
from ui.learn.cell_tiny import BOTH, OTHER, Choice, build
from ui.learn.scene import plain

STATEMENTS = {"kind": "statements", "title": "", "items": []}
EVERY = [*(Choice(cell) for cell in CELLS), Choice(BOTH), Choice("rnn", "relu"), Choice("rnn", "sigmoid")]
EVERY += [Choice("lstm", seed=3, units=4, stacked=True, output="identity"), Choice("gru", length=16, output="sigmoid")]


def scene_of(choice, **edits):
    typed = Edits(edits)
    return build(choice, typed, STATEMENTS), typed


def shown(scene, name):
    return scene.values[name]["at"]


@pytest.mark.parametrize("choice", EVERY, ids=str)
def test_every_gate_sum_and_state_on_the_screen_is_that_of_the_trace(choice):
    scene, _ = scene_of(choice)
    for prefix, cell in [("", choice.cell)] if choice.cell != BOTH else [("", "gru"), (OTHER, "gru_reset_before")]:
        drawn = choice.seed is not None
        network = tiny.drawn(cell, choice.units, choice.seed) if drawn else tiny.readable(cell, choice.nonlinearity)
        trace = network.trace(torch.from_numpy(tiny.sequence(choice.length)).float()[None]).layers[0]
        expected = {**trace.states, **{f"{name} sum": value for name, value in trace.preactivations.items()}}
        expected |= {name: gate for name, gate in trace.gates.items() if name != "hidden"}
        for name, value in expected.items():
            assert shown(scene, prefix + name) == plain(value[0].detach()), name


@pytest.mark.parametrize("choice", EVERY, ids=str)
def test_what_the_figure_speaks_of_is_there(choice):
    assert_all_is_there(scene_of(choice)[0])


def assert_all_is_there(scene):
    """Every value and matrix that a panel, a wire or an equation names."""
    panels = [panel for row in scene.rows for panel in row]
    for panel in panels:
        if panel["kind"] == "wires":
            for layout in (panel, panel["narrow"]):
                named = [*layout["nodes"], *layout["wires"]]
                assert {one[key] for one in named for key in ("value", "mark") if one.get(key)} <= set(scene.values)
                assert all(
                    0 <= node["x"] <= layout["width"] and 0 <= node["y"] <= layout["height"] for node in layout["nodes"]
                )
        elif panel["kind"] == "equations":
            assert all("equation" in scene.values[name] for name in panel["names"])
        elif panel["kind"] == "matrix":
            assert set(panel["names"]) <= set(scene.matrices)
    for value in scene.values.values():
        equation = value.get("equation", {"put_in": [], "says": []})
        for token in [*equation["put_in"], *equation["says"]]:
            if isinstance(token, dict):
                assert {token[key] for key in ("v", "of", "gives") if key in token} <= set(scene.values)
                assert {token[key] for key in ("products", "plus") if key in token} <= set(scene.matrices)


def test_relu_with_whole_numbers_shows_what_one_gets_by_hand():
    edits = {"x.0.0": 3, "x.1.0": -2, "x.2.0": 1, "b_hidden.1.0": -4}
    scene, typed = scene_of(Choice("rnn", "relu", output="identity"), **edits)
    assert not typed.problems
    # h1 = relu(x + 2 h1), h2 = relu(x + h2 / 2 - 4), h3 = relu(x + h1 - h3)
    assert shown(scene, "hidden sum")[:3] == [[3, -1, 3], [4, -6, -2], [9, -3, 5]]
    assert shown(scene, "h")[:3] == [[3, 0, 3], [4, 0, 0], [9, 0, 5]]
    assert shown(scene, "y")[:3] == [[6, -3], [8, -8], [18, -13]]  # 2 h1 and h3 - 2 h1


def test_a_start_state_and_a_held_gate_are_used():
    scene, _ = scene_of(Choice("lstm"), **{"start.1.0": 2.0, "hold_forget": 20, "hold_input": 0})
    assert [row[0] for row in shown(scene, "c")] == [2.0] * 8
    scene, _ = scene_of(Choice("lstm"), **{"hold_forget": 0})
    assert shown(scene, "c") == shown(scene, "added")


def test_an_edit_that_does_not_fit_is_named_and_the_others_stay():
    scene, typed = scene_of(Choice("gru"), **{"x.0.0": 1e9, "W_new.0.0": "nan", "start.9.9": 1, "x.1.0": 2})
    assert shown(scene, "x")[0][0] == 1 and shown(scene, "x")[1][0] == 2
    assert len(typed.problems) == 3 and any("x" in problem for problem in typed.problems)


def test_the_two_conventions_part_only_where_units_are_mixed():
    scene, _ = scene_of(Choice(BOTH))
    apart = np.array(shown(scene, "apart"))
    assert apart[:, 0].max() < 1e-6 and apart[:, 2].max() > 0.3
    scene, _ = scene_of(
        Choice(BOTH), **{f"U_new.{row}.{column}": float(row == column) for row in range(3) for column in range(3)}
    )
    assert np.array(shown(scene, "apart")).max() < 1e-6


def test_more_steps_leave_every_matrix_as_it_is():
    short, long = scene_of(Choice("lstm"))[0], scene_of(Choice("lstm", length=24))[0]
    assert short.matrices == long.matrices and len(long.labels) == 24


def test_every_statement_names_what_its_figure_has():
    for statement in LESSON.statements:
        widgets = dict(statement.widgets or {})
        choice = Choice(widgets.get("cell", "lstm"), length=int(widgets.get("length", 8)))
        scene, typed = scene_of(choice, **statement.state.get("edits", {}))
        assert statement.state["mark"] in scene.values and statement.state["step"] < len(scene.labels)
        assert not typed.problems


@pytest.mark.parametrize("cell", CELLS)
def test_a_layer_whose_start_is_not_known_shows_what_is(cell):
    (layer,) = trace_states(Recurrent(cell, 3, 5), torch.randn(1, 4, 3), list("abcd"))["layers"]
    scene = cell_runs.build("one", ModelConfig(cell=cell, initial_state="learned"), layer, list("abcd"), STATEMENTS)
    assert_all_is_there(scene)
    assert shown(scene, "h") == plain(layer["values"]["hidden state"])


@pytest.mark.parametrize("cell", CELLS)
def test_a_layer_of_a_run_shows_its_busiest_units_as_they_were_recorded(cell):
    torch.manual_seed(0)
    network = Recurrent(cell, 3, 17)
    (layer,) = trace_states(network, torch.randn(1, 70, 3), ["t"] * 70)["layers"]
    scene = cell_runs.build("one", ModelConfig(cell=cell), layer, ["t"] * 70, STATEMENTS)
    assert_all_is_there(scene)
    assert scene.units == cell_runs.MOST_UNITS and len(scene.labels) == cell_runs.MOST_STEPS
    chosen = [int(name.split()[1]) - 1 for name in scene.unit_names]
    assert shown(scene, "h") == plain(layer["values"]["hidden state"][:60, chosen])
    spread = layer["values"]["hidden state"][:60].std(axis=0)
    assert spread[chosen].min() >= np.delete(spread, chosen).max()


def test_a_layer_that_reads_from_the_end_is_shown_in_that_order():
    torch.manual_seed(0)
    network = Recurrent("lstm", 3, 5, bidirectional=True)
    layer = trace_states(network, torch.randn(1, 4, 3), list("abcd"))["layers"][1]
    scene = cell_runs.build("one", ModelConfig(cell="lstm"), layer, list("abcd"), STATEMENTS)
    assert list(scene.labels) == list("dcba")
    assert shown(scene, "h") == plain(layer["values"]["hidden state"][::-1])
    assert shown(scene, "c before")[1] == shown(scene, "c")[0]


def test_a_gate_that_is_held_says_so_and_not_what_its_sum_would_give():
    scene = scene_of(Choice("lstm"), hold_forget=0)[0].data()
    equation = scene["values"]["forget"]["equation"]
    assert equation["formula"] == "f is held by hand" and equation["put_in"] == ["= ", {"v": "forget", "result": True}]
    assert {number for row in scene["values"]["forget"]["at"] for number in row} == {0.0}
    wires = next(panel for row in scene["rows"] for panel in row if panel["kind"] == "wires")
    named = [node["text"] for node in (*wires["nodes"], *wires["narrow"]["nodes"]) if node.get("value") == "forget"]
    assert named and all("held" in text for text in named if text)


def test_the_stacked_view_says_its_equations_with_the_matrix_that_it_shows():
    formulas = [
        value["equation"]["formula"]
        for value in scene_of(Choice("lstm", stacked=True))[0].values.values()
        if "equation" in value
    ]
    assert formulas[0] == "f = σ(W_f [hₜ₋₁, x] + b_f + d_f)"
    simple, _ = scene_of(Choice("rnn", stacked=True))
    assert simple.values["h"]["equation"]["formula"] == "h = tanh(W_a [hₜ₋₁, x] + b + d)"
