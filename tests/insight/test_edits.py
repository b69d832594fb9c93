"""What a visitor changed in a figure reaches a network checked and bounded."""

import numpy as np
import pytest

from core.insight.edits import MOST_EDITS, Edits


def test_changes_of_an_array_are_put_where_their_names_say():
    edits = Edits({"W.0.1": 5, "W.1.0": -2.5, "x.3": 9})
    before = np.zeros((2, 2))
    assert edits.applied("W", before, -10, 10).tolist() == [[0, 5], [-2.5, 0]]
    assert before.tolist() == [[0, 0], [0, 0]] and not edits.problems


@pytest.mark.parametrize("value", [11, -10.1, float("nan"), float("inf"), "3", None, True, [1]])
def test_what_is_no_number_in_range_is_left_out_and_named(value):
    edits = Edits({"W.0.1": value})
    assert edits.applied("W", np.ones((2, 2)), -10, 10).tolist() == [[1, 1], [1, 1]]
    assert edits.problems == ["A change of W is left out: it must be a number from -10 to 10."]


@pytest.mark.parametrize("name", ["W.2.0", "W.0", "W", "W.0.0.0", "W.-1.0", "W.0.x", "W.0.1e0", "W.0.٣"])
def test_a_place_that_is_not_there_is_named(name):
    edits = Edits({name: 1})
    assert edits.applied("W", np.ones((2, 2)), -10, 10).tolist() == [[1, 1], [1, 1]]
    assert edits.problems == ["W has no such place, so a change of it is left out."]


def test_a_number_of_its_own_is_the_usual_one_until_it_is_changed_to_one_that_fits():
    assert Edits().number("rate", 0.5, 0, 1) == 0.5
    assert Edits({"rate": 0.25}).number("rate", 0.5, 0, 1) == 0.25
    assert Edits({"rate": 2}).number("rate", 0.5, 0, 1) == 0.5
    assert Edits({"steps": 3.6}).whole("steps", 5, 1, 9) == 4


def test_no_more_than_so_many_changes_are_looked_at():
    edits = Edits({f"x.{place}": 1 for place in range(MOST_EDITS + 5)})
    assert len(edits.values) == MOST_EDITS and len(edits.problems) == 1
