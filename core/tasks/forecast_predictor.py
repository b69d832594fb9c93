"""A trained forecaster in use: it goes on from the end of its data, or from any origin, in original units.

Left out: training and judging (forecasting.py).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.data.series import SeriesScaler
from core.insight.states import trace_states
from core.models.forecaster import Forecaster
from core.tasks.layers import stack_of
from core.tasks.options import check_whole

BATCH = 512  # origins forecast at once


@dataclass(frozen=True)
class SeriesContext:
    """What a forecast needs besides the weights; kept in `scaler.json`.

    Attributes:
        scaler: Fitted on the training part.
        columns: Every column in the network's order; targets by name.
        history: (K, F) the last original values, at least window and difference long.
        times: Labels of the last history steps and of the steps after the end.
        season: Steps of one season.
    """

    scaler: SeriesScaler
    columns: tuple[str, ...]
    targets: tuple[str, ...]
    history: np.ndarray
    history_times: tuple[str, ...]
    future: tuple[str, ...]

    @property
    def target_places(self) -> list[int]:
        return [self.columns.index(name) for name in self.targets]

    def to_json(self) -> str:
        return json.dumps(
            {
                "scaler": json.loads(self.scaler.to_json()),
                "columns": self.columns,
                "targets": self.targets,
                "history": self.history.tolist(),
                "history_times": self.history_times,
                "future": self.future,
            },
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, text: str) -> SeriesContext:
        raw = json.loads(text)
        scaler = SeriesScaler(raw["scaler"]["lag"], tuple(raw["scaler"]["mean"]), tuple(raw["scaler"]["std"]))
        return cls(
            scaler, tuple(raw["columns"]), tuple(raw["targets"]), np.array(raw["history"], dtype=np.float64),
            tuple(raw["history_times"]), tuple(raw["future"]),
        )  # fmt: skip


def build_model(experiment: Experiment, num_features: int, num_targets: int) -> Forecaster:
    """The forecaster; a many-to-many one predicts every column, because it must feed them back."""
    model, aligned = experiment.model, experiment.model.shape == "many_to_many"
    num_outputs = num_features if aligned else num_targets
    return Forecaster(
        stack_of(model), num_features, num_outputs, model.shape, experiment.data.horizon, model.output_dropout
    )


class ForecastPredictor:
    """A trained forecaster: `predict` goes on from the end of its data."""

    task = "forecasting"

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
        if self.model.shape == "many_to_many":
            predicted, state = self.model(windows)
            steps = [predicted[:, -1:]]
            while len(steps) < horizon:
                predicted, state = self.model(steps[-1], state)
                steps.append(predicted[:, -1:])
            return torch.cat(steps, dim=1)
        blocks, done = [], 0
        while done < horizon:
            block = self.model(windows)[0]
            blocks.append(block)
            done += block.shape[1]
            if done < horizon:
                windows = torch.cat([windows, block], dim=1)[:, -windows.shape[1] :]
        return torch.cat(blocks, dim=1)[:, :horizon]

    def forecast(self, windows: torch.Tensor, histories: np.ndarray, horizon: int) -> np.ndarray:
        """Forecasts of the targets in original units (N, horizon, C) from scaled windows.

        Args:
            windows: (N, window_size, F) scaled.
            histories: (N, lag, F) the original values before each forecast.
        """
        context, places = self.context, self.context.target_places
        parts = []
        for start in range(0, len(windows), BATCH):
            rows = slice(start, start + BATCH)
            scaled = self.scaled_forecasts(windows[rows], horizon).float().cpu().numpy().astype(np.float64)
            if self.model.shape == "many_to_many":
                scaled = scaled[:, :, places]
            parts.append(context.scaler.restore(scaled, histories[rows][:, :, places], places))
        return np.concatenate(parts)

    def predict(self, horizon: int | None = None) -> list[dict[str, Any]]:
        """Forecast past the end of the data.

        Args:
            horizon: Steps ahead; the trained horizon when not given.

        Raises:
            ConfigError: Not a positive number, too many steps, or more than the network was trained for when it
                reads columns that it does not forecast.
        """
        horizon = self.check_horizon(self.experiment.data.horizon if horizon is None else horizon)
        context, window = self.context, self.experiment.data.window_size
        scaled = context.scaler.transform(context.history)[-window:].astype(np.float32)
        lag = context.scaler.lag
        histories = context.history[None, len(context.history) - lag :]
        self.model.eval()
        values = self.forecast(torch.from_numpy(scaled)[None].to(self.device), histories, horizon)[0]
        times = list(context.future[:horizon])
        return [
            {"series": name, "time": times, "forecast": values[:, place].tolist()}
            for place, name in enumerate(context.targets)
        ]

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
        """Gates and states over the last window of the data; `text` is not used."""
        window = self.experiment.data.window_size
        scaled = self.context.scaler.transform(self.context.history)[-window:].astype(np.float32)
        inputs = torch.from_numpy(scaled)[None].to(self.device)
        return trace_states(self.model.recurrent, inputs, list(self.context.history_times[-window:]))
