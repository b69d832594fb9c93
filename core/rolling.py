"""The rolling test of a run over any of its rows: forecasts of its network, or of networks that are trained anew on the way.

Every network that is trained anew is an experiment like the run's, whose test set begins at its origin; it is trained as any
run is, in a folder that goes again. Left out: what is printed of it (core.cli.backtest).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core import api
from core.backtests import Backtest, joined
from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.limits import Limits
from core.data.prepare import prepare
from core.data.prepared import PreparedSeries
from core.data.series import time_labels
from core.jobs.reporter import Reporter
from core.jobs.store import read_experiment
from core.refits import evenly, refitted
from core.resolve import check_run
from core.tasks.options import check_whole
from core.tasks.registry import bind, rolling
from core.training.checkpoint import load_best
from core.training.devices import choose_device

MOST_REFITS = 1_000
MOST_BANDS = 50_000
"""Forecast values (origins times steps) up to which bands are measured: some 0.1 ms each."""


@dataclass(frozen=True)
class Rolling:
    """Rolling tests of every series.

    Attributes:
        experiment: Of the run.
        kept: By the run's network.
        refitted: By networks trained anew, each from its origin on; None where that was not asked.
        fits: Labels of the rows at which they begin.
    """

    experiment: Experiment
    kept: list[Backtest]
    refitted: list[Backtest] | None = None
    fits: tuple[str, ...] = ()


def roll(
    run: str | Path,
    since: str | None = None,
    stride: int = 1,
    horizon: int | None = None,
    refits: int = 0,
    make_reporter: Callable[[Path, int], Reporter] = Reporter,
) -> Rolling:
    """Forecast from every `stride`-th row of a run's data on which it was not trained.

    Args:
        run: A run directory, or the id of a run.
        since: Time of the first row that is forecast, such as 1959-01, or its number where rows have no times; where the
            test set begins when None.
        stride: Rows from one origin to the next.
        horizon: Steps ahead; as trained when None.
        refits: How many networks are trained anew, before origins that lie evenly among all; where these begin with the test
            set the run's own network, which knows all before it, is the first one.
        make_reporter: Of their trainings.

    Raises:
        ConfigError: No such run, one that forecasts nothing or whose data is not here, a number that cannot be, or a time
            inside the training set or too near the end.
        RuntimeError: A training failed.
    """
    directory = api.find_run(run)
    experiment = read_experiment(directory)
    if experiment.description.kind != "series":
        raise ConfigError.single("run", "a run that forecasts a series", experiment.task, "Choose another run.")
    steps = check_whole("horizon", experiment.data.horizon if horizon is None else horizon, 1, Limits().max_seq_len)
    prepared = prepare(experiment.description.kind, experiment.data)
    assert isinstance(prepared, PreparedSeries)
    origins = _origins(prepared, since, check_whole("stride", stride, 1, len(prepared.series.frame)), steps)
    num_own = int(int(origins[0]) == prepared.boundaries[1])  # the run's network is what training anew would give there
    check_whole("refit", refits, 0, min(MOST_REFITS, len(origins) - num_own))
    bands = len(origins) * steps <= MOST_BANDS
    kept = _forecast(experiment, prepared, directory, origins, steps, bands)
    if not refits:
        return Rolling(experiment, kept)
    begins = evenly(origins.tolist(), refits + num_own)[num_own:]
    first, *others = np.split(origins, np.searchsorted(origins, begins))
    anew = [_forecast(experiment, prepared, directory, first, steps, bands)] if num_own else []
    for own in others:
        num_rows, ends = len(prepared.series.frame), prepared.boundaries
        again = refitted(experiment, int(own[0]), ends[1] - ends[0], num_rows)
        with tempfile.TemporaryDirectory() as folder:
            trained = api.train(again, out=Path(folder) / "run", make_reporter=make_reporter)
            anew.append(_forecast(again, prepare(experiment.description.kind, again.data), trained, own, steps, bands))
    labels = time_labels(prepared.series.frame.index, prepared.series.offset)
    fits = tuple(labels[row] for row in begins)
    names = [one.name for one in kept if all(one.name in {test.name for test in tests} for tests in anew)]
    by_name = [{test.name: test for test in tests} for tests in anew]
    return Rolling(experiment, kept, [joined([tests[name] for tests in by_name]) for name in names], fits)


def _forecast(
    experiment: Experiment, prepared: Any, directory: Path, origins: np.ndarray, horizon: int, bands: bool
) -> list[Backtest]:
    check_run(experiment, prepared, Limits())
    task: Any = bind(experiment, prepared, choose_device(experiment.training.device))
    task.model.load_state_dict(load_best(directory))
    found: list[Backtest] = rolling(experiment).backtest(task, origins, horizon, bands)
    return found


def _origins(prepared: PreparedSeries, since: str | None, stride: int, horizon: int) -> np.ndarray:
    """Rows that are forecast first, from a time on, with a whole horizon behind each."""
    index, offset = prepared.series.frame.index, prepared.series.offset
    ends, last = prepared.boundaries, len(index) - horizon
    first = ends[1] if since is None else _row_of(index, since)
    labels = time_labels(index, offset)
    if not ends[0] <= first <= last:
        expected = f"a time from {labels[min(ends[0], len(labels) - 1)]} to {labels[max(0, last)]}"
        hint = (
            f"The network was trained on what lies before; the last {horizon} rows are what the last origin forecasts."
        )
        raise ConfigError.single("from", expected, since or labels[min(first, len(labels) - 1)], hint)
    return np.arange(first, last + 1, stride)


def _row_of(index: pd.Index, since: str) -> int:
    """The first row at or after a time, or of a number."""
    try:
        if not isinstance(index, pd.DatetimeIndex):
            return int(index.searchsorted(int(since)))
        return int(index.searchsorted(pd.Timestamp(since).tz_localize(None)))
    except (ValueError, TypeError, OverflowError):
        kind = "a time such as 1959-01" if isinstance(index, pd.DatetimeIndex) else "the number of a row"
        raise ConfigError.single("from", kind, repr(since), "Write it as the data has it.") from None
