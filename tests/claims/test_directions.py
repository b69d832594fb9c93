import statistics

import numpy as np
import pytest

from core.claims.experiments.directions import QUESTIONS, QUICK_STEPS, accuracy, load
from core.claims.store import stored

MARGIN = 0.6
"""By which both directions must fill more blanks than forward only, with every seed."""


def test_test_sentences_are_unseen_and_ask_every_question():
    data = load()
    assert not set(data.train.tolist()) & set(data.test.tolist())
    assert set(data.questions) == set(QUESTIONS)
    assert np.bincount([QUESTIONS.index(one) for one in data.questions]).min() >= 30


def test_both_directions_fill_the_blank_better_than_one_by_the_margin_as_stored():
    figures = {(one.network, one.metric): one.values for one in stored("F7").figures}
    both, forward, backward = (
        figures[network, QUESTIONS[3]] for network in ("both, concat", "forward only", "backward only")
    )
    assert len(both) == 3
    assert min(both) - max(*forward, *backward) >= MARGIN
    later, earlier = QUESTIONS[1:3]
    assert statistics.fmean(figures["forward only", later]) < 0.6 < 0.95 < min(figures["both, concat", later])
    assert min(figures["forward only", earlier]) > 0.95


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_both_directions_fill_the_blank_better_when_trained_here(seed):
    both, forward = (accuracy(network, QUICK_STEPS, seed)[QUESTIONS[3]] for network in ("concat", "forward"))
    assert both - forward >= MARGIN
