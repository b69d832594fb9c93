"""Forecasts from any origin of the data, of the network and of the simple methods, beside what came."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from core.baselines.base import chosen
from core.baselines.forecasting import FORECASTERS, Forecaster, History, fit_all, forecast_all
from core.config.experiment import Experiment
from core.data.batching import Windows
from core.data.missing import carry_forward, known_spans, read_as_lines, read_step_by_step
from core.data.prepared import PreparedSeries
from core.data.series import SeriesScaler
from core.data.windows import Pairs, difference_lag, series_spans, window_pairs
from core.tasks.forecasting.context import make_context
from core.tasks.forecasting.predictor import ForecastPredictor, build_model

CHUNK = 8_192  # windows gathered at once


class SeriesForecasts:
    """A network on its series, or on many of which it reads one at a time (`data.many_series`).

    Reference:
        One network for many series: Salinas et al. (2020), "DeepAR", International Journal of Forecasting 36; each
        column by itself: Lin et al. (2023), "SegRNN".
    """

    def __init__(self, experiment: Experiment, prepared: PreparedSeries, device: torch.device):
        data, series = experiment.data, prepared.series
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
        self.model = build_model(experiment, *self.context.sizes).to(device)
        self.predictor = ForecastPredictor(experiment, self.model, self.context, device)
        self.windows = self._windows(scaler, device)
        self._baselines: dict[int | None, list[Forecaster]] = {}  # by series, or of all

    def _windows(self, scaler: SeriesScaler, device: torch.device) -> Windows:
        data, context = self.experiment.data, self.context
        aligned = self.experiment.model.shape == "many_to_many"
        columns = list(range(len(self.columns))) if aligned else self.places
        told = [self.columns.index(name) for name in context.told]
        known, gaps, scaled = None if self.known.all() else self.known, None, scaler.transform(self.values)
        if known is not None and data.missing != "mask":
            gaps = read_step_by_step(scaled) if aligned else read_as_lines(self.truths, self.known, scaler)
        return Windows(scaled, data.window_size, data.horizon, columns, device, known, told, self.each, gaps)

    def picked(self, pairs: Pairs, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Origins of the windows with these numbers, and their series where the network reads one at a time."""
        origins, series = pairs.pick(numbers)
        return origins, series if self.each else None

    def origins(self, split: str) -> np.ndarray:
        """Every row of a part from which the whole horizon lies inside the part; of many series, one after another."""
        pairs = window_pairs(self.prepared, self.experiment.data, split)
        return pairs.pick(np.arange(len(pairs)))[0]

    def forecasts(self, origins: np.ndarray, series: np.ndarray | int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Truth and forecast of the targets from these origins, (N, H, C) each, in original units.

        Args:
            origins: (N,) rows.
            series: (N,) the number of each one's series, or of that of all; C is then 1.
        """
        data, lag = self.experiment.data, self.context.scaler.lag
        series = None if series is None else np.full(origins.shape, series)
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

    def truth(self, origins: np.ndarray, series: np.ndarray | int | None = None) -> np.ndarray:
        """What came after each origin, (N, H, C) in original units; NaN where it is missing or nothing came before."""
        at = origins[:, None] + np.arange(self.experiment.data.horizon)
        if series is not None:
            return self.truths[at, np.full(origins.shape, series)[:, None]][..., None]
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
            methods = chosen(FORECASTERS, self.experiment.description.baselines)
            self._baselines[number] = fit_all(methods, history.until(max(0, self.ends[0] - start)))
        return forecast_all(self._baselines[number], history, origins - start, self.experiment.data.horizon)

    def by_series(
        self, origins: np.ndarray, series: np.ndarray | None
    ) -> Iterator[tuple[int | None, np.ndarray, np.ndarray, np.ndarray]]:
        """Number, origins, truth (N, H, 1) and forecast of each series, many at a time to keep the device busy.

        Series that are read together come at once, without a number.
        """
        if series is None:
            yield None, origins, *self.forecasts(origins)
            return
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


def grouped(origins: np.ndarray, series: np.ndarray | None) -> list[tuple[int | None, np.ndarray]]:
    """Number and origins of each series (N,); all at once, without a number, where series are read together."""
    if series is None:
        return [(None, origins)]
    return [(number, origins[series == number]) for number in np.unique(series).tolist()]
