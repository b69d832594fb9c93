from types import SimpleNamespace

import numpy as np
import pytest

from ui.results.newer import _bands, _history, _known_rows, said_of_bands

TIMES = [f"2001-{month:02}-01" for month in range(1, 13)]
DETAILS = {
    "time": TIMES,
    "season": 1,
    "values": {"sales": [float(month) for month in range(12)]},
    "future": {"time": [], "sales": {"network": [5.0, 6.0, 7.0], "lower": [4.0, 4.5, None], "upper": [6.0, 7.5, None]}},
}


def test_the_bands_from_newer_rows_are_as_wide_as_those_past_the_end():
    assert _bands(DETAILS, "sales", [10.0, 20.0, 30.0, 40.0]) == {
        "lower": [9.0, 18.5, None],
        "upper": [11.0, 21.5, None],
        "lower_95": [],
        "upper_95": [],
    }
    assert _bands(DETAILS, "a new series", [10.0]) == {key: [] for key in ("lower_95", "upper_95", "lower", "upper")}


@pytest.mark.parametrize(
    ("first", "last_known"), [("2002-01-01", "2001-12-01"), ("2001-11-01", "2001-10-01"), ("2002-03-01", "2001-12-01")]
)
def test_the_past_is_drawn_up_to_the_newer_rows(first, last_known):
    assert _history(DETAILS, "sales", [first])[0][-1] == last_known


@pytest.mark.parametrize("first", ["2001-01-01", "1931-01-01", "2031-01-01"])
def test_no_past_is_drawn_before_rows_of_another_time(first):
    assert _history(DETAILS, "sales", [first]) == ([], [])


def test_steps_with_numbers_are_found_by_their_number():
    details = {**DETAILS, "time": [str(step) for step in range(12)]}
    assert _history(details, "sales", ["12"])[0][-1] == "11"


def test_rows_are_drawn_from_the_first_value_of_a_series_to_its_last():
    values = np.array([np.nan, 2.0, np.nan, 4.0, np.nan])
    assert _known_rows(TIMES[:5], values) == (TIMES[1:4], [2.0, None, 4.0])
    assert _known_rows(TIMES[:2], np.full(2, np.nan)) == (TIMES[:2], [None, None])


WEATHER = SimpleNamespace(columns=("temperature", "rain"))


@pytest.mark.parametrize(
    ("form", "num_known", "said"),
    [
        (None, 0, "trained."),
        (SimpleNamespace(columns=()), 0, "trained."),
        (WEATHER, 7, "trained."),
        (WEATHER, 3, "After step 3 they are too narrow: they were measured with temperature and rain known."),
        (WEATHER, 0, "Here they are too narrow: they were measured with temperature and rain known."),
    ],
)
def test_bands_that_were_measured_with_the_weather_known_are_called_narrow_where_it_is_not(form, num_known, said):
    assert said_of_bands(SimpleNamespace(ahead_form=form, num_known=num_known), 7).endswith(said)
