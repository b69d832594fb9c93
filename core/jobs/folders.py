"""A run's folder on disk, wherever it lies: how it is made whole, what it trains, and how it goes without leaving a half."""

from __future__ import annotations

import os
import platform
import secrets
import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from stat import S_ISDIR
from typing import Literal, TypedDict, Unpack

import yaml

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.plain_files import read_plain
from core.jobs.backends.local import ref_of
from core.jobs.clock import Moment
from core.jobs.events import log_event
from core.jobs.files import write_text
from core.jobs.moments import passed_by_others
from core.jobs.record import (
    STOP_FILE,
    GoneReason,
    ManagerRecord,
    bury,
    locked,
    run_not_found,
    unbury,
    update_record,
    write_record,
)
from core.jobs.status import EXPERIMENT_FILE, read_status

MAX_NAME = 80

RECORDED_LIBRARIES = ("torch", "numpy", "pandas", "tokenizers", "statsmodels", "scikit-learn", "sacrebleu")

LAST_FILE = "last.pt"
HELD_FILE = "held.pt"
METRICS_FILE = "metrics.jsonl"


Lay = Callable[[Path], None]
"""Puts what a run begins with into its folder, which nobody sees yet."""


class Asked(TypedDict, total=False):
    """What may be said of a run when it is made, as it stands in its record.

    `owner` is who asked for it, as a hash; `name` what they call it; `parent` the run that it goes on from or was forked
    from; `expected_seconds` how long it will take; `pause_at` the step after which it ends as stopped, None goes on to the
    end; `address` the hash of where it was asked for from, see identity.py; `sweep` the sweep that it is a trial of.
    """

    owner: str
    name: str
    parent: str | None
    expected_seconds: float | None
    pause_at: int | None
    address: str
    sweep: str


def new_record(
    experiment: Experiment, state: Literal["queued", "launched"] = "queued", **asked: Unpack[Asked]
) -> ManagerRecord:
    """The record of a run that is made now; this process trains it itself when it is "launched", and no manager does.

    Raises `ConfigError` for a name that is none.
    """
    asked["name"] = check_name(asked.get("name", ""))
    record = ManagerRecord(
        created=Moment.now().unix, task=experiment.task, state=state, upload=upload_of(experiment), **asked
    )
    if state == "queued":
        return record
    now = Moment.now()
    return replace(record, ref=ref_of(os.getpid()), uptime=now.uptime, boot=now.boot)


def upload_of(experiment: Experiment) -> str:
    """The id of the upload that an experiment trains on; "" for other data."""
    return (experiment.data.id or "") if experiment.data.source == "upload" else ""


def experiment_text(experiment: Experiment, versions: Mapping[str, str], fingerprint: str) -> str:
    """What `experiment.yaml` says: the experiment, and what its result depends on besides."""
    origin = {"fingerprint": fingerprint, "versions": dict(versions)}
    return experiment.to_yaml() + yaml.safe_dump(origin, sort_keys=False, allow_unicode=True)


def make_whole(
    directory: Path,
    text: str,
    record: ManagerRecord,
    checkpoint_of: Path | None = None,
    lay: Lay | None = None,
) -> None:
    """Make a run's folder under a hidden name and give it its own in one step; `lay` puts other files there first."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    hidden = directory.with_name(f".new-{secrets.token_hex(8)}")
    hidden.mkdir()
    try:
        if checkpoint_of is not None:
            _copy_checkpoint(checkpoint_of, hidden)
        if lay is not None:
            lay(hidden)
        fill(hidden, text, record)
        hidden.rename(directory)
    except BaseException:
        shutil.rmtree(hidden, ignore_errors=True)
        raise


def _copy_checkpoint(source: Path, target: Path) -> None:
    """Give a new folder another run's checkpoints and records, the last one first: it says which records are its."""
    try:
        share_file(source / LAST_FILE, target / LAST_FILE)
    except FileNotFoundError:
        raise ConfigError.single(
            "run", "a run with a checkpoint", repr(source.name), "Train it a little longer, or start anew."
        ) from None
    with suppress(FileNotFoundError):  # of the held learning rate: an older run has none
        share_file(source / HELD_FILE, target / HELD_FILE)
    with suppress(FileNotFoundError):
        shutil.copyfile(source / METRICS_FILE, target / METRICS_FILE)  # appended to: never shared
    for path in passed_by_others(source):  # of those the training removes what it does again
        with suppress(FileNotFoundError):
            share_file(path, target / path.name)


def share_file(source: Path, target: Path) -> None:
    """Give a file a second name, or copy it; it is always replaced, never written over. Raises `FileNotFoundError`."""
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:  # no links here, or on another disk
        shutil.copyfile(source, target)


def fill(directory: Path, text: str, record: ManagerRecord) -> None:
    """Write a run's first files; the record last, because a folder with a record is a run."""
    write_text(directory / EXPERIMENT_FILE, text)
    write_record(directory, record)


def read_experiment(directory: Path) -> Experiment:
    """The experiment of a run's folder.

    Raises:
        RunNotFound: There is none.
        ConfigError: It is not one that this version understands.
    """
    try:
        text = read_plain(directory / EXPERIMENT_FILE).decode("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise run_not_found(directory) from None
    except (OSError, UnicodeDecodeError):
        expected = "a run whose experiment can be read"
        raise ConfigError.single("run", expected, repr(directory.name), "Its experiment.yaml is damaged.") from None
    return Experiment.from_yaml(text)


def delete_run(directory: Path, reason: GoneReason = "deleted") -> None:
    """Remove a run that is over, with everything in it, and note under its name that it is gone.

    It is out of sight in one step: nobody meets a run that is half deleted. What an interrupted deletion leaves behind
    is cleared away by the sweep (retention.py).

    Raises:
        RunNotFound: There is no run in this folder.
        ConfigError: It is queued or running.
        OSError: It cannot be removed; it is still there, whole.
    """
    root, run_id = directory.parent, directory.name
    hidden = root / f".deleted-{run_id}-{secrets.token_hex(4)}"
    with ExitStack() as stack:
        with suppress(PermissionError):  # what is broken can be deleted too
            stack.enter_context(locked(directory))  # a resume at the same time comes before or finds nothing
        status = read_status(directory)
        if not status.is_over:
            raise ConfigError.single(
                "run", "a run that is over", f"one that is {status.state}", "Stop it first, and wait until it ends."
            )
        bury(root, run_id, reason)
        try:
            directory.rename(hidden)
        except OSError as error:
            unbury(root, run_id)
            if isinstance(error, FileNotFoundError):
                raise run_not_found(directory) from None
            raise
    remove_tree(hidden)
    log_event(reason, run_id)


def remove_tree(path: Path) -> bool:
    """Remove a file, a link (never what it points to) or a folder with everything in it, as far as it can be.

    Returns:
        Whether it is gone.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)
    return not os.path.lexists(path)


def size_of(path: Path) -> int:
    """Bytes of a file, or of everything in a folder; a file with several names counts by its share, a link by itself.

    What cannot be read, or is gone, counts nothing.
    """
    try:
        stat = os.lstat(path)
        if not S_ISDIR(stat.st_mode):
            return stat.st_size // stat.st_nlink
        return sum(size_of(path / name) for name in os.listdir(path))
    except OSError:
        return 0


def create_run(
    directory: Path,
    experiment: Experiment,
    *,
    versions: Mapping[str, str],
    fingerprint: str = "",
    state: Literal["queued", "launched"] = "queued",
    lay: Lay | None = None,
    **asked: Unpack[Asked],
) -> None:
    """Make a run's folder: whole or not at all.

    Args:
        directory: Where; must not exist, or be empty.
        versions: Versions of the libraries, see `library_versions`.
        fingerprint: Of the data, sha256.
        state: As of `new_record`.
        lay: Puts what else the run begins with into its folder.
        asked: What else is said of it.

    Raises:
        ConfigError: The folder is not empty or cannot be written.
    """
    record = new_record(experiment, state, **asked)
    text = experiment_text(experiment, versions, fingerprint)
    try:
        if not directory.exists():
            make_whole(directory, text, record, lay=lay)
        elif directory.is_dir() and not any(directory.iterdir()):
            if lay is not None:
                lay(directory)
            fill(directory, text, record)
        else:
            raise ConfigError.single("out", "a folder that is new or empty", str(directory), "Choose another one.")
    except OSError as error:
        received = f"{directory} ({error.strerror})"
        raise ConfigError.single("out", "a folder that can be written", received, "Choose another one.") from error


def request_stop_of(directory: Path) -> None:
    """Ask a run to end: a queued one never starts, a running one ends at its next step; one that is over stays so.

    Raises:
        RunNotFound: There is no run in this folder.
    """
    cancelled = update_record(directory, only_if="queued", state="cancelled")
    if cancelled is None and not read_status(directory).is_over:
        try:
            (directory / STOP_FILE).touch()
        except FileNotFoundError:  # deleted in this moment
            raise run_not_found(directory) from None


def library_versions() -> dict[str, str]:
    """Versions of Python and of the libraries that a result depends on, without importing them."""
    found = {"python": platform.python_version()}
    for library in RECORDED_LIBRARIES:
        try:
            found[library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            continue
    return found


def check_name(name: str) -> str:
    """A run's name without blanks around it. Raises `ConfigError` unless it is one line of at most 80 characters."""
    stripped = name.strip()
    if len(stripped) > MAX_NAME or not stripped.isprintable():
        expected = f"one line of at most {MAX_NAME} characters"
        received = f"{len(stripped)} characters" if len(stripped) > MAX_NAME else repr(stripped)
        raise ConfigError.single("name", expected, received, "Choose a shorter, plainer name.")
    return stripped
