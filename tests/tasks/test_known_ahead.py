"""What is known ahead reaches the network before its time, and nothing else of the future does."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
import torch

from core.config.errors import ConfigError
from core.data.prepare import prepare
from core.tasks.forecasting.ahead import coming_rows
from core.tasks.forecasting.context import SeriesContext
from core.tasks.forecasting.leak import moved_by_future
from core.tasks.forecasting.newer import EARLIER_BANDS
from core.tasks.registry import bind

CPU = torch.device("cpu")
N, M, AHEAD = (
    110,
    117,
    5,
)  # days trained on, days known when a forecast is asked for, days of heat behind the known ones
SHAPES = ("many_to_one", "many_to_many", "encoder_decoder")
WEATHER = {"data.target_columns": ("sold",), "data.future_columns": ("heat",)}
CALENDAR = {"data.target_columns": ("sold",), "data.calendar": "auto_time", "data.holidays": "DE"}


def days(known=N, ahead=AHEAD, heat=None):
    """Sales and rain that end before the heat does, which is forecast."""
    step = np.arange(130)
    frame = pd.DataFrame({"sold": 50 + 5 * np.sin(step), "rain": step * 3 % 11.0, "heat": step * 5 % 13.0},
                         index=pd.date_range("2021-01-01", periods=130, freq="D"))  # fmt: skip
    if heat is not None:
        frame["heat"] = heat
    frame.loc[frame.index[known:], ["sold", "rain"]] = np.nan
    return frame.iloc[: known + ahead]


@pytest.fixture
def write(tmp_path):
    def to_csv(frame, name="train.csv"):
        frame.rename_axis("day").reset_index().to_csv(tmp_path / name, index=False, date_format="%Y-%m-%d")
        return tmp_path / name

    return to_csv


@pytest.fixture
def trained(tiny, write):
    """A network bound to a table; another one is given its weights and scale by `like`."""

    def make(table, changes, name="train.csv", like=None):
        experiment = tiny(
            "forecasting", {"data.path": (str(write(table, name)),), "data.difference": "last_value", **changes}
        )
        task = bind(experiment, prepare("series", experiment.data), CPU)
        if like is not None:
            task.model.load_state_dict(like.model.state_dict())
            form = like.context.ahead_form
            task.context = dataclasses.replace(task.context, scaler=like.context.scaler, ahead_form=form)
            task.ahead = form.values(rows_of(task), task_rows(task))
            task.windows = task._windows(like.context.scaler, CPU)
        task.predictor.context = SeriesContext.from_json(task.context.to_json())  # what a run keeps is what is used
        return task

    return make


def rows_of(task):
    return pd.date_range(task.prepared.series.frame.index[0], periods=len(task.ahead), freq="D")


def task_rows(task):
    ahead = task.prepared.series.ahead
    rows = np.zeros((len(task.ahead), 0 if ahead is None else 1))
    if ahead is not None:
        rows[: len(ahead)] = ahead.to_numpy()[: len(rows)]
    return rows


def forecast(predictor, horizon=3):
    return np.array([row["forecast"] for row in predictor.predict(horizon)])


def from_origin(task, origin, series=None, horizon=3):
    """The forecast of all targets, or of one series, from a row, as judging makes it (C, H)."""
    at, which, lag = np.array([origin]), None if series is None else np.array([series]), task.context.scaler.lag
    history = task.values[origin - lag : origin][None]
    history = history if series is None else history[:, :, [series]]
    inputs, ahead = task.windows.inputs(at, which), task.windows.ahead(at, which, horizon)
    task.model.eval()
    return task.predictor.forecast(inputs, history, horizon, which, ahead)[0].T


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("changes", [WEATHER, CALENDAR], ids=["weather", "calendar"])
def test_past_the_end_the_same_is_known_as_at_any_origin(trained, shape, changes):
    task = trained(days(), {**changes, "model.shape": shape})
    np.testing.assert_allclose(forecast(task.predictor), from_origin(task, N), rtol=1e-6)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_column_that_is_known_ahead_moves_forecasts_and_no_other_future_does(trained, shape):
    heat = days(130, 0)["heat"].to_numpy().copy()
    task = trained(days(), {**WEATHER, "model.shape": shape})
    assert moved_by_future(task) == []
    later = heat.copy()
    later[N] += 40  # the first step to come
    changed = trained(days(heat=later), {**WEATHER, "model.shape": shape}, "changed.csv", like=task)
    one, other = forecast(task.predictor), forecast(changed.predictor)
    assert not np.allclose(one, other)
    rain = days()
    rain.loc[rain.index[N - 1], "rain"] = np.nan  # what is known of the past alone ends where it ends
    assert trained(rain, {**WEATHER, "model.shape": shape}, "rain.csv").prepared.series.ahead.shape == (N + AHEAD, 1)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("changes", [WEATHER, CALENDAR], ids=["weather", "calendar"])
def test_newer_rows_bring_what_is_known_ahead_of_their_end(trained, write, shape, changes):
    table = days(M) if changes is WEATHER else days(M, 0)
    task = trained(days() if changes is WEATHER else days(ahead=0), {**changes, "model.shape": shape})
    whole = trained(table, {**changes, "model.shape": shape}, "whole.csv", like=task)
    expected = from_origin(whole, M)
    after = task.predictor.after(write(table[N:], "newer.csv"))
    np.testing.assert_allclose(forecast(after), expected, rtol=1e-6)
    assert after.context.future[0] == "2021-04-28"
    if changes is WEATHER:
        assert after.context.num_known == AHEAD
        assert (
            "heat: known until 2021-05-02; past that the value a season (7 steps) earlier stands for it" in after.notes
        )


def test_newer_rows_may_say_nothing_but_what_is_known_ahead(trained, write):
    task = trained(days(ahead=0), WEATHER)
    expected = forecast(trained(days(), WEATHER, "whole.csv", like=task).predictor, 5)
    after = task.predictor.after(write(days()[N:], "newer.csv"))
    np.testing.assert_allclose(forecast(after, 5), expected, rtol=1e-6)
    assert "no newer value to forecast: only what is known ahead is new" in after.notes


def test_newer_rows_without_the_column_go_on_with_what_is_known_from_before(trained, write):
    task = trained(days(), WEATHER)
    after = task.predictor.after(write(days(N + 2, 0).drop(columns="heat")[N:], "newer.csv"))
    assert after.context.num_known == AHEAD - 2
    assert coming_rows(after.context, 3)["heat"] == coming_rows(task.context, 5)["heat"][2:]
    assert any(note.startswith("no column 'heat'") for note in after.notes)


def test_a_visitor_changes_what_comes_and_the_forecast_follows(trained):
    task = trained(days(), {**WEATHER, "model.shape": "encoder_decoder"})
    before = coming_rows(task.context, 3)["heat"]
    assert before == [(N + step) * 5 % 13 for step in range(3)]
    same = task.predictor.with_ahead({"heat": before})
    np.testing.assert_array_equal(forecast(same), forecast(task.predictor))
    hotter = forecast(task.predictor.with_ahead({"heat": [before[0], before[1] + 20]}))
    np.testing.assert_array_equal(hotter[0, 0], forecast(task.predictor)[0, 0])
    assert hotter[0, 1] != forecast(task.predictor)[0, 1]
    for wrong in ({"rain": [1.0]}, {"heat": [None]}):
        with pytest.raises(ConfigError, match="ahead"):
            task.predictor.with_ahead(wrong)


def test_rows_that_end_before_the_training_data_say_that_the_bands_know_more(trained, write):
    task = trained(days(ahead=0), {"data.target_columns": ("sold",)})
    earlier, later = write(days()[: N - 20], "earlier.csv"), write(days(M, 0)[N:], "later.csv")
    assert EARLIER_BANDS not in task.predictor.after(earlier).notes, "it has no bands"
    corrections = {"sold": np.zeros((2, 1, 3))}
    task.predictor.context = dataclasses.replace(task.predictor.context, corrections=corrections)
    assert EARLIER_BANDS in task.predictor.after(earlier).notes
    assert EARLIER_BANDS not in task.predictor.after(later).notes


def test_a_forecast_goes_further_than_anything_is_known(trained):
    task = trained(days(), {**WEATHER, **CALENDAR})
    assert np.isfinite(forecast(task.predictor, 200)).all()


class TestEach:
    CHANGES = {
        "data.many_series": "each",
        "data.static_columns": ("size", "town"),
        "data.target_columns": ("sold",),
        "data.calendar": "auto",
        "data.difference": "none",
    }

    def table(self, ends=(N, N - 30), **sizes):
        """Shops below each other; the second one closes earlier."""
        frame, size = days(130, 0), {"A": 9, "B": 40} | sizes
        rows = [(day, shop, value + 100 * place, size[shop], f"town {shop}")
                for place, (shop, end) in enumerate(zip(size, ends, strict=False))
                for day, value in frame["sold"][:end].items()]  # fmt: skip
        return pd.DataFrame(rows, columns=["day", "shop", "sold", "size", "town"]).set_index("day")

    def test_each_series_is_told_what_it_is_and_when_its_steps_are(self, trained):
        task = trained(self.table(), self.CHANGES)
        assert task.context.num_ahead == 2 + 3
        assert task.context.static.tolist() == [[-1, 1, 0], [1, 0, 1]]
        expected = np.concatenate([from_origin(task, end, place) for place, end in enumerate((N, N - 30))])
        np.testing.assert_allclose(forecast(task.predictor), expected, rtol=1e-6)

    def test_a_network_that_is_told_which_series_it_reads_forecasts_the_same_rows_differently(self, trained):
        task = trained(
            self.table(ends=(N, N)), {**self.CHANGES, "data.static_columns": (), "data.series_identity": True}
        )
        assert task.context.static.tolist() == [[1, 0], [0, 1]]
        told = task.windows.ahead(np.array([N - 9, N - 9]), series=np.array([0, 1]))
        inputs = task.windows.inputs(np.array([N - 9, N - 9]), np.array([0, 0]))
        one, other = task.model(inputs, None, told)[0]
        assert not torch.allclose(one, other)

    def test_a_new_series_says_itself_what_it_is(self, trained, write):
        task = trained(self.table(), self.CHANGES)
        rows = self.table(ends=(N, N - 30, 40), C=9)
        told = task.predictor.after(write(rows[rows["shop"] == "C"], "newer.csv"))
        assert told.context.static.tolist() == [[-1, 0, 0]]
        untold = task.predictor.after(write(rows[rows["shop"] == "C"].drop(columns=["size", "town"]), "untold.csv"))
        assert untold.context.static.tolist() == [[0, 0, 0]]
        assert not np.allclose(forecast(told), forecast(untold))


def test_who_must_not_see_rows_sees_neither_what_is_known_ahead_nor_words_of_cells(trained):
    task = trained(days(), WEATHER)
    shown = task.context.without_rows(task.experiment.data)
    assert (shown.num_ahead, shown.ahead.any(), shown.num_known) == (1, False, 0)
    each = trained(TestEach().table(), TestEach.CHANGES, "each.csv")
    text = json.dumps(dataclasses.asdict(each.context.without_rows(each.experiment.data).ahead_form))
    assert "town A" not in text and each.predictor.without_rows().context.num_ahead == each.context.num_ahead


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("changes", [WEATHER, CALENDAR], ids=["weather", "calendar"])
def test_look_inside_tells_the_network_what_was_known_at_each_step(trained, shape, changes):
    task = trained(days(), {**changes, "model.shape": shape})
    details = task.details()
    found = task.predictor.stretch(json.loads(json.dumps(details)), "sold")
    ends = np.arange(found.first_row, found.first_row + len(found.times)) + 1
    with torch.inference_mode():
        read = task.model.steps(task.windows.inputs(ends), task.windows.ahead(ends))
        expected = task.model.recurrent(read)[0][:, -1].numpy()
    assert found.layers[-1]["values"]["hidden state"] == pytest.approx(expected, abs=1e-4)
    assert task.predictor.stretch({**details, "ahead": []}, "sold") is None, "a run that kept nothing of it"


@pytest.mark.parametrize("shape", SHAPES)
def test_a_column_that_is_known_ahead_has_slopes_in_the_window_and_in_the_steps_to_come(trained, shape):
    task = trained(days(), {**WEATHER, "model.shape": shape})
    step, size = 3, task.experiment.data.window_size
    of_columns, of_ahead = task.predictor.slopes("sold", step)
    assert of_columns.columns == task.context.columns and of_ahead.columns == ("heat",)
    assert of_ahead.times[-step:] == tuple(task.context.future[:step]) and len(of_ahead.times) == size + step
    ahead, window = task.predictor._ahead(step), task.predictor._last_windows()
    place = task.context.target_places[0] if shape == "many_to_many" else 0
    for row in (0, size, size + step - 1):
        moved = ahead.repeat(2, 1, 1)
        moved[:, row, 0] += torch.tensor([1e-2, -1e-2])
        high, low = task.predictor.scaled_forecasts(window.repeat(2, 1, 1), step, moved)[:, -1, place]
        assert of_ahead.values[row, 0] == pytest.approx(float(high - low) / 2e-2, rel=0.05, abs=5e-5)


def test_where_no_column_is_known_ahead_nothing_is_coming(trained):
    assert coming_rows(trained(days(), CALENDAR).context, 3) == {}
