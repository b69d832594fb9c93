"""Several networks that differ only in their seed as one forecast: the mean, its spread, and bands of its own errors.

All seeds count, and each the same: nothing is chosen by how it did on the test set. Works on what the runs kept of their
rolling tests (`core.backtests`) and on forecasts; needs no torch. Left out: which runs belong together (core.compare).

Shape letters: M members, N origins, H steps of the horizon.

Reference:
    Hansen and Salamon (1990), "Neural network ensembles", IEEE Transactions on Pattern Analysis and Machine Intelligence 12.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.backtests import NETWORK, Backtest, read_backtest
from core.tasks.forecasting.bands import EDGES, LEVELS, half_widths

MEAN = "mean"


@dataclass(frozen=True)
class Ensemble:
    """One forecast of several networks.

    Attributes:
        test: The rolling test of the mean, as that of a network; among its methods each member by its name, and the simple ones.
        members: Names of the networks.
        num_validation: Origins before the test set: the errors from which its bands begin.
        lowest: Below which no band reaches; None where there is no such value.
    """

    test: Backtest
    members: tuple[str, ...]
    num_validation: int
    lowest: float | None = None

    def on_test_set(self, metrics: Sequence[str], simple: str | None) -> dict[str, dict[str, float | None]]:
        """Figures over the origins of the test set: of the mean, of every member, and of one simple method."""
        judged = self.test.since(self.test.test_from)
        if not judged.squared_scale:  # a run of an earlier version
            metrics = [name for name in metrics if name != "rmsse"]
        named = {MEAN: NETWORK, **{name: name for name in self.members}}
        if simple in judged.methods:
            named[str(simple)] = str(simple)
        return {name: judged.figures(metrics, judged.methods[method]) for name, method in named.items()}

    def best_simple(self) -> str | None:
        """The simple method with the smallest error on the test set, which is hard on the networks."""
        judged = self.test.since(self.test.test_from)
        others = [name for name in judged.methods if name != NETWORK and name not in self.members]
        errors = {name: judged.figures(["mae"], judged.methods[name])["mae"] for name in others}
        known = {name: error for name, error in errors.items() if error is not None}
        return min(known, key=known.__getitem__, default=None)

    def ahead(self, forecasts: Mapping[str, Sequence[float]]) -> dict[str, Any]:
        """The mean of forecasts past the end of the series, with what surrounds it.

        Args:
            forecasts: By member, as many steps each.

        Returns:
            `network` (the mean), `spread` (standard deviation over the members, over M - 1), and as far as the test reached the
            edges of the bands by their names in `details.json`.
        """
        every = np.array([forecasts[name] for name in self.members], dtype=np.float64)
        middle = every.mean(axis=0)
        end = int(self.test.origins[-1]) + self.test.horizon
        found: dict[str, Any] = {"network": middle.tolist(), "spread": spread(every).tolist()}
        steps = min(len(middle), self.test.horizon)
        for (lower, upper), width in zip(EDGES, self._half_widths(np.array([end]), LEVELS)[:, 0, :steps], strict=True):
            for key, edge in ((lower, _from(self.lowest, middle[:steps] - width)), (upper, middle[:steps] + width)):
                found[key] = [None if np.isnan(one) else one for one in edge.tolist()]
        return found

    def _half_widths(self, at: np.ndarray, levels: Sequence[float]) -> np.ndarray:
        return _half_widths(self.test, at, levels)


def ensemble_of(tests: Mapping[str, Backtest], lowest: float | None = None) -> Ensemble:
    """The mean of several networks at every origin from which all of them have forecast.

    Args:
        tests: By name of the member its rolling test of the same series.
        lowest: Below which no forecast of theirs is.

    Raises:
        ValueError: Fewer than two members, or no origin that all have.
    """
    if len(tests) < 2:
        raise ValueError(f"tests: expected two members or more, got {len(tests)}")
    first = next(iter(tests.values()))
    shared = sorted(set.intersection(*(set(one.origins.tolist()) for one in tests.values())))
    if not shared:
        raise ValueError("tests: expected origins that all members have, got none")
    aligned = {name: one.at(np.searchsorted(one.origins, shared)) for name, one in tests.items()}
    one = aligned[next(iter(tests))]
    mean = np.mean([test.methods[NETWORK] for test in aligned.values()], axis=0)
    simple = {name: values for name, values in one.methods.items() if name != NETWORK}
    methods = {NETWORK: mean, **{name: test.methods[NETWORK] for name, test in aligned.items()}, **simple}
    shares = sorted(first.bands) or list(LEVELS)
    whole = replace(one, methods=methods, edges={}, recursive=None)
    edges: dict[float, np.ndarray] = {}
    for share, width in zip(shares, _half_widths(whole, whole.origins, shares), strict=True):
        edges |= {round((1 - share) / 2, 6): _from(lowest, mean - width), round((1 + share) / 2, 6): mean + width}
    num_validation = int((whole.origins < whole.test_from).sum())
    return Ensemble(replace(whole, edges=edges), tuple(tests), num_validation, lowest)


def _from(lowest: float | None, edge: np.ndarray) -> np.ndarray:
    return edge if lowest is None else np.maximum(edge, lowest)


def forecast_row(
    rows: Mapping[str, Mapping[str, Any]],
    kept: Mapping[str, tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]],
    metrics: Sequence[str],
    at_end: bool,
) -> dict[str, Any]:
    """What the shell prints of one series.

    Args:
        rows: By member its answer of `predict`.
        kept: By member its `backtest.json` and `details.json`.
        metrics: Names of the figures.
        at_end: Whether the forecast goes on from the end of the data, for which bands are known.
    """
    first = next(iter(rows.values()))
    forecasts = {name: row["forecast"] for name, row in rows.items()}
    every = np.array(list(forecasts.values()), dtype=np.float64)
    told: dict[str, Any] = {
        "series": first["series"],
        "time": first["time"],
        "forecast": every.mean(axis=0).tolist(),
        "spread": spread(every).tolist(),
    }
    found = read_ensemble(kept, str(first["series"]))
    if found is not None and at_end:
        told |= {key: edge for key, edge in found.ahead(forecasts).items() if key not in ("network", "spread")}
    told["members"] = forecasts
    if found is not None:
        told["test"] = found.on_test_set(metrics, found.best_simple())
    return told


def read_ensemble(
    kept: Mapping[str, tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]], series: str
) -> Ensemble | None:
    """The ensemble of what runs kept of a series; None where one of them kept nothing of it."""
    tests = {name: read_backtest(test, details, series) if details else None for name, (test, details) in kept.items()}
    whole = {name: test for name, test in tests.items() if test is not None}
    lowest = next((details.get("lowest") for _, details in kept.values() if details), None)
    try:
        return ensemble_of(whole, lowest) if len(whole) == len(tests) else None
    except ValueError:  # nothing that all have
        return None


def spread(forecasts: np.ndarray) -> np.ndarray:
    """Standard deviation (H,) of forecasts (M, H) over their members, over M - 1."""
    return np.asarray(forecasts.std(axis=0, ddof=1))


def _half_widths(test: Backtest, at: np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """Half widths of the mean's bands (L, M, H), from its errors that were known at each row."""
    errors = (test.truth - test.methods[NETWORK])[..., None]
    apart = np.diff(test.origins)
    stride = int(apart[0]) if len(apart) and (apart == apart[0]).all() else 1
    if stride == 1 and len(apart) and (apart != 1).any():  # some origins are missing: their errors are not known
        rows = np.full((int(test.origins[-1] - test.origins[0]) + 1, *errors.shape[1:]), np.nan)
        rows[test.origins - test.origins[0]] = errors
        errors = rows
    return half_widths(errors, int(test.origins[0]), at, levels, stride)[..., 0]
