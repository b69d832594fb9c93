"""Forecasting: windows of a series in, the next steps out.

The network sees differenced, standardised values and is judged in original units, free-running over the horizon
from every origin of a part; baselines are judged on the same (origin, step) pairs, and nobody where the truth is
missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from core.config.experiment import Experiment
from core.data.batching import BatchSampler
from core.data.prepared import PreparedSeries
from core.data.samples import by_series
from core.data.windows import MAX_ORDERED, Pairs, window_pairs
from core.metrics.forecasts import mase_scale
from core.metrics.targets import forecast_metrics, mean_over_targets
from core.paired import Paired
from core.tasks.base import Metrics, Stateless, StepLoss
from core.tasks.forecasting.details import forecast_details
from core.tasks.forecasting.evidence import forecast_evidence
from core.tasks.forecasting.forecasts import SeriesForecasts, grouped
from core.tasks.forecasting.scores import OriginErrors, QuickLook

QUICK_WINDOWS = 8_192  # windows of the validation set that are looked at while training


def accumulate(changes: torch.Tensor, lag: int) -> torch.Tensor:
    """Changes (N, H, C) over `lag` steps summed up to levels (N, H, C), as `SeriesScaler.restore` does; none for lag 0."""
    num_steps = changes.shape[1]
    if lag == 0 or lag >= num_steps:
        return changes
    whole = F.pad(changes, (0, 0, 0, -num_steps % lag))
    return whole.unflatten(1, (-1, lag)).cumsum(1).flatten(1, 2)[:, :num_steps]


class ForecastingTask(SeriesForecasts, Stateless):
    """A forecaster that is trained on its series and judged by its forecasts."""

    def __init__(self, experiment: Experiment, prepared: PreparedSeries, device: torch.device):
        super().__init__(experiment, prepared, device)
        self.metrics = experiment.description.metrics
        # What a network forecasts whose output is 0, the mean of what it was trained on.
        self.empty = {0: "mean", 1: "drift"}.get(self.context.scaler.lag, "seasonal_naive_drift")
        self.train_pairs = window_pairs(prepared, experiment.data, "train")
        self.train_numbers = self.train_pairs.spread(MAX_ORDERED)
        self.sampler = BatchSampler(len(self.train_numbers), experiment.training.batch_size, experiment.training.seed)
        self.scale = mase_scale(self.truths[: self.ends[0]][:, self.places], self.season)
        # The headline. Where no target ever changed in training there is no unit to weigh them by.
        self.selection = "mase" if (self.scale > 0).any() else "mae"
        self._errors: dict[tuple[str, str], OriginErrors] = {}  # by part and method

    def training_loss(self, step: int, progress: float = 0.0) -> StepLoss:
        """Mean absolute error of a batch, of levels and not of changes: what the forecasts are judged by."""
        return self.batch_loss(self.batch(step))

    def batch(self, step: int) -> tuple[torch.Tensor, ...]:
        """Windows (B, window_size, F) and what follows: at every step, or in the steps after the window.

        Where values are missing, a third tensor like the second says which of them are real.
        """
        origins, series = self.picked(self.train_pairs, self.train_numbers[self.sampler.batch(step)])
        windows, aligned = self.windows, self.model.shape == "many_to_many"
        truth = (windows.next_steps if aligned else windows.targets)(origins, series)
        inputs = windows.inputs(origins, series)
        if self.known.all():
            return inputs, truth
        return inputs, truth, (windows.known_next_steps if aligned else windows.known_targets)(origins, series)

    def batch_loss(self, batch: tuple[torch.Tensor, ...]) -> StepLoss:
        """The loss of windows and what follows them, over the values that are real."""
        inputs, truth, *known = batch
        predicted, _ = self.model(inputs)
        errors = predicted - truth
        if self.model.shape == "many_to_one":
            errors = accumulate(errors, self.context.scaler.lag)
        loss = (errors.abs() * known[0]).sum() / known[0].sum().clamp(min=1) if known else errors.abs().mean()
        return StepLoss(loss, inputs.shape[0] * inputs.shape[1])

    def evaluate(self, split: str, full: bool) -> Metrics:
        pairs = window_pairs(self.prepared, self.experiment.data, split)
        if not len(pairs):
            return {}
        numbers = np.arange(len(pairs)) if full else by_series(pairs.counts, QUICK_WINDOWS)
        origins, series = self.picked(pairs, numbers)
        look = None if full else QuickLook(self.experiment.data.horizon)
        errors = self._new_errors(split, pairs, "network") if full else None
        figures: dict[int | None, Metrics] = {}
        for number, own, truth, forecast in self.by_series(origins, series):
            if number is not None and np.isnan(truth).all():
                continue
            figures[number] = self._figures(truth, forecast, number)
            if errors is not None:
                errors.add(own, truth, forecast, number)
            if look is not None:
                spread = np.array(self.context.scaler.std)[self.places if number is None else [number]]
                look.add(own, np.abs(forecast - truth), spread, self._scale_of(number))
        metrics = self._of_all(figures)
        if look is not None:
            metrics.update(look.metrics())
            del metrics["per_target"]
        return metrics

    def _scale_of(self, number: int | None) -> np.ndarray:
        return self.scale if number is None else self.scale[[number]]

    def _figures(self, truth: np.ndarray, forecast: np.ndarray, number: int | None) -> Metrics:
        """Of all targets, or of the series of that number as the only one."""
        names = self.context.targets if number is None else None
        return dict(forecast_metrics(self.metrics, truth, forecast, self._scale_of(number), names))

    def _of_all(self, figures: Mapping[int | None, Metrics]) -> Metrics:
        """Figures of each series by its number, and their mean over those with a known truth; the others have none."""
        if None in figures:
            return figures[None]
        targets, nothing = self.context.targets, {"per_target": {"target_0": dict.fromkeys(self.metrics)}}
        every = {name: figures.get(number, nothing)["per_target"]["target_0"] for number, name in enumerate(targets)}
        judged = [name for number, name in enumerate(targets) if number in figures]
        return dict(mean_over_targets(every, judged or targets, dict(zip(targets, self.scale.tolist(), strict=True))))

    def baselines(self, split: str) -> dict[str, Metrics]:
        pairs = window_pairs(self.prepared, self.experiment.data, split)
        if not len(pairs):
            return {}
        origins, series = self.picked(pairs, np.arange(len(pairs)))
        errors = {name: self._new_errors(split, pairs, name) for name in self.experiment.description.baselines}
        figures: dict[str, dict[int | None, Metrics]] = {}
        for number, own in grouped(origins, series):
            truth = self.truth(own, number)
            if number is not None and np.isnan(truth).all():
                continue
            for name, values in self.simple(own, number).items():
                figures.setdefault(name, {})[number] = self._figures(truth, values, number)
                errors[name].add(own, truth, values, number)
        return {name: self._of_all(per_series) for name, per_series in figures.items()}

    def _new_errors(self, split: str, pairs: Pairs, method: str) -> OriginErrors:
        """Where the errors of a method on all origins of a part are kept."""
        self._errors[split, method] = OriginErrors(pairs, len(self.context.targets), self.experiment.data.horizon)
        return self._errors[split, method]

    def paired(self, split: str, method: str) -> Paired | None:
        network, other = self._errors.get((split, "network")), self._errors.get((split, method))
        if network is None or other is None or not (self.scale > 0).any():
            return None
        return network.beside(other, self.scale)

    def details(self) -> dict[str, Any]:
        return forecast_details(self)

    def evidence(self) -> dict[str, Any]:
        return forecast_evidence(self)

    def artifacts(self) -> dict[str, str]:
        return {"scaler.json": self.context.to_json()}


bind = ForecastingTask
