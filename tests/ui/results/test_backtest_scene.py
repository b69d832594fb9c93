"""The figure that is dragged through the origins of a rolling test."""

from dataclasses import replace

import numpy as np
import pytest

from core.backtests import Backtest
from ui.results.backtest_scene import origin_scene, winners

NAN = float("nan")


@pytest.fixture
def rolled():
    """Three forecasts of two steps after four, five and six rows; the test set begins at row 5."""
    truth = np.array([[5.0, 6.0], [6.0, 7.0], [NAN, NAN]])
    network = truth + np.array([[1.0], [0.5], [1.0]])
    simple = truth + np.array([[0.5], [3.0], [1.0]])
    network[2], simple[2] = 7.0, 7.0
    edges = {0.1: network - 2, 0.9: network + 2, 0.4: network - 1, 0.6: network + 1}
    labels = [f"2020-01-0{day}" for day in range(1, 9)]
    return Backtest("<b>sales</b>", labels, np.array([4, 5, 6]), truth, {"network": network, "drift": simple}, edges, 1.0,
                    1.0, 5)  # fmt: skip


@pytest.fixture
def drawn(rolled):
    return origin_scene("id", rolled, [1.0, 2.0, None, 4.0, 5.0, 6.0, 7.0, 8.0], 1, "drift", "EUR").data()


def test_who_is_nearer_has_the_smaller_error_and_nobody_where_both_are_alike_or_nothing_is_known(rolled):
    assert winners(rolled, "drift") == [1, 0, 2]


def test_it_begins_with_the_test_set_and_has_a_step_for_each_origin(drawn):
    assert drawn["steps"] == 3 and drawn["start"]["step"] == 1
    assert drawn["labels"] == ["after 2020-01-04", "after 2020-01-05", "after 2020-01-06"]
    assert not drawn["linked"]


def test_what_is_drawn_was_known_at_the_origin_or_is_a_forecast_or_came(drawn):
    fan = drawn["rows"][0][0]
    assert drawn["values"]["past"]["at"][0][-4:] == [1.0, 2.0, "nan", 4.0]
    assert drawn["values"]["truth"]["at"][1] == [6.0, 7.0]
    assert drawn["values"]["drift"]["at"][1] == [9.0, 10.0]
    assert [line["value"] for line in fan["lines"]] == ["network", "drift"]
    assert [band["label"] for band in fan["bands"]] == ["80% band, held 100%"], "from the one origin of the test set"
    assert fan["ends"][0] == ["2020-01-01", "2020-01-04", "2020-01-06"]
    assert all(low < 5 and high > 8 for low, high in fan["range"][1:])
    assert fan["y_title"] == "<b>sales</b>, EUR", "it goes in as text"
    assert fan["x_title"] == "Time"


def test_the_error_is_said_in_words(drawn):
    assert drawn["rows"][0][0]["says"] == [
        "From 2020-01-05 on the network misses by 1 EUR on average, drift by 0.5: drift is nearer.",
        "From 2020-01-06 on the network misses by 0.5 EUR on average, drift by 3: the network is nearer.",
        "Nothing is known of what came after.",
    ]


def test_a_strip_says_by_colour_height_and_words_who_was_nearer(drawn):
    strip = drawn["rows"][1][0]
    assert strip["kinds"] == [1, 0, 2]
    assert len({key["color"] for key in strip["keys"]}) == len({key["share"] for key in strip["keys"]}) == 3
    assert strip["part"] == {"from": 1, "text": "test set from here"}


def test_who_was_nearer_is_counted_over_the_test_set_and_apart_over_the_one_the_network_was_chosen_on(rolled, drawn):
    """Drift is nearer from row 4, of the validation set, the network from row 5; of row 6 nothing is known."""
    strip, told = (
        drawn["rows"][1][0],
        "1 of 2 of the test set, and from 0 of 1 of the validation set, on which it was chosen",
    )
    assert strip["title"] == f"Who was nearer, origin by origin: the network from {told}"
    assert strip["alt"] == f"A cell for each of 3 origins. The network is nearer from {told}. Taller is the network."
    values = [1.0, 2.0, None, 4.0, 5.0, 6.0, 7.0, 8.0]
    for test_from, ending in (
        (4, "1 of 3 of the test set"),
        (7, "1 of 3 of the validation set, on which it was chosen"),
    ):
        alone = origin_scene("id", replace(rolled, test_from=test_from), values, 1, "drift", "").data()
        assert alone["rows"][1][0]["title"].endswith(f": the network from {ending}")


def test_without_a_simple_method_there_is_no_strip(rolled):
    alone = origin_scene("id", rolled, [1.0] * 8, 1, None, "").data()
    assert len(alone["rows"]) == 1
    assert alone["rows"][0][0]["says"][0] == "From 2020-01-05 on the network misses by 1 on average."


def test_of_a_series_that_begins_late_the_past_has_no_row_before_all(rolled):
    early = origin_scene(
        "id", rolled.at(np.array([0])), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], 1, "drift", ""
    ).data()
    assert early["values"]["past"]["at"] == [[1.0, 2.0, 3.0, 4.0]]
