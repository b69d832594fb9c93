"""A run from its directory: prepare, train, judge, write. The worker and the shell both call `train_run`.

A directory that holds a `last.pt` is gone on with. Files are written whole. The best weights are on disk from the
first evaluation on, so that a run which is stopped or killed leaves a network that can be used; a full disk is borne
until the end.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.limits import Limits
from core.config.plain_files import read_plain
from core.config.sizes import count_parameters, flops_per_step
from core.data.prepared import Prepared
from core.jobs.corrections import read_corrections
from core.jobs.files import write_text
from core.jobs.reporter import Reporter
from core.resolve import check_run
from core.tasks.base import BoundTask, Metrics
from core.tasks.registry import bind
from core.training.another_text import prepare_run, take_weights
from core.training.best import Best
from core.training.checkpoint import (
    HELD_FILE,
    load_held,
    load_last,
    save_last,
    save_weights,
    unusable_last,
)
from core.training.devices import choose_device
from core.training.judging import APART, DETAILS_FILE, detail_files, judge
from core.training.lesson import begin, set_aside
from core.training.loop import Keeper, Outcome, Training
from core.training.moments import Moments

RESULT_FILES = ("result.json", DETAILS_FILE, *APART.values())
FINAL_TRIES = 20
FINAL_PAUSE_SECONDS = 0.5

log = logging.getLogger(__name__)


class _Gone(Exception):
    """The run is no longer this process's to train: deleted, or gone on with elsewhere."""


class _RunKeeper(Keeper):
    """Keeps the best weights and the last state on disk."""

    def __init__(self, directory: Path, reporter: Reporter, fingerprint: str, moments: Moments | None = None):
        self._directory, self._reporter, self._fingerprint = directory, reporter, fingerprint
        self._moments = moments
        self._unsaved: dict[str, Tensor] | None = None  # the best weights, where the disk did not take them

    def improved(self, best: Best) -> None:
        self._unsaved = best.weights
        self._try(self._save_weights)

    def keep(self, state: dict[str, Any], last: bool) -> None:
        do = self.insist if last else self._try
        do(lambda: save_last({**state, **self._origin()}, self._directory))
        do(self._save_weights)

    def keep_held(self, state: dict[str, Any]) -> None:
        self._try(lambda: save_last({**state, **self._origin()}, self._directory, HELD_FILE))

    def begin(self, step: int) -> None:
        """Training goes on after this step."""
        if self._moments is not None:
            self._moments.begin(step)

    def moment(self, step: int, is_end: bool) -> Callable[[], None] | None:
        moments = self._moments
        if moments is None or not moments.is_due(step, is_end=is_end) or not self._reporter.is_current:
            return None
        return lambda: moments.keep(step)

    def _origin(self) -> dict[str, Any]:
        """Whose state it is, and how much of the curve belongs to it."""
        return {"run": self._directory.name, "data": self._fingerprint, "records": self._reporter.num_records}

    def insist(self, write: Callable[[], None]) -> None:
        """Write, and give a full disk some time. Raises `OSError` when it stays full."""
        for trial in range(FINAL_TRIES):
            if not self._reporter.is_current:
                raise _Gone
            try:
                return write()
            except OSError as error:
                if trial == FINAL_TRIES - 1:
                    raise
                log.warning("Not written: %s. Tried again in a moment.", error.strerror)
                time.sleep(FINAL_PAUSE_SECONDS)

    def _try(self, write: Callable[[], None]) -> None:
        """Write if the disk takes it; there will be another time."""
        try:
            write()
        except OSError as error:
            log.warning("Not written: %s. Tried again with the next checkpoint.", error.strerror)

    def _save_weights(self) -> None:
        if self._unsaved:
            save_weights(self._unsaved, self._directory)
            self._unsaved = None


def train_run(directory: Path, reporter: Reporter, pause_at: int | None = None, *, held_back: bool = False) -> None:
    """Train the run of a directory to its end, or to a pause, and say so to the reporter.

    A run that is no longer this process's, because it was deleted or is gone on with elsewhere, ends without a word.

    Args:
        directory: Holds `experiment.yaml`, and `last.pt` where training goes on; everything else is written here.
        reporter: Hears every record; `finished` is called with "succeeded" or "stopped".
        pause_at: Stop once this many steps are done, without a result: the test set is not read.
        held_back: Nor is it read when training ends in any other way: what is chosen among many is chosen on validation.

    Raises:
        ConfigError: The set-up cannot run here: its data, its limits, its device, a damaged checkpoint.
        FloatingPointError: The loss is no longer a number.
        OSError: The disk is full, and stayed so at the end.
    """
    num_threads = torch.get_num_threads()
    try:
        _train_run(directory, reporter, pause_at, held_back)
    finally:
        torch.set_num_threads(num_threads)


def _train_run(directory: Path, reporter: Reporter, pause_at: int | None, held_back: bool) -> None:
    began = time.time()
    reporter.reading()
    experiment = Experiment.from_yaml(read_plain(directory / "experiment.yaml").decode("utf-8", errors="replace"))
    state = load_last(directory)
    limits = Limits()
    whole = prepare_run(directory, experiment)
    check_run(experiment, whole, limits)
    prepared = set_aside(whole, read_corrections(directory))
    device = choose_device(experiment.training.device)
    task = bind(experiment, prepared, device)
    pupil = begin(directory, task, whole)
    take_weights(directory, task)
    is_watched = experiment.description.keeps_moments and not held_back
    moments = Moments(directory, task.model, experiment.training.max_steps) if is_watched else None
    keeper = _RunKeeper(directory, reporter, prepared.fingerprint, moments)
    training = Training(task, experiment, device, reporter, keeper, pause_at, limits.max_seconds)
    num_records = 0 if state is None else _restore(training, state, directory, prepared)
    try:
        for name, content in task.artifacts().items():
            write_text(directory / name, content)
        _begin(training, num_records, directory, reporter)
        if training.step < training.budget.planned:
            keeper.begin(training.step)
        outcome = training.run(lambda: _tell_baselines(task, reporter))
        if not (outcome.paused or held_back):
            reporter.scoring()
            result = _result(directory, task, experiment, prepared, outcome, str(device), reporter.attempt)
            result |= _threads(training)
            changes = {} if pupil is None else {"changes": pupil.changes(task)}
            details = (
                detail_files(task.details() | changes) | task.artifacts()
            )  # again: what details found belongs in them
            result["total_seconds"] = round(time.time() - began, 3)
            if outcome.best.weights:  # again: what lies there may have been damaged since
                keeper.insist(lambda: save_weights(outcome.best.weights, directory))
            keeper.insist(lambda: _write_all(directory, details))
            reporter.flush()  # a result says that the curve is whole
            keeper.insist(lambda: write_text(directory / "result.json", json.dumps(result, ensure_ascii=False)))
    except _Gone:
        return
    reporter.finished("stopped" if outcome.stopped or held_back else "succeeded")


def _restore(training: Training, state: dict[str, Any], directory: Path, prepared: Prepared) -> int:
    """Put a training where a checkpoint left one; returns how many records belong to it. Changes no file."""
    try:
        if state["data"] != prepared.fingerprint:
            received, hint = "data that has changed since", "Bring the old data back, or train anew."
            raise ConfigError.single("data", "the data that the run began with", received, hint)
        # A checkpoint of another run is that of its parent, which goes beyond its end here.
        if state["run"] != directory.name:
            state = training.go_beyond(state, load_held(directory))
        else:
            training.load_state_dict(state)
        return int(state["records"])
    except (ConfigError, torch.OutOfMemoryError):
        raise
    except (KeyError, RuntimeError, TypeError, ValueError) as error:
        raise unusable_last(error) from error


def _begin(training: Training, num_records: int, directory: Path, reporter: Reporter) -> None:
    """Make the files those of the moment at which training goes on, and say that it does."""
    reporter.rewind(num_records)
    if training.step < training.budget.planned:
        for name in RESULT_FILES:  # of the attempt before; what it judged changes now
            (directory / name).unlink(missing_ok=True)
    seconds = training.clock.seconds() if training.step else 0.0
    reporter.started(str(training.device), training.budget.total_steps, step=training.step, seconds=seconds)
    if training.chosen.weights:
        training.keeper.improved(training.chosen)
        reporter.progress(training.step, training.chosen.summary())


def _tell_baselines(task: BoundTask, reporter: Reporter) -> None:
    for name, metrics in task.baselines("validation").items():
        reporter.record({"event": "baseline", "name": name, "split": "validation", **_plain(metrics)})


def _result(
    directory: Path,
    task: BoundTask,
    experiment: Experiment,
    prepared: Prepared,
    outcome: Outcome,
    device: str,
    attempt: int,
) -> dict[str, Any]:
    """The result line: what training came to, and what the best weights are worth."""
    flops = flops_per_step(experiment, prepared.summary) * outcome.steps
    return {
        "event": "result",
        "run": directory.name,
        "state": "stopped" if outcome.stopped else "succeeded",
        "attempt": attempt,
        "task": experiment.task,
        "data": experiment.data.id or " ".join(Path(path).name for path in experiment.data.path),
        "device": device,
        "threads": torch.get_num_threads(),
        "parameters": count_parameters(experiment, prepared.summary),
        "steps": outcome.steps,
        "total_steps": outcome.total_steps,
        "max_steps": experiment.training.max_steps,
        "max_seconds": experiment.training.max_seconds,
        "server_seconds": Limits().max_seconds,
        "ended": outcome.ended,
        "best": outcome.best.summary(),
        "seconds": round(outcome.seconds, 3),
        "flops_per_second": round(flops / max(1e-9, outcome.seconds)),
        "total_seconds": 0.0,
        "train": {"loss": outcome.train_loss},
        **judge(task, experiment, prepared, outcome.best.weights),
    }


def _threads(training: Training) -> dict[str, Any]:
    """The number of threads that made the largest part of the steps and, where it changed, from which step on which."""
    threads = training.train_step.threads
    if threads is None:
        return {}
    changed = {"threads_history": threads.history} if len(threads.history) > 1 else {}
    return {"threads": threads.usual(training.step), "threads_agree": threads.sums_agree, **changed}


def _write_all(directory: Path, files: Mapping[str, str]) -> None:
    for name, content in files.items():
        write_text(directory / name, content)


def _plain(metrics: Metrics) -> Metrics:
    """Metrics of a curve: plain numbers without the per-target detail."""
    return {name: value for name, value in metrics.items() if isinstance(value, int | float) or value is None}
