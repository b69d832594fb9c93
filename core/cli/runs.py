"""`python -m core runs`: look at runs, stop, resume and delete them, and make room, as the machine's administrator."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli.output import AsJson, print_ending, print_json
from core.config.errors import ConfigError, Problem
from core.config.limits import Limits, Settings
from core.config.words import plural
from core.jobs import starters
from core.jobs.folders import delete_run, read_experiment, request_stop_of
from core.jobs.record import RunNotFound, run_not_found
from core.jobs.status import EXPERIMENT_FILE, RunStatus, read_status
from core.jobs.store import RunStore

ACTIONS = ("list", "stop", "resume", "delete", "gc")
WITHOUT_RUN = ("list", "gc")


def runs(
    action: Annotated[str, typer.Argument(help=f"One of {', '.join(ACTIONS)}.")] = "list",
    run: Annotated[str | None, typer.Argument(help="The id of a run in UNROLL_RUNS_DIR, or a run directory.")] = None,
    steps: Annotated[int | None, typer.Option(help="resume: pause again after this many steps.")] = None,
    max_bytes: Annotated[
        int | None,
        typer.Option(help="gc: what all runs may take together, pinned ones stay; UNROLL_MAX_RUN_BYTES otherwise."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List, stop, resume or delete runs; gc clears away what is left over, oldest finished runs, uploads, sweeps."""
    _check_words(action, run, steps, max_bytes)
    store = RunStore(Settings().runs_dir, starters=starters.STARTERS_DIR)
    if action == "list":
        _list(store, as_json)
    elif action == "gc":
        _make_room(store, Limits().max_run_bytes if max_bytes is None else max_bytes, as_json)
    elif run is not None:
        directory = _find(store, run)
        starters.refuse_starter(directory)
        if action == "resume":
            _resume(directory, steps, as_json)
            return
        if action == "stop":
            request_stop_of(directory)
        else:
            delete_run(directory)
        print_json({"run": directory.name, "action": action}) if as_json else print(f"{action}: {directory.name}")


def _check_words(action: str, run: str | None, steps: int | None, max_bytes: int | None) -> None:
    """Raise `ConfigError` for an action that does not exist and for everything that does not go with it."""
    if action not in ACTIONS:
        raise ConfigError.single("action", f"one of {', '.join(ACTIONS)}", repr(action), "Choose one of these.")
    problems = []
    if action in WITHOUT_RUN and run is not None:
        problems.append(Problem("run", f"nothing, {action} is about all runs", repr(run), "Leave it out."))
    if action not in WITHOUT_RUN and run is None:
        hint = "`python -m core runs list` shows them."
        problems.append(Problem("run", "the id or the directory of a run", "nothing", hint))
    for name, value, its_action, least in (("steps", steps, "resume", 1), ("max-bytes", max_bytes, "gc", 0)):
        if value is not None and action != its_action:
            problems.append(Problem(f"--{name}", f"nothing, only {its_action} uses it", str(value), "Leave it out."))
        elif value is not None and value < least:
            problems.append(Problem(f"--{name}", f"{least} or more", str(value), "Choose a larger number."))
    if problems:
        raise ConfigError(problems)


def _find(store: RunStore, run: str) -> Path:
    """The folder of a run given by path or by id. Raises `RunNotFound`, a `ConfigError`."""
    place = Path(run)
    if (place / EXPERIMENT_FILE).exists():
        return place.resolve()
    if place.is_dir():
        raise run_not_found(place)
    directory = store.path(run)
    if not store.exists(run):
        raise run_not_found(directory)
    return directory


def _list(store: RunStore, as_json: bool) -> None:
    for run_id in store.list():
        directory = store.path(run_id)
        try:
            status = read_status(directory)
        except RunNotFound:  # deleted meanwhile
            continue
        row = _row(status, _data_name(directory))
        if as_json:
            print_json(row)
            continue
        best = "" if status.best is None or status.best.value is None else (
            f"  best validation {status.best.metric} {status.best.value:.4g}"
        )  # fmt: skip
        name = f"  {status.name}" if status.name else ""
        print(
            f"{run_id}  {status.task:12} {row['data']:16} {status.state:10} "
            f"step {status.step} of {status.total_steps or '?'}{best}{name}"
        )


def _row(status: RunStatus, data: str) -> dict[str, Any]:
    best, error = status.best, status.error
    own = ("name", "task", "state", "step", "total_steps", "seconds", "created", "ended", "attempt", "parent", "pinned")
    said = {
        "run": status.run_id,
        "data": data,
        "best": None if best is None else {"metric": best.metric, "value": best.value, "step": best.step},
        "error": None if error is None else error.message,
    }
    return said | {name: getattr(status, name) for name in own}


def _data_name(directory: Path) -> str:
    """The data set's id or the names of its files; nothing where the experiment cannot be read."""
    try:
        data = read_experiment(directory).data
    except ConfigError:
        return ""
    return data.id or " ".join(Path(path).name for path in data.path)


def _resume(directory: Path, steps: int | None, as_json: bool) -> None:
    """Train on in this process, as the run's next attempt."""
    from core import api
    from core.console import console_reporter

    pause_at = None if steps is None else read_status(directory).step + steps
    api.resume(directory, pause_at=pause_at, make_reporter=console_reporter(as_json))
    print_ending(directory, read_status(directory), as_json)


def _make_room(store: RunStore, max_bytes: int | None, as_json: bool) -> None:
    from core.data.sources.upload_keeping import UploadKeeper
    from core.jobs.retention import sweep
    from core.sweeps.serving import clear

    swept = sweep(store, max_bytes, time.time())
    sweeps = clear(store, time.time())
    uploads = UploadKeeper(Settings().state_dir, store.root, Limits()).sweep(store.uploads_in_use(), time.time())
    if as_json:
        print_json({
            "action": "gc", "removed": list(swept.removed), "freed_bytes": swept.freed, "removed_uploads": list(uploads),
            "removed_sweeps": list(sweeps),
        })  # fmt: skip
        return
    for run_id in swept.removed:
        print(f"removed: {run_id}")
    removed = f"{plural(len(swept.removed), 'run')} removed, {swept.freed:,} bytes free for it"
    print(f"{removed}; {plural(len(uploads), 'upload')} removed; {plural(len(sweeps), 'sweep')} removed")
