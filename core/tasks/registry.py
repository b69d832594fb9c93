"""Which module serves a task: one line a task, imported on first use."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import torch

from core.config.experiment import Experiment
from core.data.prepared import Prepared
from core.tasks.base import BoundTask

_MODULES = {
    "forecasting": "core.tasks.forecasting",
    "generation": "core.tasks.generation",
    "sentiment": "core.tasks.sentiment",
    "translation": "core.tasks.translation",
}


def bind(experiment: Experiment, prepared: Prepared, device: torch.device) -> BoundTask:
    """A network for the experiment, initialised from its seed, with the data on the device."""
    torch.manual_seed(experiment.training.seed)
    return importlib.import_module(_MODULES[experiment.task]).bind(experiment, prepared, device)


def load_predictor(
    experiment: Experiment, directory: Path, weights: dict[str, torch.Tensor], device: torch.device
) -> Any:
    """The trained network of a run directory with its weights, ready to use."""
    return importlib.import_module(_MODULES[experiment.task]).load_predictor(experiment, directory, weights, device)
