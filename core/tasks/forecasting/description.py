"""Forecasting: windows of a series in, the next steps out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.config.sizes import network_parameters
from core.config.summary import DataSummary
from core.tasks.description import TaskDescription, Values

if TYPE_CHECKING:
    from core.config.experiment import Experiment


def preset(name: str, summary: DataSummary) -> Values:
    """Windows that follow the season; differences where the level wanders."""
    season = summary.season
    train = summary.num_tokens
    horizon = min(season if season > 1 else 4, max(1, train // 8))
    window = max(4, min(2 * season if season > 1 else 8, 104 if name == "quick" else 512, train // 3))
    steps = {"quick": 500, "standard": 3_000, "large": 20_000}[name]
    # A network follows a level that wanders only when it sees changes; where the level stays, changes are mere noise.
    wanders = summary.carry_ratio < 0.9
    difference = ("season" if season > 1 else "last_value") if wanders else "none"
    return {
        "data": {"window_size": window, "horizon": horizon, "difference": difference},
        "model": {
            "hidden_size": {"quick": 32, "standard": 128, "large": 512}[name],
            "num_layers": 1 if name == "quick" else 2,
            "shape": "many_to_one",
            "output_dropout": 0.0 if name == "quick" else 0.1,
        },
        "training": {
            "batch_size": 64,
            "learning_rate": (5e-3 if train < 200 else 1e-2) if name == "quick" else 3e-3,
            "max_steps": steps,
            "patience": None if name == "quick" else steps // 2,
        },
    }


def count_parameters(experiment: Experiment, summary: DataSummary) -> int:
    """Of a forecaster: recurrent layers and the layer that reads their state."""
    model = experiment.model
    at_once = model.shape == "many_to_one"  # step by step, every column is forecast, to be fed back
    num_values = summary.num_features - summary.num_indicators
    outputs = summary.num_targets * experiment.data.horizon if at_once else num_values
    return network_parameters(model, summary.num_features, outputs)


FORECASTING = TaskDescription(
    name="forecasting",
    kind="series",
    traits=frozenset({"series", "files", "two_directions"}),
    headline="mase",
    metrics=("mase", "mae", "rmse", "smape", "mape"),
    baselines=("last_value", "drift", "mean", "seasonal_naive", "seasonal_naive_drift"),
    item="step",
    reached="On the test set the network's forecasts have a MASE of **{value}**",
    preset=preset,
    count_parameters=count_parameters,
    tokens_per_step=lambda experiment, summary: experiment.training.batch_size * experiment.data.window_size,
    call='for row in network.predict(horizon={horizon}):\n    print(row["series"], row["forecast"])',
    loss_unit="",
    loss_axis="Loss, in scaled units",
    file_defaults={"split": (0.7, 0.1, 0.2)},
)
