"""Echo state network and liquid: what was said of them when they were proposed, measured small."""

import numpy as np
import pytest

from core.insight.reservoir import (
    NUM_AHEAD,
    NUM_KNOWN,
    ORIGINS,
    PATTERN_ENDS,
    by_lags,
    foresee,
    horizon,
    horizons,
    mackey_glass,
    repeated,
    spike_trials,
    tell_apart,
)
from core.models.echo_state import EchoState
from core.models.liquid_state import Liquid, traces


def test_the_weights_have_the_radius_that_was_asked_for_and_a_step_is_the_equation():
    network = EchoState(7, 0.8, leak=0.3, seed=2, density=0.5)
    assert np.abs(np.linalg.eigvals(network.weights)).max() == pytest.approx(0.8)
    state = np.linspace(-1, 1, 7)
    reached = np.tanh(network.weights @ state + network.input_weights * 0.4 + network.bias)
    assert network.step(state, 0.4) == pytest.approx(0.7 * state + 0.3 * reached)


def test_the_readout_is_the_least_squares_solution():
    values = np.sin(np.arange(90) / 3)
    network = EchoState(5, 0.9, density=0.6)
    states = network.fit(values, washout=20, ridge=0)
    known = np.c_[states[20:-1], np.ones(69)]
    assert known @ network.readout == pytest.approx(
        known @ np.linalg.lstsq(known, values[21:], rcond=None)[0], abs=1e-6
    )
    values_ahead, states_ahead = network.run_freely(states[-1], 3)
    both, _ = network.run_freely(states[[-1, 3]], 3)
    assert both[:, 0] == pytest.approx(values_ahead) and both[0, 1] == pytest.approx(network.foreseen(states[3]))
    again = network.states(values_ahead[:2], states[-1])
    assert states_ahead[1:] == pytest.approx(again) and values_ahead[0] == pytest.approx(
        np.r_[states[-1], 1] @ network.readout
    )


def test_an_echo_state_network_foresees_ten_times_as_far_as_the_last_values():
    simple = max(np.mean(horizons(repeated())), np.mean(horizons(by_lags())))
    for seed in (1, 2, 3):
        found = foresee(200, 0.95, 0.5, seed)
        assert np.mean(horizons(found.forecasts)) >= 10 * simple
        assert found.truth == pytest.approx(mackey_glass()[ORIGINS[0] : ORIGINS[0] + NUM_AHEAD])


def test_the_series_goes_on_where_the_shipped_set_ends_and_every_horizon_has_its_truth():
    series = mackey_glass()
    assert len(series) >= max(ORIGINS) + NUM_AHEAD and min(ORIGINS) >= NUM_KNOWN
    assert abs(np.diff(series)[2990:3010]).max() < abs(np.diff(series)[:2990]).max()
    assert (repeated()[:, 0] == series[np.array(ORIGINS) - 1]).all()


def test_a_readout_of_the_last_values_is_least_squares():
    series, lags = mackey_glass(), 5
    rows = np.stack([series[end - lags : end] for end in range(lags, NUM_KNOWN)])
    weights = np.linalg.lstsq(np.c_[rows, np.ones(len(rows))], series[lags:NUM_KNOWN], rcond=None)[0]
    found = by_lags((2700,), lags)[0]
    assert found[0] == pytest.approx(np.r_[series[2695:2700], 1] @ weights, rel=1e-4)
    assert found[1] == pytest.approx(np.r_[series[2696:2700], found[0], 1] @ weights, rel=1e-4)


def test_a_small_radius_forgets_its_start_and_foresees_less_a_large_one_does_not_forget():
    small, good, large = (foresee(200, radius, 0.5, 1) for radius in (0.2, 0.95, 1.6))
    assert small.forgotten[-1] < good.forgotten[-1] < 0.001 < 0.5 < large.forgotten[-1]
    ends = [np.mean(horizons(one.forecasts)) for one in (small, large, good)]
    assert max(ends[:2]) < ends[2] / 2


def test_a_horizon_ends_where_the_forecast_is_first_off_or_no_number():
    truth = np.zeros(5)
    assert horizon(np.array([0, 0.3, 0.5, 0, 0]), truth, 1.0) == 2
    assert horizon(np.array([0, np.nan, 0, 0, 0]), truth, 1.0) == 1
    assert horizon(truth, truth, 1.0) == 5


def test_a_unit_of_a_liquid_leaks_fires_and_rests():
    unit = Liquid(1, 1, 0.0)
    unit.input_weights[:] = 0.6
    spikes, potentials = unit.run(np.array([1, 0, 0, 0, 0, 0], dtype=float)[None, :, None])
    assert potentials[0, :2, 0] == pytest.approx([0.6, 0.95 * 0.6 + 0.8 * 0.6])
    assert spikes[0, :, 0].tolist() == [0, 1, 0, 0, 0, 0] and potentials[0, 2:4, 0].tolist() == [0, 0]
    assert traces(spikes, 0.5)[0, 1:4, 0].tolist() == [1, 0.5, 0.25]


def test_the_two_patterns_are_the_same_after_they_end():
    trials, which = spike_trials(0, 4)
    first, second = trials[which == 0], trials[which == 1]
    assert (first[:, :PATTERN_ENDS] == first[0, :PATTERN_ENDS]).all()
    assert not (first[0, :PATTERN_ENDS] == second[0, :PATTERN_ENDS]).all()
    assert (first[:, PATTERN_ENDS:].min(0) == second[:, PATTERN_ENDS:].min(0)).all()


def test_a_liquid_remembers_which_pattern_it_was_longer_than_fading_inputs_and_than_units_that_are_not_joined():
    for seed in (1, 2, 3):
        joined, alone = (tell_apart(80, gain, 2, seed) for gain in (0.8, 0.0))
        assert joined.accuracy[PATTERN_ENDS - 1] > 0.9
        assert joined.accuracy[49] > max(0.8, joined.of_inputs[49] + 0.15, alone.accuracy[49] + 0.15)


def test_what_is_out_of_range_is_refused():
    with pytest.raises(ValueError, match="out of range"):
        EchoState(5, 0)
    with pytest.raises(ValueError, match="out of range"):
        Liquid(5, 2, -1)
