"""A series from a recipe: trend, one or two seasons, noise, a change of regime and gaps, each kept beside the sum.

The same recipe gives the same numbers on every machine: random numbers come from PCG64, each component from a stream
of its own, so that more noise leaves the gaps where they are, and everything is rounded. A longer series begins with
the noise of the shorter one. Left out: the parameters and their text (core.config.recipe), filling the gaps.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.config.recipe import Recipe

COLUMN = "value"
SERIES = "series"
"""The column of the components that holds their sum, NaN in the gaps."""
_DECIMALS = 6
_WARM_UP_STEPS = 1_000
_NOISE_STREAM, _GAP_STREAM, _SPLIT_STREAM = 0, 1, 2


def recipe_series(recipe: Recipe) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make a series.

    Args:
        recipe: Its parameters, without contradictions.

    Returns:
        The series as a frame of `recipe.length` rows, range index `step`, column `value`, NaN in the gaps; and its
        components over the same index: `series` (the sum, NaN in the gaps) and those of `trend`, `season`,
        `season_2`, `change` and `noise` that there are. The components without `series` add up to the whole series,
        also where it is missing. Rounded to six decimals.
    """
    index = pd.RangeIndex(recipe.length, name="step")
    step = np.arange(recipe.length, dtype="float64")
    first = change_step(recipe)
    after = np.maximum(step - first, 0.0)
    share = step / (recipe.length - 1)
    parts = {"trend": recipe.level + recipe.trend * step + recipe.curve * share**2}
    if recipe.season and recipe.amplitude:
        parts["season"] = recipe.amplitude * _wave(recipe.length, recipe.season)
    if recipe.season_2 and recipe.amplitude_2:
        parts["season_2"] = recipe.amplitude_2 * _wave(recipe.length, recipe.season_2)
    if recipe.change or recipe.change_trend:
        parts["change"] = np.where(step >= first, recipe.change, 0.0) + recipe.change_trend * after
    if recipe.noise:
        spread = np.where(step >= first, recipe.noise * recipe.change_noise, recipe.noise)
        parts["noise"] = spread * _noise(recipe)
    rounded = {name: np.round(part, _DECIMALS) for name, part in parts.items()}
    values = np.round(np.sum(list(rounded.values()), axis=0), _DECIMALS)
    values[_gaps(recipe)] = np.nan
    components = pd.DataFrame({SERIES: values, **rounded}, index=index)
    return pd.DataFrame({COLUMN: values}, index=index), components


def change_step(recipe: Recipe) -> int:
    """The first step of the new regime."""
    return round(recipe.change_at * recipe.length)


def _wave(length: int, season: int) -> np.ndarray:
    """A sine of amplitude 1 (T,) that repeats exactly: only one season of it is computed."""
    one = np.round(np.sin(2 * np.pi * np.arange(season) / season), 12)
    return np.resize(one, length)


def _random(recipe: Recipe, stream: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64([recipe.seed, stream]))


def _noise(recipe: Recipe) -> np.ndarray:
    """A first-order autoregression (T,) with a long-run standard deviation of 1."""
    shocks = _random(recipe, _NOISE_STREAM).standard_normal(_WARM_UP_STEPS + recipe.length)
    scale = (1 - recipe.memory**2) ** 0.5
    last, series = 0.0, []
    for shock in shocks.tolist():
        last = recipe.memory * last + scale * shock
        series.append(last)
    return np.array(series[_WARM_UP_STEPS:])


def _gaps(recipe: Recipe) -> np.ndarray:
    """Which steps are missing, bool (T,): the exact share of them, in runs, never the first or the last step."""
    missing = np.zeros(recipe.length, dtype=bool)
    num_missing = round(recipe.gaps * recipe.length)
    if num_missing == 0:
        return missing
    num_known = recipe.length - num_missing
    num_runs = min(max(1, round(num_missing / recipe.gap_length)), num_known - 1)
    # A gap stands between two known values; no place has two, so that gaps never grow together.
    places = np.sort(_some(_random(recipe, _GAP_STREAM), num_known - 1, num_runs))
    cuts = np.sort(_some(_random(recipe, _SPLIT_STREAM), num_missing - 1, num_runs - 1)) + 1
    lengths = np.diff(np.concatenate([[0], cuts, [num_missing]]))
    begin = places + 1 + np.concatenate([[0], np.cumsum(lengths)[:-1]])
    for start, length in zip(begin.tolist(), lengths.tolist(), strict=True):
        missing[start : start + length] = True
    return missing


def _some(random: np.random.Generator, number: int, how_many: int) -> np.ndarray:
    """`how_many` different numbers below `number`, from the order of plain uniform draws."""
    return np.argsort(random.random(number), kind="stable")[:how_many]
