"""The dinner schedule as training finds it: the page plays a finished run, and refuses one of something else."""

import numpy as np
import pytest

from core import load, train
from core.insight import dinner
from core.insight.dinner_units import units_of
from tests.ui.learn.scenes import scene_of, words_of
from ui.learn.dinner_found import group, network_of

RELU = {"data.id": "dinner", "model.cell": "rnn", "model.nonlinearity": "relu", "model.hidden_size": 6}
FOUND = {"dinner.network": "Found by training"}


def test_a_finished_run_is_played_on_the_page_with_the_units_it_found(open_page, trained):
    run = trained("memory", RELU)
    app = open_page("dinner", {**FOUND, "dinner.runs": run.name})
    assert not app.exception
    scene = scene_of(app)
    network = units_of(network_of(load(run))).network
    days = [bool(label == "sunny") for label in scene["labels"][1:]]
    played = dinner.play(network, 0, days)
    np.testing.assert_allclose(scene["values"]["sum"]["at"], played["sum"], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(scene["values"]["dinner"]["at"], played["dinner"], rtol=1e-5, atol=1e-6)
    assert "What each unit has come to mean" in words_of(app)


@pytest.mark.parametrize("changes", [{"data.id": "parity"}, {"data.id": "dinner", "model.cell": "gru"}])
def test_a_run_of_something_else_is_refused_in_words(open_page, trained, changes):
    app = open_page("dinner", {**FOUND, "dinner.runs": trained("memory", changes).name})
    assert not app.exception
    assert "Expected" in words_of(app) and "but this is" in words_of(app)


def test_without_a_run_the_page_offers_to_train_one(open_page):
    app = open_page("dinner", FOUND)
    assert not app.exception
    assert "Nothing is trained yet" in words_of(app)
    assert any("Let training find it" in button.label for button in app.button)


def test_what_is_trained_is_an_ordinary_run_of_one_layer_with_relu():
    (training,) = group("dinner", "6", "3").wanted(lambda share, words: None).values()
    experiment = training.experiment
    assert (experiment.model.cell, experiment.model.nonlinearity, experiment.model.hidden_size) == ("rnn", "relu", 6)
    assert (experiment.data.id, experiment.training.seed) == ("dinner", 3)
    summary = training.overview.summary
    assert (summary.num_items, summary.num_train) == (768, 614), "four in five, as the page says"


@pytest.mark.long
def test_training_finds_a_network_that_is_always_right_from_nine_of_ten_seeds(tmp_path):
    """As the page trains it, with eight units, on four in five of the schedules; the check tries all."""
    right = 0
    for seed in range(10):
        values = RELU | {"model.hidden_size": 8, "training.seed": seed}
        run = train("memory", values=values, out=tmp_path / str(seed))
        right += dinner.check(network_of(load(run, device="cpu"))).all_right
    assert right >= 9
