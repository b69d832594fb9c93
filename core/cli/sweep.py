"""`python -m core sweep`: many set-ups of a task tried by Optuna, the worse ones ended early, the winner tried again over seeds.

Its trials are runs of the folder of runs, started by a queue of this process, or by the server's where one has the folder.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.asked import ConfigFile, DataSets, Fields, Preset, Task, asked_for
from core.cli.output import AsJson, print_json
from core.config.errors import ConfigError
from core.config.limits import Limits, Settings
from core.config.words import plural

if TYPE_CHECKING:
    from core.sweeps.driver import Driver
    from core.sweeps.study import Trial

_LOOK_SECONDS, _LEAVE_SECONDS = 0.1, 5.0


def sweep(
    task: Task,
    data: DataSets = None,
    preset: Preset = "quick",
    set_: Fields = None,
    config: ConfigFile = None,
    trials: Annotated[int, typer.Option(help="How many set-ups; the first is the start itself.")] = 24,
    field: Annotated[
        list[str] | None, typer.Option(help="A field to try, as often as needed; the form's open ones if not said.")
    ] = None,
    max_seconds: Annotated[
        float | None, typer.Option(help="Everything ends after so many seconds, with what is there.")
    ] = None,
    seeds: Annotated[int, typer.Option(help="The best is trained again with so many seeds, beside the start.")] = 5,
    prune: Annotated[bool, typer.Option(help="End the worse trials early.")] = True,
    slots: Annotated[int | None, typer.Option(help="Trials at the same time; as the server's if not said.")] = None,
    out: Annotated[Path | None, typer.Option(help="The folder of its runs; UNROLL_RUNS_DIR if not said.")] = None,
    as_json: AsJson = False,
) -> None:
    """Try many set-ups around one, chosen by validation, and say whether the best is better than luck."""
    from core.console import print_notes
    from core.data.report import warnings_of
    from core.jobs.backends.choice import backend_of
    from core.jobs.manager import RunManager
    from core.jobs.store import RunStore
    from core.resolve import resolve
    from core.sweeps.folder import Plan, check_plan, create, driving
    from core.sweeps.queued import Read, driver_of
    from core.sweeps.space import space_of, trial_of

    limits, settings = Limits(), Settings()
    check_plan(trials, seeds, max_seconds, limits)
    if slots is not None and slots < 1:
        raise ConfigError.single("slots", "1 or more", str(slots), "Choose another number.")
    resolved = resolve(task, *asked_for(task, data or [], preset, set_ or [], config, {}))
    start = trial_of(resolved.experiment)
    space = space_of(start, resolved.prepared, limits, field or [])
    print_notes(resolved.prepared.notes, warnings_of(resolved.prepared))
    settings = settings.model_copy(update={} if slots is None else {"slots": slots})
    store = RunStore((out or settings.runs_dir).absolute())
    backend, share = backend_of(settings)
    try:
        manager = RunManager(store, backend, limits=limits, share=share)
        try:
            plan = Plan(
                list(space.choices), trials, time.time(), max_seconds, seeds, prune, manager.slots,
                fingerprint=resolved.prepared.fingerprint,
            )  # fmt: skip
            folder = create(store.root, start, plan)
            with driving(folder):
                _drive(driver_of(folder, manager, Read(resolved.prepared, limits)), as_json)
            left = time.monotonic() + _LEAVE_SECONDS
            while manager.active() and time.monotonic() < left:  # the last process has said all, and goes
                time.sleep(_LOOK_SECONDS)
        finally:
            manager.close()
    finally:
        backend.close()


def _drive(driver: Driver, as_json: bool) -> None:
    """Tick to the end, telling what ends; interrupted, what trains ends unread and what there is is told."""
    from core.sweeps.folder import request_stop

    told: dict[int, str] = {}
    began = time.monotonic()
    while True:
        try:
            is_over = driver.tick()
            _tell_trials(driver, told, as_json, time.monotonic() - began)
            if is_over:
                break
            time.sleep(_LOOK_SECONDS)
        except KeyboardInterrupt:
            request_stop(driver.folder)
    _tell_end(driver, as_json, time.monotonic() - began)


def _tell_trials(driver: Driver, told: dict[int, str], as_json: bool, seconds: float) -> None:
    for trial in driver.study.trials():
        if trial.state == "open" or trial.number in told:
            continue
        told[trial.number] = trial.state
        if as_json:
            print_json({"event": "trial", "seconds": round(seconds, 1), **_row(trial)})
        else:
            print(f"{_line(trial)}", file=sys.stderr, flush=True)


def _row(trial: Trial) -> dict[str, Any]:
    return {
        "number": trial.number, "state": trial.state, "run": trial.run or None, "metric": trial.metric or None,
        "value": trial.value, "step": trial.step, "values": dict(trial.values), "reason": trial.reason or None,
    }  # fmt: skip


def _line(trial: Trial) -> str:
    from core.figures import metric_of, metric_value

    score = (
        ""
        if trial.value is None
        else f"{metric_of('validation', trial.metric)} {metric_value(trial.metric, trial.value)}"
    )
    said = {"done": score, "pruned": f"{score} after {plural(trial.step, 'step')}, ended there", "failed": trial.reason}
    return f"trial {trial.number}: {said[trial.state]}"


def _tell_end(driver: Driver, as_json: bool, seconds: float) -> None:
    from core.sweeps.outcome import checked, cut_short, result_under

    task, progress = driver.space.start.task, driver.progress
    root = driver.folder.parent.parent
    trials = driver.study.trials()
    best = None if progress.winner is None else trials[progress.winner]
    found = checked(task, progress, result_under(root))
    result = None if best is None else result_under(root)(best.run)
    if as_json:
        print_json({
            "event": "sweep", "sweep": driver.folder.name, "state": progress.state, "error": progress.error or None,
            "late": progress.is_late,
            "seconds": round(seconds, 1), "trials": len(trials),
            "states": {state: sum(one.state == state for one in trials) for state in ("done", "pruned", "failed")},
            "steps": sum(one.step for one in trials), "importances": driver.study.importances(),
            "best": None if best is None else {**_row(best), "test": (result or {}).get("test")},
            "seeds": None if found is None else _seeds(found),
        })  # fmt: skip
    else:
        _print_end(best, found, trials, seconds, cut_short(driver.plan, progress, trials))
    if progress.state == "failed":
        raise RuntimeError(progress.error)


def _seeds(found: Any) -> dict[str, Any]:
    rows: Mapping[str, Any] = {
        row.who: {"values": list(row.values), "mean": row.mean, "deviation": row.deviation} for row in found.rows
    }
    return {"metric": found.metric, **rows, "better": found.better or None, "says": found.sentence()}


def _print_end(best: Trial | None, found: Any, trials: list[Trial], seconds: float, short: str) -> None:
    from core.figures import figure_with_spread, metric_label
    from core.sweeps.driver import CALLED

    pruned = sum(trial.state == "pruned" for trial in trials)
    print(f"{plural(len(trials), 'trial')} in {seconds:.0f} s, {pruned} ended early.")
    if short:
        print(short)
    if best is not None:
        print(f"Best on validation: trial {best.number}{', the start itself' if best.number == 0 else ''}.")
        print("  ".join(f"{name}={value}" for name, value in best.values.items()))
        print(f"run: {best.run}")
    if found is not None:
        for row in found.rows:
            mean = (
                "-"
                if row.mean is None or row.deviation is None
                else figure_with_spread(found.metric, row.mean, row.deviation)
            )
            print(f"{CALLED[row.who]:10} test {metric_label(found.metric)} {mean} ({plural(len(row.values), 'seed')})")
        print(found.sentence())
