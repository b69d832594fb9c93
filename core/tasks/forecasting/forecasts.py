"""Forecasts from any origin of the data, of the network and of the simple methods, beside what came."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Self

import numpy as np
import torch
from torch import Tensor

from core.baselines.base import chosen
from core.baselines.classical import CLASSICAL
from core.baselines.forecasting import FORECASTERS, Forecaster, History, LeftOut, fit_all, forecast_all
from core.baselines.trained import TRAINED
from core.config.experiment import Experiment
from core.data.batching import Windows
from core.data.known_ahead import known_ahead
from core.data.missing import carry_forward, known_spans, read_as_lines, read_step_by_step
from core.data.powers import Powers
from core.data.prepared import PreparedSeries
from core.data.series_scaler import SeriesScaler
from core.data.windows import Pairs, difference_lag, series_spans, window_pairs
from core.tasks.forecasting.context import make_context, steps_ahead
from core.tasks.forecasting.feed_forward import one_thread
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
        train, known = self.values[: self.ends[0]], self.known[: self.ends[0]]
        targets = [self.columns.index(name) for name in series.target_columns]
        powers = Powers.fit(train, known, data.transform, targets, self.season)
        scaler = replace(SeriesScaler.fit(train, lag, known, powers), lowest=0.0 if data.non_negative else None)
        told = known_ahead(series, data, self.ends[0], steps_ahead(data, self.season), self.season)
        # (T + L, K), or (S, T + L, K): what is known of every step before its time.
        self.ahead = None if told is None else told.values
        self.context = make_context(experiment, prepared, scaler, self.values, told)
        self.places = self.context.target_places
        self.model = build_model(experiment, *self.context.sizes).to(device)
        self.predictor = ForecastPredictor(experiment, self.model, self.context, device)
        self.windows = self._windows(scaler, device)
        self.fits: dict[tuple[str, bytes], Forecaster] = {}  # by name and by all that the method has seen

    def _windows(self, scaler: SeriesScaler, device: torch.device) -> Windows:
        data, context = self.experiment.data, self.context
        aligned = self.experiment.model.shape == "many_to_many"
        columns = list(range(len(self.columns))) if aligned else self.places
        told = [self.columns.index(name) for name in context.told]
        known, gaps, scaled = None if self.known.all() else self.known, None, scaler.transform(self.values)
        if known is not None and data.missing != "mask":
            gaps = read_step_by_step(scaled) if aligned else read_as_lines(self.truths, self.known, scaler)
        return Windows(
            scaled, data.window_size, data.horizon, columns, device, known, told, self.each, gaps, self.ahead,
            context.static,
        )  # fmt: skip

    def take_networks(self, other: Self) -> None:
        """Forecast with what another task, on other data, has trained."""
        self.model = self.predictor.model = other.model

    def take_corrections(self, corrections: Mapping[str, np.ndarray]) -> None:
        """Predict with quantiles that are moved so; as `SeriesContext.corrections` has them."""
        self.context = self.predictor.context = replace(self.context, corrections=dict(corrections))

    def picked(self, pairs: Pairs, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Origins of the windows with these numbers, and their series where the network reads one at a time."""
        origins, series = pairs.pick(numbers)
        return origins, series if self.each else None

    def origins(self, split: str) -> np.ndarray:
        """Every row of a part from which the whole horizon lies inside the part; of many series, one after another."""
        pairs = window_pairs(self.prepared, self.experiment.data, split)
        return pairs.pick(np.arange(len(pairs)))[0]

    def forecasts(
        self,
        origins: np.ndarray,
        series: np.ndarray | int | None = None,
        horizon: int | None = None,
        each_time: int | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Truth and forecast of the targets from these origins, (N, H, C) each, in original units.

        Args:
            origins: (N,) rows.
            series: (N,) the number of each one's series, or of that of all; C is then 1.
            horizon: Steps ahead; as trained when None.
            each_time: How many steps a direct network goes before it reads them; all that it forecasts when None.
        """
        return self.truth(origins, series, horizon), self.network(origins, series, horizon, each_time)

    def network(
        self,
        origins: np.ndarray,
        series: np.ndarray | int | None = None,
        horizon: int | None = None,
        each_time: int | None = None,
    ) -> np.ndarray:
        """The forecast alone, (N, H, C), also where nothing has come yet."""
        series, horizon = None if series is None else np.full(origins.shape, series), self._horizon(horizon)
        parts = [
            self.predictor.forecast(inputs, histories, horizon, which, ahead, each_time)
            for inputs, histories, which, ahead in self._from(origins, series, horizon)
        ]
        return np.concatenate(parts)

    def quantiles(
        self,
        origins: np.ndarray,
        levels: Sequence[float],
        series: np.ndarray | int | None = None,
        horizon: int | None = None,
        paths: int | None = None,
    ) -> np.ndarray:
        """The network's own quantiles (Q, N, H, C) in original units; of one that gives a value, that value.

        Args:
            origins, series, horizon: As for `forecasts`.
            levels: Between 0 and 1, ascending.
            paths: Sample paths of each forecast of a many-to-many network; as `num_paths` has it when None.
        """
        series, horizon = None if series is None else np.full(origins.shape, series), self._horizon(horizon)
        parts = [
            self.predictor.quantiles(inputs, histories, horizon, levels, which, ahead, paths)
            for inputs, histories, which, ahead in self._from(origins, series, horizon)
        ]
        return np.concatenate(parts, axis=1)

    def _from(
        self, origins: np.ndarray, series: np.ndarray | None, horizon: int
    ) -> Iterator[tuple[Tensor, np.ndarray, np.ndarray | None, Tensor | None]]:
        """Windows, the values before, series and what is known ahead, of some origins after the others."""
        self.model.eval()
        for start in range(0, len(origins), CHUNK):
            rows = slice(start, start + CHUNK)
            which = None if series is None else series[rows]
            at = origins[rows, None] + np.arange(-self.context.scaler.lag, 0)
            histories = self.values[at] if which is None else self.values[at, which[:, None]][..., None]
            yield (
                self.windows.inputs(origins[rows], which),
                histories,
                which,
                self.windows.ahead(origins[rows], which, horizon),
            )

    def _horizon(self, asked: int | None) -> int:
        return self.experiment.data.horizon if asked is None else asked

    def truth(
        self, origins: np.ndarray, series: np.ndarray | int | None = None, horizon: int | None = None
    ) -> np.ndarray:
        """What came after each origin, (N, H, C) in original units.

        NaN where it is missing, has not come yet, or nothing came before.
        """
        at = origins[:, None] + np.arange(self._horizon(horizon))
        rows = np.minimum(at, len(self.truths) - 1)
        if series is None:
            truth = self.truths[rows][:, :, self.places]
        else:
            truth = self.truths[rows, np.full(origins.shape, series)[:, None]][..., None]
        truth[at >= len(self.truths)] = np.nan
        if self.known.all() or series is not None:
            return truth
        begun = origins[:, None] > known_spans(self.known)[self.places, 0]
        return np.where(begun[:, None], truth, np.nan)

    def simple(
        self,
        origins: np.ndarray,
        number: int | None = None,
        only: Collection[str] | None = None,
        horizon: int | None = None,
    ) -> dict[str, np.ndarray]:
        """The baselines from these origins, {name: (N, H, C)}; of the series of that number, C is 1.

        Args:
            only: The names of those to ask; all when None.
            horizon: Steps ahead; as trained when None.
        """
        history, start = self._history(number)
        methods = [one for one in self._fitted[0][number] if only is None or one.name in only]
        found = forecast_all(methods, history, origins - start, self._horizon(horizon))
        for name, network in self.trained.items():
            if only is None or name in only:
                with one_thread():
                    found[name] = network().network(origins, number, horizon)
        return found

    @property
    def trained(self) -> Mapping[str, Callable[[], SeriesForecasts]]:
        """What gives those of the simple methods that are themselves trained, by name: none, where nobody trains."""
        return {}

    @property
    def left_out(self) -> dict[str, str]:
        """Why a baseline does not stand beside the network, by its name."""
        return self._fitted[1]

    def _history(self, number: int | None) -> tuple[History, int]:
        """What baselines forecast from, and the row in which it begins."""
        places, start = (self.places, 0) if number is None else ([number], int(self.spans[number, 0]))
        return History(self.truths[start:, places], self.season, self.known[start:, places]), start

    @cached_property
    def _fitted(self) -> tuple[dict[int | None, list[Forecaster]], dict[str, str]]:
        """Baselines by series, or of all, and why others are left out: who stands, stands for every series."""
        numbers: list[int | None] = [*range(len(self.columns))] if self.each else [None]
        trains = []
        for number in numbers:
            history, start = self._history(number)
            trains.append(history.until(max(0, self.ends[0] - start)))
        fitted, left_out = {number: list[Forecaster]() for number in numbers}, {}
        num_columns = len(self.columns) if self.each else len(self.places)
        names = [name for name in self.experiment.description.baselines if name not in TRAINED]
        for method in chosen({**FORECASTERS, **CLASSICAL}, names):
            if method.most_columns is not None and num_columns > method.most_columns:
                left_out[method.name] = f"it is fitted on at most {method.most_columns} series"
                continue
            try:
                own = [self._fit(method, train) for train in trains]
            except LeftOut as error:
                left_out[method.name] = str(error)
                continue
            for number, one in zip(numbers, own, strict=True):
                fitted[number].append(one)
        return fitted, left_out

    def _fit(self, method: type[Forecaster], train: History) -> Forecaster:
        if method.most_columns is None:  # nothing that takes time
            return fit_all([method], train)[0]
        seen = hashlib.sha256(train.values.tobytes() + train.known.tobytes()).digest()
        if (method.name, seen) not in self.fits:
            self.fits[method.name, seen] = fit_all([method], train)[0]
        return self.fits[method.name, seen]

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
