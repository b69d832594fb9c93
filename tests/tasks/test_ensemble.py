"""Several networks that differ only in their seed as one forecast."""

import numpy as np
import pytest

from core.backtests import Backtest, as_kept
from core.tasks.forecasting.bands import half_widths
from core.tasks.forecasting.ensemble import ensemble_of, forecast_row, read_ensemble

TIMES = [str(row) for row in range(40)]
LEVELS = {0.1: 0.0, 0.9: 0.0}


def kept(shift, origins=range(10, 39), horizon=2, test_from=30, by=0.0):
    """A rolling test on the series 0, 1, 2, ...: forecasts off by `shift`, and by `by` times the origin."""
    rows = np.array(list(origins))
    truth = rows[:, None] + np.arange(horizon, dtype=float)
    network = truth + shift + by * rows[:, None]
    return Backtest(
        "sales", TIMES, rows, truth, {"network": network, "drift": truth + 3.0, "last_value": truth + 5.0},
        dict.fromkeys(LEVELS, network), 2.0, 4.0, test_from,
    )  # fmt: skip


def test_errors_of_either_sign_cancel_in_the_mean_and_every_seed_keeps_its_own_figures():
    found = ensemble_of({"seed 0": kept(1.0), "seed 4": kept(-3.0)})
    figures = found.on_test_set(["mae", "mase"], found.best_simple())
    assert figures == {
        "mean": {"mae": 1.0, "mase": 0.5}, "seed 0": {"mae": 1.0, "mase": 0.5}, "seed 4": {"mae": 3.0, "mase": 1.5},
        "drift": {"mae": 3.0, "mase": 1.5},
    }  # fmt: skip
    assert found.test.methods["network"][0].tolist() == [9.0, 10.0] and found.num_validation == 20


def test_figures_are_of_the_test_set_alone():
    late = kept(0.0)
    late.methods["network"][:20] += 100
    found = ensemble_of({"seed 0": late, "seed 1": kept(0.0)})
    assert found.on_test_set(["mae"], None) == {"mean": {"mae": 0.0}, "seed 0": {"mae": 0.0}, "seed 1": {"mae": 0.0}}


def test_bands_come_from_the_errors_of_the_mean_and_not_from_those_of_its_members():
    found = ensemble_of({"seed 0": kept(5.0), "seed 1": kept(-5.0, by=0.1)})
    errors = -(0.1 * found.test.origins[:, None] / 2 + np.zeros(2))[..., None]
    low, high = found.test.bands[0.8]
    expected = half_widths(errors, 10, found.test.origins, (0.8,))[0, :, :, 0]
    assert (high - low) / 2 == pytest.approx(expected, nan_ok=True)
    assert np.isnan(low[0]).all() and np.isfinite(low[5]).all()


def test_no_band_reaches_below_the_lowest_value_that_a_forecast_may_have():
    tests = {"seed 0": kept(5.0), "seed 1": kept(-5.0, by=0.5)}
    free, ended = ensemble_of(tests), ensemble_of(tests, 12.0)
    assert np.nanmin(free.test.bands[0.8][0]) < 12.0 == np.nanmin(ended.test.bands[0.8][0])
    assert np.array_equal(free.test.bands[0.8][1], ended.test.bands[0.8][1], equal_nan=True)
    ahead = {"seed 0": [13.0, 14.0], "seed 1": [13.0, 14.0]}
    assert min(free.ahead(ahead)["lower"]) < 12.0 == min(ended.ahead(ahead)["lower"])


def test_no_error_counts_before_its_truth_has_come():
    one, other = kept(1.0), kept(1.0)
    before = ensemble_of({"seed 0": one, "seed 1": other}).test.bands[0.8][1]
    place = 15
    for test in (one, other):
        test.methods["network"][place + 1 :] += 50
        test.methods["network"][place, 1] += 50
        test.methods["network"][place - 1, 1] += 50  # of which the last step is known at the origin after the next
    after = ensemble_of({"seed 0": one, "seed 1": other}).test.bands[0.8][1]
    assert after[: place + 1, 0].tolist() == pytest.approx(before[: place + 1, 0].tolist(), nan_ok=True)
    assert after[place, 1] - one.methods["network"][place, 1] == pytest.approx(
        before[place, 1] - one.methods["network"][place, 1] + 50
    )


def test_past_the_end_the_band_knows_all_errors_and_the_spread_is_over_the_seeds():
    found = ensemble_of({"seed 0": kept(1.0), "seed 1": kept(1.0)})
    ahead = found.ahead({"seed 0": [40.0, 41.0, 42.0], "seed 1": [44.0, 41.0, 40.0]})
    assert ahead["network"] == [42.0, 41.0, 41.0] and ahead["spread"] == pytest.approx([8**0.5, 0, 2**0.5])
    assert ahead["lower"] == pytest.approx([41.0, 40.0]) and ahead["upper"] == pytest.approx([43.0, 42.0])
    assert len(ahead["lower_95"]) == 2


def test_members_meet_at_the_origins_that_all_of_them_have():
    found = ensemble_of({"seed 0": kept(0.0, range(12, 39, 2)), "seed 1": kept(2.0)})
    assert found.test.origins.tolist() == list(range(12, 39, 2)) and found.num_validation == 9
    assert found.test.methods["network"][0].tolist() == [13.0, 14.0]


def test_thinned_errors_are_as_far_apart_as_their_origins():
    errors = np.arange(1.0, 9)[:, None, None] * np.ones((1, 4, 1))
    widths = half_widths(errors, 10, np.array([22]), (0.5,), stride=2)[0, 0, :, 0]
    # Known at row 22: of step 1 the origins 10 to 20, errors 1 to 6. Their autocorrelation at lag 1 is 1/2, at lag 2 below 0; so
    # 2 of them tell as much as one. That counts 6 / 16, and 10 / 16 that one tells as much as one: 1.375, so 6 are worth 4.
    assert widths[0] == pytest.approx(0.5 * (1 + 1 / 4) * 6)
    # Step 4 is two origins long, of those to 18, errors 1 to 5: 1.5 are believed, 1.8 say they themselves; 5 are worth 3.
    assert widths[3] == pytest.approx(0.5 * (1 + 1 / 3) * 5)


@pytest.mark.parametrize("tests", [{"seed 0": kept(0.0)}, {"seed 0": kept(0.0, [10]), "seed 1": kept(0.0, [11])}])
def test_one_network_and_networks_without_a_common_origin_are_no_ensemble(tests):
    with pytest.raises(ValueError):
        ensemble_of(tests)


def test_a_run_that_kept_nothing_of_a_series_has_no_ensemble():
    details = {
        "time": TIMES,
        "test": {},
        "values": {},
        "horizon": 2,
        "season": 1,
        "train_end": 10,
        "validation_end": 30,
    }
    whole = as_kept([kept(0.0)])
    assert read_ensemble({"seed 0": (whole, details), "seed 1": (whole, details)}, "sales").num_validation == 20
    assert read_ensemble({"seed 0": (whole, details), "seed 1": (None, details)}, "sales") is None
    assert read_ensemble({"seed 0": (whole, details), "seed 1": (None, None)}, "sales") is None


def test_a_row_of_the_shell_has_the_mean_the_spread_every_seed_and_figures():
    details = {"time": TIMES, "test": {}, "values": {"sales": list(range(40))}, "season": 1, "train_end": 10}
    rows = {
        f"seed {seed}": {"series": "sales", "time": ["40", "41"], "forecast": [40.0 + seed, 41.0]} for seed in (1, 3)
    }
    both = {name: (as_kept([kept(1.0)]), details) for name in rows}
    told = forecast_row(rows, both, ["mae"], True)
    assert told["forecast"] == [42.0, 41.0] and told["members"] == {"seed 1": [41.0, 41.0], "seed 3": [43.0, 41.0]}
    assert told["test"]["mean"] == {"mae": 1.0} and told["upper"] == pytest.approx([43.0, 42.0])
    assert "upper" not in forecast_row(rows, both, ["mae"], False)
