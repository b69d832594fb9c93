"""Which windows a part has: of all series at once, and of each by itself."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.data.dataset import SeriesSet
from core.data.kinds.series import Series
from core.data.progress import quiet
from core.data.series_scaler import SeriesScaler
from core.data.windows import difference_lag, series_spans, window_pairs

NAN = np.nan


def prepared(data, num_steps=50):
    """Series of 50, 43 and 38 steps: `late` starts seven steps after the others, `early` ends twelve before them."""
    noise = np.random.default_rng(0).normal(size=(num_steps, 3))
    frame = pd.DataFrame(noise, columns=["whole", "late", "early"])
    frame.loc[:6, "late"] = NAN
    frame.loc[38:, "early"] = NAN
    return Series().prepare(SeriesSet(frame, ("whole", "late", "early")), "", data, quiet)


EACH = DataConfig(many_series="each", window_size=5, horizon=3, split=(0.6, 0.2, 0.2))


@pytest.mark.parametrize("difference", ["none", "last_value"])
@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_every_window_and_its_horizon_lie_inside_part_and_series(split, difference):
    data = EACH.model_copy(update={"difference": difference})
    series = prepared(data)
    pairs = window_pairs(series, data, split)
    found = {(int(o), int(s)) for o, s in zip(*pairs.pick(np.arange(len(pairs))), strict=True)}
    start, end = {"train": (0, 30), "validation": (30, 40), "test": (40, 50)}[split]
    lag = 0 if difference == "none" else 1
    values = series.series.frame.to_numpy()
    expected = {
        (origin, place)
        for place in range(3)
        for origin in range(max(start, 5 + lag), end - 2)
        if not np.isnan(values[origin - 5 - lag : origin + 3, place]).any()
    }
    assert found == expected
    assert len(pairs) == len(found)


def test_spread_windows_are_in_order_and_reach_both_ends():
    pairs = window_pairs(prepared(EACH), EACH, "train")
    assert pairs.spread(10**6).tolist() == list(range(len(pairs)))
    few = pairs.spread(7)
    assert len(few) == 7
    assert few[0] == 0
    assert (np.diff(few) > 0).all()
    assert few[-1] >= len(pairs) * 6 // 7 - 1


def test_all_series_at_once_have_a_window_from_the_first_target_on():
    data = EACH.model_copy(update={"many_series": "together", "missing": "mask"})
    pairs = window_pairs(prepared(data), data, "train")
    assert pairs.pick(np.arange(len(pairs)))[0].tolist() == list(range(5, 28))


@given(
    values=st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=30, max_size=70),
    data=st.builds(
        DataConfig,
        many_series=st.sampled_from(["each", "together"]),
        missing=st.just("mask"),
        difference=st.sampled_from(["none", "last_value"]),
        window_size=st.integers(1, 6),
        horizon=st.integers(1, 4),
        split=st.sampled_from([(0.6, 0.2, 0.2), (0.5, 0.25, 0.25), (0.7, 0.3, 0.0)]),
    ),
)
def test_whatever_is_missing_no_target_is_in_two_parts_and_no_window_begins_before_its_series(values, data):
    known = np.array(values)
    frame = pd.DataFrame(np.where(known, np.random.default_rng(0).normal(size=known.shape), NAN), columns=list("abc"))
    try:
        series = Series().prepare(SeriesSet(frame, ("a", "b", "c")), "", data, quiet)
    except ConfigError:
        assert not known.any() or data.many_series == "each", "a series has too few values"
        return
    found = {"train": set(), "validation": set(), "test": set()}
    spans = series_spans(series, data.many_series == "each")
    for split, targets in found.items():
        pairs = window_pairs(series, data, split)
        for origin, place in zip(*pairs.pick(np.arange(len(pairs))), strict=True):
            first, end = spans[place]
            assert first <= origin - data.window_size - difference_lag(data, series.summary.season)
            assert origin + data.horizon <= end
            targets.update((int(origin) + step, int(place)) for step in range(data.horizon))
    assert not (found["train"] & found["validation"] or found["train"] & found["test"])
    assert not found["validation"] & found["test"]


@given(st.integers(0, 5), st.sampled_from(["none", "last_value", "season"]))
def test_what_comes_after_training_changes_neither_scale_nor_season(seed, difference):
    step = np.arange(80)
    frame = pd.DataFrame({"a": 50 + 9 * np.sin(step * np.pi / 2) + np.random.default_rng(seed).normal(size=80)})
    data = DataConfig(difference=difference, split=(0.6, 0.2, 0.2))
    later = frame.copy()
    later.loc[48:] = later.loc[48:] * -1_000
    before, after = (Series().prepare(SeriesSet(each, ("a",)), "", data, quiet) for each in (frame, later))
    assert before.summary == after.summary
    lag = difference_lag(data, before.summary.season)
    scalers = [SeriesScaler.fit(each.series.frame.to_numpy()[: each.boundaries[0]], lag) for each in (before, after)]
    assert scalers[0] == scalers[1]
