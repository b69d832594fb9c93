"""The figure of the clock, and the colours of its cycle for who sees no red or no green."""

import itertools

import numpy as np
import pytest

from core.insight.clock import principal_plane
from core.insight.phases import phases_of
from ui.charts.theme import cycle_color
from ui.results.clock import clock_scene

# Linear RGB as it is seen: Viénot, Brettel and Mollon (1999), "Digital video colourmaps for checking the legibility of
# displays by dichromats".
SEEN = {
    "all colours": np.eye(3),
    "no red": np.array([[0.1124, 0.8876, 0], [0.1124, 0.8876, 0], [0.004, -0.004, 1]]),
    "no green": np.array([[0.2927, 0.7073, 0], [0.2927, 0.7073, 0], [-0.0223, 0.0223, 1]]),
}
TIMES = [str(one) + "-01" for one in np.datetime64("2001-01", "M") + np.arange(30)]


def plane_of(num_steps, period=12):
    angle = 2 * np.pi * np.arange(num_steps) / period
    return principal_plane(np.stack([np.cos(angle), 0.5 * np.sin(angle)], axis=1))


@pytest.mark.parametrize("matrix", SEEN.values(), ids=SEEN)
def test_any_two_months_but_neighbours_can_be_told_apart(matrix):
    def seen(place):
        rgb = np.array([int(cycle_color(place / 12)[i : i + 2], 16) / 255 for i in (1, 3, 5)]) ** 2.2
        return np.clip(matrix @ rgb, 0, 1) ** (1 / 2.2)

    for one, other in itertools.combinations(range(12), 2):
        if min(other - one, 12 - other + one) > 1:
            assert np.linalg.norm(seen(one) - seen(other)) > 0.12, (one, other)


def test_a_cycle_ends_in_the_colour_with_which_it_begins():
    assert cycle_color(0) == cycle_color(1.0) == "#0B3C78" and cycle_color(0.125) == "#1F7CC4"


def test_a_dot_has_the_colour_of_its_month_and_the_axes_their_share_of_variance():
    plane = plane_of(30)
    scene = clock_scene("one", "sales", TIMES, np.arange(30.0), plane, phases_of(TIMES, 12)[0], 12)
    data = scene.data()
    orbit, series = data["rows"][0]
    assert orbit["colors"][0] == orbit["colors"][12] == cycle_color(0) and len(orbit["points"]) == 30
    assert [one["text"] for one in orbit["keys"]][:2] == ["January", "February"]
    assert {one["text"] for one in orbit["places"]} >= {"Jan", "Apr", "Jul", "Oct"}
    assert orbit["x_title"].startswith("component 1, ") and orbit["x_title"].endswith("% of the variance")
    assert data["labels"][13] == "2002-02-01, February" and data["start"]["step"] == 12 and data["linked"] is False
    assert series["x_words"][3] == "2001-04-01" and (series["low"], series["high"]) == pytest.approx((-1.45, 30.45))


def test_without_a_season_colours_go_from_the_first_steps_to_the_last():
    scene = clock_scene("one", "sales", ["1", "2", "3"], np.array([1.0, np.nan, 2]), plane_of(3), None, 12)
    (orbit, _), labels = scene.data()["rows"][0], scene.data()["labels"]
    assert len(set(orbit["colors"])) == 3 and labels == ["1", "2", "3"] and not orbit["places"]
    assert [one["text"] for one in orbit["keys"]] == ["first steps", "last steps"]


def test_a_series_of_gaps_and_states_in_one_place_are_drawn_too():
    scene = clock_scene("one", "sales", ["1", "2"], np.full(2, np.nan), principal_plane(np.zeros((2, 3))), None, 2)
    assert scene.data()["rows"][0][1]["low"] < scene.data()["rows"][0][1]["high"]


def test_where_the_plane_tells_no_places_apart_none_is_named():
    angle = np.random.default_rng(3).permutation(2 * np.pi * np.arange(84) / 84)  # every month lies everywhere
    mixed = principal_plane(
        np.stack([np.cos(angle), 0.5 * np.sin(angle)], axis=1) * 0.01 + np.tile([[1.0, 0], [-1.0, 0]], (42, 1))
    )
    times = [str(one) for one in np.datetime64("2001-01-01") + np.arange(84)]
    weekdays = next(one for one in phases_of(times, 7) if one.cycle == "weekday")
    orbit, _ = clock_scene("one", "sales", times, np.arange(84.0), mixed, weekdays, 7).data()["rows"][0]
    assert not orbit["places"] and len(orbit["keys"]) == 7
