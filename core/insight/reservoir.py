"""Two reservoirs at work: an echo state network that runs on by itself, and a liquid that tells two spike patterns apart."""

from __future__ import annotations

import lzma
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.models.echo_state import EchoState, ridge_regression
from core.models.liquid_state import Liquid, traces

Array = NDArray[np.float64]
DATA = Path(__file__).resolve().parents[2] / "datasets"
NUM_KNOWN = 2400  # values that a readout is fitted to: those of which a run of forecasting trains on the shipped 3,000
ORIGINS = (2700, 2900, 3100, 3300, 3500, 3700)  # values read when it begins to run by itself
CHOOSING = (5200, 5300, 5400, 5500)  # the same, where settings are chosen
NUM_AHEAD, NUM_SHOWN = 1500, 800
TOLERANCE = 0.4  # standard deviations from the truth up to which a value counts as foreseen
NUM_TRIALS, NUM_TRAIN, NUM_STEPS, NUM_CHANNELS, PATTERN_ENDS = 300, 200, 60, 4, 30
KEEPS = 0.9  # of a spike's trace, a step


@cache
def mackey_glass() -> Array:
    """The shipped series and how it goes on, (7000,)."""
    parts = []
    for name in ("mackey_glass", "mackey_glass_later"):
        with lzma.open(DATA / f"{name}.tsv.xz", "rt", encoding="utf-8") as file:
            parts.append(np.loadtxt(file, delimiter="\t", skiprows=1)[:, 1])
    return np.concatenate(parts)


def spread() -> float:
    """The standard deviation of the values that are known, about 0.23."""
    return float(mackey_glass()[:NUM_KNOWN].std())


def horizon(forecast: Array, truth: Array, deviation: float) -> int:
    """Steps until a forecast (T,) is first further than ``TOLERANCE`` deviations from the truth; T where it never is."""
    wrong = ~(np.abs(forecast - truth) <= TOLERANCE * deviation)
    return int(wrong.argmax()) if wrong.any() else len(truth)


def horizons(forecasts: Array, origins: Sequence[int] = ORIGINS) -> tuple[int, ...]:
    """The horizon of each forecast (number of origins, T), in the series' own unit."""
    series = mackey_glass()
    pairs = zip(forecasts, origins, strict=True)
    return tuple(horizon(one, series[origin : origin + len(one)], spread()) for one, origin in pairs)


def repeated(origins: Sequence[int] = ORIGINS) -> Array:
    """The last known value, (number of origins, NUM_AHEAD)."""
    return np.repeat(mackey_glass()[np.array(origins) - 1][:, None], NUM_AHEAD, axis=1)


def by_lags(origins: Sequence[int] = ORIGINS, lags: int = 50) -> Array:
    """What the same readout foresees of the last values alone, without a reservoir: (number of origins, NUM_AHEAD)."""
    series = mackey_glass()
    rows = np.lib.stride_tricks.sliding_window_view(series[: NUM_KNOWN - 1], lags)
    weights = ridge_regression(rows, series[lags:NUM_KNOWN], 1e-8)
    read = np.stack([series[origin - lags : origin] for origin in origins])
    for _ in range(NUM_AHEAD):
        read = np.concatenate((read, read[:, -lags:] @ weights[:-1, None] + weights[-1]), axis=1)
    return read[:, lags:]


@dataclass(frozen=True)
class Foreseen:
    """An echo state network that runs by itself.

    Attributes:
        truth: (NUM_AHEAD,) after the first origin.
        forecasts: (number of origins, NUM_AHEAD) from each.
        states: (NUM_AHEAD, N) of the free run from the first.
        one_step: Root mean squared error one step ahead on the values up to the last origin, in standard deviations.
        forgotten: (100,) distance between two states, begun apart and fed the same values.
    """

    truth: Array
    forecasts: Array
    states: Array
    one_step: float
    forgotten: Array


def foresee(num_units: int, radius: float, leak: float, seed: int, origins: Sequence[int] = ORIGINS) -> Foreseen:
    """Fit an echo state network to the first values of Mackey-Glass, and let it run by itself from later ones.

    Args:
        origins: In rising order, none before ``NUM_KNOWN``.

    Raises:
        ValueError: If an argument is out of range, see `EchoState`.
    """
    series, first = mackey_glass(), origins[0]
    center = float(series[:NUM_KNOWN].mean())
    values = series - center
    network = EchoState(num_units, radius, leak, seed)
    known = network.fit(values[:NUM_KNOWN])
    later = network.states(values[NUM_KNOWN : origins[-1]], known[-1])
    at = np.concatenate((known[-1:], later))  # the state after NUM_KNOWN, NUM_KNOWN + 1 ... values
    runs, states = network.run_freely(at[np.array(origins) - NUM_KNOWN], NUM_AHEAD)
    errors = network.foreseen(at[:-1]) - values[NUM_KNOWN : origins[-1]]
    other = np.random.default_rng(seed + 1).uniform(-1, 1, num_units)
    return Foreseen(
        truth=series[first : first + NUM_AHEAD],
        forecasts=runs.T + center,
        states=states[:, 0].copy(),
        one_step=float(np.sqrt((errors**2).mean()) / spread()),
        forgotten=np.linalg.norm(network.states(values[:100], other) - known[:100], axis=1),
    )


def foreseen_by(predictor: Any) -> tuple[int, ...]:
    """Steps that a trained forecaster of the shipped series foresees from the same origins, running freely.

    Args:
        predictor: Of a run of forecasting on it, see `core.tasks.forecasting.predictor`.
    """
    import torch

    series = mackey_glass()[:, None]
    size = predictor.experiment.data.window_size
    scaled = predictor.context.scaler.transform(series)
    windows, histories = (np.stack([of[origin - size : origin] for origin in ORIGINS]) for of in (scaled, series))
    read = torch.tensor(windows, dtype=torch.float32, device=predictor.device)
    return horizons(predictor.forecast(read, histories, NUM_AHEAD)[:, :, 0])


@dataclass(frozen=True)
class Trial:
    """What one trial does to the liquid: `inputs` (T, C) and `spikes` (T, N), the `potential` (T,) of its first unit, and the
    `output` (T,) of the readout, which says the second pattern where it is above 0.
    """

    inputs: Array
    spikes: Array
    potential: Array
    output: Array


@dataclass(frozen=True)
class Told:
    """Two spike patterns told apart.

    Attributes:
        trials: The first held-out one of each pattern.
        accuracy: (T,) on held-out trials with the readout of each step.
        of_inputs: (T,) the same of a readout of the fading inputs alone.
    """

    trials: tuple[Trial, Trial]
    accuracy: Array
    of_inputs: Array


def spike_trials(jitter: int, seed: int) -> tuple[Array, NDArray[np.int64]]:
    """Trials (B, T, C) of one of two patterns, and which: each spike moved by up to `jitter` steps.

    The two differ only before step ``PATTERN_ENDS``; after it the spikes are the same for both, with some more at random.
    """
    generator = np.random.default_rng(seed)
    patterns = generator.random((2, NUM_STEPS, NUM_CHANNELS)) < 0.12
    patterns[:, PATTERN_ENDS:] = patterns[0, PATTERN_ENDS:]
    which = generator.integers(0, 2, NUM_TRIALS)
    trial, step, channel = np.nonzero(patterns[which])
    moved = step + generator.integers(-jitter, jitter + 1, len(step))
    early = step < PATTERN_ENDS
    moved = np.clip(moved, np.where(early, 0, PATTERN_ENDS), np.where(early, PATTERN_ENDS, NUM_STEPS) - 1)
    trials = np.zeros((NUM_TRIALS, NUM_STEPS, NUM_CHANNELS))
    trials[trial, moved, channel] = 1
    noise = generator.random((NUM_TRIALS, NUM_STEPS - PATTERN_ENDS, NUM_CHANNELS)) < 0.05
    trials[:, PATTERN_ENDS:] = np.maximum(trials[:, PATTERN_ENDS:], noise)
    return trials, which


def tell_apart(num_units: int, gain: float, jitter: int, seed: int) -> Told:
    """Let a liquid hear the trials; a linear readout of its fading spikes says at each step which pattern it was."""
    trials, which = spike_trials(jitter, seed)
    spikes, potentials = Liquid(num_units, NUM_CHANNELS, gain, seed).run(trials)
    signs: Array = (2 * which - 1).astype(np.float64)
    outputs = _readouts(traces(spikes, KEEPS), signs)
    of_inputs = _readouts(traces(trials, KEEPS), signs)
    held_out = slice(NUM_TRAIN, None)

    def shown(pattern: int) -> Trial:
        one = NUM_TRAIN + int(np.argmax(which[held_out] == pattern))
        return Trial(trials[one], spikes[one], potentials[one, :, 0], outputs[one])

    def right(found: Array) -> Array:
        share: Array = ((found[held_out] > 0) == (which[held_out, None] == 1)).mean(0)
        return share

    return Told((shown(0), shown(1)), right(outputs), right(of_inputs))


def _readouts(found: Array, signs: Array) -> Array:
    """Outputs (B, T) of one ridge regression a step from traces (B, T, N), fitted to the first trials."""
    outputs = np.empty(found.shape[:2])
    for step in range(found.shape[1]):
        weights = ridge_regression(found[:NUM_TRAIN, step], signs[:NUM_TRAIN], 1.0)
        outputs[:, step] = found[:, step] @ weights[:-1] + weights[-1]
    return outputs
