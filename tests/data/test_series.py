import json
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.data.powers import Powers
from core.data.prepare import prepare
from core.data.series import clean_series, column_problems, future_times, infer_frequency, time_labels
from core.data.series_scaler import SeriesScaler, difference

SEASON = 4


@pytest.fixture
def values():
    step = np.arange(40)[:, None]
    return 100 + step * [1.0, -2.0, 0.0] + np.random.default_rng(0).normal(size=(40, 3)) * [3, 1, 10]


@pytest.mark.parametrize("lag", [0, 1, SEASON])
def test_restoring_undoes_transforming(values, lag):
    scaler = SeriesScaler.fit(values[:25], lag)
    scaled = scaler.transform(values)
    origins, horizon = np.array([10, 17, 30]), 7
    future = origins[:, None] + np.arange(horizon)
    histories = values[origins[:, None] + np.arange(-lag, 0)]
    for columns in ([0, 1, 2], [2, 0], [1]):
        restored = scaler.restore(scaled[future][:, :, columns], histories[:, :, columns], columns)
        np.testing.assert_allclose(restored, values[future][:, :, columns], rtol=1e-10)


@given(lag=st.sampled_from([0, 1, SEASON]), seed=st.integers(0, 99), scale=st.floats(1e-3, 1e6))
def test_restoring_undoes_transforming_at_any_scale(lag, seed, scale):
    values = np.random.default_rng(seed).normal(size=(30, 1)).cumsum(axis=0) * scale
    scaler = SeriesScaler.fit(values[:20], lag)
    restored = scaler.restore(scaler.transform(values)[None, 20:], values[None, 20 - lag : 20], [0])
    np.testing.assert_allclose(restored[0], values[20:], rtol=1e-8, atol=1e-8 * scale)


@pytest.mark.parametrize("exponent", [0.0, 0.5, -0.3])
@pytest.mark.parametrize("lag", [0, 1, SEASON])
def test_restoring_undoes_transforming_of_powers_of_some_columns(lag, exponent):
    values = np.exp(np.random.default_rng(0).normal(size=(40, 3)).cumsum(axis=0) / 9) * [1.0, 50.0, 1.0] - [
        0.0,
        0.0,
        9.0,
    ]
    powers = Powers((exponent, 0.0, None), (2.0**-9,) * 3, (2.0**20,) * 3)
    scaler = SeriesScaler.fit(values[:25], lag, powers=powers)
    scaled = scaler.transform(values)
    restored = scaler.restore(scaled[None, 30:37], values[None, 30 - lag : 30], [0, 1, 2])
    np.testing.assert_allclose(restored[0], values[30:37], rtol=1e-9)
    of_each = np.array([[1], [0]])
    restored = scaler.restore(
        np.stack([scaled[30:37, [1]], scaled[20:27, [0]]]),
        np.stack([values[30 - lag : 30, [1]], values[20 - lag : 20, [0]]]), of_each,
    )  # fmt: skip
    np.testing.assert_allclose(restored[:, :, 0], [values[30:37, 1], values[20:27, 0]], rtol=1e-9)


def test_logarithms_over_a_season_restore_by_hand():
    """Doubling from season to season: changes of ln 2, without any spread."""
    values = (np.array([1.0, 3.0, 2.0, 6.0, 4.0, 12.0]))[:, None]
    scaler = SeriesScaler.fit(values, 2, powers=Powers.fit(values, values > 0, "log", [0], 2))
    assert (scaler.lag, scaler.mean, scaler.std) == (2, (pytest.approx(np.log(2)),), (1.0,))
    np.testing.assert_allclose(scaler.restore(np.zeros((1, 4, 1)), values[None, 4:], [0])[0, :, 0], [8, 24, 16, 48])


def test_errors_are_as_far_as_the_loss_has_them():
    scaler = SeriesScaler(0, (0.0, 0.0), (2.0, 0.5), Powers((0.0, None), (1.0, 1.0), (1e6, 1e6)))
    truth, forecast = np.array([[[1.0, 3.0], [np.nan, 1.0]]]), np.array([[[np.e, 2.0], [1.0, 1.0]]])
    np.testing.assert_allclose(scaler.distance(truth, forecast, [0, 1]), [[[0.5, 2.0], [np.nan, 0.0]]])


def test_a_unit_of_the_loss_is_told_in_original_units():
    """A logarithm moves by its spread of 0.5 where the value moves by half of itself, a root by 2 where it moves by 2 * 3."""
    scaler = SeriesScaler(0, (0.0,) * 3, (0.5, 2.0, 7.0), Powers((0.0, 0.5, None), (1.0,) * 3, (1e6,) * 3))
    np.testing.assert_allclose(scaler.unit_at(np.array([8.0, 9.0, -4.0]), [0, 1, 2]), [4.0, 6.0, 7.0])


def test_a_scaler_of_an_earlier_version_has_no_powers():
    assert SeriesScaler.from_dict({"lag": 1, "mean": [2.0], "std": [3.0]}) == SeriesScaler(1, (2.0,), (3.0,))
    new = SeriesScaler(1, (2.0,), (3.0,), Powers((0.5,), (1.0,), (8.0,)))
    assert SeriesScaler.from_dict(json.loads(json.dumps(asdict(new)))) == new


@pytest.mark.parametrize("lag", [0, 1, SEASON])
def test_a_scaled_value_depends_on_the_past_alone(values, lag):
    scaler = SeriesScaler.fit(values[:25], lag)
    changed = values.copy()
    changed[30:] += 1_000
    np.testing.assert_array_equal(scaler.transform(changed)[:30], scaler.transform(values)[:30])


@pytest.mark.parametrize("lag", [0, 1, SEASON])
def test_the_training_part_is_standardised(values, lag):
    scaled = SeriesScaler.fit(values[:25], lag).transform(values[:25])
    np.testing.assert_array_equal(scaled[:lag], 0)
    np.testing.assert_allclose(scaled[lag:].mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(scaled[lag:].std(axis=0), 1, rtol=1e-9)


def test_a_column_that_never_changes_stays_finite():
    values = np.full((20, 1), 7.0)
    for lag in (0, 1):
        scaler = SeriesScaler.fit(values, lag)
        assert np.isfinite(scaler.transform(values)).all()
        np.testing.assert_array_equal(scaler.restore(np.zeros((1, 3, 1)), values[None, :lag], [0]), 7.0)


def test_a_difference_is_what_was_added_since(values):
    np.testing.assert_array_equal(difference(values, 0), values)
    np.testing.assert_allclose(difference(values, 4)[0], values[4] - values[0])


def test_gaps_are_filled_and_told():
    index = pd.date_range("2000-01-01", periods=5, freq="MS")
    frame = pd.DataFrame({"a": [1.0, 2.0, np.nan, 4.0, 5.0], "b": [1, 2, 3, 4, 5]}, index=index)
    series = clean_series(frame, ["a"])
    assert series.observed[:, 0].tolist() == [True, True, False, True, True]
    assert series.notes[0] == "1 missing value of 'a' filled by straight lines"
    assert "read, never scored" in series.notes[1]
    assert series.frequency == "monthly"
    assert clean_series(frame[["b"]], ["b"]).notes == ()


@pytest.mark.parametrize(("first", "blank"), [("n/a", 1), ("7", 0)])
def test_rows_left_out_at_the_ends_are_counted_without_the_steps_that_have_no_row(tmp_path, first, blank):
    """80 days of which 6 in the middle have no row; the first one holds no value or does."""
    days = [day for day in pd.date_range("2024-01-01", periods=80) if day.day_of_year not in (21, 22, 23, 41, 42, 61)]
    values = [first, *(str(10 + 7 * place % 11) for place in range(1, len(days)))]
    (tmp_path / "days.csv").write_text(
        "day,value\n" + "".join(f"{day:%Y-%m-%d},{value}\n" for day, value in zip(days, values, strict=True))
    )
    prepared = prepare("series", DataConfig(source="file", path=(str(tmp_path / "days.csv"),)))
    assert prepared.series.rows.read == 74
    assert dict(prepared.series.rows.dropped) == ({"at the ends without a value to forecast": blank} if blank else {})


def test_blank_steps_at_the_ends_are_not_made_up_and_the_forecast_begins_with_them():
    index = pd.date_range("2000-01-01", periods=9, freq="MS")
    nan = np.nan
    frame = pd.DataFrame(
        {"a": [nan, nan, 2.0, nan, 4.0, 5.0, nan, nan, nan], "b": [nan, 1, 2, 3, 4, 5, 6, 7, 8]}, index=index
    )
    series = clean_series(frame, ["a"])
    assert series.frame["a"].dropna().tolist() == [2.0, 4.0, 5.0]
    assert len(series.frame) == 4
    assert series.frame["b"].tolist() == [2, 3, 4, 5], "what is known of the future does not lengthen the data"
    assert "3 steps without a value to forecast at the end: the forecast begins at 2000-07-01" in series.notes
    assert "2 steps without a value at the start left out" in series.notes
    assert future_times(series.frame.index, 1, series.step) == ["2000-07-01"]
    assert (series.rows.read, series.rows.kept) == (9, 4)
    assert series.rows.dropped == (("at the ends without a value to forecast", 5),)


def test_one_of_two_targets_may_end_before_the_other():
    index = pd.date_range("2000-01-01", periods=7, freq="D")
    frame = pd.DataFrame({"a": [1.0, 2, 3, 4, 5, 6, np.nan], "b": [1.0, 2, 3, 4, np.nan, np.nan, np.nan]}, index=index)
    series = clean_series(frame, ["a", "b"], data=DataConfig(missing="mask"))
    assert len(series.frame) == 6
    assert np.isnan(series.frame["b"].to_numpy()).tolist() == [False] * 4 + [True] * 2


def test_times_are_told_with_their_offset_where_they_have_a_time_of_day():
    hours = pd.date_range("2024-05-31 22:00", periods=5, freq="h")
    assert future_times(hours, 1, "h", "+05:30") == ["2024-06-01T03:00:00+05:30"]
    assert time_labels(hours, "-03:00")[0] == "2024-05-31T22:00:00-03:00"
    days = pd.date_range("2024-05-30", periods=5, freq="D")
    assert future_times(days, 1, "D", "+05:30") == ["2024-06-04"]


def test_a_column_that_is_not_there_is_an_error():
    with pytest.raises(ConfigError, match=r"data.target_columns.*expected columns of a, b, got c"):
        clean_series(pd.DataFrame({"a": [1.0], "b": [2.0]}), ["c"])


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("YS", "yearly"), ("YE-DEC", "yearly"), ("QS-OCT", "quarterly"), ("QE", "quarterly"), ("MS", "monthly"),
        ("ME", "monthly"), ("W-SUN", "weekly"), ("W-FRI", "weekly"), ("D", "daily"), ("B", "daily"), ("h", "hourly"),
        ("min", "minutely"),
    ],
)  # fmt: skip
def test_the_time_between_two_steps_has_a_name(code, name):
    index = pd.date_range("2001-01-01", periods=9, freq=code)
    assert infer_frequency(index) == name
    assert infer_frequency(pd.DatetimeIndex(list(index))) == name, "also when the index does not say it"


@pytest.mark.parametrize("code", ["10min", "15min", "12h", "2D", "10D"])
def test_several_units_of_time_are_not_one_of_them(code):
    assert infer_frequency(pd.date_range("2001-01-01", periods=9, freq=code)) is None


@pytest.mark.parametrize("index", [pd.RangeIndex(9), pd.DatetimeIndex(["2000-01-01", "2000-01-02", "2000-02-09"])])
def test_steps_without_a_regular_calendar_have_no_frequency(index):
    assert infer_frequency(index) is None


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        (pd.date_range("2000-10-01", periods=3, freq="MS"), ["2001-01-01", "2001-02-01"]),
        (pd.date_range("2000-01-01", periods=3, freq="h"), ["2000-01-01T03:00:00", "2000-01-01T04:00:00"]),
        (pd.DatetimeIndex(["2000-01-01", "2000-01-02", "2000-01-05"]), ["2000-01-07", "2000-01-09"]),
        (pd.Index([1990, 1991, 1992]), ["1993", "1994"]),
    ],
)
def test_time_goes_on_after_the_end(index, expected):
    assert future_times(index, 2) == expected
    assert len(time_labels(index)) == 3
    assert time_labels(index)[-1] < expected[0]


def test_of_thousands_of_unknown_columns_the_first_are_named():
    data = DataConfig(covariate_columns=tuple(f"c{number}" for number in range(50_000)))
    (problem,) = column_problems(["x"], ("x",), data)
    assert problem.received.endswith("c19 and 49,980 more")
    assert len(problem.received) < 200
