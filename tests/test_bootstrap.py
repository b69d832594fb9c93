"""The paired bootstrap against what can be worked out exactly."""

import itertools

import numpy as np
import pytest
from scipy.stats import norm, t

from core.bootstrap import paired_difference

SEEDS = range(60)


def widening(num_blocks):
    return t.ppf(0.975, num_blocks - 1) / norm.ppf(0.975) * np.sqrt(num_blocks / (num_blocks - 1))


def test_the_interval_is_that_of_all_samples_there_are():
    gaps = np.array([3.0, -1.0, 4.0, 1.0, -5.0, 9.0])
    every = np.array([np.mean(sample) for sample in itertools.product(gaps, repeat=6)])  # 6^6 samples, all as likely
    low, high = np.quantile(every, [0.025, 0.975])
    middle = 11 / 6
    expected = middle + widening(6) * (np.array([low, high]) - middle)
    found = [paired_difference(gaps + 10, np.full(6, 10.0), seed=seed) for seed in SEEDS]
    assert all(one.value == pytest.approx(middle) and one.num_blocks == 6 for one in found)
    assert np.mean([one.interval for one in found], axis=0) == pytest.approx(expected, abs=0.12)


def test_blocks_go_round_so_that_every_item_is_as_likely_as_any_other():
    gaps = np.array([8.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    starts = [gaps[[start, (start + 1) % 7, (start + 2) % 7]].sum() for start in range(7)]  # 8 for three of seven
    every = np.array([(one + other) / 6 for one, other in itertools.product(starts, repeat=2)])
    assert every.mean() == pytest.approx(gaps.mean()), "no item is drawn less often for standing at an end"
    low, high = np.quantile(every, [0.025, 0.975])
    value = 8 / 7
    found = paired_difference(gaps, np.zeros(7), block=3)
    assert found.num_blocks == 2
    assert found.interval == pytest.approx(tuple(value + widening(2) * (end - value) for end in (low, high)))


def test_what_is_hard_for_both_drops_out():
    hardness = np.linspace(0, 100, 41)
    found = paired_difference(hardness + 1, hardness)
    assert found.value == pytest.approx(1) and found.interval == pytest.approx((1, 1))


def test_columns_are_ratios_of_sums_and_then_averaged():
    first, second = [[2.0, 30.0], [4.0, 0.0]], [[1.0, 10.0], [2.0, 0.0]]
    weights = [[1.0, 2.0], [3.0, 0.0]]
    assert paired_difference(first, second, weights).value == pytest.approx(((1 + 2) / 4 + 20 / 2) / 2)


def test_a_thousand_items_and_a_million_give_intervals_of_the_size_that_statistics_expects():
    for number in (1_000, 50_000):
        right = (np.arange(number) % 5 == 0).astype(float)
        low, high = paired_difference(np.random.default_rng(3).permutation(right), np.zeros(number)).interval
        assert high - low == pytest.approx(2 * 1.96 * np.sqrt(0.2 * 0.8 / number), rel=0.15)


def test_overlapping_forecasts_are_not_taken_for_independent_ones():
    noise = np.random.default_rng(1).normal(size=300)
    overlapping = np.convolve(noise, np.ones(12) / 12, "valid")
    alone = paired_difference(overlapping, np.zeros(289)).interval
    together = paired_difference(overlapping, np.zeros(289), block=12).interval
    assert together[1] - together[0] > 2 * (alone[1] - alone[0])


def test_the_same_seed_gives_the_same_interval():
    gaps = np.random.default_rng(0).normal(size=37)
    assert paired_difference(gaps, 0 * gaps, seed=4) == paired_difference(gaps, 0 * gaps, seed=4)


@pytest.mark.parametrize("number", [2, 3, 5])
def test_a_handful_of_items_that_all_agree_proves_nothing(number):
    assert paired_difference(np.ones(number), np.zeros(number)).interval is None
    assert paired_difference(np.ones(6), np.zeros(6)).interval == pytest.approx((0.05 ** (1 / 6), 1))


def test_one_block_says_nothing_about_chance():
    found = paired_difference(np.arange(9.0), np.zeros(9), block=7)
    assert (found.value, found.interval, found.num_blocks) == (4.0, None, 1)


def test_what_cannot_be_compared_is_not():
    assert paired_difference([], []) is None
    assert paired_difference([1.0, np.nan], [0.0, 0.0]) is None
    assert paired_difference([[1.0, 0.0]], [[0.0, 0.0]], [[1.0, 0.0]]) is None
    with pytest.raises(ValueError, match="one shape"):
        paired_difference([1.0], [1.0], [[1.0]])
    with pytest.raises(ValueError, match="at least 1"):
        paired_difference([1.0], [1.0], block=0)


def test_items_that_all_agree_leave_room_for_those_that_were_not_seen():
    """Of 30 texts both get 28 right, the same ones: up to 1 - 0.05^(1/30), a tenth, of other texts may be unlike these."""
    both = np.array([1.0] * 28 + [0.0] * 2)
    found = paired_difference(both, both)
    unseen = 1 - 0.05 ** (1 / 30)
    assert found.value == 0
    assert found.interval == pytest.approx((-unseen, unseen)) and 0.09 < unseen < 0.1
    doubled = paired_difference(2 * both, 2 * both, np.full(30, 2.0))
    assert doubled.interval == pytest.approx(found.interval), "in the unit of the figure"


def test_sentences_that_are_all_wholly_right_by_both_methods_claim_no_certainty():
    words, names = np.array([4.0, 7.0, 9.0] * 8), np.array([0.0, 2.0, 4.0] * 8)
    found = paired_difference(words, words, words)
    assert found.value == 0.0
    # 24 sentences: 1 - 0.05 ** (1 / 24) = 0.1173 of all others may be wrong
    assert found.interval == pytest.approx((-0.1173, 0.1173), abs=1e-4)
    found = paired_difference(names, names, names, second_weights=names + 0.0)
    assert found.interval == pytest.approx((-0.1173, 0.1173), abs=1e-4)
    partly = words - np.array([1.0, 0.0, 0.0] * 8)
    assert paired_difference(partly, partly, words).interval == (0.0, 0.0), (
        "which ones are wrong is known: nothing is unseen"
    )
