"""Forecasting: windows of a series in, the next steps out.

The network sees differenced, standardised values and is judged in original units, free-running over the horizon
from every origin of a part; baselines are judged on the same (origin, step) pairs, and nobody where the truth is
missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Self

import numpy as np
import torch

from core.baselines.trained import FeedForward
from core.config.experiment import Experiment
from core.data.batching import BatchSampler
from core.data.prepared import PreparedSeries
from core.data.samples import by_series
from core.data.windows import MAX_ORDERED, Pairs, window_pairs
from core.metrics.forecasts import mase_scale, rmsse_scale
from core.metrics.registry import finite, metric
from core.metrics.targets import forecast_metrics, mean_over_targets, sizes_of
from core.paired import Paired
from core.tasks.base import Metrics, Stateless, StepLoss
from core.tasks.forecasting.backtest import first_origin, judged_rows, judged_spread
from core.tasks.forecasting.changes import accumulate
from core.tasks.forecasting.details import forecast_details
from core.tasks.forecasting.evidence import forecast_evidence
from core.tasks.forecasting.feed_forward import why_left_out, without_memory
from core.tasks.forecasting.forecasts import CHUNK, SeriesForecasts, grouped
from core.tasks.forecasting.known_errors import known_errors, own_edges
from core.tasks.forecasting.scores import OriginErrors, QuickLook

QUICK_WINDOWS = 8_192  # windows of the validation set that are looked at while training
MOST_WEIGHT = 10.0  # of one series, in that of the middle one


def series_weights(scale: np.ndarray, std: np.ndarray) -> np.ndarray:
    """By how much an error counts in each of many series (S,), around 1: so that they count as they do in the mean MASE.

    A network errs in units of a series' spread, `std` (S,), and is judged in those of `scale` (S,), 0 where it never changes.
    """
    has_unit = scale > 0
    weights = np.divide(std, scale, out=np.ones_like(std), where=has_unit)
    middle = np.median(weights[has_unit]) if has_unit.any() else 1.0
    return np.where(has_unit, np.clip(weights / middle, 1 / MOST_WEIGHT, MOST_WEIGHT), 1.0)


def _add(figures: Metrics, more: Metrics) -> None:
    """More figures beside some, of all targets and of each."""
    for name, one in figures["per_target"].items():
        one.update(more["per_target"][name])
    figures.update({name: value for name, value in more.items() if name != "per_target"})


class ForecastingTask(SeriesForecasts, Stateless):
    """A forecaster that is trained on its series and judged by its forecasts."""

    def __init__(self, experiment: Experiment, prepared: PreparedSeries, device: torch.device):
        super().__init__(experiment, prepared, device)
        self.metrics = tuple(name for name in experiment.description.metrics if not metric(name).needs_spread)
        # What a network forecasts whose output is 0, the mean of what it was trained on.
        self.empty = {0: "mean", 1: "drift"}.get(self.context.scaler.lag, "seasonal_naive_drift")
        self.train_pairs = window_pairs(prepared, experiment.data, "train")
        self.train_numbers = self.train_pairs.spread(MAX_ORDERED)
        self.sampler = BatchSampler(len(self.train_numbers), experiment.training.batch_size, experiment.training.seed)
        train = self.truths[: self.ends[0]][:, self.places]
        self.scale, self.squared_scale = mase_scale(train, self.season), rmsse_scale(train, self.season)
        # The headline. Where no target ever changed in training there is no unit to weigh them by.
        self.selection = "mase" if (self.scale > 0).any() else "mae"
        self.weights: torch.Tensor | None = None
        if self.each and not self.predictor.spread.likelihood.is_density:  # which counts the unit by itself
            middle = np.median(self.values[: self.ends[0]][:, self.places], axis=0)
            weights = series_weights(self.scale, self.context.scaler.unit_at(middle, self.places))
            self.weights = torch.from_numpy(weights.astype(np.float32)).to(device)
        self._errors: dict[tuple[str, str], OriginErrors] = {}  # by part and method
        self._headlines: dict[str, dict[str, Any]] = {}  # of simple methods by part

    def training_loss(self, step: int, progress: float = 0.0) -> StepLoss:
        """Of a batch, of levels and not of changes: the mean absolute error, or how unlikely the truth was."""
        return self.batch_loss(self.batch(step))

    def batch(self, step: int) -> tuple[torch.Tensor, ...]:
        """The windows of a training step, as `batch_of` gives them."""
        return self.batch_of(*self.picked(self.train_pairs, self.train_numbers[self.sampler.batch(step)]))

    def batch_of(self, origins: np.ndarray, series: np.ndarray | None) -> tuple[torch.Tensor, ...]:
        """Windows (B, window_size, F) and what follows: at every step, or in the steps after the window.

        Where values are missing, a third tensor like the second says which of them are real; of series that are read one at
        a time, by how much they count. Where something is known of steps before their time, (B, window_size + horizon, K)
        of it comes last.
        """
        windows, aligned = self.windows, self.model.shape == "many_to_many"
        truth = (windows.next_steps if aligned else windows.targets)(origins, series)
        batch = [windows.inputs(origins, series), truth]
        if not self.known.all():
            batch.append((windows.known_next_steps if aligned else windows.known_targets)(origins, series))
        if self.weights is not None and series is not None:
            weights = self.weights[torch.from_numpy(series).to(self.weights.device)][:, None, None]
            batch[2:] = [weights * (batch[2] if batch[2:] else torch.ones_like(truth))]
        ahead = windows.ahead(origins, series)
        if self._counts_each:
            batch.append(torch.as_tensor(series, device=truth.device))
        return tuple(batch if ahead is None else [*batch, ahead])

    @property
    def _counts_each(self) -> bool:
        """Whether the loss needs to know of which series a window is."""
        return self.each and self.predictor.spread.likelihood.counts

    def batch_loss(self, batch: tuple[torch.Tensor, ...]) -> StepLoss:
        """The loss of windows and what follows them, over the values that are real, each by how much it counts.

        Of a distribution the negative log-likelihood, or the pinball loss; its location adds up where the network forecasts
        changes, and its spread is that of the level of each step.
        """
        inputs, truth, *known = batch
        ahead = known.pop() if self.ahead is not None else None
        series = known.pop() if self._counts_each else None
        spread, lag = self.predictor.spread, self.context.scaler.lag
        parameters = spread.ready(self.model.distribution(inputs, None, ahead)[0], series)
        if lag and self.model.shape != "many_to_many":
            errors = accumulate(parameters[..., 0] - truth, lag)
            parameters, truth = spread.likelihood.moved(parameters, errors), torch.zeros_like(errors)
        losses = spread.loss(parameters, truth, series)
        loss = (losses * known[0]).sum() / known[0].sum().clamp(min=1) if known else losses.mean()
        return StepLoss(loss, inputs.shape[0] * inputs.shape[1])

    def evaluate(self, split: str, full: bool) -> Metrics:
        pairs = window_pairs(self.prepared, self.experiment.data, split)
        if not len(pairs):
            return {}
        numbers = np.arange(len(pairs)) if full else by_series(pairs.counts, QUICK_WINDOWS)
        origins, series = self.picked(pairs, numbers)
        look = None if full else QuickLook(self.experiment.data.horizon)
        errors = self._new_errors(split, pairs, "network") if full else None
        judges_spread = full and not self.predictor.spread.is_point
        figures: dict[int | None, Metrics] = {}
        sizes: dict[int | None, np.ndarray] = {}
        for number, own, truth, forecast in self.by_series(origins, series):
            if number is not None and np.isnan(truth).all():
                continue
            figures[number], sizes[number] = self._figures(truth, forecast, number), sizes_of(truth)
            if judges_spread:
                _add(figures[number], self._figures_of_spread(own, number))
            if errors is not None:
                errors.add(own, truth, forecast, number)
            if look is not None:
                losses = self.context.scaler.distance(truth, forecast, self.places if number is None else [number])
                look.add(own, np.abs(forecast - truth), losses, self._scale_of(number))
        metrics = self._of_all(figures, sizes)
        if look is not None:
            metrics.update(look.metrics())
            if not self.predictor.spread.is_point:
                metrics["loss"] = self._loss_of(origins, series)
            del metrics["per_target"]
        return metrics

    @torch.inference_mode()
    def _loss_of(self, origins: np.ndarray, series: np.ndarray | None) -> float | None:
        """What training makes less, of windows of another part: a distribution's is no distance of its median."""
        losses, sizes = [], []
        for start in range(0, len(origins), CHUNK):
            rows = slice(start, start + CHUNK)
            losses.append(
                float(self.batch_loss(self.batch_of(origins[rows], None if series is None else series[rows])).loss)
            )
            sizes.append(len(origins[rows]))
        return finite(float(np.average(losses, weights=sizes)))

    def _scale_of(self, number: int | None) -> np.ndarray:
        return self.scale if number is None else self.scale[[number]]

    def _figures(self, truth: np.ndarray, forecast: np.ndarray, number: int | None) -> Metrics:
        """Of all targets, or of the series of that number as the only one."""
        names = self.context.targets if number is None else None
        squares = self.squared_scale if number is None else self.squared_scale[[number]]
        return dict(forecast_metrics(self.metrics, truth, forecast, self._scale_of(number), names, squares))

    def _figures_of_spread(self, origins: np.ndarray, number: int | None) -> Metrics:
        """What judges quantiles, corrected as they are drawn, by `judged_rows`."""
        at = judged_rows(self, number, origins)
        names = [name for name in self.experiment.description.metrics if metric(name).needs_spread]
        if not len(at):
            nothing = dict.fromkeys(names)
            every = self.context.targets if number is None else ("target_0",)
            return {**nothing, "per_target": {name: dict(nothing) for name in every}}
        known = known_errors(self, number, first_origin(self, number), int(at[-1]))
        middle = self.network(at, number)
        reach = known.reaches(at, own_edges(self, at, middle, number))
        truth, quantiles = judged_spread(self, number, at, middle, reach)
        targets = self.context.targets if number is None else None
        return dict(forecast_metrics(names, truth, middle, self._scale_of(number), targets, None, quantiles))

    def _of_all(self, figures: Mapping[int | None, Metrics], sizes: Mapping[int | None, np.ndarray]) -> Metrics:
        """Figures of each series by its number, and their mean over those with a known truth; the others have none."""
        if None in figures:
            return figures[None]
        judged_by = [one["per_target"]["target_0"] for one in figures.values()] or [self.metrics]
        targets, nothing = self.context.targets, {"per_target": {"target_0": dict.fromkeys(judged_by[0])}}
        every = {name: figures.get(number, nothing)["per_target"]["target_0"] for number, name in enumerate(targets)}
        judged = [name for number, name in enumerate(targets) if number in figures]
        scale = dict(zip(targets, self.scale.tolist(), strict=True))
        size = {name: float(sizes[number][0]) if number in sizes else 0.0 for number, name in enumerate(targets)}
        return dict(mean_over_targets(every, judged or targets, scale, size))

    def baselines(self, split: str) -> dict[str, Metrics]:
        pairs = window_pairs(self.prepared, self.experiment.data, split)
        if not len(pairs):
            return {}
        origins, series = self.picked(pairs, np.arange(len(pairs)))
        names = [name for name in self.experiment.description.baselines if name not in self.left_out]
        errors = {name: self._new_errors(split, pairs, name) for name in names}
        figures: dict[str, dict[int | None, Metrics]] = {}
        sizes: dict[int | None, np.ndarray] = {}
        for number, own in grouped(origins, series):
            truth = self.truth(own, number)
            if number is not None and np.isnan(truth).all():
                continue
            sizes[number] = sizes_of(truth)
            for name, values in self.simple(own, number).items():
                figures.setdefault(name, {})[number] = self._figures(truth, values, number)
                errors[name].add(own, truth, values, number)
        found = {name: self._of_all(per_series, sizes) for name, per_series in figures.items()}
        self._headlines[split] = {name: one[self.metrics[0]] for name, one in found.items()}
        return found

    def take_networks(self, other: Self) -> None:
        super().take_networks(other)
        if FeedForward.name not in other.left_out:
            self.without_memory = without_memory(self, other.without_memory.model.state_dict())

    @property
    def trained(self) -> Mapping[str, Callable[[], SeriesForecasts]]:
        name = FeedForward.name
        return {} if name in self.left_out else {name: lambda: self.without_memory}

    @property
    def left_out(self) -> dict[str, str]:
        return super().left_out | self._without_reason

    @cached_property
    def _without_reason(self) -> dict[str, str]:
        why = why_left_out(self)
        return {FeedForward.name: why} if why else {}

    @cached_property
    def without_memory(self) -> ForecastingTask:
        """A feed-forward network on the same data, trained when it is first asked for."""
        return without_memory(self)

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
        if "validation" not in self._headlines:
            self.baselines("validation")
        return {**forecast_evidence(self), "simple": self._headlines.get("validation", {})}

    def artifacts(self) -> dict[str, str]:
        return {"scaler.json": self.context.to_json()}


bind = ForecastingTask
