"""The memory tasks: the same sequences everywhere, and answers that hold only for who remembers."""

import hashlib

import numpy as np
import pytest

from core.data.made.sequences import (
    ADDING_VARIANCE,
    COPY_BLANK,
    COPY_DELIMITER,
    RAINY,
    SUNNY,
    adding_problem,
    copy_memoryless_loss,
    copy_task,
    delayed_recall,
    dinner_schedule,
    parity,
    symbol_order,
)

TASKS = [adding_problem, copy_task, delayed_recall, symbol_order, parity, dinner_schedule]
PINNED = [
    "3d7b4ba3e1ed86ce",
    "d658aef3e5fc9758",
    "863af87edfbcab1e",
    "dc31bd4150db335e",
    "a64aa0a0fc50a719",
    "4efaac9cc3948fb6",
]


def _fingerprint(task) -> str:
    inputs, targets = task(9, 7, 3)
    raw = inputs.astype("<f8").tobytes() + targets.astype("<f8").tobytes()
    return hashlib.sha256(raw).hexdigest()[:16]


def test_the_sequences_of_a_seed_are_pinned():
    assert [_fingerprint(task) for task in TASKS] == PINNED


@pytest.mark.parametrize("task", TASKS)
def test_another_seed_gives_other_sequences_and_the_same_one_the_same(task):
    assert not np.array_equal(task(9, 7, 0)[0], task(9, 7, 1)[0])
    assert not np.array_equal(task(9, 7, (0, 1))[0], task(9, 7, (0, 2))[0])
    assert np.array_equal(task(9, 7, (0, 1))[0], task(9, 7, (0, 1))[0])


@pytest.mark.parametrize("num_steps", [2, 9, 30])
def test_the_sum_is_that_of_the_two_marked_numbers(num_steps):
    inputs, sums = adding_problem(num_steps, 50)
    numbers, marks = inputs[..., 0], inputs[..., 1]
    assert inputs.dtype == sums.dtype == np.float32
    assert set(np.unique(marks)) <= {0, 1}
    assert (marks.sum(axis=1) == 2).all()
    np.testing.assert_allclose((numbers * marks).sum(axis=1), sums, rtol=1e-6)


def test_every_place_is_marked_as_often_as_any_other():
    inputs, _ = adding_problem(7, 20_000)
    np.testing.assert_allclose(inputs[..., 1].mean(axis=0), 2 / 7, atol=0.015)


def test_always_answering_one_scores_the_variance():
    _, sums = adding_problem(5, 40_000)
    assert np.mean((sums - 1) ** 2) == pytest.approx(ADDING_VARIANCE, rel=0.03)


@pytest.mark.parametrize("delay", [1, 2, 13])
def test_the_copy_is_asked_for_after_the_pause(delay):
    ids, targets = copy_task(delay, 40)
    assert ids.shape == targets.shape == (40, delay + 20)
    assert set(np.unique(ids[:, :10])) == set(range(1, 9))
    assert (ids[:, 10 : 9 + delay] == COPY_BLANK).all()
    assert (ids[:, 9 + delay :] == COPY_DELIMITER).all()
    assert (targets[:, :-10] == COPY_BLANK).all()
    np.testing.assert_array_equal(targets[:, 10 + delay :], ids[:, :10])


def test_the_published_length_has_the_published_memoryless_loss():
    assert copy_memoryless_loss(1000) == pytest.approx(0.0204, abs=5e-5)


@pytest.mark.parametrize("delay", [0, 1, 11])
def test_what_is_recalled_stands_first_and_nowhere_else(delay):
    ids, symbols = delayed_recall(delay, 60, num_symbols=3)
    assert ids.shape == (60, delay + 2)
    np.testing.assert_array_equal(ids[:, 0], symbols)
    assert set(symbols) == {0, 1, 2}
    assert set(np.unique(ids[:, 1:-1])) == ({3, 4, 5} if delay else set())
    assert (ids[:, -1] == 6).all()


def test_the_label_says_which_of_two_symbols_came_first():
    ids, labels = symbol_order(11, 60, num_symbols=3)
    lower, higher = (ids == 3).argmax(axis=1), (ids == 4).argmax(axis=1)
    assert ((ids == 3).sum(axis=1) == 1).all() and ((ids == 4).sum(axis=1) == 1).all()
    np.testing.assert_array_equal(labels, higher < lower)


def test_both_orders_are_as_frequent_and_so_are_all_places():
    ids, labels = symbol_order(7, 20_000)
    assert labels.mean() == pytest.approx(0.5, abs=0.02)
    for symbol in (8, 9):
        np.testing.assert_allclose((ids == symbol).mean(axis=0), 1 / 7, atol=0.01)


@pytest.mark.parametrize("num_steps", [1, 9])
def test_every_one_turns_the_parity_round_and_every_zero_leaves_it(num_steps):
    bits, odd = parity(num_steps, 60)
    assert bits.shape == odd.shape == (60, num_steps)
    assert set(np.unique(bits)) == {0, 1}
    np.testing.assert_array_equal(odd[:, 0], bits[:, 0])
    np.testing.assert_array_equal(odd[:, 1:] != odd[:, :-1], bits[:, 1:] == 1)


@pytest.mark.parametrize("num_days", [1, 8])
def test_there_is_the_next_dish_when_it_is_sunny_and_the_same_when_it_rains(num_days):
    ids, dishes = dinner_schedule(num_days, 60)
    assert ids.shape == dishes.shape == (60, 1 + num_days)
    assert set(np.unique(ids[:, 0])) == {0, 1, 2} and set(np.unique(ids[:, 1:])) == {SUNNY, RAINY}
    following = {0: 1, 1: 2, 2: 0}
    for row, dinner in zip(ids.tolist(), dishes.tolist(), strict=True):
        assert dinner[0] == row[0]
        for day in range(1, 1 + num_days):
            assert dinner[day] == (following[dinner[day - 1]] if row[day] == SUNNY else dinner[day - 1])


@pytest.mark.parametrize(
    "call",
    [
        lambda: adding_problem(1, 7),
        lambda: adding_problem(9, 0),
        lambda: adding_problem(9, 7, -1),
        lambda: copy_task(0, 7),
        lambda: delayed_recall(-1, 7),
        lambda: delayed_recall(9, 7, num_symbols=1),
        lambda: delayed_recall(9, 7, (0, -1)),
        lambda: symbol_order(1, 7),
        lambda: symbol_order(9, 7, num_symbols=0),
        lambda: parity(0, 7),
        lambda: dinner_schedule(0, 7),
    ],
)
def test_impossible_arguments_are_refused(call):
    with pytest.raises(ValueError, match="must be at least"):
        call()
