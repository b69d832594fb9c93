"""The binding and the predictor of an experiment's task, imported on first use: torch comes with them."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import torch

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.data.prepared import Prepared
from core.tasks.base import BoundTask

ARTIFACTS = ("tokenizer.json", "scaler.json")


def bind(experiment: Experiment, prepared: Prepared, device: torch.device) -> BoundTask:
    """A network for the experiment, initialised from its seed, with the data on the device."""
    torch.manual_seed(experiment.training.seed)
    return _module(experiment, "binding").bind(experiment, prepared, device)


def rolling(experiment: Experiment) -> Any:
    """What goes over the data of a task that forecasts: its module `backtest`."""
    return _module(experiment, "backtest")


def ensemble(experiment: Experiment) -> Any:
    """What makes one forecast of several networks of a task that forecasts: its module `ensemble`."""
    return _module(experiment, "ensemble")


def load_predictor(
    experiment: Experiment, directory: Path, weights: dict[str, torch.Tensor], device: torch.device
) -> Any:
    """The trained network of a run directory with its weights, ready to use.

    Raises:
        ConfigError: A file that prediction needs is missing or damaged, or the weights are of another network.
    """
    module = _module(experiment, "predictor")
    try:
        predictor = module.load_predictor(experiment, directory, device)
        predictor.model.load_state_dict(weights)
        predictor.model.eval()
        return predictor
    except (ConfigError, torch.AcceleratorError, torch.OutOfMemoryError):
        raise
    except RuntimeError as error:  # torch's word for weights that do not fit
        received, hint = str(error).split("\n")[0][:120], "Train the run anew."
        raise ConfigError.single("weights", "those of this run's network", received, hint) from error
    except FileNotFoundError as error:
        raise _damaged(Path(error.filename).name, "none") from error
    except Exception as error:  # the tokenizers library raises nothing more special
        name = next(name for name in ARTIFACTS if (directory / name).exists())
        raise _damaged(name, f"{type(error).__name__}: {error}"[:120]) from error


def _module(experiment: Experiment, name: str) -> Any:
    return importlib.import_module(f"core.tasks.{experiment.description.name}.{name}")


def _damaged(name: str, received: str) -> ConfigError:
    hint = "Prediction needs it: train the run anew."
    return ConfigError.single(name, "the file that this run wrote", received, hint)
