"""A rolling test: forecasts of a series from many origins, judged by step and by origin, and as rows of a table.

A run keeps one beside its details (`FILE`); runs without it have the forecasts of their test set, a horizon apart. Left
out: who makes forecasts (core.tasks), pictures of them (ui). No torch.

Shape letters: N origins, H steps of the horizon.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.metrics.forecasts import mase_scale, rmsse_scale
from core.metrics.quantiles import DECILES, coverage
from core.metrics.registry import metric
from core.metrics.steps import figures_by_step
from core.metrics.targets import forecast_metrics, mean_over_targets, sizes_of

FILE = "backtest.json"
NETWORK = "network"
DIGITS = 7  # significant ones that are kept; what single precision holds
_OLD_EDGES = {0.025: "lower_95", 0.1: "lower", 0.9: "upper", 0.975: "upper_95"}  # of details of a run without the file

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Backtest:
    """Forecasts of one series from many origins.

    Attributes:
        name: Of the series.
        time: Labels of all rows; an origin is the first row that is forecast from it.
        origins: (N,) rows, ascending.
        truth: (N, H), NaN where it is missing.
        methods: By name (N, H), the network first.
        edges: By level of a quantile (N, H), NaN where there is no band yet.
        scale, squared_scale: Units of MASE and RMSSE; 0 where there is none.
        test_from: The row at which the test set begins.
        recursive: (N, H) of the same network when it goes one step at a time and reads its own forecasts; None where
            it cannot, or does so anyway.
    """

    name: str
    time: Sequence[str]
    origins: NDArray[np.int64]
    truth: Floats
    methods: Mapping[str, Floats]
    edges: Mapping[float, Floats] = field(default_factory=dict)
    scale: float = 0.0
    squared_scale: float = 0.0
    test_from: int = 0
    recursive: Floats | None = None

    @property
    def horizon(self) -> int:
        return int(self.truth.shape[1])

    @property
    def bands(self) -> dict[float, tuple[Floats, Floats]]:
        """Lower and upper edge by the share that lies between them, the narrowest first."""
        pairs = {round(1 - 2 * level, 6): level for level in self.edges if level < 0.5}
        return {share: (self.edges[pairs[share]], self.edges[round(1 - pairs[share], 6)]) for share in sorted(pairs)}

    def since(self, row: int) -> Backtest:
        """Of the origins from a row on."""
        return self.at(np.flatnonzero(self.origins >= row))

    def at(self, places: NDArray[np.int64]) -> Backtest:
        """Of some of the origins."""
        return Backtest(
            self.name, self.time, self.origins[places], self.truth[places],
            {name: values[places] for name, values in self.methods.items()},
            {level: values[places] for level, values in self.edges.items()},
            self.scale, self.squared_scale, self.test_from, None if self.recursive is None else self.recursive[places],
        )  # fmt: skip

    def errors(self, method: str) -> Floats:
        """(N,) mean absolute error of each forecast; NaN where no truth is known."""
        sizes = np.abs(self.methods[method] - self.truth)
        known = np.isfinite(sizes)
        count = known.sum(axis=1)
        return np.where(count > 0, np.where(known, sizes, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)

    def spread(self, forecast: Floats) -> Floats | None:
        """(Q, N, H) the quantiles of `DECILES`, of the network; None of every other forecast, or where one is not there."""
        if forecast is not self.methods[NETWORK] or not set(DECILES) - {0.5} <= set(self.edges):
            return None
        return np.stack([forecast if level == 0.5 else self.edges[level] for level in DECILES])

    def by_step(self, metrics: Sequence[str], forecast: Floats) -> dict[str, list[float | None]]:
        """Of each metric its figure at every step, of one of the methods or of `recursive`.

        What judges quantiles is None for a forecast without any, and counts where they are known.
        """
        plain, spread = self._divided(metrics, forecast)
        found = figures_by_step(plain, self.truth[..., None], forecast[..., None], [self.scale], [self.squared_scale])
        if spread is not None:
            truth, quantiles = where_known(self.truth, spread)
            rest = [name for name in metrics if name not in plain]
            found |= figures_by_step(rest, truth[..., None], forecast[..., None], [0.0], None, quantiles[..., None])
        return {name: found.get(name, [None] * self.horizon) for name in metrics}

    def figures(self, metrics: Sequence[str], forecast: Floats, step: int | None = None) -> dict[str, float | None]:
        """Figures over all steps, or at one step alone (counted from 1)."""
        columns = slice(None) if step is None else slice(step - 1, step)
        plain, spread = self._divided(metrics, forecast)
        truth, middle = self.truth[:, columns], forecast[:, columns, None]
        found: Any = forecast_metrics(plain, truth[..., None], middle, [self.scale], [""], [self.squared_scale])
        figures = dict(found["per_target"][""])
        if spread is not None:
            rest = [name for name in metrics if name not in plain]
            truth, quantiles = where_known(truth, spread[:, :, columns])
            found = forecast_metrics(rest, truth[..., None], middle, [0.0], [""], None, quantiles[..., None])
            figures |= found["per_target"][""]
        return {name: figures.get(name) for name in metrics}

    def _divided(self, metrics: Sequence[str], forecast: Floats) -> tuple[list[str], Floats | None]:
        return [name for name in metrics if not metric(name).needs_spread], self.spread(forecast)

    def held_by_step(self) -> dict[float, Floats]:
        """(H,) which share of the truths each band held at every step, by the share that it is named for."""
        return {share: coverage(self.truth, low, high) for share, (low, high) in self.bands.items()}

    def rows(self) -> Iterator[dict[str, Any]]:
        """A row a forecast value: series, origin (the last row known), time, step, method, forecast, truth, quantiles.

        Quantiles are the network's, its forecast the middle one; None where one is not known.
        """
        for place, origin in enumerate(self.origins.tolist()):
            known = self.time[origin - 1]
            for method, values in self.methods.items():
                for step in range(self.horizon):
                    edges = {0.5: values, **self.edges} if self.edges and method == NETWORK else {}
                    yield {
                        "series": self.name,
                        "origin": known,
                        "time": self.time[origin + step],
                        "step": step + 1,
                        "method": method,
                        "forecast": _or_none(values[place, step]),
                        "truth": _or_none(self.truth[place, step]),
                        **{f"quantile_{level:g}": _or_none(edges[level][place, step]) if edges else None
                           for level in sorted({0.5, *self.edges} if self.edges else ())},
                    }  # fmt: skip


def where_known(truth: Floats, quantiles: Floats) -> tuple[Floats, Floats]:
    """The truth, NaN where a quantile is not known, and quantiles that are numbers."""
    return np.where(np.isfinite(quantiles).all(axis=0), truth, np.nan), np.nan_to_num(quantiles)


def joined(tests: Sequence[Backtest]) -> Backtest:
    """One rolling test of a series from several whose origins follow each other."""
    one = tests[0]
    shared = [name for name in one.methods if all(name in test.methods for test in tests)]
    return Backtest(
        one.name, one.time, np.concatenate([test.origins for test in tests]),
        np.concatenate([test.truth for test in tests]),
        {name: np.concatenate([test.methods[name] for test in tests]) for name in shared},
        {level: np.concatenate([test.edges[level] for test in tests]) for level in one.edges},
        one.scale, one.squared_scale, one.test_from,
        None if any(test.recursive is None for test in tests) else np.concatenate([test.recursive for test in tests]),
    )  # fmt: skip


def mean_figures(
    tests: Sequence[Backtest], method: str, metrics: Sequence[str], step: int | None = None
) -> dict[str, Any]:
    """Figures of a method over all steps or at one: the mean over series by the rules of `mean_over_targets`."""
    of_each = {one.name: one.figures(metrics, one.methods[method], step) for one in tests}
    judged = [one.name for one in tests if np.isfinite(one.truth).any()] or list(of_each)
    sizes = {one.name: float(sizes_of(one.truth[..., None])[0]) for one in tests}
    return dict(mean_over_targets(of_each, judged, {one.name: one.scale for one in tests}, sizes))


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def as_kept(tests: Sequence[Backtest]) -> dict[str, Any]:
    """What `FILE` holds of rolling tests, as JSON has it; labels of rows stay with the details."""
    return {
        "test_from": tests[0].test_from if tests else 0,
        "series": {
            one.name: {
                "origins": one.origins.tolist(),
                "scale": one.scale,
                "squared_scale": one.squared_scale,
                "truth": _kept(one.truth),
                "methods": {name: _kept(values) for name, values in one.methods.items()},
                "edges": {f"{level:g}": _kept(values) for level, values in one.edges.items()},
                **({} if one.recursive is None else {"recursive": _kept(one.recursive)}),
            }
            for one in tests
        },
    }


def _kept(values: Floats) -> list[list[float | None]]:
    return [[float(f"{value:.{DIGITS}g}") if value - value == 0 else None for value in row] for row in values.tolist()]


def read_backtest(kept: Mapping[str, Any] | None, details: Mapping[str, Any], name: str) -> Backtest | None:
    """The rolling test of a series: what a run keeps, or the forecasts over its test set where it keeps none.

    Args:
        kept: `FILE` of the run.
        details: `details.json` of the run.
        name: Of the series.

    Returns:
        None where there is no forecast of that series.
    """
    one = ((kept or {}).get("series") or {}).get(name)
    if one is None:
        return _of_details(details, name)
    numbers = {key: np.array(one[key], dtype=np.float64) for key in ("truth", "recursive") if key in one}
    return Backtest(
        name, details["time"], np.array(one["origins"], dtype=np.int64), numbers["truth"],
        {method: np.array(values, dtype=np.float64) for method, values in one["methods"].items()},
        {float(level): np.array(values, dtype=np.float64) for level, values in one["edges"].items()},
        float(one["scale"]), float(one["squared_scale"]), int((kept or {})["test_from"]), numbers.get("recursive"),
    )  # fmt: skip


def all_backtests(kept: Mapping[str, Any] | None, details: Mapping[str, Any]) -> Iterator[Backtest]:
    """The rolling test of every series that has one."""
    for name in details["targets"]:
        if (one := read_backtest(kept, details, name)) is not None:
            yield one


def future_rows(details: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The forecasts past the end of the data as `Backtest.rows` has them, without a truth."""
    after = details.get("future") or {}
    for name in details["targets"]:
        own = after.get(name)
        if not own:
            continue
        times, known = (
            own.get("time") or after["time"],
            [row for row, one in enumerate(details["values"][name]) if one is not None],
        )
        methods = {NETWORK: own["network"], **(own.get("baselines") or {})}
        edges = {level: own[key] for level, key in _OLD_EDGES.items() if own.get(key)}
        edges |= {0.5: own["network"]} if edges else {}
        for method, values in methods.items():
            for step, (time, value) in enumerate(zip(times, values, strict=False)):
                yield {
                    "series": name,
                    "origin": details["time"][known[-1]] if known else None,
                    "time": time,
                    "step": step + 1,
                    "method": method,
                    "forecast": value,
                    "truth": None,
                    **{
                        f"quantile_{level:g}": row[step] if method == NETWORK else None
                        for level, row in sorted(edges.items())
                    },
                }


def _of_details(details: Mapping[str, Any], name: str) -> Backtest | None:
    test = (details.get("test") or {}).get(name)
    if not test or not test.get("network"):
        return None
    horizon = int(details["horizon"])
    rows = {label: row for row, label in enumerate(details["time"])}
    origins = np.array([rows[label] for label in test["time"][::horizon]], dtype=np.int64)

    def tiles(values: Sequence[float | None]) -> Floats:
        return np.array(values, dtype=np.float64).reshape(-1, horizon)

    methods = {NETWORK: tiles(test["network"])} | {
        key: tiles(one) for key, one in (test.get("baselines") or {}).items()
    }
    edges = {level: tiles(test[key]) for level, key in _OLD_EDGES.items() if test.get(key)}
    train, season = np.array(details["values"][name][: details["train_end"]], dtype=np.float64), int(details["season"])
    scale, squared = (
        float(of(train[:, None], season)[0]) if len(train) > season else 0.0 for of in (mase_scale, rmsse_scale)
    )
    return Backtest(
        name,
        details["time"],
        origins,
        tiles(test["truth"]),
        methods,
        edges,
        scale,
        squared,
        int(details["validation_end"]),
    )
