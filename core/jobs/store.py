"""Runs as folders: how one is made, found, asked to stop and deleted.

`create_run` and its neighbours work on a folder anywhere (the shell's `--out`); `RunStore` keeps many under one root,
each named by an id that cannot be guessed. Left out: starting them (manager.py), how they are doing (status.py).
"""

from __future__ import annotations

import os
import platform
import re
import secrets
import shutil
import time
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Literal

import yaml

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.jobs.files import write_text
from core.jobs.record import STOP_FILE, ManagerRecord, RunNotFound, read_record, update_record, write_record
from core.jobs.status import read_status

EXPERIMENT_FILE = "experiment.yaml"
RUN_ID = re.compile(r"[0-9a-f]{32}")
RECORDED_LIBRARIES = ("torch", "numpy", "pandas", "tokenizers", "statsmodels", "scikit-learn", "sacrebleu")


def create_run(
    directory: Path,
    experiment: Experiment,
    *,
    versions: Mapping[str, str],
    owner: str = "",
    name: str = "",
    parent: str | None = None,
    fingerprint: str = "",
    state: Literal["queued", "launched"] = "queued",
) -> None:
    """Make a run's folder: whole or not at all.

    Args:
        directory: Where; must not exist, or be empty.
        experiment: What to train.
        versions: Versions of the libraries, see `library_versions`.
        owner: Who asked for it, as a hash.
        name: What its owner calls it.
        parent: The run that it goes on from.
        fingerprint: Of the data, sha256.
        state: "launched" when the calling process trains it itself, so that no manager does as well.

    Raises:
        ConfigError: The folder is not empty or cannot be written.
    """
    record, text = _describe(experiment, versions, owner, name, parent, fingerprint, state)
    try:
        if not directory.exists():
            _make_whole(directory, text, record)
        elif directory.is_dir() and not any(directory.iterdir()):
            _fill(directory, text, record)
        else:
            raise ConfigError.single("out", "a folder that is new or empty", str(directory), "Choose another one.")
    except OSError as error:
        received = f"{directory} ({error.strerror})"
        raise ConfigError.single("out", "a folder that can be written", received, "Choose another one.") from error


def read_experiment(directory: Path) -> Experiment:
    """The experiment of a run's folder.

    Raises:
        RunNotFound: There is none.
        ConfigError: It is not one that this version understands.
    """
    try:
        text = (directory / EXPERIMENT_FILE).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise RunNotFound(directory.name) from None
    return Experiment.from_yaml(text)


def request_stop_of(directory: Path) -> None:
    """Ask a run to end: a queued one never starts, a running one ends at its next step; one that is over stays so.

    Raises:
        RunNotFound: There is no run in this folder.
    """
    cancelled = update_record(directory, only_if="queued", state="cancelled")
    if cancelled is None and not read_status(directory, time.time()).is_over:
        (directory / STOP_FILE).touch()


def library_versions() -> dict[str, str]:
    """Versions of Python and of the libraries that a result depends on, without importing them."""
    found = {"python": platform.python_version()}
    for library in RECORDED_LIBRARIES:
        try:
            found[library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            continue
    return found


class RunStore:
    """Runs under one root folder, by id. Ids are checked before they become a path."""

    def __init__(self, root: Path):
        self.root = root.resolve()

    def create(
        self,
        experiment: Experiment,
        *,
        versions: Mapping[str, str],
        owner: str = "",
        name: str = "",
        parent: str | None = None,
        fingerprint: str = "",
        state: Literal["queued", "launched"] = "queued",
    ) -> str:
        """Make a run and return its id, 32 hexadecimal digits that cannot be guessed. Arguments as `create_run`.

        Raises:
            OSError: The root cannot be written: nothing that a visitor could mend.
        """
        run_id = secrets.token_hex(16)
        record, text = _describe(experiment, versions, owner, name, parent, fingerprint, state)
        _make_whole(self.root / run_id, text, record)
        return run_id

    def path(self, run_id: str) -> Path:
        """The folder of a run, whether it exists or not. Raises `ConfigError` for what cannot be an id."""
        if not isinstance(run_id, str) or RUN_ID.fullmatch(run_id) is None:
            raise ConfigError.single("run", "32 hexadecimal digits", repr(run_id)[:80], "Copy the whole link or id.")
        return self.root / run_id

    def exists(self, run_id: str) -> bool:
        """Whether there is a run of this id. Raises `ConfigError` for what cannot be an id."""
        return read_record(self.path(run_id)) is not None

    def experiment(self, run_id: str) -> Experiment:
        """What the run trains. Raises `RunNotFound`."""
        return read_experiment(self.path(run_id))

    def manager_record(self, run_id: str) -> ManagerRecord:
        """Who made the run, when, and how far the manager got with it. Raises `RunNotFound`."""
        record = read_record(self.path(run_id))
        if record is None:
            raise RunNotFound(run_id)
        return record

    def update_manager(self, run_id: str, *, name: str | None = None, pinned: bool | None = None) -> ManagerRecord:
        """Rename or pin a run; what is None stays. States change through a manager only. Raises `RunNotFound`."""
        record = update_record(self.path(run_id), name=name, pinned=pinned)
        assert record is not None  # only a condition on the state yields None
        return record

    def request_stop(self, run_id: str) -> None:
        """Ask a run to end, see `request_stop_of`. Raises `RunNotFound`."""
        request_stop_of(self.path(run_id))

    def delete(self, run_id: str) -> None:
        """Remove a run that is over, with everything in it.

        Raises:
            RunNotFound: There is no such run.
            ConfigError: It is queued or running.
        """
        directory = self.path(run_id)
        state = read_status(directory, time.time())
        if not state.is_over:
            raise ConfigError.single("run", "a run that is over", state.state, "Stop it first.")
        # Out of sight in one step: nobody meets a run that is half deleted.
        hidden = self.root / f".deleted-{run_id}-{secrets.token_hex(4)}"
        directory.rename(hidden)
        shutil.rmtree(hidden)

    def ids(self) -> set[str]:
        """The names under the root that can be runs, in no order and unread: cheap."""
        try:
            return {name for name in os.listdir(self.root) if RUN_ID.fullmatch(name)}
        except FileNotFoundError:
            return set()

    def list(self) -> Sequence[str]:
        """Ids of all runs, newest first."""
        records = {run_id: read_record(self.root / run_id) for run_id in self.ids()}
        found = [(record.created, run_id) for run_id, record in records.items() if record is not None]
        return [run_id for _, run_id in sorted(found, reverse=True)]


def _describe(
    experiment: Experiment,
    versions: Mapping[str, str],
    owner: str,
    name: str,
    parent: str | None,
    fingerprint: str,
    state: Literal["queued", "launched"],
) -> tuple[ManagerRecord, str]:
    """A new run's record and the text of its `experiment.yaml`."""
    record = ManagerRecord(
        created=time.time(),
        owner=owner,
        name=name,
        task=experiment.task,
        parent=parent,
        pid=os.getpid() if state == "launched" else None,
        state=state,
    )
    origin = {"fingerprint": fingerprint, "versions": dict(versions)}
    return record, experiment.to_yaml() + yaml.safe_dump(origin, sort_keys=False, allow_unicode=True)


def _make_whole(directory: Path, text: str, record: ManagerRecord) -> None:
    """Make a run's folder under a hidden name and give it its own in one step."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    hidden = directory.with_name(f".new-{secrets.token_hex(8)}")
    hidden.mkdir()
    try:
        _fill(hidden, text, record)
        hidden.rename(directory)
    except BaseException:
        shutil.rmtree(hidden, ignore_errors=True)
        raise


def _fill(directory: Path, text: str, record: ManagerRecord) -> None:
    """Write a run's first files; the record last, because a folder with a record is a run."""
    write_text(directory / EXPERIMENT_FILE, text)
    write_record(directory, record)
