"""How an order of words stands beside chance, worked out by hand."""

import numpy as np
import pytest

from core.insight.faithfulness import (
    MOST_POINTS,
    NUM_RANDOM,
    against_random,
    area,
    kept,
    points,
    random_orders,
    strongest_first,
)


def test_words_go_in_the_order_of_what_they_say_for_the_label_and_those_against_it_last():
    assert strongest_first(np.array([0.5, -2.0, 3.0, 0.5])).tolist() == [2, 0, 3, 1]


def test_one_word_more_is_gone_at_each_point():
    assert kept(np.array([2, 0, 1])).tolist() == [
        [True, True, True],
        [True, True, False],
        [False, True, False],
        [False, False, False],
    ]


def test_of_a_long_text_several_words_go_at_once_and_in_the_end_all():
    gone = points(1_000)
    assert len(gone) == MOST_POINTS + 1 and (gone[0], gone[-1]) == (0, 1_000)
    assert (1_000 - kept(np.arange(1_000)).sum(axis=1)).tolist() == gone.tolist()
    assert points(1).tolist() == [0, 1]


def test_the_area_is_the_mean_height_over_the_share_that_is_gone():
    assert area(np.array([1.0, 0.0, 0.0]), 2) == pytest.approx(0.25)
    assert area(np.array([[1.0, 1.0, 0.5], [0.5, 0.5, 0.5]]), 2).tolist() == pytest.approx([0.875, 0.5])


def test_a_curve_that_falls_at_once_lies_below_those_of_chance_by_the_area_between():
    random = np.array([[1.0, 1.0, 0.0], [1.0, 0.5, 0.0], [1.0, 0.0, 0.0]])  # areas 0.75, 0.5 and 0.25
    found = against_random(np.array([1.0, 0.0, 0.0]), random, 2)
    assert found.gain == pytest.approx(0.25)
    assert found.spread == pytest.approx(0.25)
    assert found.ahead == pytest.approx((1 + 1 + 0.5) / 3), "a tie counts half"


def test_the_opposite_order_is_worse_than_chance():
    random = np.array([[1.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    assert against_random(np.array([1.0, 1.0, 1.0]), random, 2).gain == pytest.approx(-0.5)


def test_random_orders_are_all_of_the_words_and_the_same_again():
    orders = random_orders(7, seed=3)
    assert orders.shape == (NUM_RANDOM, 7)
    assert all(sorted(order) == list(range(7)) for order in orders.tolist())
    assert np.array_equal(orders, random_orders(7, seed=3)) and not np.array_equal(orders, random_orders(7, seed=4))
