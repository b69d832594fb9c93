"""Unroll from Python: train an experiment, load a run, use what it learned.

    from core import Experiment, load, train
    run = train("sentiment", preset="quick", values={"data.id": "reviews"})
    load(run).predict(["Not bad at all."])

Left out: queues and background processes (core.jobs.manager).
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.limits import Limits, Settings
from core.data.prepare import prepare
from core.jobs.record import RunNotFound
from core.jobs.reporter import Reporter
from core.jobs.store import create_run, library_versions, read_experiment
from core.jobs.worker import work
from core.resolve import check_run, resolve


def train(
    experiment: Experiment | str,
    *,
    preset: str = "quick",
    values: dict[str, Any] | None = None,
    out: str | Path | None = None,
    make_reporter: Callable[[Path, int], Reporter] = Reporter,
) -> Path:
    """Train in this process, to the end.

    Args:
        experiment: An experiment, or the name of a task to take a preset of.
        preset: quick, standard or large, with the name of a task.
        values: Changes by dotted name, with the name of a task: `{"model.hidden_size": 64}`.
        out: The run directory, which must be new or empty; a new one in `UNROLL_RUNS_DIR` otherwise.
        make_reporter: Makes what writes status and records; the shell's also draws a progress bar.

    Returns:
        The run directory.

    Raises:
        ConfigError: Something in the set-up cannot be.
        RuntimeError: Training failed; the message says why.
    """
    if isinstance(experiment, str):
        resolved = resolve(experiment, preset, values or {})
        experiment, fingerprint = resolved.experiment, resolved.prepared.fingerprint
    else:
        prepared = prepare(experiment.task, experiment.data)
        check_run(experiment, prepared, Limits())
        fingerprint = prepared.fingerprint
    directory = _new_run(experiment, fingerprint, out)
    if work(directory, make_reporter) != 0:
        status = json.loads((directory / "status.json").read_text(encoding="utf-8"))
        error = status.get("error") or {}
        raise RuntimeError(f"{error.get('message', 'Training failed.')} {error.get('hint', '')}".strip())
    return directory


def _new_run(experiment: Experiment, fingerprint: str, out: str | Path | None) -> Path:
    directory = Settings().runs_dir / secrets.token_hex(16) if out is None else Path(out)
    create_run(directory, experiment, versions=library_versions(), fingerprint=fingerprint, state="launched")
    return directory


def load(run: str | Path, device: str = "auto") -> Any:
    """The trained network of a run, ready to use.

    Args:
        run: A run directory, or the id of a run in `UNROLL_RUNS_DIR`.
        device: auto, cpu, cuda or mps.

    Returns:
        The task's predictor, with `predict(...)` and what `core.tasks` documents for the task.

    Raises:
        ConfigError: No such run, or one without weights yet.
    """
    from safetensors.torch import load_file

    from core.tasks.registry import load_predictor
    from core.training.checkpoint import BEST_FILE
    from core.training.devices import choose_device

    directory = find_run(run)
    experiment = read_experiment(directory)
    if not (directory / BEST_FILE).exists():
        raise ConfigError.single(
            "run", "a run that has been evaluated once", directory.name, "Train it a little longer."
        )
    weights = load_file(directory / BEST_FILE)
    return load_predictor(experiment, directory, weights, choose_device(device))


def find_run(run: str | Path) -> Path:
    """The directory of a run given by path or id. Raises `RunNotFound`, a `ConfigError`."""
    directory = Path(run)
    if not (directory / "experiment.yaml").exists():
        directory = Settings().runs_dir / str(run)
    if not (directory / "experiment.yaml").exists():
        raise RunNotFound(directory.name)  # never the folder: the message may reach a stranger
    return directory
