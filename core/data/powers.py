"""Powers of a series: logarithms and Box and Cox's other powers, so that swings that grow with the level stay alike.

One exponent a column: 0 is the logarithm, 1 leaves the shape, None leaves the column. A forecast comes back through the
inverse and stays between 0 and far above all that training showed, wherever the network sends it. Left out: differences
and scaling (series.py), which exponent is chosen without anybody's say (the task's preset).

Shape letters: T time, C columns, N blocks.

Reference:
    Box and Cox (1964), "An analysis of transformations"; the choice of the exponent: Guerrero (1993), "Time-series
    analysis supported by power transformations", Journal of Forecasting 12.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.data.far_out import without_far_out

Array = np.ndarray
LOWEST, HIGHEST = -1.0, 2.0  # exponents
_TRIED = np.linspace(LOWEST, HIGHEST, 301)
_SHORTEST = 2  # steps of a block, which has a spread
FEWEST_BLOCKS = 3
_MOST_BLOCKS = 2_000  # the latest ones: more add cost, not evidence
_FAR = 1e300  # below this nothing is told apart
_ROOM = 10  # doublings above the largest value of training in which a forecast may lie


@dataclass(frozen=True)
class Powers:
    """A power for each column.

    Attributes:
        exponents: None for a column that stays as it is.
        floors: What is read where a value is not above zero: a power of two, at most the smallest of the training set.
        ceilings: The largest forecast, a power of two some thousand times the largest value of the training set.
    """

    exponents: tuple[float | None, ...]
    floors: tuple[float, ...]
    ceilings: tuple[float, ...]

    @classmethod
    def fit(cls, values: Array, known: Array, transform: str, targets: Sequence[int], season: int) -> Powers | None:
        """Powers of the training set (T, C) for the columns to forecast; None where nothing is transformed.

        Args:
            values: Finite; above zero where they are known and to be forecast.
            known: bool (T, C), False where a value is filled.
            transform: none, log or box_cox.
            targets: Places of the columns to forecast.
            season: Steps in a season, 1 where there is none.

        Raises:
            ValueError: A known value of a target that is not above zero.
        """
        if transform == "none":
            return None
        exponents: list[float | None] = [None] * values.shape[1]
        floors, ceilings = [1.0] * values.shape[1], [1.0] * values.shape[1]
        for place in targets:
            real = values[known[:, place], place]
            if len(real) and real.min() <= 0:
                raise ValueError(f"column {place} has a value of {real.min()}, and a power needs values above zero")
            usual = without_far_out(np.where(known, values, np.nan)[:, [place]])[:, 0]  # one value chooses no power
            blocks = blocks_of(usual, known[:, place], max(_SHORTEST, season))
            exponents[place] = 0.0 if transform == "log" else guerrero(*blocks)
            if len(real):
                floors[place], ceilings[place] = _edges(real)
        return cls(tuple(exponents), tuple(floors), tuple(ceilings))

    def apply(self, values: Array, places: Array | slice = slice(None)) -> Array:
        """(x^e - 1) / e of values (..., C), the logarithm for e = 0; NaN stays NaN.

        Args:
            places: Which of the columns each value is of; broadcast against `values`.
        """
        exponents, floors, _ = self._of(places)
        moved = ~np.isnan(exponents)
        logs = np.log(np.where(moved, np.maximum(values, floors), 1.0))
        return np.where(moved, _stretched(logs, np.where(moved, exponents, 0.0)), values)

    def invert(self, values: Array, places: Array | slice = slice(None)) -> Array:
        """What `apply` gave, in original units; below what it can give 0, above the ceiling that."""
        exponents, _, ceilings = self._of(places)
        moved = ~np.isnan(exponents)
        power = np.where(moved, exponents, 0.0)
        top = _stretched(np.log(ceilings), power)
        inside = np.clip(np.where(moved, values, 0.0), -_FAR, top)
        base = np.maximum(1.0 + power * inside, np.finfo(np.float64).tiny)
        logs = np.where(power == 0, inside, np.log(base) / np.where(power == 0, 1.0, power))
        return np.where(moved, np.exp(logs), values)

    def slope(self, levels: Array, places: Array | slice = slice(None)) -> Array:
        """How far an original value (C,) moves when its power does by one, there."""
        exponents, floors, _ = self._of(places)
        moved = ~np.isnan(exponents)
        return np.where(moved, np.maximum(levels, floors) ** (1 - np.where(moved, exponents, 1.0)), 1.0)

    def take(self, place: int) -> Powers:
        """Of one column alone."""
        return Powers((self.exponents[place],), (self.floors[place],), (self.ceilings[place],))

    def of_another(self, values: Array) -> Powers:
        """Of a series (T,) that training has not seen: the middle exponent of those that it has.

        Raises:
            ValueError: No value is above zero.
        """
        above = values[values > 0]
        if not len(above):
            raise ValueError("no value is above zero")
        middle = float(np.median([one for one in self.exponents if one is not None]))
        return Powers((middle,), *((edge,) for edge in _edges(above)))

    @staticmethod
    def beside(parts: Sequence[Powers]) -> Powers:
        """Columns side by side."""
        return Powers(
            tuple(one for part in parts for one in part.exponents),
            tuple(one for part in parts for one in part.floors),
            tuple(one for part in parts for one in part.ceilings),
        )

    def _of(self, places: Array | slice) -> tuple[Array, Array, Array]:
        exponents = np.array([np.nan if one is None else one for one in self.exponents])
        return exponents[places], np.array(self.floors)[places], np.array(self.ceilings)[places]


def _edges(values: Array) -> tuple[float, float]:
    """Floor and ceiling: no value of the data can be read off them."""
    low, high = math.floor(math.log2(values.min())), math.ceil(math.log2(values.max()))
    return 2.0**low, 2.0 ** min(high + _ROOM, 1_023)


def _stretched(logs: Array, exponents: Array) -> Array:
    return np.where(exponents == 0, logs, np.expm1(exponents * logs) / np.where(exponents == 0, 1.0, exponents))


def guerrero(means: Array, spreads: Array) -> float:
    """The exponent e, in hundredths, for which spread / mean^(1 - e) varies least over blocks (N,); 1 for fewer than 3."""
    if len(means) < FEWEST_BLOCKS or not spreads.any():
        return 1.0
    unit = np.log(means / means.mean())  # exponents of large numbers keep their digits
    ratios = spreads * np.exp((_TRIED[:, None] - 1) * unit)
    return round(float(_TRIED[(ratios.std(axis=1) / ratios.mean(axis=1)).argmin()]), 2)


def blocks_of(values: Array, known: Array, length: int) -> tuple[Array, Array]:
    """Mean and standard deviation of each of the latest blocks without a gap, (N,) each."""
    count = min(len(values) // length, _MOST_BLOCKS)
    rows = slice(len(values) - count * length, None)
    blocks = values[rows].reshape(count, length)[known[rows].reshape(count, length).all(axis=1)]
    return blocks.mean(axis=1), blocks.std(axis=1)
