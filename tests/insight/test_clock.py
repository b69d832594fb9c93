"""A network's clock: the plane of its states, means by place of a cycle, and how much that place tells."""

import numpy as np
import pytest

from core.insight.clock import mean_by_place, principal_plane, share_told
from core.insight.phases import phases_of


def months(num, first="2001-01"):
    return [str(one) + "-01" for one in np.datetime64(first, "M") + np.arange(num)]


def test_states_on_a_circle_are_a_circle_in_the_plane_and_nothing_else_varies():
    angle = np.arange(48) * np.pi / 6
    states = np.stack([3 + np.cos(angle), np.full(48, 5.0), np.sin(angle) - 1], axis=1)
    plane = principal_plane(states)
    assert np.hypot(*plane.points.T) == pytest.approx(np.ones(48))
    assert plane.shares == pytest.approx((0.5, 0.5)) and plane.loadings[:, 1] == pytest.approx(np.zeros(2), abs=1e-12)


def test_the_first_direction_holds_most_and_points_where_its_largest_loading_is_positive():
    states = np.stack([np.array([0.0, 1, 2, 3]), -2 * np.array([0.0, 1, 2, 3])], axis=1)
    plane = principal_plane(states)
    assert plane.shares == pytest.approx((1.0, 0.0))
    assert plane.loadings[0] == pytest.approx(np.array([-1, 2]) / 5**0.5)


@pytest.mark.parametrize(
    "states", [np.ones((4, 3)), np.arange(4.0)[:, None], np.ones((1, 2))], ids=["still", "one", "a step"]
)
def test_states_that_do_not_vary_and_a_single_unit_have_a_plane_too(states):
    plane = principal_plane(states)
    assert plane.points.shape == (len(states), 2) and np.isfinite(plane.points).all() and plane.shares[1] == 0


def test_means_are_of_each_place_and_a_place_without_a_step_has_none():
    means = mean_by_place(np.array([[1.0, 0], [5, 2], [3, 4]]), np.array([0, 2, 0]), 3)
    assert means[[0, 2]].tolist() == [[2, 2], [5, 2]] and np.isnan(means[1]).all()


def test_a_place_tells_all_of_a_pattern_that_repeats_and_nothing_of_one_that_does_not_depend_on_it():
    places = np.arange(12) % 4
    repeats, other = np.array([1.0, 7, 2, 2])[places], (np.arange(12) // 4).astype(float)
    assert share_told(np.stack([repeats, other, np.ones(12)], axis=1), places, 4) == pytest.approx([1, 0, 0])


def test_months_have_names_and_the_year_begins_in_january():
    month, *others = phases_of(months(30, "2000-11"), 12)
    assert (month.cycle, month.names[0], len(month.names)) == ("month", "January", 12)
    assert month.places[:4].tolist() == [10, 11, 0, 1] and not others


@pytest.mark.parametrize(
    ("unit", "num", "season", "cycles"),
    [
        ("h", 400, 24, ["hour", "weekday"]),
        ("h", 400, 168, ["weekday", "hour"]),
        ("D", 500, 7, ["weekday", "month"]),
        ("D", 500, 365, ["month", "weekday"]),
        ("W", 200, 52, ["month"]),
        ("h", 400, 11, ["step of the season", "hour", "weekday"]),
    ],
)
def test_the_cycle_as_long_as_the_season_comes_first(unit, num, season, cycles):
    times = np.datetime64("2018-01-01T00:00:00") + (np.arange(num) * np.timedelta64(1, unit)).astype("timedelta64[s]")
    labels = [f"{time}+02:00" if unit == "h" else str(time)[:10] for time in times]
    assert [one.cycle for one in phases_of(labels, season)][: len(cycles)] == cycles


def test_the_first_of_january_2018_was_a_monday():
    weekday = phases_of(["2018-01-01", "2018-01-02", "2018-01-03"], 7)[0]
    assert [weekday.names[place] for place in weekday.places] == ["Monday", "Tuesday", "Wednesday"]


def test_quarters_are_quarters_and_not_four_months():
    (quarter,) = phases_of(months(40)[::3], 4)
    assert quarter.cycle == "quarter" and quarter.places[:5].tolist() == [0, 1, 2, 3, 0]


def test_a_season_without_a_calendar_counts_its_steps_from_the_row_in_which_the_data_begin():
    (counted,) = phases_of(["5", "6", "7"], 11, first_row=10)
    assert [counted.names[place] for place in counted.places] == ["step 11 of 11", "step 1 of 11", "step 2 of 11"]


def test_without_season_and_calendar_nothing_has_a_place():
    assert phases_of(["1", "2"], 1) == [] and phases_of(["1871-01-01", "1872-01-01", "1873-01-01"], 1) == []
