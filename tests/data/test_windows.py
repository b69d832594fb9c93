"""Which windows a part has: of all series at once, and of each by itself."""

import numpy as np
import pandas as pd
import pytest

from core.config.experiment import DataConfig
from core.data.dataset import SeriesSet
from core.data.prepare_series import prepare_series
from core.data.windows import window_pairs

NAN = np.nan


def prepared(data, num_steps=50):
    """Series of 50, 43 and 38 steps: `late` starts seven steps after the others, `early` ends twelve before them."""
    noise = np.random.default_rng(0).normal(size=(num_steps, 3))
    frame = pd.DataFrame(noise, columns=["whole", "late", "early"])
    frame.loc[:6, "late"] = NAN
    frame.loc[38:, "early"] = NAN
    return prepare_series(SeriesSet(frame, ("whole", "late", "early")), "", data)


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
