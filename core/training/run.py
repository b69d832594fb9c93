"""A run from its directory: prepare, train, judge, write. The worker and the shell both call `train_run`.

Files are written whole. The best weights are on disk from the first evaluation on, so that a run which is stopped or
killed leaves a network that can be used. Left out: processes, signals and failures (core.jobs).
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Protocol

import torch

from core.config.experiment import Experiment
from core.config.limits import Limits, Settings
from core.config.sizes import count_parameters, flops_per_step
from core.data.prepare import prepare
from core.data.prepared import Prepared
from core.resolve import check_run
from core.tasks.base import BoundTask, Metrics
from core.tasks.registry import bind
from core.training.checkpoint import save_last, save_weights
from core.training.devices import choose_device
from core.training.loop import Best, Listener, Outcome, fit


class RunReporter(Protocol):
    """What a run tells while it works; `core.jobs.reporter.Reporter` writes it down."""

    def started(self, device: str, total_steps: int | None = None) -> None: ...
    def plan(self, total_steps: int) -> None: ...
    def progress(self, step: int, best: Mapping[str, Any] | None = None) -> None: ...
    def record(self, event: Mapping[str, Any]) -> None: ...
    def finished(
        self, state: Literal["succeeded", "failed", "stopped"], error: Mapping[str, str] | None = None
    ) -> None: ...
    def should_stop(self) -> bool: ...


class _RunListener(Listener):
    """Passes what the loop says on to the reporter, and keeps the best weights on disk."""

    def __init__(self, directory: Path, reporter: RunReporter):
        self._directory, self._reporter, self._planned = directory, reporter, 0

    def record(self, event: dict[str, Any]) -> None:
        self._reporter.record(event)

    def progress(self, step: int, total_steps: int, best: dict[str, Any]) -> None:
        if total_steps != self._planned:
            self._planned = total_steps
            self._reporter.plan(total_steps)
        self._reporter.progress(step, best if best["value"] is not None else None)

    def improved(self, best: Best) -> None:
        save_weights(best.weights, self._directory)

    def should_stop(self) -> bool:
        return self._reporter.should_stop()


def train_run(directory: Path, reporter: RunReporter) -> None:
    """Train the run of a directory to its end and say so to the reporter.

    Args:
        directory: Holds `experiment.yaml`; everything else is written here.
        reporter: Hears every record; `finished` is called with "succeeded" or "stopped".

    Raises:
        ConfigError: The set-up cannot run here: its data, its limits, its device.
        FloatingPointError: The loss is no longer a number.
    """
    began = time.time()
    experiment = Experiment.from_yaml((directory / "experiment.yaml").read_text(encoding="utf-8"))
    prepared = prepare(experiment.task, experiment.data, Settings(), Limits())
    check_run(experiment, prepared, Limits())
    device = choose_device(experiment.training.device)
    task = bind(experiment, prepared, device)
    for name, content in task.artifacts().items():
        _write(directory / name, content)
    reporter.started(str(device), None if experiment.training.max_seconds else experiment.training.max_steps)

    def tell_baselines() -> None:
        for name, metrics in task.baselines("validation").items():
            reporter.record({"event": "baseline", "name": name, "split": "validation", **_plain(metrics)})

    outcome = fit(task, experiment, device, _RunListener(directory, reporter), tell_baselines)
    save_last(_resume_state(task, outcome), directory)
    if outcome.best.weights:
        task.model.load_state_dict(outcome.best.weights)
    task.model.eval()
    result = _judge(directory, task, experiment, prepared, outcome, str(device))
    _write(directory / "details.json", json.dumps(task.details(), ensure_ascii=False))
    result["total_seconds"] = round(time.time() - began, 3)
    _write(directory / "result.json", json.dumps(result, ensure_ascii=False))
    reporter.finished("stopped" if outcome.stopped else "succeeded")


def _judge(
    directory: Path, task: BoundTask, experiment: Experiment, prepared: Prepared, outcome: Outcome, device: str
) -> dict[str, Any]:
    """The result line. The test part is read here, once, with the best weights."""
    with torch.inference_mode():
        validation, test = task.evaluate("validation", thorough=True), task.evaluate("test", thorough=True)
    flops = flops_per_step(experiment, prepared.summary) * outcome.steps
    return {
        "event": "result",
        "run": directory.name,
        "task": experiment.task,
        "data": experiment.data.id or " ".join(Path(path).name for path in experiment.data.path),
        "device": device,
        "parameters": count_parameters(experiment, prepared.summary),
        "steps": outcome.steps,
        "total_steps": outcome.total_steps,
        "best": outcome.best.summary(),
        "seconds": round(outcome.seconds, 3),
        "flops_per_second": round(flops / max(1e-9, outcome.seconds)),
        "total_seconds": 0.0,
        "train": {"loss": outcome.train_loss},
        "validation": validation,
        "test": test,
        "baselines": task.baselines("test"),
    }


def _resume_state(task: BoundTask, outcome: Outcome) -> dict[str, Any]:
    best = outcome.best
    return {
        "model": task.model.state_dict(),
        "optimizer": outcome.optimizer.state_dict(),
        "carried": task.carried(),
        "step": outcome.steps,
        "total_steps": outcome.total_steps,
        "best": {**best.summary(), "weights": best.weights},
    }


def _plain(metrics: Metrics) -> Metrics:
    """Metrics of a curve: plain numbers without the per-target detail."""
    return {name: value for name, value in metrics.items() if isinstance(value, int | float) or value is None}


def _write(path: Path, content: str) -> None:
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(content, encoding="utf-8")
    os.replace(temporary, path)
