"""What becomes of missing values, against arithmetic done by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.data.dataset import Rows
from core.data.missing import carry_forward, known_spans, next_known, settle_missing, straight_lines
from core.data.series import clean_series

NAN = np.nan


def frame_of(**columns):
    return pd.DataFrame({name: np.array(values, dtype=float) for name, values in columns.items()})


def long_frame(num_steps=31):
    """Two columns; `b` starts three steps late, ends two early, and both have a gap."""
    frame = frame_of(a=np.arange(num_steps), b=100 + np.arange(num_steps))
    frame.loc[[7, 8], "a"] = NAN
    frame.loc[[0, 1, 2, 11, num_steps - 2, num_steps - 1], "b"] = NAN
    return frame


def test_without_a_gap_nothing_happens():
    frame = frame_of(a=range(5))
    for missing in ("interpolate", "drop", "mask"):
        settled = settle_missing(frame, DataConfig(missing=missing))
        assert settled.frame is frame
        assert settled.notes == ()


def test_straight_lines_go_through_gaps_and_the_nearest_value_stands_at_the_ends():
    values = np.array([[NAN, NAN], [2, NAN], [NAN, NAN], [NAN, NAN], [8, NAN], [NAN, NAN]])
    assert straight_lines(values, ~np.isnan(values)).T.tolist() == [[2, 2, 4, 6, 8, 8], [0] * 6]


def test_the_next_known_row_is_where_a_gap_ends():
    known = np.array([[0, 1, 0], [0, 0, 0], [1, 0, 0], [0, 1, 0]], dtype=bool)
    assert next_known(known).T.tolist() == [[2, 2, 2, 4], [0, 3, 3, 3], [4, 4, 4, 4]]


def test_what_is_filled_stays_missing_in_the_data():
    """What is read there is made up, and must not be scored."""
    frame = frame_of(a=[NAN, 2, NAN, NAN, 8, NAN], b=[1, 2, 3, 4, 5, 6])
    settled = settle_missing(frame, DataConfig())
    pd.testing.assert_frame_equal(settled.frame, frame)
    assert settled.notes[0] == "2 missing values of 'a' filled by straight lines"


def test_dropping_leaves_the_whole_steps_and_says_that_time_closes_up():
    frame = long_frame()
    settled = settle_missing(frame, DataConfig(missing="drop"))
    gone = {0, 1, 2, 7, 8, 11, 29, 30}
    assert list(settled.frame.index) == [row for row in range(31) if row not in gone]
    assert settled.num_dropped == 8
    assert "time closes up" in settled.notes[0]


def test_dropping_nearly_everything_is_refused():
    frame = long_frame()
    frame.loc[::2, "a"] = NAN
    with pytest.raises(ConfigError, match=r"data\.missing.*drop, which leaves") as caught:
        settle_missing(frame, DataConfig(missing="drop"))
    assert "mask" in str(caught.value)


def test_a_mask_changes_no_value_and_leaves_out_empty_steps_at_the_ends():
    frame = long_frame()
    frame.iloc[30] = NAN
    settled = settle_missing(frame, DataConfig(missing="mask"))
    pd.testing.assert_frame_equal(settled.frame, frame.iloc[:30])
    assert settled.notes[0].startswith("3 missing values (2 of 'a', 1 of 'b') masked")
    ends = "3 rows before the first value of 'b', 1 row after the last value of 'b': never read or scored"
    assert ends in settled.notes


def test_of_series_read_by_themselves_gaps_are_filled_and_ends_are_left():
    settled = settle_missing(long_frame(), DataConfig(many_series="each"))
    pd.testing.assert_frame_equal(settled.frame, long_frame())
    assert settled.notes == (
        "3 missing values (2 of 'a', 1 of 'b') filled by straight lines",
        "3 rows before the first value of 'b', 2 rows after the last value of 'b': never read or scored",
    )


def test_series_read_together_keep_the_steps_that_all_share():
    settled = settle_missing(long_frame(), DataConfig(), shared_span=True)
    assert list(settled.frame.index) == list(range(3, 29))
    assert settled.notes[1] == "3 missing values (2 of 'a', 1 of 'b') filled by straight lines"
    assert "5 steps outside of the span that all series share left out" in settled.notes[0]
    counted = clean_series(long_frame(), ("a", "b"), shared_span=True).rows
    assert counted == Rows(31, (("outside of the span that all series share", 5),))
    with pytest.raises(ConfigError, match="many_series=each"):
        settle_missing(frame_of(a=[1] * 30 + [NAN] * 30, b=[NAN] * 30 + [1] * 30), DataConfig(), shared_span=True)


def test_a_span_goes_from_the_first_value_to_the_last():
    known = np.array([[0, 0, 1], [1, 0, 1], [0, 0, 1], [1, 0, 1], [0, 0, 1]], dtype=bool)
    assert known_spans(known).tolist() == [[1, 4], [0, 0], [0, 5]]


@pytest.mark.parametrize(
    ("lag", "expected"),
    [
        (0, [3, 3, 5, 5, 5, 8, 8]),
        (1, [3, 3, 5, 5, 5, 8, 8]),
        (3, [3, 3, 5, 5, 3, 8, 8]),  # a phase that was never seen takes the last known value
    ],
)
def test_a_gap_is_filled_by_the_last_value_of_the_same_phase(lag, expected):
    values = np.array([NAN, 3, 5, NAN, NAN, 8, NAN])[:, None]
    assert carry_forward(values, ~np.isnan(values), lag)[:, 0].tolist() == expected


@given(st.integers(0, 5), st.integers(1, 18), st.integers(0, 99))
def test_what_fills_a_gap_depends_on_the_past_alone(lag, cut, seed):
    generator = np.random.default_rng(seed)
    values, known = generator.normal(size=(19, 3)), generator.random((19, 3)) < 0.6
    known[0] = True
    changed, changed_known = values.copy(), known.copy()
    changed[cut:] += 100
    changed_known[cut:] = generator.random((19 - cut, 3)) < 0.5
    one, other = carry_forward(values, known, lag), carry_forward(changed, changed_known, lag)
    np.testing.assert_array_equal(one[:cut], other[:cut])
    np.testing.assert_array_equal(one[known], values[known])
    assert np.isfinite(one).all()
