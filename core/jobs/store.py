"""Many runs under one root, each named by an id that cannot be guessed, each with an owner who alone may change it.

What never changes of a run (when it was made, by whom, on which upload) is read once and kept, so that a list of runs costs
nothing.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Mapping, Sequence, Set
from contextlib import suppress
from pathlib import Path
from typing import Literal, Unpack

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.jobs.corrections import begins_with_weights
from core.jobs.folders import (
    Asked,
    Lay,
    check_name,
    delete_run,
    experiment_text,
    make_whole,
    new_record,
    read_experiment,
    request_stop_of,
    size_of,
    upload_of,
)
from core.jobs.identity import NotYours
from core.jobs.record import (
    GONE_FOLDER,
    RUN_ID,
    Gone,
    GoneReason,
    ManagerRecord,
    find_gone,
    read_record,
    run_not_found,
    update_record,
)
from core.jobs.starters import IsStarter, read_starters
from core.jobs.status import EXPERIMENT_FILE
from core.sharing import is_private


class RunStore:
    """Runs under one root folder, by id. Ids are checked before they become a path.

    An `actor` is who asks for a change: an owner's hash, or None for the machine's administrator, who may do anything.

    Starters are found by their id like any run, and are nowhere else: no list has them, nobody may change one, and
    nothing is written where they are.

    Args:
        root: The folder of runs; need not exist yet.
        shared: Whether runs that nobody owns, the shell's, are everybody's: one person's own machine.
        starters: The folder of starters, read once.
    """

    def __init__(self, root: Path, *, shared: bool = False, starters: Path | None = None):
        self.root = root.resolve()
        self.shared = shared
        self._known = KnownRuns(self.root)
        self._starters_root = self.root if starters is None else starters.resolve()
        self._starters = {} if starters is None else read_starters(self._starters_root)

    def create(
        self,
        experiment: Experiment,
        *,
        versions: Mapping[str, str],
        fingerprint: str = "",
        state: Literal["queued", "launched"] = "queued",
        checkpoint_of: Path | None = None,
        lay: Lay | None = None,
        **asked: Unpack[Asked],
    ) -> str:
        """Make a run and return its id, 32 hexadecimal digits that cannot be guessed. Arguments as `create_run`, and:

        Args:
            experiment, versions, fingerprint, state, asked: As there.
            checkpoint_of: The folder of a run whose last checkpoint and records this one begins with.
            lay: Puts what else the run begins with into its folder.

        Raises:
            ConfigError: That run has no checkpoint, or the name is none.
            OSError: The root cannot be written: nothing that a visitor could mend.
        """
        run_id = secrets.token_hex(16)
        record = new_record(experiment, state, **asked)
        make_whole(self.root / run_id, experiment_text(experiment, versions, fingerprint), record, checkpoint_of, lay)
        return run_id

    def path(self, run_id: str) -> Path:
        """The folder of a run, whether it exists or not. Raises `ConfigError` for what cannot be an id."""
        if not isinstance(run_id, str) or RUN_ID.fullmatch(run_id) is None:
            raise ConfigError.single("run", "32 hexadecimal digits", repr(run_id)[:80], "Copy the whole link or id.")
        return (self._starters_root if run_id in self._starters else self.root) / run_id

    def starter(self, task: str) -> str | None:
        """The id of the newest starter of a task; None where there is none."""
        found = [run_id for run_id, record in self._starters.items() if record.task == task]
        return found[-1] if found else None

    def is_starter(self, run_id: str) -> bool:
        """Whether a run is a starter, which nobody may change."""
        return run_id in self._starters

    def exists(self, run_id: str) -> bool:
        """Whether there is a run of this id. Raises `ConfigError` for what cannot be an id."""
        return (self.path(run_id) / EXPERIMENT_FILE).exists()

    def gone(self, run_id: str) -> Gone | None:
        """When and why a run went; None while it is there, or where nothing is known. Raises as `path`."""
        return None if self.exists(run_id) else find_gone(self.root, run_id)

    def experiment(self, run_id: str) -> Experiment:
        """What the run trains. Raises `RunNotFound`."""
        return read_experiment(self.path(run_id))

    def manager_record(self, run_id: str) -> ManagerRecord:
        """Who made the run, when, and how far the manager got with it. Raises `RunNotFound`."""
        directory = self.path(run_id)
        record = read_record(directory)
        if record is None:
            raise run_not_found(directory)
        return record

    def check_actor(self, run_id: str, actor: str | None) -> None:
        """Raise `NotYours` unless the actor may change the run, `RunNotFound` where there is none.

        A run whose record cannot be read is nobody's. A starter is not even the administrator's.
        """
        self.refuse_starter(run_id)
        directory = self.path(run_id)
        record = read_record(directory)
        if record is None and not self.exists(run_id):
            raise run_not_found(directory)
        owner = record.owner if record is not None else ""
        if actor is not None and (actor != owner or not actor) and not (self.shared and not owner):
            raise NotYours(run_id)

    def refuse_starter(self, run_id: str) -> None:
        """Raise `IsStarter`, a `NotYours`, for a starter."""
        if self.is_starter(run_id):
            raise IsStarter(run_id)

    def sees_rows(self, run_id: str, actor: str | None) -> bool:
        """Whether the actor may see rows of what a run was trained on: they may of the catalogue, of their own runs,
        and where the owner allows it. Where that cannot be read, nobody else may.
        """
        try:
            self.check_actor(run_id, actor)
            return True
        except NotYours:
            record = read_record(self.path(run_id))
        except ConfigError:
            return False
        if record is not None and record.show_rows:
            return True
        try:
            return not (is_private(self.experiment(run_id).data) or begins_with_weights(self.path(run_id)))
        except ConfigError:
            return False

    def update_manager(
        self,
        run_id: str,
        *,
        actor: str | None = None,
        name: str | None = None,
        pinned: bool | None = None,
        show_rows: bool | None = None,
    ) -> ManagerRecord:
        """Rename or pin a run, or let others see rows of its data; what is None stays. States change through a manager.

        Raises:
            RunNotFound: There is no such run.
            NotYours: It is somebody else's.
            ConfigError: The name is not one line of at most 80 characters.
        """
        self.check_actor(run_id, actor)
        checked = None if name is None else check_name(name)
        record = update_record(self.path(run_id), name=checked, pinned=pinned, show_rows=show_rows)
        assert record is not None  # only a condition on the state yields None
        return record

    def request_stop(self, run_id: str) -> None:
        """Ask a run to end, see `request_stop_of`. Raises `RunNotFound`, `NotYours` for a starter."""
        self.refuse_starter(run_id)
        request_stop_of(self.path(run_id))

    def delete(self, run_id: str, *, actor: str | None = None, reason: GoneReason = "deleted") -> None:
        """Remove a run that is over, with everything in it; its link can say so afterwards.

        Raises:
            RunNotFound: There is no such run.
            NotYours: It is somebody else's.
            ConfigError: It is queued or running.
        """
        self.check_actor(run_id, actor)
        delete_run(self.path(run_id), reason)

    def size(self, run_id: str) -> int:
        """Bytes on disk of everything in a run's folder, see `size_of`."""
        return size_of(self.path(run_id))

    def upload_of(self, run_id: str) -> str:
        """The id of the upload that a run trains on, "" for other data and for a run that is not there."""
        self.path(run_id)
        return "" if self.is_starter(run_id) else self._known.upload_of(run_id)

    def uploads_in_use(self) -> set[str] | None:
        """The uploads that runs train on, active or over; None where the folder has no trace of any run.

        An empty folder may be a disk that is away: whoever removes uploads must not take it for runs that are gone.
        """
        present = self.ids()
        if not present and not os.path.lexists(self.root / GONE_FOLDER):
            return None
        return self._known.uploads_of(present)

    def sweeps_in_use(self) -> set[str]:
        """The sweeps of which there still are runs."""
        return self._known.sweeps_of(self.ids())

    def ids(self) -> set[str]:
        """The names under the root that can be runs, in no order and unread: cheap."""
        try:
            with os.scandir(self.root) as entries:
                return {entry.name for entry in entries if RUN_ID.fullmatch(entry.name) and _is_folder(entry)}
        except (FileNotFoundError, NotADirectoryError):
            return set()

    def list(self) -> Sequence[str]:
        """Ids of all runs, newest first."""
        return [run_id for run_id, _ in self._known.newest_first(self.ids())]

    def owned_by(self, owner: str) -> Sequence[str]:
        """Ids of an owner's runs, newest first."""
        return [run_id for run_id, whose in self._known.newest_first(self.ids()) if whose == owner]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


class KnownRuns:
    """When each run was made, by whom, for which sweep, and on which upload. Every method may be called from any thread."""

    def __init__(self, root: Path):
        self._root = root
        self._guard = threading.Lock()
        self._made: dict[str, tuple[float, str, str]] = {}  # created, owner and sweep
        self._uploads: dict[str, str] = {}

    def newest_first(self, present: Set[str]) -> list[tuple[str, str]]:
        """Id and owner of every run that is present, newest first; what has no record and no experiment is none."""
        found = self._facts(present)
        order = sorted(((created, run_id, owner) for run_id, (created, owner, _) in found.items()), reverse=True)
        return [(run_id, owner) for _, run_id, owner in order]

    def sweeps_of(self, present: Set[str]) -> set[str]:
        """The sweeps that runs are trials of."""
        return {sweep for _, _, sweep in self._facts(present).values()} - {""}

    def _facts(self, present: Set[str]) -> dict[str, tuple[float, str, str]]:
        with self._guard:
            self._made = {run_id: facts for run_id, facts in self._made.items() if run_id in present}
            known = dict(self._made)
        fresh, unreadable = {}, {}
        for run_id in present - known.keys():
            record = read_record(self._root / run_id)
            if record is not None:
                fresh[run_id] = (record.created, record.owner, record.sweep)
            else:
                with suppress(OSError):  # a run all the same, and nobody's
                    unreadable[run_id] = (os.stat(self._root / run_id / EXPERIMENT_FILE).st_mtime, "", "")
        with self._guard:
            self._made |= fresh
        return {**known, **fresh, **unreadable}

    def upload_of(self, run_id: str) -> str:
        """The id of the upload that a run trains on, "" for other data and for a run that is not there."""
        with self._guard:
            known = self._uploads.get(run_id)
        if known is None:
            record = read_record(self._root / run_id)
            known = None if record is None else record.upload
            if known is None:  # of an earlier version, or damaged
                try:
                    known = upload_of(read_experiment(self._root / run_id))
                except ConfigError:
                    return ""  # once more the next time: it may be on its way
            with self._guard:
                self._uploads[run_id] = known
        return known

    def uploads_of(self, present: Set[str]) -> set[str]:
        """The uploads that runs train on."""
        with self._guard:
            self._uploads = {run_id: upload for run_id, upload in self._uploads.items() if run_id in present}
        return {self.upload_of(run_id) for run_id in present} - {""}
