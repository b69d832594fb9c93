"""Row A11 as a measurement: how far an echo state network, an LSTM and simple methods run by themselves along Mackey-Glass.

Both networks have their settings chosen from six, with one draw of its own, by the horizon from other places of the series.
Draws of a reservoir cost little and differ much, so there are `DRAWS` of them for each seed of an LSTM.
All fit the same first values; figures are horizons from the places that the page shows, in steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from itertools import product
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from core.claims.experiments.training import count_parameters, train
from core.claims.figures import Job, Numbers
from core.insight import reservoir
from core.insight.reservoir import CHOOSING, NUM_AHEAD, NUM_KNOWN, ORIGINS, Array, horizons
from core.models.recurrent import Recurrent

T = TypeVar("T")
UNITS, RADIUS, LEAK = 200, 0.95, 0.5
RADII = (0.2, 0.5, 0.7, 0.8, 0.95, 1.1, 1.25, 1.4, 1.6)
ECHO_SETTINGS = tuple(product((0.8, 0.95, 1.1), (0.5, 1.0)))  # spectral radius, leak
LSTM_SETTINGS = tuple(product((3e-3, 1e-2, 3e-2), (False, True)))  # learning rate, whether it says the change
HIDDEN, BATCH, LENGTH, SKIPPED, WARM = 64, 32, 100, 20, 400
STEPS, QUICK_STEPS = 1500, 150
DRAWS = 8  # for each seed
SEARCH_SEED = 1000
BY_RADIUS = "by spectral radius"


class Foreseer(nn.Module):
    """An LSTM with a number read off each state."""

    def __init__(self) -> None:
        super().__init__()
        self.recurrent, self.output = Recurrent("lstm", 1, HIDDEN), nn.Linear(HIDDEN, 1)

    def forward(self, values: Tensor, state: tuple[Tensor, ...] | None = None) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Numbers (B, T, 1) of values (B, T, 1), and the state after them."""
        states, state = self.recurrent(values, state=state)
        return self.output(states), state


def lstm_forecasts(rate: float, says_change: bool, steps: int, seed: int, origins: Sequence[int]) -> Array:
    """What a trained LSTM foresees from each origin, (number of origins, NUM_AHEAD).

    Args:
        rate: The learning rate at the start.
        says_change: Whether it says by how much the next value differs from the last, or the value itself.
        steps: Of training.
        seed: Of weights and batches.
    """
    series = reservoir.mackey_glass()
    center, deviation = series[:NUM_KNOWN].mean(), reservoir.spread()
    values = torch.tensor((series - center) / deviation, dtype=torch.float32)
    unit = float(values[:NUM_KNOWN].diff().std()) if says_change else 1.0
    torch.manual_seed(seed)
    network, rng = Foreseer(), np.random.default_rng(seed)

    def loss(_step: int) -> Tensor:
        starts = torch.from_numpy(rng.integers(0, NUM_KNOWN - LENGTH, BATCH))
        piece = values[starts[:, None] + torch.arange(LENGTH + 1)]
        wanted = piece.diff() / unit if says_change else piece[:, 1:]
        return (network(piece[:, :-1, None])[0][..., 0] - wanted)[:, SKIPPED:].square().mean()

    train(network, loss, steps, rate, schedule="cosine")
    network.eval()
    found = []
    with torch.inference_mode():
        read = torch.stack([values[origin - WARM : origin] for origin in origins])[..., None]
        last, state = read[:, -1:], None
        for _ in range(NUM_AHEAD):
            said, state = network(read, state)
            read = last = said[:, -1:] * unit + (last if says_change else 0)
            found.append(last[:, 0, 0])
    return torch.stack(found, 1).double().numpy() * deviation + center


def _best(settings: Sequence[T], measure: Callable[[T], Array]) -> T:
    """The setting whose forecasts go furthest in the mean of the places where settings are chosen."""
    return max(settings, key=lambda one: float(np.mean(horizons(measure(one), CHOOSING))))


@cache
def chosen_lstm(steps: int) -> tuple[float, bool]:
    """Learning rate, and whether it says the change."""
    return _best(LSTM_SETTINGS, lambda one: lstm_forecasts(*one, steps, SEARCH_SEED, CHOOSING))


@cache
def chosen_echo() -> tuple[float, float]:
    """Spectral radius and leak."""
    return _best(ECHO_SETTINGS, lambda one: reservoir.foresee(UNITS, *one, SEARCH_SEED, CHOOSING).forecasts)


def _horizon(forecasts: Array) -> Numbers:
    return {"horizon": float(np.mean(horizons(forecasts, ORIGINS)))}


def lstm(steps: int, seed: int) -> Numbers:
    """The horizon of an LSTM with the chosen settings."""
    rate, says_change = chosen_lstm(steps)
    found = _horizon(lstm_forecasts(rate, says_change, steps, seed, ORIGINS))
    return {**found, "learning rate": rate, "says the change": float(says_change)}


def echo(seed: int) -> Numbers:
    """The horizon of a draw with the chosen settings."""
    radius, leak = chosen_echo()
    return {**echo_at(radius, leak, seed), "spectral radius": radius, "leak": leak}


def echo_at(radius: float, leak: float, seed: int) -> Numbers:
    """The horizon of a draw with settings that are given."""
    return _horizon(reservoir.foresee(UNITS, radius, leak, seed).forecasts)


def simple(forecast: Callable[[], Array], _seed: int) -> Numbers:
    """The horizon of a method in which nothing is drawn."""
    return _horizon(forecast())


def on_mackey_glass(quick: bool, seeds: Sequence[int]) -> list[Job]:
    """The two networks, and what is to be beaten."""
    make = partial(Job, "A11", "Mackey-Glass")
    steps, size = QUICK_STEPS if quick else STEPS, count_parameters(Foreseer())
    return [
        *(make("echo state network", echo, draw, UNITS + 1) for draw in draws(seeds)),
        *(make("LSTM", partial(lstm, steps), seed, size) for seed in seeds),
        make("readout of the last 50 values", partial(simple, reservoir.by_lags), 0, 51),
        make("last value", partial(simple, reservoir.repeated)),
    ]


def by_radius(quick: bool, seeds: Sequence[int]) -> list[Job]:
    """The echo state network of the page at one spectral radius after another."""
    radii = RADII[::4] if quick else RADII
    return [
        Job("A11", BY_RADIUS, str(radius), partial(echo_at, radius, LEAK), draw, UNITS + 1)
        for radius in radii
        for draw in draws(seeds)
    ]


def draws(seeds: Sequence[int]) -> list[int]:
    """Seeds of reservoirs: 0 to 7 for seed 0, 8 to 15 for seed 1, and so on."""
    return [DRAWS * seed + draw for seed in seeds for draw in range(DRAWS)]
