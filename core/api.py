"""Unroll from Python: train an experiment, load a run, use what it learned.

from core import Experiment, load, train
run = train("sentiment", preset="quick", values={"data.id": "reviews"})
load(run).predict(["Not bad at all."])
load("a run of forecasting").predict(newer="newer.csv", horizon=12)  # goes on from newer rows of its data
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from core.applications import describe
from core.config.errors import ConfigError
from core.config.experiment import DataConfig, Experiment
from core.config.limits import Limits, Settings
from core.config.machine import set_thread_policy
from core.data.prepare import prepare
from core.jobs import starters
from core.jobs.backends.local import is_gone, ref_of
from core.jobs.clock import Moment
from core.jobs.folders import Lay, create_run, library_versions
from core.jobs.moments import moments_of
from core.jobs.record import STOP_FILE, ManagerRecord, RunNotFound, locked, read_record, write_record
from core.jobs.reporter import Reporter
from core.jobs.starters import refuse_starter
from core.jobs.status import RunStatus, read_status
from core.jobs.store import read_experiment
from core.jobs.worker import work
from core.resolve import check_run, resolve, resolve_data

set_thread_policy(os.environ)  # as the shell has it; it counts where torch is not imported yet


def train(
    experiment: Experiment | str,
    *,
    preset: str = "quick",
    values: dict[str, Any] | None = None,
    out: str | Path | None = None,
    make_reporter: Callable[[Path, int], Reporter] = Reporter,
    on: str | None = None,
) -> Path:
    """Train in this process, or from here on a Ray cluster, to the end.

    Args:
        experiment: An experiment, or the name of a task to take a preset of.
        preset: quick, standard or large, with the name of a task.
        values: Changes by dotted name, with the name of a task: `{"model.hidden_size": 64}`.
        out: The run directory, which must be new or empty; a new one in `UNROLL_RUNS_DIR` otherwise.
        make_reporter: Makes what writes status and records; the shell's also draws a progress bar.
        on: Where the head of a cluster takes jobs, such as ray://head:8265: what is needed travels there, and the
            result comes back (core.jobs.travelling).

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
        prepared = prepare(experiment.description.kind, experiment.data)
        check_run(experiment, prepared, Limits())
        fingerprint = prepared.fingerprint
    if on is not None:
        return _train_away(experiment, fingerprint, out, make_reporter, on)
    directory = _new_run(experiment, fingerprint, out)
    _work(directory, make_reporter)
    return directory


def _train_away(
    experiment: Experiment,
    fingerprint: str,
    out: str | Path | None,
    make_reporter: Callable[[Path, int], Reporter],
    on: str,
) -> Path:
    from core.jobs.backends import Share
    from core.jobs.travelling import head_of, train_there
    from core.jobs.worker import describe_failure, stop_on_signals

    settings = Settings()
    head = head_of(on, settings)
    directory = _new_run(experiment, fingerprint, out)
    reporter = make_reporter(directory, 1)
    share = Share(settings.ray_cpus, settings.ray_gpus)
    try:
        with stop_on_signals(reporter):
            train_there(directory, experiment, head, reporter, share=share, python=settings.ray_python)
    except (ConfigError, OSError) as error:
        if not reporter.is_over:
            reporter.finished("failed", error=describe_failure(error))
        if isinstance(error, ConfigError):
            raise
        raise RuntimeError(str(error)) from None
    finally:
        reporter.close()
    if (failure := read_status(directory).error) is not None:
        raise RuntimeError(f"{failure.message} {failure.hint}".strip())
    return directory


def resume(
    run: str | Path, *, pause_at: int | None = None, make_reporter: Callable[[Path, int], Reporter] = Reporter
) -> Path:
    """Go on with a run that was stopped, failed or lost, in this process, from its last checkpoint.

    On a CPU with the same versions of the libraries and as many threads to choose from, everything that comes out equals
    an unbroken run bit for bit (docs/engine.md says what threads may change): weights, optimizer, every record but for
    its times, and the result. What came after the checkpoint is taken back and done again. On a GPU the order of sums is
    not fixed, so two runs differ by rounding, and so does a resumed one. Where `training.max_seconds` is reached the
    number of steps is measured, so it may be another one; once it is fixed it stays.

    Args:
        run: A run directory, or the id of a run in `UNROLL_RUNS_DIR`.
        pause_at: Stop again once this many steps are done, without a look at the test set; None goes on to the end.
        make_reporter: As for `train`.

    Returns:
        The run directory.

    Raises:
        ConfigError: No such run, one that trains, waits, is finished or a starter, or a checkpoint that is damaged.
        RuntimeError: Training failed; the message says why.
    """
    directory = find_run(run)
    refuse_starter(directory)
    if pause_at is not None and pause_at < 1:
        raise ConfigError.single("pause_at", "a step, 1 or more", str(pause_at), "Choose a later step.")
    _reopen(directory, pause_at)
    _work(directory, make_reporter)
    return directory


def learn(
    run: str | Path,
    corrections: Iterable[tuple[str, str]],
    *,
    out: str | Path | None = None,
    make_reporter: Callable[[Path, int], Reporter] = Reporter,
) -> Path:
    """Go on training a network that labels texts, from its weights, with a few texts that it got wrong: a new run.

    It trains for some seconds on its own data, a tenth of every step's loss being of these texts. What that changed, on
    them and on the validation set, stands in `changes.json` of the new run.

    Args:
        run: A run directory, or the id of a run; a starter too.
        corrections: Texts with the labels that they should have had; labels are those that the network has.
        out: As for `train`.
        make_reporter: As for `train`.

    Returns:
        The run directory.

    Raises:
        ConfigError: No such run, one that labels no texts or is not over, corrections that cannot be.
        RuntimeError: Training failed; the message says why.
    """
    from core.jobs.corrections import Correction, lesson

    parent = find_run(run)
    made = lesson(parent, [Correction(text, label) for text, label in corrections])
    directory = _new_run(made.experiment, made.fingerprint, out, made.lay, parent.name)
    _work(directory, make_reporter)
    return directory


def go_on(
    run: str | Path,
    data: DataConfig | Mapping[str, Any],
    *,
    steps: int | None = None,
    out: str | Path | None = None,
    make_reporter: Callable[[Path, int], Reporter] = Reporter,
) -> Path:
    """Go on training a network that writes, from its weights, with another text: a new run.

    Args:
        run: A run directory, or the id of a run; a starter too.
        data: Dotted names of the data section to values, `{"data.path": "letters.txt"}`, or the section itself.
        steps: How many; None for a few hundred.
        out, make_reporter: As for `train`.

    Returns:
        The run directory.

    Raises:
        ConfigError: No such run or text, or a run that writes nothing or is not over.
        RuntimeError: Training failed; the message says why.
    """
    from core.jobs.another_text import STEPS, another_text

    parent = find_run(run)
    task = read_experiment(parent).task
    section = data if isinstance(data, DataConfig) else resolve_data(task, dict(data))
    prepared = prepare(describe(task).kind, section)
    made = another_text(parent, section, prepared.fingerprint, STEPS if steps is None else steps)
    directory = _new_run(made.experiment, made.fingerprint, out, made.lay, parent.name)
    _work(directory, make_reporter)
    return directory


def _reopen(directory: Path, pause_at: int | None) -> None:
    """Make a run's next attempt this process's."""
    from core.jobs.reopening import next_attempt

    with locked(directory):
        status, record = read_status(directory), read_record(directory)
        if record is None or not (status.can_resume or _has_died(status, record)):
            hint = "Stop it first." if not status.is_over else "Train a new run."
            raise ConfigError.single("run", "a run that was stopped, failed or lost", f"one that {status.state}", hint)
        (directory / STOP_FILE).unlink(missing_ok=True)
        now = Moment.now()
        opened = next_attempt(record, pause_at, None)
        write_record(
            directory, replace(opened, state="launched", ref=ref_of(os.getpid()), uptime=now.uptime, boot=now.boot)
        )


def _has_died(status: RunStatus, record: ManagerRecord) -> bool:
    """Whether a run that still counts as training has no process any more: a moment ago it was killed."""
    if status.is_over or status.state == "queued":
        return False
    return is_gone(record.ref)


def _work(directory: Path, make_reporter: Callable[[Path, int], Reporter]) -> None:
    if work(directory, make_reporter) != 0:
        error = read_status(directory).error
        raise RuntimeError(f"{error.message} {error.hint}".strip() if error else "Training failed.")


def _new_run(
    experiment: Experiment,
    fingerprint: str,
    out: str | Path | None,
    lay: Lay | None = None,
    parent: str | None = None,
) -> Path:
    directory = Settings().runs_dir / secrets.token_hex(16) if out is None else Path(out)
    create_run(
        directory, experiment, versions=library_versions(), fingerprint=fingerprint, state="launched", lay=lay,
        parent=parent,
    )  # fmt: skip
    return directory


def load(run: str | Path, device: str = "auto", weights: Literal["best", "last"] | int = "best") -> Any:
    """The trained network of a run, ready to use.

    Args:
        run: A run directory, or the id of a run in `UNROLL_RUNS_DIR`.
        device: auto, cpu, cuda or mps.
        weights: Those of the best evaluation, or of the last checkpoint; a number is a step whose weights were kept, see
            `core.jobs.moments.moments_of`.

    Returns:
        The task's predictor, with `predict(...)` and what `core.tasks` documents for the task.

    Raises:
        ConfigError: No such run, one without weights yet, or one with a damaged file, which is named.
    """
    from core.tasks.registry import load_predictor
    from core.training.checkpoint import load_best
    from core.training.devices import choose_device

    directory = find_run(run)
    experiment = read_experiment(directory)
    if isinstance(weights, int):
        if weights not in (kept := moments_of(directory)):
            said = ", ".join(map(str, kept)) or "none"
            raise ConfigError.single("weights", f"a step that was kept ({said})", repr(weights), "Choose one of these.")
        found = load_best(directory, kept[weights].name)
    elif weights not in ("best", "last"):
        raise ConfigError.single("weights", "best or last", repr(weights), "Choose one of these.")
    else:
        found = load_best(directory) if weights == "best" else _last_weights(directory)
    return load_predictor(experiment, directory, found, choose_device(device))


def _last_weights(directory: Path) -> dict[str, Any]:
    from core.training.checkpoint import load_last, unusable_last

    state = load_last(directory)
    if state is None:
        hint = "Train it a little longer."
        raise ConfigError.single("run", "a run that has saved a checkpoint", directory.name, hint)
    if not isinstance(state.get("model"), dict):
        raise unusable_last(KeyError("no weights"))
    return state["model"]


def find_run(run: str | Path) -> Path:
    """The directory of a run given by path or by id, a starter's too. Raises `RunNotFound`, a `ConfigError`."""
    for directory in (Path(run), Settings().runs_dir / str(run), starters.STARTERS_DIR / str(run)):
        if (directory / "experiment.yaml").exists():
            return directory
    raise RunNotFound(Path(run).name)  # never the folder: the message may reach a stranger
