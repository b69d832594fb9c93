"""Input and output shapes: what each asks, and that the figure shows the network's own numbers."""

import math

import numpy as np
import pytest
import torch

from core.data.progress import quiet
from core.data.sources.digits import BLOCKS, NAMES, STRIP, STRIPS, strips
from core.insight.edits import Edits
from core.insight.shapes import read, untrained
from core.models.class_losses import CLASS_LOSSES
from ui.learn.shapes import SHAPES, build, content, wanted_of


def test_each_shape_reads_and_asks_where_it_says():
    asked = {shape: content(shape).answers[0] >= 0 for shape in SHAPES}
    reads = {shape: content(shape).inputs[0].any(axis=1) for shape in SHAPES}
    assert asked["picture"].tolist() == reads["picture"].tolist() == [True]
    assert asked["rows"].tolist() == [False] * 7 + [True]
    assert reads["name"].tolist() == [True] + [False] * 5
    assert asked["largest"].all() and reads["largest"].all()
    assert asked["later"].tolist() == [False] * STRIP + [True] * STRIP == (~reads["later"]).tolist()


def test_a_name_is_spelled_as_far_as_its_end_sign():
    names, pictures = content("name"), content("picture")
    for spelled, digit in zip(names.answers[:30], pictures.answers[:30, 0], strict=True):
        assert "".join(names.classes[one] for one in spelled if one >= 0) == NAMES[digit] + "."


def test_a_strip_asks_for_the_largest_so_far_or_for_all_of_them_later():
    largest, later = content("largest").answers[5], content("later").answers[5, STRIP:]
    assert largest.tolist() == np.maximum.accumulate(later).tolist()


def test_parts_that_end_with_a_block_share_no_picture_and_no_strip_stands_there_twice():
    places = strips(207)
    assert places.shape == (STRIPS, STRIP) and len(np.unique(places, axis=0)) == STRIPS
    cut = STRIPS * 16 // BLOCKS
    assert not set(places[:cut].ravel()) & set(places[cut:].ravel())


def test_losses_by_hand():
    scores = torch.tensor([[0.0, math.log(3.0)]])  # probabilities 1/4 and 3/4, sigmoids 1/2 and 3/4
    found = {name: float(loss(scores, torch.tensor([0]))) for name, loss in CLASS_LOSSES.items()}
    assert found["cross_entropy"] == pytest.approx(math.log(4))
    assert found["squared"] == pytest.approx(2 * 0.75**2)
    assert found["binary"] == pytest.approx(math.log(2) + math.log(4))


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_trained_is_the_shape_by_the_loss_that_is_chosen_with_every_seed(shape):
    wanted = wanted_of(shape, "squared", 2)(quiet)
    experiments = [one.experiment for one in wanted.values()]
    assert {one.data.id for one in experiments} == {f"digits_{shape}"}
    assert {one.training.loss for one in experiments} == {"squared"}
    assert sorted({one.training.seed for one in experiments}) == [0, 1]
    assert len(wanted) == (4 if shape == "picture" else 2)


@pytest.mark.parametrize("loss", CLASS_LOSSES)
def test_the_term_of_the_right_answer_and_those_of_all_others_add_up_to_the_loss(loss):
    digits = content("picture")
    found = read(untrained(len(digits.symbols), len(digits.classes)), digits.inputs[0], digits.answers[0], loss)
    right = digits.answers[0, 0]
    others = np.delete(found.shares[0], right)
    rest = {"cross_entropy": 0, "squared": (others**2).sum(), "binary": -np.log1p(-others).sum()}[loss]
    assert found.own[0] + rest == pytest.approx(found.losses[0], rel=1e-4)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_figure_shows_the_states_of_the_network_and_sums_its_losses(shape):
    scene = build(shape, "cross_entropy", None, Edits({"example": 3}))
    digits = content(shape)
    network = untrained(len(digits.symbols), len(digits.classes))
    trace = network.recurrent.trace(torch.from_numpy(digits.inputs[-3])[None])
    states = np.asarray(trace.layers[0].output.detach())[0, :, :6]
    assert np.array(scene.values["state"]["at"]) == pytest.approx(states, abs=1e-5)
    (losses,) = [panel for row in scene.rows for panel in row if panel["kind"] == "table"]
    found = read(network, digits.inputs[-3], digits.answers[-3], "cross_entropy").losses
    assert losses["rows"][-1][-1] == f"{np.nansum(found):.3f}"
    assert len(losses["rows"]) == 1 + (digits.answers[-3] >= 0).sum()
