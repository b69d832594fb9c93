"""What is said of explanations: evidence only where chance hardly ever reaches them."""

import numpy as np
import pytest

from core.insight.explained import GRADIENT, INTEGRATED, OCCLUSION, Explained
from core.insight.faithfulness import Against
from ui.results.why import verdict_on


def explained(gains, integrated=(1.0, 0.5), difference=1.5):
    curve = np.array([0.9, 0.5, 0.1])
    names = (GRADIENT, INTEGRATED, OCCLUSION)
    against = {name: Against(curve, gain, 0.1, ahead) for name, (gain, ahead) in zip(names, gains, strict=True)}
    values = dict.fromkeys(names, np.array([1.0, 0.0])) | {INTEGRATED: np.array(integrated)}
    return Explained(("a", "b"), 0, 0.9, values, difference, against, np.array([curve, curve]), np.array([0, 1, 2]))


def test_the_best_method_is_named_with_its_margin_where_it_beats_nearly_all_random_orders():
    said = verdict_on(explained([(0.1, 1.0), (0.31, 0.95), (0.2, 1.0)]))
    assert said.startswith("**Integrated gradients** points best") and "**31 points** lower" in said and "95%" in said


def test_no_method_is_best_that_another_follows_within_the_spread_of_chance():
    said = verdict_on(explained([(0.1, 1.0), (0.31, 1.0), (0.22, 0.95)]))  # the spread is 0.1
    assert said.startswith("**Integrated gradients and Occlusion** all beat") and "none is best" in said
    assert explained([(0.1, 1.0), (0.31, 1.0), (0.22, 0.9)]).as_good == [], "chance reaches the other one"


@pytest.mark.parametrize("gains", [[(0.3, 0.9)] * 3, [(-0.1, 1.0)] * 3, [(0.0, 0.5)] * 3])
def test_what_chance_reaches_is_no_evidence(gains):
    assert explained(gains).evidence is None
    assert "none is evidence" in verdict_on(explained(gains))


@pytest.mark.parametrize(("difference", "adds_up"), [(1.5, True), (1.51, True), (2.5, False), (-1.5, False)])
def test_integrated_gradients_that_miss_the_difference_are_told_apart(difference, adds_up):
    assert explained([(0.0, 0.5)] * 3, difference=difference).adds_up is adds_up
