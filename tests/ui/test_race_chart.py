"""The picture of a race: a colour and a name for each cell, the first seed strong, whole steps."""

import pytest

from ui.curves import Curve
from ui.race_chart import Racer, end_labels, race_alt, race_chart, race_frame


@pytest.fixture
def racers(tmp_path):
    def racer(cell, turn, *values):
        curve = Curve(tmp_path / "none")
        curve.validation = [{"step": step, "seconds": step / 2, "mase": value} for step, value in enumerate(values, 1)]
        return Racer(cell, f"{cell}, seed {turn}", turn, curve)

    return [racer("RNN", 0, 1.0, 0.9), racer("RNN", 1, 1.1, 0.8), racer("GRU", 0, 1.0, 0.9)]


def test_the_first_seed_is_drawn_stronger_than_later_ones_and_the_baseline_is_a_line(racers):
    frame = race_frame(racers, "mase", "step", ("seasonal_naive", 0.95))
    widths = frame.groupby("name")["width"].first()
    assert widths["RNN, seed 0"] == widths["GRU, seed 0"] > widths["RNN, seed 1"]
    assert list(frame[frame["name"] == "seasonal naive (baseline)"]["value"]) == [0.95, 0.95]


def test_names_at_the_ends_of_lines_that_meet_stand_apart(racers):
    ends = end_labels(race_frame(racers, "mase", "step"))
    assert sorted(ends["cell"]) == ["GRU", "RNN"]
    assert abs(ends["value"].diff().iloc[-1]) > 0.02


@pytest.mark.parametrize("against", ["step", "seconds"])
def test_steps_are_whole_numbers_and_seconds_need_not_be(racers, against):
    frame = race_frame(racers, "mase", against)
    chart = race_chart(frame, "mase", ["RNN", "GRU"], task="forecasting", against=against, end=None, dark=False)
    lines = chart.to_dict()["layer"][0]["encoding"]
    assert (lines["x"]["axis"].get("tickMinStep") == 1) is (against == "step")
    assert lines["color"]["scale"]["domain"] == ["RNN", "GRU"]


def test_a_race_before_its_first_look_is_an_empty_chart_that_says_so(tmp_path):
    waiting = [Racer("RNN", "RNN, seed 0", 0, Curve(tmp_path / "none"))]
    frame = race_frame(waiting, "mase", "step")
    chart = race_chart(frame, "mase", ["RNN"], task="forecasting", against="step", end=None, dark=True, narrow=True)
    assert chart.to_dict()
    assert "RNN, seed 0 no look yet" in race_alt(waiting, "mase", "forecasting", "step")
