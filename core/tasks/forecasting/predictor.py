"""A trained forecaster in use: it goes on from the end of its data, or from any origin, in original units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.limits import Limits
from core.config.plain_files import read_plain
from core.data.known_ahead import beyond_known
from core.data.sources.newer_rows import KnownTable, NewerRows
from core.insight.influence import Influence, Slopes
from core.insight.states import trace_states
from core.models.forecaster import Forecaster, Reading
from core.tasks.forecasting import inside
from core.tasks.forecasting.ahead import coming_rows, told_ahead, with_ahead
from core.tasks.forecasting.bands import QUANTILES
from core.tasks.forecasting.context import SeriesContext
from core.tasks.forecasting.known_errors import EDGE_LEVELS, corrected
from core.tasks.forecasting.newer import Continued, continue_context, known_table, read_and_go_on
from core.tasks.forecasting.rows import windows_over
from core.tasks.forecasting.running import RunningForecaster
from core.tasks.layers import layers_of
from core.tasks.options import check_whole


def build_model(
    experiment: Experiment, num_values: int, targets: Sequence[int], num_indicators: int = 0, num_ahead: int = 0
) -> Forecaster:
    """The forecaster; a many-to-many one predicts every column of values, because it must feed them back.

    Args:
        targets: Places of the columns to forecast among the values.
        num_indicators, num_ahead: As `Reading` has them.
    """
    model, data = experiment.model, experiment.data
    targets = range(num_values) if model.shape == "many_to_many" else targets
    reading = Reading(
        num_values, num_indicators, num_ahead, tuple(targets), model.scaling, model.segment
    )  # fmt: skip
    return Forecaster(
        layers_of(model), reading, model.shape, data.horizon, model.output_dropout, model.decoding, model.likelihood
    )  # fmt: skip


class ForecastPredictor(RunningForecaster):
    """A trained forecaster: `predict` goes on from the end of its data, or from that of newer rows.

    Attributes:
        newer: The newer rows that it goes on from, where there are some.
    """

    newer: Continued | None = None

    def without_rows(self) -> ForecastPredictor:
        """The same network for those who must not see rows of its data: it goes on from newer rows alone."""
        context = self.context.without_rows(self.experiment.data)
        return ForecastPredictor(self.experiment, self.model, context, self.device)

    @property
    def known_table(self) -> KnownTable:
        """What decides how newer rows are read."""
        return known_table(self.context)

    def after(self, newer: str | Path | NewerRows, name: str = "") -> ForecastPredictor:
        """The same network with newer rows as its past; scale and differences stay those of training.

        Args:
            newer: A file with the columns of the training data: rows that follow on it, that overlap it (they count),
                or a history of their own; or what was read of one by `known_table`.
            name: What to call the file in messages.

        Raises:
            ConfigError: Rows that cannot be read, or that are too few or of other steps, naming `input`.
        """
        context, data = self.context, self.experiment.data
        if isinstance(newer, NewerRows):
            continued = continue_context(context, data, newer)
        else:
            continued = read_and_go_on(context, data, newer, name)
        predictor = ForecastPredictor(self.experiment, self.model, continued.context, self.device)
        predictor.newer = continued
        return predictor

    @property
    def notes(self) -> tuple[str, ...]:
        """What to say about the newer rows that it goes on from."""
        return () if self.newer is None else self.newer.notes

    def beyond_known(self, times: Sequence[str]) -> str:
        """A note on steps with these labels of which not all is known, as `core.data.known_ahead` has it.

        "" after newer rows, whose notes say it.
        """
        context = self.context
        if self.newer is not None or context.ahead_form is None:
            return ""
        return beyond_known(context.ahead_form.columns, context.num_known, times, context.season)

    def predict(self, horizon: int | None = None, newer: str | Path | None = None) -> list[dict[str, Any]]:
        """Forecast past the end of the data; of each series past its own end.

        Args:
            horizon: Steps ahead; the trained horizon when not given.
            newer: A file of newer rows to go on from, as for `after`.

        Returns:
            Of every series its name, `time` and `forecast`; where the network gives a distribution also `quantiles` by level,
            those of `bands.QUANTILES`. They are the network's own, moved by what its errors on validation and test set say
            (`bands.reaches`), as the bands past the end of its data are; after newer rows they are moved by as much. A series
            of which no error is known has the mean correction of the others, and a run of an earlier version none.

        Raises:
            ConfigError: Not a positive number or too many steps; newer rows that cannot be used.
        """
        if newer is not None:
            return self.after(newer).predict(horizon)
        horizon = self.check_horizon(self.experiment.data.horizon if horizon is None else horizon)
        context, lag = self.context, self.context.scaler.lag
        last = context.history[len(context.history) - lag :]
        self.model.eval()
        numbers = np.arange(len(context.columns)) if context.each else None
        histories = last[None] if numbers is None else last.T[:, :, None]
        windows, ahead = self._last_windows(), self._ahead(horizon)
        values = self.forecast(windows, histories, horizon, numbers, ahead)
        middle = values[0] if numbers is None else values[:, :, 0].T  # (H, C), series as columns
        quantiles = (
            None if self.spread.is_point else self._corrected(windows, histories, horizon, numbers, ahead, middle)
        )
        found = []
        for place, name in enumerate(context.targets):
            row = {
                "series": name,
                "time": context.times_ahead(name, horizon),
                "forecast": middle[:, place].tolist(),
            }
            if quantiles is not None:
                row["quantiles"] = {f"{level:g}": quantiles[level][:, place].tolist() for level in QUANTILES}
            found.append(row)
        return found

    def _corrected(
        self,
        windows: torch.Tensor,
        histories: np.ndarray,
        horizon: int,
        numbers: np.ndarray | None,
        ahead: torch.Tensor | None,
        middle: np.ndarray,
    ) -> dict[float, np.ndarray]:
        """Calibrated quantiles (H, C) by level, around forecasts (H, C)."""
        context = self.context
        own = self.quantiles(windows, histories, horizon, EDGE_LEVELS, numbers, ahead)
        own = own[:, 0] if numbers is None else own[..., 0].transpose(0, 2, 1)
        moved = corrected(context.scaler, own, middle, context.corrections, context.targets, context.target_places)
        return {0.5: middle, **dict(zip(EDGE_LEVELS, moved, strict=True))}

    def _last_windows(self) -> torch.Tensor:
        """The last window of the data, (1, window_size, F); of each series its own, (S, window_size, F)."""
        context = self.context
        if not context.has_rows:
            hint = f"The rows that it was trained on were not shared. A forecast reads {len(context.history):,} rows."
            raise ConfigError.single("input", "newer rows to go on from", "none", hint)
        windows = windows_over(self, context.history, context.known, context.first_on_line)
        numbers = np.arange(len(context.columns)) if context.each else None
        return windows.inputs(np.full(len(context.columns) if context.each else 1, len(context.history)), numbers)

    def _ahead(self, horizon: int, row: int | None = None) -> torch.Tensor | None:
        """What is known of the last window and of the steps after it, (1 or S, window_size + horizon, K).

        Args:
            row: Of series that are read one at a time, which; all of them when None.
        """
        series = None if not self.context.each else range(len(self.context.columns)) if row is None else [row]
        told = told_ahead(self.context, self.experiment.data.window_size, horizon, series)
        return None if told is None else torch.from_numpy(told.astype(np.float32)).to(self.device)

    def with_ahead(self, values: Mapping[str, Sequence[float]], series: str | None = None) -> ForecastPredictor:
        """The same network, told other values of columns that are known ahead; as the function of that name has it."""
        context = with_ahead(self.context, values, series)
        changed = ForecastPredictor(self.experiment, self.model, context, self.device)
        changed.newer = self.newer
        return changed

    def coming_rows(self, horizon: int, series: str | None = None) -> dict[str, list[float]]:
        """What it is told of each column that is known ahead in so many steps after the end, of that series."""
        return coming_rows(self.context, horizon, series)

    def check_horizon(self, horizon: int) -> int:
        """The horizon, when it is one. Raises `ConfigError` otherwise."""
        return check_whole("horizon", horizon, 1, Limits().max_seq_len)

    def trace(self, text: str | None = None, series: str | None = None) -> dict[str, Any]:
        """Gates and states over the last window of the data; `text` is not used.

        Args:
            series: Which is read where series are read one at a time; the first when not given.
        """
        row = self.context.columns.index(series) if series is not None and self.context.each else 0
        inputs = self.model.steps(self._last_windows()[row : row + 1], self._ahead(self.experiment.data.horizon, row))
        times = self.context.history_times[-self.experiment.data.window_size :]
        return trace_states(self.model.recurrent, inputs, list(times[:: -self.model.reading.segment][::-1]))

    def stretch(self, details: Mapping[str, Any], target: str) -> inside.Stretch | None:
        """The state after each of many windows, of which one ends at each of the last steps; as `inside.read_stretch`."""
        return inside.read_stretch(self, details, target)

    def last_window(self, target: str) -> inside.Stretch:
        """The last window step by step beside its series, as `inside.last_window`."""
        return inside.last_window(self, target)

    def influence(self, target: str, step: int) -> dict[str, Influence]:
        """Of each row of the last window on a step of the forecast, both in the network's own scale.

        A row counts its steps from the end of the window; a network that reads in both directions ends at both ends.

        Args:
            target: One of the forecast columns.
            step: Which step ahead, from 1 to the trained horizon.

        Raises:
            ConfigError: No such column or step.
        """
        return {"": inside.influence(self, target, step)}

    def slopes(self, target: str, step: int) -> tuple[Slopes, ...]:
        """The same for each column by itself, with its sign, and for what is known ahead, as `inside.slopes`."""
        return inside.slopes(self, target, step)


def load_predictor(experiment: Experiment, directory: Path, device: torch.device) -> ForecastPredictor:
    """A forecaster as a run directory describes it, without its weights."""
    context = SeriesContext.from_json(read_plain(directory / "scaler.json").decode("utf-8"))
    model = build_model(experiment, *context.sizes)
    return ForecastPredictor(experiment, model.to(device), context, device)
