"""The picture of a race: a colour and a name for each cell, the first seed strong, whole steps."""

from itertools import pairwise

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


def test_names_of_lines_that_end_at_the_top_are_moved_down_and_not_over_it(tmp_path):
    def racer(cell):
        curve = Curve(tmp_path / "none")
        curve.validation = [{"step": 1, "mase": 0.2}, {"step": 2, "mase": 1.0}]
        return Racer(cell, f"{cell}, seed 0", 0, curve)

    frame = race_frame([racer("RNN"), racer("GRU"), racer("LSTM")], "mase", "step")
    ends = sorted(end_labels(frame)["value"])
    assert ends[-1] == 1.0 and all(above - below > 0.05 for below, above in pairwise(ends))
    assert sorted(end_labels(frame, log_scale=True)["value"])[-1] == pytest.approx(1.0)


def test_figures_of_training_can_be_drawn_on_a_log_scale_and_are_called_so(tmp_path):
    curve = Curve(tmp_path / "none")
    curve.train = [
        {"step": step, "seconds": step / 4, "grad_norm": value} for step, value in ((1, 0.0), (2, 10.0), (3, 9.0))
    ]
    racers = [Racer("RNN", "RNN, seed 0", 0, curve)]
    frame = race_frame(racers, "grad_norm", "seconds", part="train")
    assert list(frame["x"]) == [0.25, 0.5, 0.75]
    chart = race_chart(
        frame, "grad_norm", ["RNN"], task="memory", against="seconds", end=None, dark=False, part="train", log_scale=True,
        title="Norm of the gradient",
    ).to_dict()  # fmt: skip
    y = chart["layer"][0]["encoding"]["y"]
    assert y["scale"]["type"] == "log" and y["title"] == "Norm of the gradient, in training"
    assert [row["value"] for row in next(iter(chart["datasets"].values()))] == [10.0, 9.0]
    assert "Grad norm in training" in race_alt(racers, "grad_norm", "memory", "seconds", "train")
