"""Networks trained anew on the way through a rolling test."""

import numpy as np
import pandas as pd
import pytest

from core import api
from core.backtests import Backtest
from core.config.errors import ConfigError
from core.data.prepare import prepare
from core.jobs.files import read_json
from core.refits import beside, evenly, new_origins, origin_of, refitted, rows_both_ways
from core.training.checkpoint import load_best

NAN = float("nan")
DAYS = [f"day {number}" for number in range(12)]


def rolled(origins, forecast, truth=10.0, scale=2.0, days=DAYS):
    """A rolling test of two steps by one network that always says the same, beside the last value."""
    shape = (len(origins), 2)
    return Backtest(
        "sales", days, np.array(origins), np.full(shape, truth),
        {"network": np.full(shape, forecast), "drift": np.full(shape, 9.0)}, {}, scale, scale, 6,
    )  # fmt: skip


def test_origins_lie_evenly_and_the_first_is_the_first():
    assert evenly([3, 5, 7, 9, 11, 13], 3) == [3, 7, 11]
    with pytest.raises(ConfigError, match="from 1 to 2"):
        evenly([3, 5], 3)


def test_new_networks_begin_behind_the_first_origin_of_the_test_set():
    test = rolled([4, 5, 6, 7, 8, 9], 11.0)
    assert new_origins(test, 1) == [8]
    assert new_origins(test, 3) == [7, 8, 9]
    for number in (0, 4):
        with pytest.raises(ConfigError, match="from 1 to 3"):
            new_origins(test, number)


def test_every_origin_is_forecast_by_the_latest_network_trained_before_it():
    both = beside(rolled([4, 5, 6, 7, 8, 9], 14.0), {7: rolled([6, 7, 8, 9], 12.0, scale=3.0), 9: rolled([9], 11.0)})
    assert both.begins == (7, 9)
    assert both.kept.origins.tolist() == both.anew.origins.tolist() == [7, 8, 9]
    assert both.anew.methods["network"][:, 0].tolist() == [12.0, 12.0, 11.0]
    assert both.anew.scale == both.kept.scale == 2.0, "both errors are counted in one unit"
    # Off by 4 before and by 2, 2 and 1 now: 4 - 5/3.
    assert both.difference().value == pytest.approx(7 / 3)


def test_only_origins_that_both_kept_are_told_and_other_data_is_not():
    test = rolled([4, 6, 8], 14.0)
    assert beside(test, {6: rolled([6, 7], 12.0)}).kept.origins.tolist() == [6]
    assert beside(test, {6: rolled([7, 9], 12.0)}) is None
    assert beside(test, {6: rolled([6], 12.0, days=DAYS[1:])}) is None
    assert beside(test, {}) is None


def test_a_truth_that_is_missing_counts_for_neither():
    test, other = rolled([6, 7, 8], 14.0), rolled([6, 7, 8], 12.0)
    test.truth[:, 1] = NAN
    assert beside(test, {6: other}).difference().value == 2.0


def test_rows_say_which_way_a_network_was_trained():
    both = beside(rolled([6, 7], 14.0), {6: rolled([6, 7], 12.0)})
    rows = rows_both_ways([both.kept], [both.anew])
    assert len(rows) == 2 * 2 * 2 * 2  # ways, origins, methods, steps
    own = [(row["refitted"], row["forecast"]) for row in rows if row["method"] == "network" and row["step"] == 1]
    assert own == [(False, 14.0), (False, 14.0), (True, 12.0), (True, 12.0)]


def test_a_refit_is_the_same_experiment_with_a_test_set_that_begins_at_the_origin_and_is_known_by_it(tiny):
    base = tiny("forecasting")
    num_rows, ends = 120, prepare("series", base.data).boundaries
    num_validation = ends[1] - ends[0]
    for origin in range(ends[1] + 1, num_rows - 5):
        again = refitted(base, origin, num_validation, num_rows)
        assert prepare("series", again.data).boundaries == (origin - num_validation, origin)
        assert again.training == base.training and again.model == base.model
        assert origin_of(base, again, num_validation, num_rows) == origin
        assert origin_of(base, again.with_values({"training.seed": 9}), num_validation, num_rows) is None
        assert origin_of(base, again, num_validation + 1, num_rows) is None
    assert origin_of(base, base, num_validation, num_rows) is None


def test_a_network_trained_anew_equals_a_plain_training_on_the_data_cut_at_its_origin(tiny, tmp_path):
    base = tiny("forecasting").with_values({"training.max_steps": 12})
    rows = pd.read_csv(base.data.path[0])
    num_rows, origin = len(rows), 111
    ends = prepare("series", base.data).boundaries
    num_validation = ends[1] - ends[0]
    rows.iloc[:origin].to_csv(tmp_path / "cut.csv", index=False)
    share = num_validation / origin
    cut = base.with_values({"data.path": (str(tmp_path / "cut.csv"),), "data.split": (1 - share, share, 0.0)})
    plain = load_best(api.train(cut, out=tmp_path / "plain"))
    run = api.train(refitted(base, origin, num_validation, num_rows), out=tmp_path / "anew")
    anew = load_best(run)
    assert all(np.array_equal(anew[name].numpy(), plain[name].numpy()) for name in plain)
    # What comes after the origin is there all the same, to be forecast.
    kept = read_json(run / "backtest.json")
    assert kept["test_from"] == origin and max(kept["series"]["sales"]["origins"]) > origin
