import numpy as np
import pytest
import torch

from core.insight.dinner import (
    DISHES,
    Network,
    by_hand,
    check,
    cycle_network,
    every_sequence,
    inputs_of,
    network_of,
    play,
    weather_network,
)

SOUP, PASTA, CURRY = range(3)
SUN, RAIN = True, False
CYCLE = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]])


def test_the_network_made_by_hand_is_right_for_every_weather_up_to_eight_days():
    found = check(network_of(by_hand()))
    assert found.num_right == found.num_all == {days: 3 * 2**days for days in range(1, 9)}
    assert found.all_right
    assert not found.wrong
    assert found.share_of_days == 1


def test_the_check_sees_every_sequence_once():
    first, is_sunny = every_sequence()
    assert len(torch.unique(torch.cat((first[:, None], is_sunny), dim=1), dim=0)) == len(first) == 3 * 2**8
    assert inputs_of(first, is_sunny).sum(-1).eq(1).all()


def test_the_network_made_by_hand_adds_cuts_and_merges_as_one_does_by_hand():
    """Soup, then sun: yesterday's soup gives [same soup; next pasta], the sun counts the second half; 1 is taken off."""
    played = play(network_of(by_hand()), SOUP, [SUN, RAIN])
    assert played["sum"].tolist() == [
        [1, -1, -1, -1, -1, -1],  # 2 for the soup that is told, and the threshold
        [0, -1, -1, 0, 1, 0],  # [1 0 0; 0 1 0] + [0 0 0; 1 1 1] - 1
        [0, 1, 0, -1, -1, 0],  # [0 1 0; 0 0 1] + [1 1 1; 0 0 0] - 1
    ]
    assert played["h"].tolist() == [[1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 0], [0, 1, 0, 0, 0, 0]]
    assert played["dinner"].tolist() == [[1, 0, 0], [0, 1, 0], [0, 1, 0]]
    assert played["remembered"].tolist() == [[0, 0, 0], [1, 0, 0], [0, 1, 0]]
    assert played["answer"].tolist() == played["right"].tolist() == [SOUP, PASTA, PASTA]


def test_the_sums_are_food_times_yesterday_plus_weather_less_the_threshold():
    matrices = by_hand()
    played = play(network_of(matrices), CURRY, [SUN, SUN, RAIN, SUN, RAIN])
    weights = np.hstack((matrices.first, matrices.weather))
    parts = played["remembered"] @ matrices.food.T + played["x"] @ weights.T - matrices.threshold
    np.testing.assert_allclose(parts, played["sum"])


def test_the_cycle_goes_round_and_knows_no_weather():
    assert check(cycle_network(CYCLE), is_cycle=True).all_right
    assert play(cycle_network(CYCLE), CURRY, [SUN] * 4)["answer"].tolist() == [CURRY, SOUP, PASTA, CURRY, SOUP]
    assert not check(cycle_network(CYCLE)).all_right


def test_no_choice_by_the_weather_alone_follows_even_two_days():
    """Whatever dish sun and rain stand for, a third of the days is right: the first dinner is any of three."""
    for sunny, rainy in np.ndindex(3, 3):
        found = check(weather_network(np.eye(3)[[sunny, rainy]].T))
        assert found.share_of_days == pytest.approx(1 / 3)
        assert found.num_right[2] <= 4, "of 12"


def test_a_changed_weight_is_caught_with_the_shortest_weather_that_shows_it():
    matrices = by_hand()
    matrices.food[4, SOUP] = 0  # nothing comes after soup any more
    found = check(network_of(matrices))
    assert not found.all_right
    first = found.wrong[0]
    assert (DISHES[first.first], first.is_sunny, first.says, DISHES[first.right]) == ("soup", (SUN,), -1, "pasta")
    assert found.num_right[1] == 5
    assert found.num_right[8] == sum(_is_served(dish, days) for dish in range(3) for days in np.ndindex(*(2,) * 8))
    assert len({(one.first, one.is_sunny) for one in found.wrong}) == len(found.wrong)
    assert [len(one.is_sunny) for one in found.wrong] == sorted(len(one.is_sunny) for one in found.wrong)


def _is_served(dish, days):
    """Whether no day asks for what comes after soup."""
    for is_sunny in days:
        if is_sunny and dish == SOUP:
            return False
        dish = (dish + is_sunny) % 3
    return True


def test_a_tie_and_what_is_no_number_answer_nothing():
    network = network_of(by_hand())
    assert play(Network(network.recurrent, network.weight * 0, network.bias), SOUP, [SUN])["answer"].tolist() == [
        -1,
        -1,
    ]
    lost = Network(network.recurrent, network.weight * torch.inf, network.bias)
    assert play(lost, SOUP, [RAIN])["answer"].tolist() == [-1, -1]
    assert not check(lost).all_right


def test_a_first_dinner_alone_can_be_played():
    assert play(network_of(by_hand()), PASTA, [])["answer"].tolist() == [PASTA]
