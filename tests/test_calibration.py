"""Calibration: the error and the temperature against values worked out by hand."""

import math

import numpy as np
import pytest

from core.metrics.calibration import error_by_chance, expected_calibration_error, fit_temperature, reliability

SURE = [0.5, 0.52, 0.9, 0.92, 1.0]
RIGHT = [1, 0, 1, 0, 1]


def test_each_bin_has_what_is_surer_than_its_lower_edge():
    bins = reliability([0.2, 0.4, 0.41], [1, 0, 1], num_bins=5)
    assert [one["count"] for one in bins] == [1, 1, 1, 0, 0]
    assert bins[2]["confidence"] == pytest.approx(0.41) and bins[2]["accuracy"] == 1.0
    assert bins[3]["accuracy"] is None and (bins[3]["low"], bins[3]["high"]) == (0.6, 0.8)


def test_the_error_is_the_distance_of_each_bin_weighted_by_its_texts():
    # fifteenths: 0.5 and 0.52 in (7/15, 8/15], 0.9 and 0.92 in (13/15, 14/15], 1.0 in the last
    expected = (2 * abs(0.5 - 0.51) + 2 * abs(0.5 - 0.91) + 1 * 0.0) / 5
    assert expected_calibration_error(SURE, RIGHT) == pytest.approx(expected)
    assert expected_calibration_error([], []) is None


def test_even_right_probabilities_have_an_error_that_falls_with_the_number_of_texts():
    """400 answers that are half sure: the share of right ones is off by its mean distance, sqrt(2 / pi) times 0.5 / 20."""
    mean, most = error_by_chance(np.full(400, 0.5))
    assert mean == pytest.approx(math.sqrt(2 / math.pi) * 0.5 / 20, rel=0.15)
    assert most == pytest.approx(1.96 * 0.5 / 20, rel=0.15)
    assert error_by_chance(np.full(6400, 0.5))[0] == pytest.approx(mean / 4, rel=0.2)
    assert error_by_chance([]) is None


def test_confidences_without_answers_are_refused():
    with pytest.raises(ValueError, match="same length"):
        reliability([0.5, 0.6], [1])


def test_the_temperature_of_two_classes_is_that_of_their_log_odds():
    """Scores 2 and 0 are right three times of four: the best odds are 3, so 2 / T = log 3."""
    scores, labels = [[2.0, 0.0]] * 4, [0, 0, 0, 1]
    assert fit_temperature(scores, labels) == pytest.approx(2 / math.log(3), rel=1e-6)


def test_the_temperature_has_the_smallest_loss_of_those_around_it():
    random = np.random.default_rng(3)
    scores = random.normal(0, 3, (50, 4))
    labels = (scores + random.normal(0, 2, (50, 4))).argmax(axis=1)

    def loss(temperature):
        shares = np.exp(scores / temperature)
        return -np.log(shares[np.arange(50), labels] / shares.sum(axis=1)).mean()

    found = fit_temperature(scores, labels)
    assert loss(found) <= min(loss(found * 1.02), loss(found / 1.02))


@pytest.mark.parametrize(("scores", "labels"), [([[1.0, 0.0], [0.0, 2.0]], [0, 1]), (np.zeros((0, 3)), [])])
def test_without_a_best_temperature_it_is_one(scores, labels):
    assert fit_temperature(scores, labels) == 1.0


def test_scores_that_only_mislead_are_made_as_flat_as_may_be():
    assert fit_temperature([[5.0, 0.0]], [1]) == pytest.approx(20.0)


def test_scores_of_other_shapes_are_refused():
    with pytest.raises(ValueError, match="shape"):
        fit_temperature([[1.0, 0.0]], [0, 1])
