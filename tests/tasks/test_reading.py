"""How a preset has a series read, and the reasons that it gives."""

import pytest

from core.config.experiment import DataConfig
from core.config.presets import preset
from core.config.summary import DataSummary
from core.data.prepare import prepare
from core.tasks.forecasting.description import GROWS, MANY, TREND, reasons


def read(num_tokens=700, **numbers):
    summary = DataSummary("series", 900, num_tokens, num_features=1, num_targets=1, **numbers)
    experiment = preset("forecasting", "quick", summary, DataConfig())
    return experiment.data, reasons(experiment, summary)


def test_logarithms_are_taken_where_swings_grow_with_the_level_and_the_numbers_are_told():
    data, why = read(spread_growth=2.34, carry_ratio=0.35, season=12)
    assert (data.transform, data.difference) == ("log", "season")
    assert why["Transform"] == (
        "logarithm: the variance grows with the level (swings at its highest are at least 2.3 times as large)"
    )
    assert why["Difference"] == (
        "over a season of 12 steps: there is a trend or slow cycle (repeating the last season has 0.35 times the error of "
        "the mean of all before)"
    )
    assert read(spread_growth=GROWS - 0.01)[0].transform == "none"


def test_of_a_short_series_logarithms_are_left_to_the_visitor():
    data, why = read(spread_growth=2.34, num_tokens=MANY - 1)
    assert data.transform == "none"
    assert why["Transform"].endswith("but 199 steps are few to learn that from")


def test_a_level_that_stays_is_read_as_it_is():
    data, why = read(carry_ratio=1.5, season=12)
    assert (data.transform, data.difference) == ("none", "none")
    assert why["Difference"].startswith("none: there is no clear trend (")
    data, why = read(carry_ratio=TREND - 0.01)
    assert data.difference == "last_value"
    assert "repeating the last value has 0.89 times the error" in why["Difference"]


def test_forecasts_end_at_zero_where_training_values_do_and_the_reason_is_told():
    data, why = read(ends_at_zero=True)
    assert data.non_negative
    assert why["Lowest forecast"] == "zero: no training value is below zero, and some come near it"
    data, why = read()
    assert not data.non_negative and "Lowest forecast" not in why
    assert not read(ends_at_zero=True, spread_growth=9.0)[0].non_negative, "what a logarithm gives back is above zero"
    summary = DataSummary("series", 900, 700, num_features=1, num_targets=1, ends_at_zero=True)
    chosen = preset("forecasting", "quick", summary, DataConfig()).with_values({"data.non_negative": False})
    assert reasons(chosen, summary)["Lowest forecast"].startswith("no limit by choice: ")


@pytest.mark.parametrize(("values", "ends"), [
    ([0, 5, 9, 40] * 20, True), ([3, 30, 60, 31] * 20, True), ([4, 30, 60, 31] * 20, False), ([-1, 5, 9, 40] * 20, False),
])  # fmt: skip
def test_a_series_ends_at_zero_where_its_lowest_training_value_is_a_tenth_of_the_mean_or_less(values, ends, tmp_path):
    rows = [*values, *[-50] * 10, *[-60] * 10]  # what comes after training says nothing
    (tmp_path / "own.csv").write_text("value\n" + "".join(f"{value}\n" for value in rows))
    data = DataConfig(source="file", path=(str(tmp_path / "own.csv"),), split=(0.8, 0.1, 0.1))
    assert prepare("series", data).summary.ends_at_zero is ends


def test_values_that_have_no_logarithm_are_told_from_a_variance_that_does_not_grow():
    assert read(spread_growth=1.2)[1]["Transform"] == "none: the variance does not clearly grow with the level"
    why = read(spread_growth=0.0)[1]["Transform"]
    assert why == "none: a logarithm needs values above zero, and not all of them are"


def test_what_somebody_chose_is_not_given_a_reason_that_speaks_against_it():
    summary = DataSummary("series", 900, 700, num_features=1, num_targets=1, carry_ratio=0.5, season=12)
    experiment = preset("forecasting", "quick", summary, DataConfig())
    chosen = experiment.with_values({"data.difference": "none", "data.transform": "box_cox"})
    why = reasons(chosen, summary)
    assert why["Difference"].startswith("none by choice: there is a trend or slow cycle")
    assert why["Transform"].startswith("Box-Cox power by choice: the variance does not clearly grow")


def test_windows_that_are_scaled_by_themselves_are_the_reason_of_a_preset_that_takes_no_differences():
    summary = DataSummary("series", 900, 700, num_features=1, num_targets=1, carry_ratio=0.5, season=24, num_series=9)
    why = reasons(preset("forecasting", "standard", summary, DataConfig(many_series="each")), summary)
    assert why["Difference"].startswith("none: each window is scaled by itself")
