"""What can be answered without memory."""

import numpy as np
import pytest

from core.baselines.sequences import LastSteps, UsualAnswer


def test_the_usual_answer_is_the_one_that_training_asks_for_most():
    answers = np.array([[-1, 1], [-1, 1], [-1, 0]])
    method = UsualAnswer().fit(np.zeros((3, 2), dtype=int), answers, 2)
    np.testing.assert_allclose(method.answer(np.zeros((1, 2), dtype=int), np.array([[0, 0]])), [[0.4, 0.6]] * 2)


def test_of_numbers_the_usual_answer_is_their_mean():
    answers = np.array([[np.nan, 1.0], [np.nan, 3.0]])
    method = UsualAnswer().fit(np.zeros((2, 2, 1)), answers, 0)
    np.testing.assert_allclose(method.answer(np.zeros((1, 2, 1)), np.array([[np.nan, 0.0]])), [2.0])


@pytest.mark.parametrize(("back", "is_known"), [(0, True), (2, True), (3, False)])
def test_the_last_three_steps_know_what_stands_in_them_and_nothing_before(back, is_known):
    rng = np.random.default_rng(0)
    inputs = rng.integers(3, size=(4_000, 5)).astype(np.int8)
    answers = np.full_like(inputs, -1)
    answers[:, 4] = inputs[:, 4 - back]
    method = LastSteps().fit(inputs[:3_000], answers[:3_000], 3)
    right = method.answer(inputs[3_000:], answers[3_000:]).argmax(axis=1) == answers[3_000:, 4]
    assert right.mean() == (1 if is_known else pytest.approx(1 / 3, abs=0.06))


def test_of_numbers_the_last_three_steps_are_weighed():
    numbers = np.random.default_rng(0).random((200, 4, 2))
    numbers[:100, 0] = np.nan  # a shorter sequence, though it is at its end that one is filled up
    answers = np.full((200, 4), np.nan)
    answers[:, 3] = 0.5 + 2 * numbers[:, 1, 0] - numbers[:, 3, 1]
    method = LastSteps().fit(numbers, answers, 0)
    np.testing.assert_allclose(method.answer(numbers, answers), answers[:, 3], atol=1e-9)
