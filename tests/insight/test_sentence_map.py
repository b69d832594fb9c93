"""A map of texts by their states: directions, places and neighbours, by hand and against distances of the states themselves."""

import json

import numpy as np
import pytest

from core.insight.sentence_map import MOST_DIRECTIONS, map_of, nearest, place_on

CROSS = np.array([[4.0, 0.0, 1.0], [-4.0, 0.0, 1.0], [0.0, 3.0, 1.0], [0.0, -3.0, 1.0]])
NAMES = ["east", "west", "north", "south"]


def test_the_first_direction_is_the_one_in_which_texts_differ_most():
    found = map_of(CROSS, NAMES, [0, 0, 1, 1])
    assert found["shares"][:2] == pytest.approx([16 / 25, 9 / 25])
    assert np.abs(np.array(found["places"])[:, :2]).tolist() == [[4, 0], [4, 0], [0, 3], [0, 3]]
    assert found["mean"] == [0, 0, 1] and found["labels"] == [0, 0, 1, 1]


def test_a_text_of_the_map_lies_at_its_own_place_and_is_its_own_nearest():
    found = map_of(CROSS, NAMES, [0, 0, 1, 1])
    place = place_on(found, CROSS[2])
    assert place == pytest.approx(found["places"][2])
    rows, distances = zip(*nearest(found, place), strict=True)
    assert rows[0] == 2 and distances[0] == 0 and distances[1:] == pytest.approx([5, 5, 6])


def test_distances_are_those_of_the_states_where_all_directions_are_kept():
    states = np.random.default_rng(0).normal(size=(9, 7))
    found = map_of(states, ["t"] * 9, [0] * 9)
    other = np.random.default_rng(1).normal(size=7)
    expected = np.argsort(np.linalg.norm(states - other, axis=1))[:4].tolist()
    assert [row for row, _ in nearest(found, place_on(found, other), 4)] == expected


def test_a_map_is_small_and_plain_whatever_the_network():
    states = np.random.default_rng(0).normal(size=(50, 120))
    found = map_of(states, ["so " * 1_000] * 50, [0] * 50)
    assert np.shape(found["directions"]) == (MOST_DIRECTIONS, 120) and max(map(len, found["texts"])) == 200
    assert sum(found["shares"]) < 1 and json.loads(json.dumps(found)) == found


def test_one_text_alone_is_a_map_too():
    found = map_of(np.array([[1.0, 2.0]]), ["only"], [0])
    assert nearest(found, place_on(found, np.array([1.0, 2.0]))) == [(0, 0.0)]
