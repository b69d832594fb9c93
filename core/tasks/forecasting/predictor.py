"""A trained forecaster in use: it goes on from the end of its data, or from any origin, in original units."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.plain_files import read_plain
from core.data.batching import Windows
from core.data.missing import GapReading, read_as_lines, read_step_by_step
from core.data.sources.newer_rows import KnownTable, NewerRows
from core.insight.influence import Influence, as_inputs, gradient_norms, gradients_on, steps_to_end
from core.insight.states import trace_states
from core.models.forecaster import Forecaster
from core.models.inputs import Vectors
from core.tasks.forecasting.context import SeriesContext
from core.tasks.forecasting.newer import Continued, continue_context, known_table, read_and_go_on
from core.tasks.layers import stack_of
from core.tasks.options import check_whole

BATCH = 512  # origins forecast at once


def build_model(experiment: Experiment, num_values: int, num_targets: int, num_indicators: int = 0) -> Forecaster:
    """The forecaster; a many-to-many one predicts every column of values, because it must feed them back.

    Args:
        num_indicators: Further inputs that say where a value is real.
    """
    model, aligned = experiment.model, experiment.model.shape == "many_to_many"
    return Forecaster(
        stack_of(model), Vectors(num_values + num_indicators), num_values if aligned else num_targets, model.shape,
        experiment.data.horizon, model.output_dropout,
    )  # fmt: skip


class ForecastPredictor:
    """A trained forecaster: `predict` goes on from the end of its data, or from that of newer rows.

    Attributes:
        newer: The newer rows that it goes on from, where there are some.
    """

    newer: Continued | None = None

    def __init__(self, experiment: Experiment, model: Forecaster, context: SeriesContext, device: torch.device):
        self.experiment, self.model, self.context, self.device = experiment, model, context, device

    @torch.inference_mode()
    def scaled_forecasts(self, windows: torch.Tensor, horizon: int) -> torch.Tensor:
        """Free-running forecasts.

        Args:
            windows: (N, window_size, F) scaled.

        Returns:
            (N, horizon, C) scaled; C is every column for a many-to-many network, else the targets.
        """
        return self._run_freely(windows, horizon)

    def _run_freely(self, windows: torch.Tensor, horizon: int) -> torch.Tensor:
        if self.model.shape == "many_to_many":
            predicted, state = self.model(windows)
            steps = [predicted[:, -1:]]
            while len(steps) < horizon:
                predicted, state = self.model(self._as_inputs(steps[-1]), state)
                steps.append(predicted[:, -1:])
            return torch.cat(steps, dim=1)
        blocks, done = [], 0
        while done < horizon:
            block = self.model(windows)[0]
            blocks.append(block)
            done += block.shape[1]
            if done < horizon:
                windows = torch.cat([windows, self._as_inputs(block)], dim=1)[:, -windows.shape[1] :]
        return torch.cat(blocks, dim=1)[:, :horizon]

    def _as_inputs(self, block: torch.Tensor) -> torch.Tensor:
        """Forecasts (N, H, C) as what the network reads: columns in its own order, every value told as real."""
        context = self.context
        if self.model.shape == "many_to_one" and not context.each:
            places = context.target_places
            block = block[..., [places.index(place) for place in range(len(context.columns))]]
        return F.pad(block, (0, context.sizes[2]), value=1.0)

    def forecast(
        self, windows: torch.Tensor, histories: np.ndarray, horizon: int, series: np.ndarray | None = None
    ) -> np.ndarray:
        """Forecasts of the targets in original units (N, horizon, C) from scaled windows.

        Args:
            windows: (N, window_size, F) scaled.
            histories: (N, lag, F) the original values before each forecast, without indicators.
            series: (N,) number of the series of each window, for a network that reads one at a time; C is then 1.
        """
        context, places = self.context, self.context.target_places
        parts = []
        for start in range(0, len(windows), BATCH):
            rows = slice(start, start + BATCH)
            scaled = self.scaled_forecasts(windows[rows], horizon).float().cpu().numpy().astype(np.float64)
            if series is not None:
                parts.append(context.scaler.restore(scaled, histories[rows], series[rows][:, None]))
                continue
            if self.model.shape == "many_to_many":
                scaled = scaled[:, :, places]
            parts.append(context.scaler.restore(scaled, histories[rows][:, :, places], places))
        return np.concatenate(parts)

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

    def predict(self, horizon: int | None = None, newer: str | Path | None = None) -> list[dict[str, Any]]:
        """Forecast past the end of the data; of each series past its own end.

        Args:
            horizon: Steps ahead; the trained horizon when not given.
            newer: A file of newer rows to go on from, as for `after`.

        Raises:
            ConfigError: Not a positive number, too many steps, or more than the network was trained for when it
                reads columns that it does not forecast; newer rows that cannot be used.
        """
        if newer is not None:
            return self.after(newer).predict(horizon)
        horizon = self.check_horizon(self.experiment.data.horizon if horizon is None else horizon)
        context, lag = self.context, self.context.scaler.lag
        last = context.history[len(context.history) - lag :]
        self.model.eval()
        if context.each:
            numbers = np.arange(len(context.columns))
            values = self.forecast(self._last_windows(), last.T[:, :, None], horizon, numbers)[:, :, 0].T
        else:
            values = self.forecast(self._last_windows(), last[None], horizon)[0]
        return [
            {
                "series": name,
                "time": list(context.own_future.get(name, context.future)[:horizon]),
                "forecast": values[:, place].tolist(),
            }
            for place, name in enumerate(context.targets)
        ]

    def _last_windows(self) -> torch.Tensor:
        """The last window of the data, (1, window_size, F); of each series its own, (S, window_size, F)."""
        context, size = self.context, self.experiment.data.window_size
        if not context.has_rows:
            hint = f"The rows that it was trained on were not shared. A forecast reads {len(context.history):,} rows."
            raise ConfigError.single("input", "newer rows to go on from", "none", hint)
        scaled = context.scaler.transform(context.history)
        each = context.each
        told = list(range(len(context.columns))) if each else [context.columns.index(name) for name in context.told]
        told = told if context.told else []
        known, gaps = context.known, None
        if known is None:
            known = np.ones(scaled.shape, dtype=bool)
        elif self.experiment.data.missing != "mask":
            aligned = self.model.shape == "many_to_many"
            gaps = read_step_by_step(scaled) if aligned else self._lines(known)
        windows = Windows(scaled, size, 1, [], self.device, known, told, each, gaps)
        numbers = np.arange(len(context.columns)) if each else None
        return windows.inputs(np.full(len(context.columns) if each else 1, len(scaled)), numbers)

    def _lines(self, known: np.ndarray) -> GapReading:
        """The history (K, F) with straight lines across its gaps, also across one in which it begins."""
        context, history, known = self.context, self.context.history.copy(), known.copy()
        if context.first_on_line is not None:
            history[0] = context.first_on_line
        known[0] = True
        return read_as_lines(history, known, context.scaler)

    def check_horizon(self, horizon: int) -> int:
        """The horizon, when the network can go that far. Raises `ConfigError` otherwise."""
        check_whole("horizon", horizon, 1, len(self.context.future))
        blind = self.model.shape == "many_to_one" and len(self.context.targets) < len(self.context.columns)
        if blind and horizon > self.experiment.data.horizon:
            raise ConfigError.single(
                "horizon",
                f"at most {self.experiment.data.horizon} steps, as trained",
                str(horizon),
                "This network reads columns that it does not forecast; train a longer data.horizon.",
            )
        return horizon

    def trace(self, text: str | None = None) -> dict[str, Any]:
        """Gates and states over the last window of the data; `text` is not used, of several series the first is read."""
        inputs = self._last_windows()[:1]
        return trace_states(self.model.recurrent, inputs, list(self.context.history_times[-inputs.shape[1] :]))

    def influence(self, target: str, step: int) -> dict[str, Influence]:
        """Of each row of the last window on a step of the forecast, both in the network's own scale.

        A row counts its steps from the end of the window; a network that reads in both directions ends at both ends.

        Args:
            target: One of the forecast columns.
            step: Which step ahead, from 1 to the trained horizon.

        Raises:
            ConfigError: No such column or step.
        """
        context = self.context
        if target not in context.targets:
            raise ConfigError.single("target", f"one of {', '.join(context.targets)}", target, "Choose one of these.")
        check_whole("step", step, 1, self.experiment.data.horizon)
        place = context.targets.index(target)
        row, column = (place, 0) if context.each else (0, place)
        if self.model.shape == "many_to_many" and not context.each:
            column = context.target_places[place]
        with gradients_on():
            inputs = as_inputs(self._last_windows()[row : row + 1])
            (norms,) = gradient_norms(self._run_freely(inputs, step)[0, -1, column], (inputs,))
        times = context.history_times[-len(norms) :]
        return {"": Influence.of_last(times, steps_to_end(len(norms), self.model.recurrent.bidirectional), norms)}


def load_predictor(experiment: Experiment, directory: Path, device: torch.device) -> ForecastPredictor:
    """A forecaster as a run directory describes it, without its weights."""
    context = SeriesContext.from_json(read_plain(directory / "scaler.json").decode("utf-8"))
    model = build_model(experiment, *context.sizes)
    return ForecastPredictor(experiment, model.to(device), context, device)
