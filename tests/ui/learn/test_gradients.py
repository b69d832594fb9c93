"""The page on vanishing and exploding gradients shows core.insight's numbers, and says where theory ends."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from core.insight.edits import Edits
from core.insight.spectrum import recurrent_eigenvalues
from core.insight.walk_back import cut_walk, walk_back
from core.models.cells import CELLS
from core.models.initialization import INITIALIZATIONS
from core.models.recurrent import Recurrent
from ui.learn import gradients
from ui.learn.gradient_choice import CURES
from ui.learn.gradient_scene import build_scene
from ui.learn.gradient_words import factor, life, percent, theory_of, verdict


def scene_of(cell="tanh", start="uniform", units=4, length=20, cure="none", edits=()):
    found = Edits(dict(edits))
    scene = build_scene(gradients.choice_of(cell, start, units, length, cure), found)
    return scene, found.problems


def panel(scene, kind):
    return next(one for row in scene.rows for one in row if one["kind"] == kind)


def fact(scene, label):
    return next(item["text"] for item in panel(scene, "facts")["items"] if item["label"] == label).replace("\xa0", " ")


def column(scene, name):
    return [row[0] for row in scene.values[name]["at"]]


def test_one_linear_unit_of_weight_a_half_is_on_screen_as_one_works_it_by_hand():
    scene, problems = scene_of("linear", units=1, edits={"U.0.0": 0.5})
    assert not problems
    assert scene.values["norm"]["before"] == [1] and column(scene, "norm")[:3] == [0.5, 0.25, 0.125]
    assert column(scene, "factor") == [0.5] * 19
    assert fact(scene, "Half-life") == "1 step"
    assert fact(scene, "Measured") == fact(scene, "Predicted") == "× 0.5"
    assert fact(scene, "Slope off by") == "0%"
    assert panel(scene, "plane")["gates"][0]["points"] == [[0.5, 0, 0.5]]
    assert {label["label"] for label in panel(scene, "lines")["series"]} == {
        "measured", "predicted: spectral radius to the power of the distance", "bound: product of Jacobians",
    }  # fmt: skip


def test_every_number_of_the_figure_is_one_of_core_insight():
    scene, _ = scene_of("tanh", "orthogonal", edits={"radius": 1.25, "size": 0.5, "seed": 3})
    network = gradients.choice_of("tanh", "orthogonal", 4, 20).network
    network = network.__class__(network.stack, radius=1.25, input_size=0.5, num_steps=20, seed=3)
    walk = walk_back(network.network(), network.inputs())
    assert column(scene, "norm") == pytest.approx(walk.norms[1:], rel=1e-6)
    assert column(scene, "product") == pytest.approx(walk.slope.bound[1:], rel=1e-6)
    for name, expected in (("factor", walk.factors), ("stretch", walk.stretches)):
        assert column(scene, name) == pytest.approx(expected[1:], rel=1e-6)
    for name, expected in (("gradient", walk.gradients), ("bend", walk.bends), ("pulled", walk.pulled)):
        assert np.array(scene.values[name]["at"]) == pytest.approx(expected[1:], rel=1e-6)
    (spectrum,) = recurrent_eigenvalues(network.network())
    assert [size for *_, size in panel(scene, "plane")["gates"][0]["points"]] == pytest.approx(
        spectrum.eigenvalues.abs().tolist(), abs=1e-6
    )
    assert pytest.approx(np.array(scene.matrices["U"]["rows"])) == np.array(scene.matrices["UT"]["rows"]).T


@pytest.mark.parametrize("cell", [*gradients.SIMPLE, *(name for name in CELLS if name != "rnn")])
def test_every_cell_has_its_walk_its_eigenvalues_and_a_sentence(cell):
    scene, problems = scene_of(cell, units=3, length=11)
    assert not problems
    assert len(column(scene, "norm")) == 10 and scene.values["norm"]["before"] == [pytest.approx(1)]
    assert len(panel(scene, "facts")["says"]) > 20
    kind = CELLS["rnn" if cell in gradients.SIMPLE else cell]
    gates = kind.gates if Recurrent(kind.name, 3, 3).cell.has_recurrent_matrix else ()
    assert [gate["label"] for gate in panel(scene, "plane")["gates"]] == list(gates)


@pytest.mark.parametrize("cure", CURES)
def test_every_cure_is_drawn_or_said_to_be_none_here(cure):
    for cell in ("tanh", "lstm"):
        scene, problems = scene_of(cell, cure=cure, length=12)
        labels = [series["label"] for series in panel(scene, "lines")["series"]]
        says = panel(scene, "facts")["says"]
        before = "before, measured" in labels
        assert not problems
        told = any(word in says for word in ("changes nothing", "Clipping leaves", "An optimizer changes"))
        assert before != (told or cure == "none")


def test_a_cure_is_drawn_after_and_before_on_the_same_seed():
    plain, _ = scene_of("lstm", edits={"seed": 2})
    scene, _ = scene_of("lstm", cure="forget_bias", edits={"forget_bias": 4, "seed": 2})
    curves = {series["label"]: series["points"] for series in panel(scene, "lines")["series"]}
    assert [norm for _, norm in curves["before, measured"]][1:] == pytest.approx(column(plain, "norm"), rel=1e-6)
    assert curves["Forget bias, measured"][-1][1] > 10 * curves["before, measured"][-1][1]


def test_truncation_leaves_nothing_beyond_its_window():
    scene, _ = scene_of("tanh", "orthogonal", cure="truncation", edits={"window": 5})
    network = gradients.choice_of("tanh", "orthogonal", 4, 20).network
    gradients_by_hand, norms = cut_walk(network.network(), network.inputs(), 5)
    assert column(scene, "norm") == pytest.approx(norms[1:], rel=1e-6) and column(scene, "norm")[4:] == [0] * 15
    assert scene.values["gradient"]["at"][3] == pytest.approx(gradients_by_hand[4], rel=1e-6)
    assert scene.values["pulled"]["at"][4] == [None] * 4


def test_clipping_has_a_table_of_the_whole_gradient():
    scene, _ = scene_of("linear", cure="clip_norm", edits={"radius": 2, "max_norm": 3})
    before, by_norm, _ = panel(scene, "table")["rows"]
    assert before[1] > 1000 and by_norm[0] == "clipped to norm 3" and by_norm[1] == pytest.approx(3, rel=1e-3)


@pytest.mark.parametrize(
    "edit", [{"radius": 1e9}, {"U.0.0": math.nan}, {"U.9.9": 1}, {"size": "large"}, {"window": -3}]
)
def test_an_absurd_change_is_left_out_and_named(edit):
    scene, problems = scene_of("tanh", cure="truncation", edits=edit)
    assert len(problems) == 1 and scene.values["norm"]["before"] == [1]


def test_a_gradient_that_is_gone_is_said_to_be():
    scene, _ = scene_of("relu", "identity", edits={"size": 0})
    assert fact(scene, "Half-life") == "gone 1 step back"
    assert "exactly 0" in panel(scene, "facts")["says"]
    scene, _ = scene_of("linear", edits={"radius": 0})
    assert fact(scene, "Half-life") == "gone 1 step back"


def slope(measured, **predicted):
    norms = [2.0 ** (measured * k) for k in range(20)]
    return SimpleNamespace(measured=measured, predicted=predicted, norms=norms, distances=range(20), first=5)


@pytest.mark.parametrize(
    ("found", "nonlinearity", "off", "expected"),
    [
        (slope(-1.02, radius=-1.0), "identity", 0.02, "the theory holds"),
        (slope(-0.6, radius=-1.0), "identity", -0.4, "not normal"),
        (slope(-0.02, radius=0.001), "identity", None, "theory says: flat"),
        (slope(-1.02, radius=-1.0, slopes=-1.01), "tanh", 0.01, "almost a straight line"),
        (slope(-0.5, radius=0.14, slopes=-0.49), "tanh", 0.02, "promises growth, and the gradient vanishes"),
        (slope(-0.5, radius=0.14, slopes=-0.2, product=-0.5), "relu", 1.5, "which units are switched off"),
        (slope(-2.4, radius=-0.2, slopes=-2.4), "sigmoid", 0.0, "never above 0.25"),
        (slope(-0.1, gate=-1.0, product=-0.1), "tanh", -0.9, "keeps 50% a step"),
        (slope(-1.0, gate=-1.0), "tanh", 0.0, "the way along the state is nearly all"),
    ],
)
def test_what_is_said_follows_from_the_numbers(found, nonlinearity, off, expected):
    theory = theory_of(found.predicted, nonlinearity)
    assert expected in verdict(found, theory, off, nonlinearity)


def test_numbers_in_a_word():
    assert life(-1.0) == ("Half-life", "1 step") and life(-0.25) == ("Half-life", "4 steps")
    assert life(0.5) == ("Doubles every", "2 steps") and life(0.0) == ("Half-life", "none")
    assert factor(-1.0).replace("\xa0", " ") == "× 0.5" and factor(-math.inf).replace("\xa0", " ") == "× 0"
    assert (percent(None), percent(0.001), percent(-0.04)) == ("–", "0%", "−4%")


def test_the_set_up_offers_every_cell_and_start_and_statements_turn_what_is_there():
    assert set(gradients._STARTS) == set(INITIALIZATIONS)
    options = {"cell": gradients._CELLS, "start": gradients._STARTS, "units": gradients.UNITS, "length": gradients.LENGTHS,
               "cure": CURES}  # fmt: skip
    for statement in gradients.LESSON.statements:
        widgets = statement.widgets
        assert all(value in options[name] for name, value in widgets.items())
        scene, problems = scene_of(
            widgets["cell"], widgets["start"], int(widgets["units"]), int(widgets["length"]), widgets["cure"],
            statement.state["edits"],
        )  # fmt: skip
        assert not problems and statement.state["mark"] in scene.values
