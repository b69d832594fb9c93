"""Long and many series beside published figures: `python -m benchmarks.long_series etth1 FILE`, or `m4 TRAIN TEST`.

`etth1` takes the file of ETTh1: 12, 4 and 4 months for training, validation and test; the standard preset, horizons 96, 192, 336
and 720; squared and absolute errors of standardised values, mean over every origin, step and column. `m4` takes the two files
of M4's hourly series: one network over all 414, trained without the last 48 hours of each, which are the test; MASE, sMAPE,
OWA and the weighted quantile loss over nine levels, as the competition and GluonTS have them.

`--set` changes the preset as `python -m core train` does.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.api import train
from core.config.written import read_written
from core.data.prepare import prepare
from core.jobs.store import read_experiment
from core.metrics.quantiles import DECILES, weighted_quantile_loss
from core.tasks.registry import bind
from core.training.checkpoint import load_best
from core.training.devices import choose_device

HORIZONS = (96, 192, 336, 720)
PUBLISHED = {96: 0.351, 192: 0.392, 336: 0.423, 720: 0.466}  # Lin et al. (2023), "SegRNN", look-back 720
MONTH = 30 * 24
HOURS, DAY = 48, 24
_CHUNK = 2_048  # origins at once


def trained(file: Path, values: Mapping[str, Any], folder: Path) -> tuple[Any, float]:
    """A task of the standard preset with its best network, and the seconds of training and judging."""
    began = time.perf_counter()
    run = train(
        "forecasting",
        preset="standard",
        values={"data.source": "file", "data.path": (str(file),), **values},
        out=folder,
    )
    seconds = time.perf_counter() - began
    experiment = read_experiment(run)
    task: Any = bind(experiment, prepare("series", experiment.data), choose_device("cpu"))
    task.model.load_state_dict(load_best(run))
    return task, seconds


def standardised_errors(task: Any) -> tuple[float, float]:
    """Mean squared and mean absolute error over every origin of the test set, in the training set's standard deviations."""
    spread = task.truths[: task.ends[0]].std(axis=0)
    horizon, squared, absolute = task.experiment.data.horizon, 0.0, 0.0
    origins = np.arange(task.ends[1], len(task.truths) - horizon + 1)
    for place in range(len(task.columns)):
        for start in range(0, len(origins), _CHUNK):
            truth, forecast = task.forecasts(origins[start : start + _CHUNK], place)
            errors = (truth - forecast) / spread[place]
            squared, absolute = squared + float((errors**2).sum()), absolute + float(np.abs(errors).sum())
    count = len(task.columns) * len(origins) * horizon
    return squared / count, absolute / count


def etth1(file: str, changes: Mapping[str, Any], folder: Path) -> None:
    """Print a row a horizon and the mean."""
    rows = 20 * MONTH
    part = folder / "etth1.csv"
    pd.read_csv(file).head(rows).to_csv(part, index=False)
    print("| horizon | MSE | MAE | SegRNN's MSE | minutes |\n|---:|---:|---:|---:|---:|")
    found = []
    for horizon in HORIZONS:
        values = {"data.horizon": horizon, "data.split": (0.6, 0.2, 0.2), "data.many_series": "each", **changes}
        task, seconds = trained(part, values, folder / str(horizon))
        found.append((*standardised_errors(task), PUBLISHED[horizon], seconds / 60))
        print(_line(str(horizon), found[-1]), flush=True)
    print(_line("mean", np.mean(found, axis=0)))


def _line(name: str, row: Any) -> str:
    return f"| {name} | {row[0]:.3f} | {row[1]:.3f} | {row[2]:.3f} | {row[3]:.1f} |"


def m4(known: str, later: str, changes: Mapping[str, Any], folder: Path) -> None:
    """Print the figures of one network over all series, and of a seasonal naive forecast beside it."""
    pasts = {name: row.dropna().to_numpy() for name, row in pd.read_csv(known, index_col=0).iterrows()}
    tests = pd.read_csv(later, index_col=0).loc[list(pasts)].to_numpy()
    num_rows = max(map(len, pasts.values())) + HOURS
    columns = {
        name: np.r_[np.full(num_rows - HOURS - len(past), np.nan), past, test]
        for (name, past), test in zip(pasts.items(), tests, strict=True)
    }
    part = folder / "m4.csv"
    pd.DataFrame({"hour": range(num_rows), **columns}).to_csv(part, index=False)
    held = 3 * HOURS
    split = (1 - (held + HOURS) / num_rows, held / num_rows, HOURS / num_rows)
    values = {"data.horizon": HOURS, "data.split": split, "data.many_series": "each", "model.likelihood": "quantile"}
    task, seconds = trained(part, {**values, **changes}, folder / "m4")
    numbers = np.arange(len(task.columns))
    origins = np.full(len(numbers), num_rows - HOURS)
    forecast = task.forecasts(origins, numbers)[1][:, :, 0]
    naive = np.stack([np.tile(past[-DAY:], HOURS // DAY) for past in pasts.values()])
    scale = np.array([np.abs(past[DAY:] - past[:-DAY]).mean() for past in pasts.values()])
    print("| | MASE | sMAPE | OWA | minutes |\n|---|---:|---:|---:|---:|")
    reference = naive2(pasts)
    for name, values_of, minutes in (("network", forecast, seconds / 60), ("seasonal naive", naive, 0.0)):
        mase, smape = scores(tests, values_of, scale)
        other = scores(tests, reference, scale)
        owa = (mase / other[0] + smape / other[1]) / 2
        print(f"| {name} | {mase:.3f} | {smape:.2f} | {owa:.3f} | {minutes:.1f} |")
    loss = weighted_quantile_loss(tests, task.quantiles(origins, DECILES, numbers)[:, :, :, 0], DECILES)
    print(f"\nWeighted quantile loss, levels 0.1 to 0.9: {loss:.4f}")


def scores(truth: np.ndarray, forecast: np.ndarray, scale: np.ndarray) -> tuple[float, float]:
    """Mean MASE and mean sMAPE over series, of (S, H) and in units (S,)."""
    errors = np.abs(truth - forecast)
    return float((errors.mean(axis=1) / scale).mean()), float(
        (200 * errors / (np.abs(truth) + np.abs(forecast))).mean()
    )


def naive2(pasts: Mapping[str, np.ndarray]) -> np.ndarray:
    """The competition's Naive2, (S, H): the last value of a series divided by its season, times the season.

    Reference:
        Makridakis et al. (2020), "The M4 Competition", with the season by classical multiplicative decomposition where the
        autocorrelation at a day is significant at 90%.
    """
    found = []
    for past in pasts.values():
        season = np.ones(DAY)
        if is_seasonal(past):
            ends = np.r_[0.5, np.ones(DAY - 1), 0.5] / DAY
            trend = np.convolve(past, ends, mode="valid")
            ratios = past[DAY // 2 : DAY // 2 + len(trend)] / trend
            phases = (np.arange(len(trend)) + DAY // 2) % DAY
            season = np.array([ratios[phases == phase].mean() for phase in range(DAY)])
            season /= season.mean()
        end = len(past)
        last = past[-1] / season[(end - 1) % DAY]
        found.append(last * season[(end + np.arange(HOURS)) % DAY])
    return np.stack(found)


def is_seasonal(past: np.ndarray) -> bool:
    """Whether the autocorrelation a day apart is more than chance would give, at 90%."""
    centred = past - past.mean()
    correlations = np.array([(centred[lag:] * centred[: len(centred) - lag]).sum() for lag in range(1, DAY + 1)])
    correlations /= (centred**2).sum()
    limit = 1.645 * np.sqrt((1 + 2 * (correlations[:-1] ** 2).sum()) / len(past))
    return bool(abs(correlations[-1]) > limit)


def main() -> None:
    parser = argparse.ArgumentParser(description="Long and many series beside published figures.")
    parser.add_argument("what", choices=["etth1", "m4"])
    parser.add_argument("files", nargs="+")
    parser.add_argument("--set", action="append", default=[], dest="changes", help="section.field=value")
    asked = parser.parse_args()
    pairs = [change.split("=", 1) for change in asked.changes]
    changes = {name: read_written(name, raw) for name, raw in pairs}
    with tempfile.TemporaryDirectory() as folder:
        {"etth1": etth1, "m4": m4}[asked.what](*asked.files, changes, Path(folder))


if __name__ == "__main__":
    main()
