"""Forecasts that run freely: each step or block goes on from the one before, as a median, quantiles, or sample paths.

From scaled windows into original units. Left out: where windows come from, and what follows the end of the data (predictor.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from core.config.experiment import Experiment
from core.models.forecaster import Forecaster
from core.tasks.forecasting.changes import accumulate, as_changes
from core.tasks.forecasting.context import SeriesContext
from core.tasks.forecasting.spread import Spread, num_paths, summed_widths

BATCH = 512  # origins forecast at once
PATHS_BATCH = 64  # origins of which sample paths are drawn at once


class RunningForecaster:
    """A network with what it needs to forecast from any window."""

    def __init__(self, experiment: Experiment, model: Forecaster, context: SeriesContext, device: torch.device):
        self.experiment, self.model, self.context, self.device = experiment, model, context, device
        aligned = experiment.model.shape == "many_to_many"
        columns = range(len(context.columns)) if aligned else context.target_places
        self.spread = Spread(experiment.model.likelihood, context, columns)

    @torch.inference_mode()
    def scaled_forecasts(
        self,
        windows: torch.Tensor,
        horizon: int,
        ahead: torch.Tensor | None = None,
        series: np.ndarray | None = None,
        each_time: int | None = None,
    ) -> torch.Tensor:
        """Free-running forecasts, of a distribution its median.

        Args:
            windows: (N, window_size, F) scaled.
            ahead: (N, window_size + horizon, K) what is known of every step before its time; None where nothing is.
            series: (N,) number of the series of each window, for a network that reads one at a time.
            each_time: How many steps a direct network goes before it reads them; all that it forecasts when None.

        Returns:
            (N, horizon, C) scaled; C is every column for a many-to-many network, else the targets.
        """
        return self.run_freely(windows, horizon, ahead, series, each_time)[0]

    @torch.inference_mode()
    def scaled_quantiles(
        self,
        windows: torch.Tensor,
        horizon: int,
        levels: Sequence[float],
        ahead: torch.Tensor | None = None,
        series: np.ndarray | None = None,
    ) -> torch.Tensor:
        """(Q, N, horizon, C): quantiles of each step, as changes where the network forecasts changes.

        Args:
            windows, horizon, ahead, series: As for `scaled_forecasts`.
            levels: Between 0 and 1, ascending.
        """
        lag = self.context.scaler.lag
        median, parameters = self.run_freely(windows, horizon, ahead, series)
        values = accumulate(median, lag)
        offsets = self.spread.quantiles(parameters, levels, series) - median
        return as_changes(values + summed_widths(offsets, self.model.horizon), lag)

    @torch.inference_mode()
    def scaled_paths(
        self,
        windows: torch.Tensor,
        horizon: int,
        num: int,
        seed: int,
        ahead: torch.Tensor | None = None,
        series: np.ndarray | None = None,
    ) -> torch.Tensor:
        """(K, N, horizon, C): sample paths, each of which reads what it drew itself. Of many-to-many networks.

        Args:
            windows, horizon, ahead, series: As for `scaled_forecasts`.
            num: How many of each, K.
            seed: Of their generator.
        """
        size, (num_windows, *_) = windows.shape[1], windows.shape
        generator = torch.Generator().manual_seed(seed)
        every = None if series is None else np.tile(series, num)
        parameters, state = self.model.distribution(windows, None, ahead)
        drawn = self.spread.sample(self.spread.ready(parameters[:, -1:], series).cpu(), num, generator, series)
        steps = [drawn.flatten(0, 1).to(windows.device)]
        state = tuple(one.repeat(1, num, *(1,) * (one.ndim - 2)) for one in state)
        while len(steps) < horizon:
            at = size - 1 + len(steps)
            told = None if ahead is None else ahead[:, at : at + 2].repeat(num, 1, 1)
            parameters, state = self.model.distribution(self._as_inputs(steps[-1], windows), state, told)
            drawn = self.spread.sample(self.spread.ready(parameters, every).cpu(), 1, generator, every)
            steps.append(drawn[0].to(windows.device))
        return torch.cat(steps, dim=1).unflatten(0, (num, num_windows))

    def run_freely(
        self,
        windows: torch.Tensor,
        horizon: int,
        ahead: torch.Tensor | None,
        series: np.ndarray | None = None,
        each_time: int | None = None,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Medians (N, horizon, C), which are fed back, and all parameters (N, horizon, C, P), with gradients if asked for."""
        size, whole = windows.shape[1], self.model.horizon
        each_time = min(each_time or whole, whole)
        if ahead is not None:  # the last block may reach further, and is cut short
            ahead = F.pad(ahead.mT, (0, whole), mode="replicate").mT
        aligned = self.model.shape == "many_to_many"
        medians: list[torch.Tensor] = []
        found: list[torch.Tensor] = []
        inputs, told, state, done = windows, None if ahead is None else ahead[:, : size + whole], None, 0
        while done < horizon:
            parameters, state = self.model.distribution(inputs, state if aligned else None, told)
            found.append(self.spread.ready(parameters[:, -1:] if aligned else parameters[:, :each_time], series))
            medians.append(self.spread.median(found[-1], series))
            done += each_time
            if aligned:
                inputs = self._as_inputs(medians[-1], windows)
                told = None if ahead is None else ahead[:, size - 1 + done : size + 1 + done]
            elif done < horizon:
                inputs = torch.cat([inputs, self._as_inputs(medians[-1], inputs)], dim=1)[:, -size:]
                told = None if ahead is None else ahead[:, done : done + size + whole]
        return torch.cat(medians, dim=1)[:, :horizon], torch.cat(found, dim=1)[:, :horizon]

    def _as_inputs(self, block: torch.Tensor, windows: torch.Tensor) -> torch.Tensor:
        """Forecasts (N, H, C) as what the network reads after its windows: every column, every value told as real.

        A column that it does not forecast goes on as it was a season before, or at its last value where the window is
        shorter than a season.
        """
        context = self.context
        if self.model.shape != "many_to_many" and len(context.targets) < len(context.columns):
            places, num_steps = context.target_places, block.shape[1]
            season = context.season if context.season <= windows.shape[1] else 1
            at = torch.arange(num_steps, device=block.device) % season - season
            columns = windows[:, at][..., : len(context.columns)].clone()
            columns[..., places] = block
            block = columns
        return F.pad(block, (0, context.num_indicators), value=1.0)

    def forecast(
        self,
        windows: torch.Tensor,
        histories: np.ndarray,
        horizon: int,
        series: np.ndarray | None = None,
        ahead: torch.Tensor | None = None,
        each_time: int | None = None,
    ) -> np.ndarray:
        """Forecasts of the targets in original units (N, horizon, C) from scaled windows.

        Args:
            windows: (N, window_size, F) scaled.
            histories: (N, lag, F) the original values before each forecast, without indicators.
            series: (N,) number of the series of each window, for a network that reads one at a time; C is then 1.
            ahead, each_time: As for `scaled_forecasts`.
        """
        parts = []
        for start in range(0, len(windows), BATCH):
            rows = slice(start, start + BATCH)
            which, told = None if series is None else series[rows], None if ahead is None else ahead[rows]
            scaled = self.scaled_forecasts(windows[rows], horizon, told, which, each_time)
            parts.append(self._restored(scaled[None], histories[rows], which)[0])
        return np.concatenate(parts)

    def quantiles(
        self,
        windows: torch.Tensor,
        histories: np.ndarray,
        horizon: int,
        levels: Sequence[float],
        series: np.ndarray | None = None,
        ahead: torch.Tensor | None = None,
        paths: int | None = None,
    ) -> np.ndarray:
        """Quantiles of each step in original units, (Q, N, horizon, C): of a network that gives one value, that value.

        Of a many-to-many network those of sample paths, whose seed is that of its training.

        Args:
            windows, histories, horizon, series, ahead: As for `forecast`.
            levels: Between 0 and 1, ascending.
            paths: How many of each forecast; as `num_paths` has it when None.
        """
        aligned = self.model.shape == "many_to_many"
        num, seed = paths or num_paths(len(windows), horizon), self.experiment.training.seed
        parts = []
        for start in range(0, len(windows), PATHS_BATCH if aligned else BATCH):
            rows = slice(start, start + (PATHS_BATCH if aligned else BATCH))
            which, told = None if series is None else series[rows], None if ahead is None else ahead[rows]
            if aligned and not self.spread.is_point:
                drawn = self.scaled_paths(windows[rows], horizon, num, seed + start, told, which)
                parts.append(np.quantile(self._restored(drawn, histories[rows], which), levels, axis=0))
            else:
                scaled = self.scaled_quantiles(windows[rows], horizon, levels, told, which)
                parts.append(self._restored(scaled, histories[rows], which))
        return np.concatenate(parts, axis=1)

    def _restored(self, scaled: torch.Tensor, histories: np.ndarray, series: np.ndarray | None) -> np.ndarray:
        """Forecasts (K, N, H, C) of the targets in original units."""
        context, places, num = self.context, self.context.target_places, len(scaled)
        values = scaled.float().cpu().numpy().astype(np.float64)
        if series is None and self.model.shape == "many_to_many":
            values = values[..., places]
        histories = np.tile(histories if series is not None else histories[:, :, places], (num, 1, 1))
        at: Any = places if series is None else np.tile(series, num)[:, None]
        restored = context.scaler.restore(values.reshape(-1, *values.shape[2:]), histories, at)
        return restored.reshape(values.shape)
