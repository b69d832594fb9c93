"""Forecasting: windows of a series in, the next steps out.

The network sees differenced, standardised values and is judged in original units, free-running over the horizon
from every origin of a part; baselines are judged on the same (origin, step) pairs, and nobody where the truth is
missing. Left out: season detection, scaling and gaps (core.data), what the screen shows (forecast_details.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from core.baselines.base import chosen
from core.baselines.forecasting import FORECASTERS, Forecaster, History, fit_all, forecast_all
from core.config.experiment import Experiment
from core.data.batching import Order, Windows
from core.data.gaps import read_as_lines, read_step_by_step
from core.data.missing import carry_forward, known_spans
from core.data.prepared import Prepared, PreparedSeries
from core.data.samples import by_series
from core.data.series import SeriesScaler
from core.data.windows import MAX_ORDERED, Pairs, difference_lag, series_spans, window_pairs
from core.evidence import Paired
from core.metrics.forecasts import mase_scale
from core.metrics.targets import forecast_metrics, mean_over_targets
from core.tasks.base import Metrics, StepLoss
from core.tasks.forecasting.details import forecast_details, make_context
from core.tasks.forecasting.errors import OriginErrors
from core.tasks.forecasting.evidence import forecast_evidence
from core.tasks.forecasting.look import QuickLook
from core.tasks.forecasting.predictor import ForecastPredictor, build_model

CHUNK = 8_192  # windows gathered at once
QUICK_WINDOWS = 8_192  # windows of the validation part that are looked at while training


def accumulate(changes: torch.Tensor, lag: int) -> torch.Tensor:
    """Changes (N, H, C) over `lag` steps summed up to levels (N, H, C), as `SeriesScaler.restore` does; none for lag 0."""
    num_steps = changes.shape[1]
    if lag == 0 or lag >= num_steps:
        return changes
    whole = F.pad(changes, (0, 0, 0, -num_steps % lag))
    return whole.unflatten(1, (-1, lag)).cumsum(1).flatten(1, 2)[:, :num_steps]


class ForecastingTask:
    """A forecaster bound to a series, or to many of which it reads one at a time (`data.many_series`).

    Reference:
        One network for many series: Salinas et al. (2020), "DeepAR", International Journal of Forecasting 36; each
        column by itself: Lin et al. (2023), "SegRNN".
    """

    def __init__(self, experiment: Experiment, prepared: PreparedSeries, device: torch.device):
        data, series = experiment.data, prepared.series
        self.description = experiment.description
        self.experiment, self.prepared = experiment, prepared
        self.columns = tuple(str(name) for name in series.frame.columns)
        self.season, self.ends = prepared.summary.season, prepared.boundaries
        self.each = data.many_series == "each"
        self.spans = series_spans(prepared, self.each)
        self.truths, self.known = series.frame.to_numpy(dtype=np.float64), series.observed
        lag = difference_lag(data, self.season)
        self.values = carry_forward(self.truths, self.known, lag)
        scaler = SeriesScaler.fit(self.values[: self.ends[0]], lag, self.known[: self.ends[0]])
        self.context = make_context(experiment, prepared, scaler, self.values)
        self.places = self.context.target_places
        # What a network forecasts whose output is 0, the mean of what it was trained on.
        self.empty = {0: "mean", 1: "drift"}.get(lag, "seasonal_naive_drift")
        self.model = build_model(experiment, *self.context.sizes).to(device)
        self.predictor = ForecastPredictor(experiment, self.model, self.context, device)
        self.windows = self._windows(scaler, device)
        self.train_pairs = window_pairs(prepared, data, "train")
        self.train_numbers = self.train_pairs.spread(MAX_ORDERED)
        self.order = Order(len(self.train_numbers), experiment.training.batch_size, experiment.training.seed)
        self.scale = mase_scale(self.truths[: self.ends[0]][:, self.places], self.season)
        # The headline. Where no target ever changed in training there is no unit to weigh them by.
        self.selection = ("mase", "min") if (self.scale > 0).any() else ("mae", "min")
        self._baselines: dict[int | None, list[Forecaster]] = {}  # by series, or of all
        self._errors: dict[tuple[str, str], OriginErrors] = {}  # by part and method

    def _windows(self, scaler: SeriesScaler, device: torch.device) -> Windows:
        data, context = self.experiment.data, self.context
        aligned = self.experiment.model.shape == "many_to_many"
        columns = list(range(len(self.columns))) if aligned else self.places
        told = [self.columns.index(name) for name in context.told]
        known, gaps, scaled = None if self.known.all() else self.known, None, scaler.transform(self.values)
        if known is not None and data.missing != "mask":
            gaps = read_step_by_step(scaled) if aligned else read_as_lines(self.truths, self.known, scaler)
        return Windows(scaled, data.window_size, data.horizon, columns, device, known, told, self.each, gaps)

    def training_loss(self, step: int, progress: float = 0.0) -> StepLoss:
        """Mean absolute error of a batch, of levels and not of changes: what the forecasts are judged by."""
        return self.batch_loss(self.batch(step))

    def batch(self, step: int) -> tuple[torch.Tensor, ...]:
        """Windows (B, window_size, F) and what follows: at every step, or in the steps after the window.

        Where values are missing, a third tensor like the second says which of them are real.
        """
        origins, series = self.picked(self.train_pairs, self.train_numbers[self.order.batch(step)])
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

    def carried(self) -> dict[str, Any]:
        return {}

    def restore_carried(self, carried: dict[str, Any]) -> None:
        pass

    def picked(self, pairs: Pairs, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Origins of the windows with these numbers, and their series where the network reads one at a time."""
        origins, series = pairs.pick(numbers)
        return origins, series if self.each else None

    def origins(self, split: str) -> np.ndarray:
        """Every row of a part from which the whole horizon lies inside the part; of many series, one after another."""
        pairs = window_pairs(self.prepared, self.experiment.data, split)
        return pairs.pick(np.arange(len(pairs)))[0]

    def forecasts(self, origins: np.ndarray, series: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Truth and forecast of the targets from these origins, (N, H, C) each, in original units; C is 1 with `series`."""
        data, lag = self.experiment.data, self.context.scaler.lag
        self.model.eval()
        parts = []
        for start in range(0, len(origins), CHUNK):
            rows = slice(start, start + CHUNK)
            which = None if series is None else series[rows]
            at = origins[rows, None] + np.arange(-lag, 0)
            histories = self.values[at] if which is None else self.values[at, which[:, None]][..., None]
            inputs = self.windows.inputs(origins[rows], which)
            parts.append(self.predictor.forecast(inputs, histories, data.horizon, which))
        return self.truth(origins, series), np.concatenate(parts)

    def truth(self, origins: np.ndarray, series: np.ndarray | None = None) -> np.ndarray:
        """What came after each origin, (N, H, C) in original units; NaN where it is missing or nothing came before."""
        at = origins[:, None] + np.arange(self.experiment.data.horizon)
        if series is not None:
            return self.truths[at, series[:, None]][..., None]
        truth = self.truths[at][:, :, self.places]
        if self.known.all():
            return truth
        begun = origins[:, None] > known_spans(self.known)[self.places, 0]
        return np.where(begun[:, None], truth, np.nan)

    def simple(self, origins: np.ndarray, number: int | None = None) -> dict[str, np.ndarray]:
        """The baselines from these origins, {name: (N, H, C)}; of the series of that number, C is 1."""
        places, start = (self.places, 0) if number is None else ([number], int(self.spans[number, 0]))
        history = History(self.truths[start:, places], self.season, self.known[start:, places])
        if number not in self._baselines:
            methods = chosen(FORECASTERS, self.description.baselines)
            self._baselines[number] = fit_all(methods, history.until(max(0, self.ends[0] - start)))
        return forecast_all(self._baselines[number], history, origins - start, self.experiment.data.horizon)

    def evaluate(self, split: str, thorough: bool) -> Metrics:
        pairs = window_pairs(self.prepared, self.experiment.data, split)
        if not len(pairs):
            return {}
        numbers = np.arange(len(pairs)) if thorough else by_series(pairs.counts, QUICK_WINDOWS)
        origins, series = self.picked(pairs, numbers)
        look, spread = None if thorough else QuickLook(self.experiment.data.horizon), np.array(self.context.scaler.std)
        errors = self._new_errors(split, pairs, "network") if thorough else None
        if series is None:
            truth, forecast = self.forecasts(origins)
            metrics = dict(
                forecast_metrics(self.description.metrics, truth, forecast, self.scale, self.context.targets)
            )
            if errors is not None:
                errors.add(origins, truth, forecast)
            if look is not None:
                look.add(origins, np.abs(forecast - truth), spread[self.places], self.scale)
        else:
            figures = {}
            for number, own, truth, forecast in self.by_series(origins, series):
                if np.isnan(truth).all():
                    continue
                figures[number] = forecast_metrics(self.description.metrics, truth, forecast, self.scale[[number]])
                if errors is not None:
                    errors.add(own, truth, forecast, number)
                if look is not None:
                    look.add(own, np.abs(forecast - truth), spread[[number]], self.scale[[number]])
            metrics = self._of_all(figures)
        if look is not None:
            metrics.update(look.metrics())
            del metrics["per_target"]
        return metrics

    def by_series(
        self, origins: np.ndarray, series: np.ndarray
    ) -> Iterator[tuple[int, np.ndarray, np.ndarray, np.ndarray]]:
        """Number, origins, truth (N, H, 1) and forecast of each series, many at a time to keep the device busy."""
        cuts = np.flatnonzero(np.diff(series, prepend=-1))
        numbers, ends = series[cuts], np.append(cuts[1:], len(series))
        first = 0
        while first < len(cuts):
            last = max(first + 1, int(np.searchsorted(ends, cuts[first] + CHUNK, side="right")))
            rows = slice(cuts[first], ends[last - 1])
            truth, forecast = self.forecasts(origins[rows], series[rows])
            for place in range(first, last):
                own = slice(cuts[place] - cuts[first], ends[place] - cuts[first])
                yield int(numbers[place]), origins[rows][own], truth[own], forecast[own]
            first = last

    def _of_all(self, figures: dict[int, Any]) -> Metrics:
        """Figures of each series by its number, and their mean over those with a known truth; the others have none."""
        targets, nothing = self.context.targets, {"per_target": {"target_0": dict.fromkeys(self.description.metrics)}}
        every = {name: figures.get(number, nothing)["per_target"]["target_0"] for number, name in enumerate(targets)}
        scale = dict(zip(targets, self.scale.tolist(), strict=True))
        return dict(mean_over_targets(every, [targets[number] for number in figures] or targets, scale))

    def baselines(self, split: str) -> dict[str, Metrics]:
        pairs = window_pairs(self.prepared, self.experiment.data, split)
        if not len(pairs):
            return {}
        origins, series = self.picked(pairs, np.arange(len(pairs)))
        errors = {name: self._new_errors(split, pairs, name) for name in self.description.baselines}
        if series is None:
            truth, simple = self.truth(origins), self.simple(origins)
            for name, values in simple.items():
                errors[name].add(origins, truth, values)
            return {name: dict(forecast_metrics(self.description.metrics, truth, values, self.scale, self.context.targets))
                    for name, values in simple.items()}  # fmt: skip
        figures: dict[str, dict[int, Any]] = {}
        for number in np.unique(series).tolist():
            own = origins[series == number]
            truth = self.truth(own, np.full(len(own), number))
            if np.isnan(truth).all():
                continue
            for name, values in self.simple(own, number).items():
                figures.setdefault(name, {})[number] = forecast_metrics(
                    self.description.metrics, truth, values, self.scale[[number]]
                )
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

    def sample(self) -> str | None:
        return None

    def details(self) -> dict[str, Any]:
        return forecast_details(self)

    def evidence(self) -> dict[str, Any]:
        return forecast_evidence(self)

    def artifacts(self) -> dict[str, str]:
        return {"scaler.json": self.context.to_json()}


def bind(experiment: Experiment, prepared: Prepared, device: torch.device) -> ForecastingTask:
    """The forecasting task of an experiment on its data."""
    assert isinstance(prepared, PreparedSeries)
    return ForecastingTask(experiment, prepared, device)
