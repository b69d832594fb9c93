"""How a preset has a series read, and the reasons that it gives."""

from core.config.experiment import DataConfig
from core.config.presets import preset
from core.config.summary import DataSummary
from core.tasks.forecasting.description import GROWS, MANY, WANDERS, reasons


def read(num_tokens=700, **numbers):
    summary = DataSummary("series", 900, num_tokens, num_features=1, num_targets=1, **numbers)
    experiment = preset("forecasting", "quick", summary, DataConfig())
    return experiment.data, reasons(experiment, summary)


def test_logarithms_are_taken_where_swings_grow_with_the_level_and_the_numbers_are_told():
    data, why = read(spread_growth=2.34, carry_ratio=0.35, season=12)
    assert (data.transform, data.difference) == ("log", "season")
    assert why["Transform"].startswith("logarithms: swings grow with the level, at least 2.3-fold")
    assert why["Difference"].startswith(
        "changes over a season of 12 steps: the level wanders (repeating the last season errs 0.35"
    )
    assert read(spread_growth=GROWS - 0.01)[0].transform == "none"


def test_of_a_short_series_logarithms_are_left_to_the_visitor():
    data, why = read(spread_growth=2.34, num_tokens=MANY - 1)
    assert data.transform == "none"
    assert why["Transform"].endswith("but 199 steps are few to learn that from")


def test_a_level_that_stays_is_read_as_it_is():
    data, why = read(carry_ratio=1.5, season=12)
    assert (data.transform, data.difference) == ("none", "none")
    assert why["Difference"].startswith("no differences: the level stays")
    data, why = read(carry_ratio=WANDERS - 0.01)
    assert data.difference == "last_value"
    assert "repeating the last value errs 0.89 times" in why["Difference"]
