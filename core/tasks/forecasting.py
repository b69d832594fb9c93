"""Forecasting: windows of a series in, the next steps out.

The network sees differenced, standardised values and is judged in original units, free-running over the horizon
from every origin of a part; baselines are judged on the same (origin, step) pairs. Left out: season detection,
scaling (core.data), intervals from anything but the validation errors.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from core.baselines.forecasting import forecast_all
from core.config.experiment import Experiment
from core.config.limits import Limits
from core.data.batching import Order, Windows
from core.data.prepared import Prepared, PreparedSeries
from core.data.series import SeriesScaler, future_times, time_labels
from core.metrics import forecast_metrics, mase_scale
from core.tasks.base import Metrics, StepLoss
from core.tasks.forecast_predictor import ForecastPredictor, SeriesContext, build_model

INTERVAL = 0.8  # share of validation errors that the interval covers


def accumulate(changes: torch.Tensor, lag: int) -> torch.Tensor:
    """Changes (N, H, C) over `lag` steps summed up to levels (N, H, C), as `SeriesScaler.restore` does; none for lag 0."""
    num_steps = changes.shape[1]
    if lag == 0 or lag >= num_steps:
        return changes
    whole = F.pad(changes, (0, 0, 0, -num_steps % lag))
    return whole.unflatten(1, (-1, lag)).cumsum(1).flatten(1, 2)[:, :num_steps]


class ForecastingTask:
    """A forecaster bound to a series."""

    selection = ("mae", "min")

    def __init__(self, experiment: Experiment, prepared: PreparedSeries, device: torch.device):
        data, series = experiment.data, prepared.series
        self.experiment, self.prepared = experiment, prepared
        self.values = series.frame.to_numpy(dtype=np.float64)
        self.columns = tuple(str(name) for name in series.frame.columns)
        self.season = prepared.summary.season
        self.ends = prepared.boundaries
        lag = {"none": 0, "last_value": 1, "season": self.season}[data.difference]
        scaler = SeriesScaler.fit(self.values[: self.ends[0]], lag)
        keep = data.window_size + lag
        longest = min(Limits().max_seq_len, max(2 * data.horizon, 4 * self.season, 120))
        labels = time_labels(series.frame.index)
        self.context = SeriesContext(
            scaler, self.columns, series.target_columns, self.values[-keep:], tuple(labels[-keep:]),
            tuple(future_times(series.frame.index, longest)),
        )  # fmt: skip
        self.places = self.context.target_places
        self.model = build_model(experiment, len(self.columns), len(self.places)).to(device)
        self.predictor = ForecastPredictor(experiment, self.model, self.context, device)
        aligned = experiment.model.shape == "many_to_many"
        columns = list(range(len(self.columns))) if aligned else self.places
        scaled = scaler.transform(self.values)
        self.windows = Windows(scaled, data.window_size, data.horizon, columns, device)
        self.train_origins = np.arange(keep, self.ends[0] - data.horizon + 1)
        self.order = Order(len(self.train_origins), experiment.training.batch_size, experiment.training.seed)
        self.scale = mase_scale(self.values[: self.ends[0]][:, self.places], self.season)

    def training_loss(self, step: int, progress: float = 0.0) -> StepLoss:
        """Mean absolute error of a batch, of levels and not of changes: what the forecasts are judged by."""
        return self.batch_loss(self.batch(step))

    def batch(self, step: int) -> tuple[torch.Tensor, ...]:
        """Windows (B, window_size, F) and what follows: at every step, or in the steps after the window."""
        origins = self.train_origins[self.order.batch(step)]
        aligned = self.model.shape == "many_to_many"
        truth = self.windows.next_steps(origins) if aligned else self.windows.targets(origins)
        return self.windows.inputs(origins), truth

    def batch_loss(self, batch: tuple[torch.Tensor, ...]) -> StepLoss:
        """The loss of windows and what follows them."""
        inputs, truth = batch
        predicted, _ = self.model(inputs)
        errors = predicted - truth
        if self.model.shape == "many_to_one":
            errors = accumulate(errors, self.context.scaler.lag)
        return StepLoss(errors.abs().mean(), inputs.shape[0] * inputs.shape[1])

    def carried(self) -> dict[str, Any]:
        return {}

    def restore_carried(self, carried: dict[str, Any]) -> None:
        pass

    def origins(self, split: str) -> np.ndarray:
        """Every row of a part from which the whole horizon lies inside the part."""
        start, end = {
            "train": (int(self.train_origins[0]), self.ends[0]),
            "validation": (self.ends[0], self.ends[1]),
            "test": (self.ends[1], len(self.values)),
        }[split]
        return np.arange(start, end - self.experiment.data.horizon + 1)

    def forecasts(self, origins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Truth and forecast of the targets from these origins, (N, H, C) each, in original units."""
        data, lag = self.experiment.data, self.context.scaler.lag
        histories = self.values[origins[:, None] + np.arange(-lag, 0)]
        self.model.eval()
        forecast = self.predictor.forecast(self.windows.inputs(origins), histories, data.horizon)
        return self.truth(origins), forecast

    def truth(self, origins: np.ndarray) -> np.ndarray:
        """What came after each origin, (N, H, C) in original units."""
        at = origins[:, None] + np.arange(self.experiment.data.horizon)
        return self.values[at][:, :, self.places]

    def evaluate(self, split: str, thorough: bool) -> Metrics:
        origins = self.origins(split)
        if not len(origins):
            return {}
        truth, forecast = self.forecasts(origins)
        metrics = dict(forecast_metrics(truth, forecast, self.scale, self.context.targets))
        if not thorough:
            spread = np.array(self.context.scaler.std)[self.places]
            metrics["loss"] = float(np.abs((forecast - truth) / spread).mean())
            del metrics["per_target"]
        return metrics

    def baselines(self, split: str) -> dict[str, Metrics]:
        origins = self.origins(split)
        if not len(origins):
            return {}
        truth = self.truth(origins)
        named = forecast_all(self.values[:, self.places], origins, self.experiment.data.horizon, self.season)
        return {name: dict(forecast_metrics(truth, values, self.scale, self.context.targets))
                for name, values in named.items()}  # fmt: skip

    def sample(self) -> str | None:
        return None

    def details(self) -> dict[str, Any]:
        data, targets, frame = self.experiment.data, self.context.targets, self.prepared.series.frame
        truth, forecast = self.forecasts(self.origins("validation"))
        reach = np.quantile(np.abs(truth - forecast), INTERVAL, axis=0)  # (H, C)
        labels = time_labels(frame.index)
        tiles = np.arange(self.ends[1], len(self.values) - data.horizon + 1, data.horizon)
        result: dict[str, Any] = {
            "time": labels,
            "targets": list(targets),
            "units": {name: self.prepared.series.units.get(name, "") for name in targets},
            "values": {name: self.values[:, place].tolist() for name, place in zip(targets, self.places, strict=True)},
            "train_end": self.ends[0],
            "validation_end": self.ends[1],
            "season": self.season,
            "horizon": data.horizon,
            "interval": INTERVAL,
            "origins": tiles.tolist(),
            "test": {},
            "future": {"time": list(self.context.future[: data.horizon])},
        }
        series = self.values[:, self.places]
        ahead = self.predictor.predict()
        coming = forecast_all(series, np.array([len(series)]), data.horizon, self.season)
        if len(tiles):
            told, network = self.forecasts(tiles)
            simple = forecast_all(series, tiles, data.horizon, self.season)
        for place, name in enumerate(targets):
            after = np.array(ahead[place]["forecast"])
            result["future"][name] = {
                "network": after.tolist(),
                "lower": (after - reach[:, place]).tolist(),
                "upper": (after + reach[:, place]).tolist(),
                "baselines": {key: value[0, :, place].tolist() for key, value in coming.items()},
            }
            if len(tiles):
                at = (tiles[:, None] + np.arange(data.horizon)).ravel()
                middle = network[:, :, place]
                result["test"][name] = {
                    "time": [labels[row] for row in at],
                    "truth": told[:, :, place].ravel().tolist(),
                    "network": middle.ravel().tolist(),
                    "lower": (middle - reach[:, place]).ravel().tolist(),
                    "upper": (middle + reach[:, place]).ravel().tolist(),
                    "baselines": {key: value[:, :, place].ravel().tolist() for key, value in simple.items()},
                }
        return result

    def artifacts(self) -> dict[str, str]:
        return {"scaler.json": self.context.to_json()}


def bind(experiment: Experiment, prepared: Prepared, device: torch.device) -> ForecastingTask:
    """The forecasting task of an experiment on its data."""
    assert isinstance(prepared, PreparedSeries)
    return ForecastingTask(experiment, prepared, device)


def load_predictor(
    experiment: Experiment, directory: Path, weights: dict[str, torch.Tensor], device: torch.device
) -> ForecastPredictor:
    """A trained forecaster from its run directory."""
    context = SeriesContext.from_json((directory / "scaler.json").read_text(encoding="utf-8"))
    model = build_model(experiment, len(context.columns), len(context.targets))
    model.load_state_dict(weights)
    return ForecastPredictor(experiment, model.to(device).eval(), context, device)
