"""Rolling tests as a run keeps them: read again, judged by step and by origin, and as rows."""

import json

import numpy as np
import pytest

from core.backtests import Backtest, all_backtests, as_kept, future_rows, joined, mean_figures, read_backtest
from core.metrics.steps import figures_by_step

NAN = float("nan")


@pytest.fixture
def rolled():
    """Two forecasts of two steps; the truth of the second is half known."""
    return Backtest(
        "sales", ["mon", "tue", "wed", "thu", "fri"], np.array([2, 3]), np.array([[10.0, 20.0], [20.0, NAN]]),
        {"network": np.array([[11.0, 16.0], [22.0, 30.0]]), "drift": np.array([[10.0, 10.0], [20.0, 25.0]])},
        {0.1: np.array([[9.0, 15.0], [NAN, NAN]]), 0.9: np.array([[13.0, 17.0], [NAN, NAN]])}, 4.0, 5.0, 3,
    )  # fmt: skip


def test_every_step_has_figures_of_its_own_and_what_is_not_known_counts_for_none(rolled):
    found = rolled.by_step(["mae", "mase", "mape"], rolled.methods["network"])
    assert found["mae"] == pytest.approx([1.5, 4.0])
    assert found["mase"] == pytest.approx([0.375, 1.0])
    assert found["mape"] == pytest.approx([10.0, 20.0])
    nothing = np.full((2, 1, 1), NAN)
    assert figures_by_step(["mae"], nothing, np.ones((2, 1, 1)), [1.0]) == {"mae": [None]}


def test_figures_by_step_are_means_over_targets():
    truth, forecast = np.zeros((1, 2, 2)), np.array([[[1.0, 3.0], [2.0, 6.0]]])
    assert figures_by_step(["mae"], truth, forecast, [1.0, 1.0])["mae"] == [2.0, 4.0]


def test_the_error_of_an_origin_is_the_mean_over_its_known_steps(rolled):
    assert rolled.errors("network").tolist() == [2.5, 2.0]
    assert rolled.errors("drift").tolist() == [5.0, 0.0]
    unknown = rolled.at(np.array([1]))
    assert np.isnan(Backtest("x", [], unknown.origins, np.full((1, 2), NAN), unknown.methods).errors("drift")).all()


def test_bands_hold_what_lies_between_their_edges_and_count_from_where_they_are_known(rolled):
    assert list(rolled.bands) == [0.8]
    assert rolled.held_by_step()[0.8].tolist() == [1.0, 0.0]
    assert np.isnan(rolled.since(3).held_by_step()[0.8]).all()


def test_what_is_kept_is_read_again_as_it_was(rolled):
    kept = json.loads(json.dumps(as_kept([rolled])))
    again = read_backtest(kept, {"time": rolled.time}, "sales")
    assert again.origins.tolist() == [2, 3] and again.horizon == 2 and again.test_from == 3 and again.scale == 4.0
    for one, other in ((again.truth, rolled.truth), *((again.edges[key], rolled.edges[key]) for key in (0.1, 0.9))):
        assert np.array_equal(one, other, equal_nan=True)
    assert list(again.methods) == ["network", "drift"] and again.recursive is None
    assert again.since(3).origins.tolist() == [3]


def test_a_run_that_keeps_none_has_the_forecasts_of_its_test_set():
    test = {"time": ["wed", "thu", "fri", "sat"], "truth": [1, None, 3, 4], "network": [1, 2, 3, 5],
            "lower": [0, 1, 2, 3], "upper": [2, 3, 4, 6], "baselines": {"drift": [1, 1, 1, 1]}}  # fmt: skip
    details = {
        "time": ["mon", "tue", "wed", "thu", "fri", "sat"],
        "horizon": 2,
        "validation_end": 2,
        "test": {"x": test},
        "values": {"x": [5.0, 8.0, 1.0, None, 3.0, 4.0]},
        "train_end": 2,
        "season": 1,
    }
    found = read_backtest(None, details, "x")
    assert (found.scale, found.squared_scale) == (3.0, 3.0), "of its own training set"
    assert found.origins.tolist() == [2, 4] and found.test_from == 2
    assert found.methods["drift"].shape == (2, 2)
    assert found.errors("network").tolist() == [0.0, 0.5]
    assert found.bands[0.8][1].tolist() == [[2, 3], [4, 6]]
    assert read_backtest(None, details, "y") is None


def test_figures_over_steps_and_series_are_means_and_at_a_step_of_it_alone(rolled):
    other = Backtest("visits", rolled.time, rolled.origins, np.full((2, 2), 4.0),
                     {"network": np.full((2, 2), 5.0)}, {}, 1.0, 2.0)  # fmt: skip
    figures = mean_figures([rolled, other], "network", ["mae", "mase", "rmsse"])
    assert figures["mae"] == pytest.approx(((1 + 4 + 2) / 3 + 1) / 2)
    assert figures["mase"] == pytest.approx(((1 + 4 + 2) / 3 / 4 + 1) / 2)
    assert figures["rmsse"] == pytest.approx((np.sqrt(21 / 3) / 5 + 1 / 2) / 2)
    assert mean_figures([rolled, other], "network", ["mae"], step=2)["mae"] == pytest.approx((4 + 1) / 2)
    assert mean_figures([rolled], "drift", ["mae"], step=1)["mae"] == 0.0


def test_crps_is_the_networks_where_all_deciles_are_known(rolled):
    assert rolled.figures(["crps"], rolled.methods["network"]) == {"crps": None}
    levels = [round(0.1 * n, 1) for n in range(1, 10)]
    middle = rolled.methods["network"]
    edges = {level: np.where(np.isnan(rolled.edges[0.1]), NAN, middle) for level in levels if level != 0.5}
    sure = Backtest("x", rolled.time, rolled.origins, rolled.truth, rolled.methods, edges)
    assert sure.figures(["crps"], middle)["crps"] == pytest.approx((1 + 4) / 2), "of a sure forecast its error"
    assert sure.by_step(["crps", "mae"], middle) == {"crps": pytest.approx([1, 4]), "mae": pytest.approx([1.5, 4])}
    assert sure.figures(["crps"], rolled.methods["drift"]) == {"crps": None}


def test_parts_that_follow_each_other_are_one(rolled):
    again = joined([rolled.at(np.array([0])), rolled.at(np.array([1]))])
    assert again.origins.tolist() == [2, 3]
    assert np.array_equal(again.truth, rolled.truth, equal_nan=True)
    assert np.array_equal(again.edges[0.9], rolled.edges[0.9], equal_nan=True)


def test_rows_name_the_last_time_known_and_have_quantiles_of_the_network_alone(rolled):
    rows = list(rolled.rows())
    assert len(rows) == 2 * 2 * 2
    assert rows[1] == {
        "series": "sales", "origin": "tue", "time": "thu", "step": 2, "method": "network", "forecast": 16.0,
        "truth": 20.0, "quantile_0.1": 15.0, "quantile_0.5": 16.0, "quantile_0.9": 17.0,
    }  # fmt: skip
    assert {rows[2]["method"], rows[2]["quantile_0.1"], rows[2]["quantile_0.5"]} == {"drift", None}
    assert rows[5]["truth"] is None


def test_the_forecast_past_the_end_has_the_same_rows_without_a_truth(rolled):
    future = {"time": ["sat", "sun"], "sales": {"network": [1.0, 2.0], "lower": [0.5, None], "upper": [1.5, 3.0],
              "baselines": {"drift": [4.0, 5.0]}}}  # fmt: skip
    details = {
        "targets": ["sales", "visits"],
        "time": ["thu", "fri"],
        "values": {"sales": [1.0, None]},
        "future": future,
    }
    rows = list(future_rows(details))
    assert [(row["method"], row["step"], row["forecast"]) for row in rows] == [
        ("network", 1, 1.0), ("network", 2, 2.0), ("drift", 1, 4.0), ("drift", 2, 5.0),
    ]  # fmt: skip
    assert rows[1] == {
        "series": "sales", "origin": "thu", "time": "sun", "step": 2, "method": "network", "forecast": 2.0, "truth": None,
        "quantile_0.1": None, "quantile_0.5": 2.0, "quantile_0.9": 3.0,
    }  # fmt: skip
    assert rows[2]["quantile_0.9"] is None
    kept = json.loads(json.dumps(as_kept([rolled])))
    assert [one.name for one in all_backtests(kept, {**details, "time": rolled.time, "test": {}})] == ["sales"]
