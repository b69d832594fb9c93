"""A trained forecaster goes on from newer rows as it would have from the same rows in its data."""

import dataclasses
import json
from datetime import datetime

import numpy as np
import pandas as pd
import pytest
import torch

from core.config.errors import ConfigError
from core.data.prepare import prepare
from core.tasks.forecasting.cold_start import short_past
from core.tasks.forecasting.context import SeriesContext
from core.tasks.registry import bind

CPU = torch.device("cpu")
N, M, WHOLE = 97, 104, 110  # rows trained on, rows known when a forecast is asked for, all rows there are
KINDS = [
    {"model.shape": shape, "data.difference": difference}
    for shape in ("many_to_one", "many_to_many")
    for difference in ("none", "last_value", "season")
]
KINDS += [{**KINDS[2], "data.transform": "log"}, {**KINDS[4], "data.transform": "box_cox"}]
MASK = {"data.missing": "mask"}
EACH = {"data.many_series": "each"}


def quarters(columns=("one", "two"), gaps=()):
    """110 quarters of series with a season of four; `gaps` are (row, column) of missing values."""
    step = np.arange(WHOLE)
    noise = np.random.default_rng(11).normal(size=(WHOLE, len(columns)))
    values = 50 + 9 * np.sin(step * np.pi / 2)[:, None] * (1 + np.arange(len(columns))) + noise
    for row, column in gaps:
        values[row, column] = np.nan
    return pd.DataFrame(values, index=pd.date_range("1990-01-01", periods=WHOLE, freq="QS"), columns=list(columns))


def as_long(frame):
    """The same with the series below each other."""
    long = frame.rename_axis("time").reset_index().melt("time", var_name="series", value_name="value")
    return long.dropna()


def to_csv(frame, path):
    if isinstance(frame.index, pd.DatetimeIndex):
        frame = frame.rename_axis("time").reset_index()
    frame.to_csv(path, index=False, date_format="%Y-%m-%d")
    return str(path)


@pytest.fixture
def trained(tiny, tmp_path):
    """A network bound to a table; another one is given its weights and scale by `like`."""

    def make(table, changes, name="train.csv", like=None):
        experiment = tiny("forecasting", {"data.path": (to_csv(table, tmp_path / name),), **changes})
        task = bind(experiment, prepare("series", experiment.data), CPU)
        if like is not None:
            task.model.load_state_dict(like.model.state_dict())
            task.context = dataclasses.replace(task.context, scaler=like.context.scaler)
            task.predictor.context, task.windows = task.context, task._windows(like.context.scaler, CPU)
        # What a run keeps is what is used.
        task.predictor.context = SeriesContext.from_json(task.context.to_json())
        return task

    return make


@pytest.fixture
def newer(tmp_path):
    """Writes newer rows, as a table or as they stand."""

    def write(content, name="newer.csv"):
        if isinstance(content, str):
            (tmp_path / name).write_text(content, encoding="utf-8")
            return tmp_path / name
        return to_csv(content, tmp_path / name)

    return write


BOTH = {"data.target_columns": ("one", "two")}  # a tail that is blank in one alone would make that one the target
TABLES = {
    "plain": ({}, (), slice(N, M)),
    "covariates": ({"data.target_columns": ("two",)}, (), slice(N, M)),
    "interpolated": ({}, ((40, 0), (100, 0), (101, 0), (100, 1)), slice(N, M)),
    "masked": (MASK, ((40, 0), (41, 0), (60, 1), (96, 0), (99, 0), (100, 0), (103, 1)), slice(N, M)),
    "overlapping": ({}, (), slice(N - 5, M)),
    "whole history": ({}, (), slice(0, M)),
    "one row": ({}, (), slice(M - 1, M)),
    "beginning in a gap": (BOTH, tuple((row, 0) for row in range(90, 97)), slice(N, M)),
    "whole history, beginning in a gap": (BOTH, ((94, 0), (95, 0), (96, 0), (95, 1)), slice(0, M)),
    "whole history, beginning in a blank row": (
        {},
        tuple((row, at) for row in range(91, 96) for at in (0, 1)),
        slice(0, M),
    ),
}
EVERY_KIND = ("plain", "masked", *(name for name in TABLES if "beginning" in name))


PAIRS = [(table, kind) for table in TABLES for kind in (KINDS if table in EVERY_KIND else (KINDS[1], KINDS[5]))]


@pytest.mark.parametrize(
    ("table", "kind"), PAIRS, ids=lambda part: part if isinstance(part, str) else "-".join(part.values())
)
def test_newer_rows_give_the_forecast_that_the_whole_series_gives_from_their_end(table, kind, trained, newer):
    changes, gaps, rows = TABLES[table]
    frame = quarters(gaps=gaps)
    num_known = M - 1 if table == "one row" else N
    task = trained(frame[:num_known], {**kind, **changes})
    whole = trained(frame, {**kind, **changes}, "whole.csv", like=task)
    expected = whole.forecasts(np.array([M]))[1][0]
    found = task.predictor.predict(newer=newer(frame[rows]))
    np.testing.assert_array_equal(np.array([row["forecast"] for row in found]).T, expected)
    assert [row["time"] for row in found] == [["2016-01-01", "2016-04-01", "2016-07-01"]] * len(found)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: "-".join(kind.values()))
def test_a_forecast_past_the_end_reads_a_gap_before_its_window_as_judging_does(kind, trained):
    frame = quarters(gaps=[(row, 0) for row in range(83, 91)])  # the window begins at row 88, or up to a season before
    task = trained(frame[:N], kind)
    whole = trained(frame, kind, "whole.csv", like=task)
    found = np.array([row["forecast"] for row in task.predictor.predict()]).T
    np.testing.assert_array_equal(found, whole.forecasts(np.array([N]))[1][0])


@pytest.mark.parametrize("kind", KINDS[1:5], ids=lambda kind: "-".join(kind.values()))
@pytest.mark.parametrize("long", [False, True], ids=["side by side", "below each other"])
def test_each_of_many_series_goes_on_from_its_own_end(long, kind, trained, newer):
    frame = quarters(("one", "two", "three"))
    frame.iloc[90:, 2] = np.nan  # ends before the others
    changes = {**kind, **EACH}
    task = trained(as_long(frame[:N]) if long else frame[:N], changes)
    whole = frame.copy()
    whole.iloc[90:, 2] = quarters(("one", "two", "three")).iloc[90:, 2]
    like = trained(as_long(whole) if long else whole, changes, "whole.csv", like=task)
    rows = whole[["one", "three"]].copy()
    rows.iloc[:N, 0], rows.iloc[:90, 1], rows.iloc[100:, 1] = np.nan, np.nan, np.nan
    rows = rows[90:M]
    found = task.predictor.predict(newer=newer(as_long(rows) if long else rows))
    assert [row["series"] for row in found] == ["one", "three"]  # those of the file alone
    for row, end in zip(found, (M, 100), strict=True):
        expected = like.forecasts(np.array([end]), np.array([like.columns.index(row["series"])]))[1][0, :, 0]
        np.testing.assert_array_equal(row["forecast"], expected)
    assert [row["time"][0] for row in found] == ["2016-01-01", "2015-01-01"]


def test_a_network_that_says_nothing_adds_the_usual_change_to_the_newest_value(trained, newer):
    frame = quarters(("one",))
    task = trained(frame[:N], {"data.difference": "last_value"})
    for weight in task.model.parameters():
        torch.nn.init.zeros_(weight)
    usual = np.diff(frame["one"].to_numpy()[:68]).mean()  # of the training set alone, 0.7 of 97 rows
    found = task.predictor.predict(newer=newer("time,one\n2014-04-01,7\n2014-07-01,5\n"))
    np.testing.assert_allclose(found[0]["forecast"], [5 + usual, 5 + 2 * usual, 5 + 3 * usual], rtol=1e-6)
    assert found[0]["time"] == ["2014-10-01", "2015-01-01", "2015-04-01"]


def test_the_file_counts_where_it_overlaps_the_training_data_and_the_notes_say_so(trained, newer):
    frame = quarters(("one",))
    task = trained(frame[:N], {})
    changed = frame[N - 4 : M].copy()
    changed.iloc[2] += 5
    whole = frame.copy()
    whole.iloc[N - 2] += 5
    like = trained(whole, {}, "whole.csv", like=task)
    after = task.predictor.after(newer(changed))
    np.testing.assert_array_equal(after.predict()[0]["forecast"], like.forecasts(np.array([M]))[1][0, :, 0])
    assert "4 rows of the end of the training data, 1 with other values, which count" in after.notes


def test_rows_of_another_time_are_a_history_of_their_own(trained, newer):
    frame = quarters(("one",))
    task = trained(frame[:N], {"data.difference": "season"})
    moved = frame[60:M].set_axis(pd.date_range("1931-01-01", periods=M - 60, freq="QS"))
    found = task.predictor.predict(newer=newer(moved))[0]
    like = trained(frame, {"data.difference": "season"}, "whole.csv", like=task)
    np.testing.assert_array_equal(found["forecast"], like.forecasts(np.array([M]))[1][0, :, 0])
    assert found["time"][0] == "1942-01-01"
    with pytest.raises(ConfigError, match="at least 13 rows"):  # the window of 9 and a season of 4
        task.predictor.after(newer(moved[-12:]))
    task.predictor.after(newer(moved[-13:]))


def test_a_gap_before_the_newer_rows_is_filled_as_in_training_or_too_long(trained, newer):
    frame = quarters(("one",))
    task = trained(frame[:N], {})
    after = task.predictor.after(newer(frame[N + 2 : M]))
    assert "2 missing values filled by straight lines" in after.notes
    line = np.interp(np.arange(N, N + 2), [N - 1, N + 2], frame["one"].iloc[[N - 1, N + 2]])
    scaler = after.context.scaler
    read = after._last_windows()[0, -7:-5, 0].numpy() * scaler.std[0] + scaler.mean[0]
    np.testing.assert_allclose(read, line, rtol=1e-5)
    with pytest.raises(ConfigError, match="at least 9 rows, or rows that go on from 2014-01-01"):
        task.predictor.after(newer(frame[N + 6 : N + 8]))


def test_blank_rows_at_the_end_are_the_steps_to_forecast(trained, newer):
    frame = quarters()
    task = trained(frame[:N], {"data.target_columns": ("one",)})
    blank = frame[N:M].copy()
    blank.iloc[-2:, 0] = np.nan  # what is only read goes on
    after = task.predictor.after(newer(blank))
    assert after.predict()[0]["time"][0] == "2015-07-01"
    assert "2 rows without a value to forecast from left out at the end" in after.notes
    assert after.predict() == task.predictor.predict(newer=newer(frame[N : M - 2]))


def test_the_scale_stays_that_of_training(trained, newer):
    task = trained(quarters()[:N], {"data.difference": "last_value"})
    assert task.predictor.after(newer(quarters()[N:M] * 1_000)).context.scaler == task.context.scaler


def test_a_series_that_training_has_not_seen_is_scaled_by_its_own_rows(trained, newer):
    frame = quarters(("one", "two"))
    task = trained(as_long(frame[:N]), EACH)
    other = pd.DataFrame({"three": frame["one"] * 7 + 3})
    after = task.predictor.after(newer(as_long(other[:M])))
    np.testing.assert_allclose(after.context.scaler.mean, other["three"][:M].mean())
    np.testing.assert_allclose(after.context.scaler.std, other["three"][:M].std(ddof=0))
    assert any("'three': not in the training data" in note for note in after.notes)
    assert [row["series"] for row in after.predict()] == ["three"]
    with pytest.raises(ConfigError, match="at least 3 rows of a new series, got 2 in 'three'"):
        task.predictor.after(newer(as_long(other[:M][-2:])))


@pytest.mark.parametrize("shape", ["many_to_one", "many_to_many", "encoder_decoder"])
@pytest.mark.parametrize("difference", ["none", "last_value", "season"])
@pytest.mark.parametrize("missing", ["interpolate", "mask"])
def test_a_new_series_of_a_few_points_is_forecast_from_what_there_is(trained, newer, shape, difference, missing):
    frame, changes = quarters(("one", "two")), {"data.window_size": 24, "data.difference": difference}
    task = trained(as_long(frame[:N]), {**EACH, **changes, "model.shape": shape, "data.missing": missing})
    few = pd.DataFrame({"three": frame["one"] * 7})[M - 14 : M]
    after = task.predictor.after(newer(as_long(few)))
    assert any("'three': 14 rows, where a forecast reads" in note for note in after.notes)
    assert after.context.history.shape == (24 + task.context.scaler.lag, 1)
    np.testing.assert_allclose(after.context.history[-14:, 0], few["three"])
    (row,) = after.predict()
    assert row["time"] == ["2016-01-01", "2016-04-01", "2016-07-01"] and np.isfinite(row["forecast"]).all()
    six = task.predictor.after(newer(as_long(few[-6:])))
    assert any("scaled by its level" in note for note in six.notes)
    larger = task.predictor.after(newer(as_long(few[-6:] * 10)))
    np.testing.assert_allclose(larger.predict()[0]["forecast"], np.array(six.predict()[0]["forecast"]) * 10, rtol=1e-4)


def test_before_a_short_series_its_mean_stands_or_its_first_season_again():
    rows, places = np.array([[2.0], [4.0], [9.0]]), np.array([0, 1, 3])
    assert short_past(rows, places, 6, 0, is_told=False).values[:, 0].tolist() == [5, 5, 2, 4, 4, 9]
    told = short_past(rows, places, 6, 2, is_told=True)
    assert told.values[:, 0].tolist() == [2, 4, 2, 4, 2, 9]
    assert told.known[:, 0].tolist() == [False, False, True, True, False, True]
    assert told.places.tolist() == [-2, -1, 0, 1, 2, 3]


BAD = {
    "no such column": ("time,three\n2014-04-01,7\n", "without 'one', 'two'"),
    "one column missing": ("time,one\n2014-04-01,7\n", "without 'two'"),
    "no time": ("one,two\n1,2\n3,4\n", "without 'time'"),
    "no header": ("2014-04-01,7,8\n2014-07-01,7,8\n", "without 'one', 'two', 'time'"),
    "empty": ("", "a file with content"),
    "a header alone": ("time,one,two\n", "expected"),
    "words": ("It was a dark and stormy night.\nThe rain fell in torrents.\n", "without"),
    "texts for numbers": ("time,one,two\n2014-04-01,high,8\n", "numbers in 'one', got 'high'"),
    "no value": ("time,one,two\n2014-04-01,,\n2014-07-01,,NaN\n", "a row with a value"),
    "times that are none": ("time,one,two\nsoon,7,8\nlater,7,8\n", "times in 'time' as in the training data"),
    "months for quarters": ("time,one,two\n2014-04-01,7,8\n2014-05-01,7,8\n", "one row a quarter"),
    "hours for quarters": ("time,one,two\n2014-04-01 00:00,7,8\n2014-04-01 01:00,7,8\n", "one row a quarter"),
    "years for quarters": (
        "time,one,two\n" + "".join(f"{year}-01-01,7,8\n" for year in range(2014, 2030)), "one row a quarter"
    ),
    "a time between two steps": ("time,one,two\n2014-05-17,7,8\n", "2014-04-01 is the next step"),
    "too far away": ("time,one,two\n2034-01-01,7,8\n", "at least 9 rows"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_rows_that_cannot_be_gone_on_from_are_refused_in_words(case, trained, newer):
    content, words = BAD[case]
    task = trained(quarters()[:N], {})
    with pytest.raises(ConfigError) as error:
        task.predictor.after(newer(content))
    assert {problem.field for problem in error.value.problems} == {"input"}
    assert words in str(error.value)


def test_further_columns_are_named_and_not_read(trained, newer):
    task = trained(quarters()[:N], {})
    rows = quarters(("one", "two", "three"))[N:M]
    after = task.predictor.after(newer(rows))
    assert after.context.columns == ("one", "two")
    assert "columns that the training data has not are left out: 'three'" in after.notes


@pytest.mark.parametrize(
    ("spell", "number"),
    [
        (lambda when: when.strftime("%d.%m.%Y"), lambda value: f"{value:.2f}".replace(".", ",")),
        (lambda when: when.strftime("%m/%d/%Y"), lambda value: f"{value * 1000:,.0f}"),
        (lambda when: f"{when.year}Q{(when.month + 2) // 3}", lambda value: f"$ {value:.2f}"),
        (lambda when: str((when - datetime(1970, 1, 1)).days * 86400), lambda value: f"{value:.4f}"),
    ],
    ids=["decimal commas", "thousands", "quarters", "Unix times"],
)
@pytest.mark.parametrize("num_rows", [1, 2, 7])
def test_a_single_row_is_read_as_the_training_data_was(spell, number, num_rows, trained, newer):
    """One cell alone could be read in several ways: 03/04/2020, 1,234."""
    frame = quarters(("one",))

    def spelled(rows):
        return pd.DataFrame(
            {"time": [spell(when) for when in rows.index], "one": [number(value) for value in rows["one"]]}
        )

    task = trained(spelled(frame[:N]), {})
    after = task.predictor.after(newer(spelled(frame[N : N + num_rows]).to_csv(index=False)))
    whole = trained(spelled(frame), {}, "whole.csv")
    np.testing.assert_array_equal(after.context.history[-num_rows:, 0], whole.values[N : N + num_rows, 0])
    assert after.predict()[0]["time"][0] == frame.index[N + num_rows].strftime("%Y-%m-%d")


def test_rows_without_a_time_follow_directly_or_begin_with_the_training_data(trained, newer):
    values = quarters(("one",)).reset_index(drop=True)
    task = trained(values[:N], {})
    whole = trained(values, {}, "whole.csv", like=task)
    expected = whole.forecasts(np.array([M]))[1][0, :, 0]
    for first, note in ((N, "they follow directly on the training data"), (0, "they begin with the training data")):
        after = task.predictor.after(newer("\n".join(str(value) for value in values["one"][first:M]) + "\n"))
        np.testing.assert_allclose(after.predict()[0]["forecast"], expected, rtol=1e-12)
        assert after.predict()[0]["time"] == ["104", "105", "106"]
        assert f"rows without a time: {note}" in after.notes


def test_steps_that_are_numbered_are_found_by_their_numbers(trained, newer):
    values = quarters(("one",)).reset_index(drop=True)
    values.insert(0, "t", (np.arange(WHOLE) + 1) * 3)
    task = trained(values[:N], {"data.time_column": "t"})
    whole = trained(values, {"data.time_column": "t"}, "whole.csv", like=task)
    found = task.predictor.predict(newer=newer(values[N - 3 : M]))  # three of them are known
    np.testing.assert_array_equal(found[0]["forecast"], whole.forecasts(np.array([M]))[1][0, :, 0])


def test_steps_with_a_missing_value_go_as_in_training(trained, newer):
    frame = quarters(gaps=((30, 0), (95, 1), (99, 0), (101, 1)))
    task = trained(frame[:N], {"data.missing": "drop"})
    whole = trained(frame[:M], {"data.missing": "drop"}, "whole.csv", like=task)
    after = task.predictor.after(newer(frame[N:M]))
    np.testing.assert_array_equal(after.context.history, whole.context.history)
    assert after.predict() == whole.predictor.predict()


def test_a_built_in_set_goes_on_from_a_table_with_its_columns(tiny, newer):
    experiment = tiny("forecasting", {"data.path": (), "data.source": "builtin", "data.id": "sunspots"})
    predictor = bind(experiment, prepare("series", experiment.data), CPU).predictor
    found = predictor.predict(newer=newer("year,sunspots\n2009,3.1\n2010,16.5\n"))
    assert found[0]["time"] == ["2011-01-01", "2012-01-01", "2013-01-01"]
    assert predictor.after(newer("Year;sunspots\n2009;3,1\n")).context.history[-1, 0] == 3.1


def test_what_stood_for_a_missing_value_in_training_does_so_in_newer_rows(trained, newer):
    frame = quarters(("one",))
    frame.iloc[[30, 31, 47], 0] = -888.0  # alone, a single one of these would be believed
    task = trained(frame[:N], {"data.missing": "mask"})
    rows = frame[N : N + 3].copy()
    rows.iloc[1, 0] = -888.0
    after = task.predictor.after(newer(rows))
    assert after.context.known[-3:, 0].tolist() == [True, False, True]
    assert "1 value in 'one' taken for a filler, so missing" in after.notes


def hours(offset=""):
    """110 hours from a spring evening on, as text with an offset of UTC."""
    times = pd.date_range("2024-03-05T20:00", periods=WHOLE, freq="h").strftime(f"%Y-%m-%dT%H:%M:%S{offset}")
    return pd.DataFrame({"when": times, "load": quarters(("one",))["one"].to_numpy()})


@pytest.mark.parametrize("offset", ["", "Z", "+02:00", "-05:00"])
def test_hours_go_on_in_their_own_offset(offset, trained, newer):
    table = hours(offset)
    task, whole = trained(table[:N], {}), trained(table[:M], {}, "whole.csv")
    after = task.predictor.after(newer(table[N - 2 : M]))
    assert [row["time"] for row in after.predict()] == [row["time"] for row in whole.predictor.predict()]
    np.testing.assert_array_equal(after.context.history, whole.context.history)
    assert after.newer.times[-1] == whole.context.history_times[-1]


STEPS = {
    "every 15th": pd.date_range("2010-01-01", periods=WHOLE, freq="MS") + pd.Timedelta(days=14),
    "fiscal years": pd.date_range("1900-06-30", periods=WHOLE, freq="YE-JUN"),
    "last days of quarters": pd.date_range("1990-03-31", periods=WHOLE, freq="QE"),
    "last working days": pd.date_range("2010-01-01", periods=WHOLE, freq="BME"),
    "working days": pd.date_range("2024-01-02", periods=WHOLE, freq="B"),
    "Saturdays": pd.date_range("2020-01-04", periods=WHOLE, freq="W-SAT"),
    "every second day": pd.date_range("2024-01-02", periods=WHOLE, freq="2D"),
    "ten minutes": pd.date_range("2024-01-02T10:30", periods=WHOLE, freq="10min"),
}


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("first", [N, M - 1], ids=["rows that follow", "one row"])
def test_every_step_goes_on_as_the_whole_series_does(name, first, trained, newer):
    frame = quarters(("one",)).set_axis(STEPS[name]).rename_axis("time").reset_index()
    frame["time"] = frame["time"].dt.strftime("%Y-%m-%d %H:%M")
    num_known = M - 1 if first == M - 1 else N
    task, whole = trained(frame[:num_known], {}), trained(frame[:M], {}, "whole.csv")
    after = task.predictor.after(newer(frame[first:M]))
    assert [row["time"] for row in after.predict()] == [row["time"] for row in whole.predictor.predict()]
    np.testing.assert_array_equal(after.context.history, whole.context.history)


def test_a_run_that_does_not_know_how_its_table_was_written_goes_on_from_dates(trained, newer):
    """Runs of earlier versions keep neither the step nor rows of their table."""
    frame = quarters()
    task, whole = trained(frame[:N], {}), trained(frame, {}, "whole.csv")
    old = json.loads(task.context.to_json())
    for name in ("step", "frequency", "form"):
        del old[name]
    task.predictor.context = SeriesContext.from_json(json.dumps(old))
    after = task.predictor.after(newer(frame[N:M]))
    np.testing.assert_array_equal(after.context.history, whole.values[M - 9 : M])
    assert after.predict()[0]["time"][0] == "2016-01-01"


@pytest.mark.parametrize("ending", [".csv.gz", ".parquet", ".jsonl"])
def test_newer_rows_may_come_in_any_form_of_table(ending, trained, tmp_path):
    frame = quarters()
    task, path = trained(frame[:N], {}), tmp_path / f"newer{ending}"
    rows = frame[N:M].rename_axis("time").reset_index()
    if ending == ".parquet":
        rows.to_parquet(path)
    elif ending == ".jsonl":
        rows.assign(time=rows["time"].dt.strftime("%Y-%m-%d")).to_json(path, orient="records", lines=True)
    else:
        rows.to_csv(path, index=False)
    np.testing.assert_allclose(task.predictor.after(path).context.history[-7:], frame[N:M], rtol=1e-9)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(trained, newer, monkeypatch):
    task = trained(quarters()[:N], {})
    monkeypatch.setenv("UNROLL_MAX_UPLOAD_BYTES", "100")
    with pytest.raises(ConfigError, match="input: expected at most 100 bytes"):
        task.predictor.after(newer(quarters()[N:M]))


def test_many_series_without_a_time_go_on_directly(trained, newer):
    frame = quarters(("one", "two")).reset_index(drop=True)
    task, whole = trained(frame[:N], EACH), trained(frame[:M], EACH, "whole.csv")
    after = task.predictor.after(newer(frame[N:M]))
    np.testing.assert_array_equal(after.context.history, whole.context.history)
    assert [row["time"] for row in after.predict()] == [row["time"] for row in whole.predictor.predict()]


def test_moments_without_a_regular_step_are_found_by_their_order(trained, newer):
    gaps = np.random.default_rng(7).integers(1, 900, WHOLE).cumsum()
    table = pd.DataFrame({"at": pd.Timestamp("2024-01-01") + pd.to_timedelta(gaps, unit="min")})
    table["one"] = quarters(("one",))["one"].to_numpy()
    table["at"] = table["at"].dt.strftime("%Y-%m-%d %H:%M")
    task, whole = trained(table[:N], {}), trained(table[:M], {}, "whole.csv")
    for first in (N, N - 4, 0):  # rows that follow, that overlap, and all of them
        after = task.predictor.after(newer(table[first:M]))
        np.testing.assert_array_equal(after.context.history, whole.context.history)
        assert [row["time"] for row in after.predict()] == [row["time"] for row in whole.predictor.predict()]
    with pytest.raises(ConfigError, match="or times of the training data"):
        task.predictor.after(newer(f"at,one\n{table['at'][N - 3][:-2]}59,7\n{table['at'][N]},8\n"))


def test_a_column_that_is_empty_in_all_rows_that_are_read_is_refused(trained, newer):
    task = trained(quarters()[:N], {"data.target_columns": ("one",)})
    moved = quarters()[60:M].set_axis(pd.date_range("1931-01-01", periods=M - 60, freq="QS"))
    moved["two"] = np.nan
    with pytest.raises(ConfigError, match="values of every column in the last 9 rows, got none of 'two'"):
        task.predictor.after(newer(moved))
