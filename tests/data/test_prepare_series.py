"""Series with their parts, where some values stay missing."""

import numpy as np
import pandas as pd
import pytest

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.data.dataset import SeriesSet
from core.data.kinds.series import Series
from core.data.progress import quiet

SPLIT = (0.6, 0.2, 0.2)


def noise(num_steps=60, names="abc"):
    values = np.random.default_rng(1).normal(size=(num_steps, len(names)))
    return pd.DataFrame(values, columns=list(names))


def test_a_network_is_told_of_the_columns_with_gaps():
    frame = noise()
    frame.loc[[4, 50], "b"] = np.nan
    dataset = SeriesSet(frame, ("a",))
    summary = Series().prepare(dataset, "", DataConfig(missing="mask", split=SPLIT), quiet).summary
    assert (summary.num_features, summary.num_indicators, summary.num_targets) == (4, 1, 1)
    each = DataConfig(missing="mask", many_series="each", split=SPLIT)
    summary = Series().prepare(SeriesSet(frame, ("a", "b", "c")), "", each, quiet).summary
    assert (summary.num_features, summary.num_indicators, summary.num_targets) == (2, 1, 1)


def test_ends_of_a_series_read_by_itself_are_no_gaps():
    frame = noise()
    frame.loc[:9, "b"] = np.nan
    each = DataConfig(missing="mask", many_series="each", split=SPLIT)
    summary = Series().prepare(SeriesSet(frame, ("a", "b", "c")), "", each, quiet).summary
    assert (summary.num_features, summary.num_indicators) == (1, 0)
    assert summary.num_tokens == 36, "the usual length of a training set"


def test_a_part_without_a_value_is_noted():
    frame = noise()
    frame.loc[48:, "a"] = np.nan
    notes = Series().prepare(SeriesSet(frame, ("a", "b")), "", DataConfig(missing="mask", split=SPLIT), quiet).notes
    assert notes == ("no value in the test set, so no figures there: a",)


def test_series_too_short_to_learn_from_are_left_out_and_named():
    frame = noise()
    frame.loc[:29, "b"] = np.nan
    frame["c"] = 7.0
    each = DataConfig(many_series="each", split=SPLIT)
    prepared = Series().prepare(SeriesSet(frame, ("a", "b", "c")), "", each, quiet)
    assert prepared.series.target_columns == ("a",)
    assert any("too few values or none that changes" in note and "b, c" in note for note in prepared.notes)
    with pytest.raises(ConfigError, match=r"data\.many_series"):
        Series().prepare(SeriesSet(frame[["b", "c"]], ("b", "c")), "", each, quiet)


def test_many_series_share_the_season_of_most():
    step = np.arange(120)
    cycle = np.sin(2 * np.pi * step / 6)
    frame = pd.DataFrame({"a": np.random.default_rng(0).normal(size=120), "b": cycle, "c": 3 * cycle + 0.01 * step})
    each = DataConfig(many_series="each", split=SPLIT)
    assert Series().prepare(SeriesSet(frame, ("a", "b", "c")), "", each, quiet).summary.season == 6
