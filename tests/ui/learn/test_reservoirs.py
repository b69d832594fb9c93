"""What the page of the reservoirs shows is what they compute, and its statements hold."""

import numpy as np
import pytest

from core.claims.store import stored
from core.insight.edits import Edits
from core.insight.reservoir import NUM_SHOWN, NUM_STEPS, TOLERANCE, foresee, horizons, repeated, spread, tell_apart
from ui.learn import reservoirs
from ui.learn.echo_scene import BY_RADIUS, echo
from ui.learn.liquid_scene import liquid

SCENES = {
    name: lambda edits, scene=scene: scene(edits, {"kind": "statements"})
    for name, scene in (("echo", echo), ("liquid", liquid))
}


def column(shown, name):
    return [row[0] for row in shown["values"][name]["at"]]


def shown_by(place):
    statement = reservoirs.LESSON.statements[place]
    shown = SCENES[statement.widgets["view"]](Edits(statement.state["edits"])).data()
    assert statement.state["step"] < shown["steps"] and statement.state["mark"] in shown["values"]
    return shown, statement.state["step"]


def test_the_forecast_is_the_networks_and_stands_beside_the_series_and_the_last_value():
    shown, step = shown_by(0)
    found = foresee(200, 0.95, 0.5, 1)
    assert column(shown, "forecast") == pytest.approx(found.forecasts[0, :NUM_SHOWN], rel=1e-4)
    assert column(shown, "truth") == pytest.approx(found.truth[:NUM_SHOWN], rel=1e-5)
    assert np.abs(column(shown, "error"))[: step + 1].max() < 0.1
    facts = next(panel for row in shown["rows"] for panel in row if panel["kind"] == "facts")["items"]
    assert facts[0]["text"] == f"{np.mean(horizons(found.forecasts)):,.0f} steps"
    assert facts[1]["text"] == f"{np.mean(horizons(repeated())):.0f} steps" == "10 steps"


def test_horizons_by_radius_are_the_stored_ones_and_this_network_stands_among_them():
    shown = SCENES["echo"](Edits({"radius": 0.5, "draw": 2})).data()
    series = next(
        panel for row in shown["rows"] for panel in row if panel.get("title") == "Horizon by spectral radius"
    )["series"]
    figures = {figure.network: figure for figure in stored("A11").figures if figure.task == BY_RADIUS}
    for line, value in zip(series[:3], (np.mean, min, max), strict=True):
        assert line["points"] == [[float(name), pytest.approx(value(one.values))] for name, one in figures.items()]
    (here,) = series[3]["points"]
    other = SCENES["echo"](Edits({"leak": 1.0})).data()
    assert "this network" not in str(other["rows"])
    assert here == [0.5, np.mean(horizons(foresee(200, 0.5, 0.5, 2).forecasts))]
    assert here[1] == figures["0.5"].values[2]  # draws are counted from 0


def test_a_radius_too_small_or_too_large_goes_wrong_as_the_statements_say():
    for place in (1, 2):
        shown, step = shown_by(place)
        assert abs(column(shown, "error")[step]) > 2 * TOLERANCE * spread()


def test_a_radius_of_1_1_forgets_its_start_and_foresees_further_in_the_mean_of_the_stored_draws():
    shown, step = shown_by(3)
    assert np.abs(column(shown, "error"))[: step + 1].max() < 0.09
    means = {one.network: one.mean for one in stored("A11").figures if one.task == BY_RADIUS}
    assert max(means, key=means.get) == "1.1" and foresee(200, 1.1, 0.5, 1).forgotten[-1] < 0.01


def test_the_liquid_remembers_and_without_connections_it_guesses():
    joined, step = shown_by(4)
    alone, _ = shown_by(5)
    assert column(joined, "accuracy") == pytest.approx(tell_apart(80, 0.8, 2, 1).accuracy)
    assert step == NUM_STEPS - 1 and column(joined, "accuracy")[step] > 0.85 and column(alone, "accuracy")[step] < 0.65


def test_a_pattern_shown_has_its_spikes():
    found = tell_apart(80, 0.8, 2, 1)
    shown = SCENES["liquid"](Edits({"pattern": 2})).data()
    picture = next(
        panel for row in shown["rows"] for panel in row if panel.get("title", "").startswith("Spikes that come in")
    )
    assert len(picture["series"][0]["points"]) == found.trials[1].inputs.sum()
