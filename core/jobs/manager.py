"""What may be asked of the queue: submit, stop, resume, continue and delete a run, each checked for limits and owner.

A thread serves the queue (serving.py), another makes room on the disk (retention.py). Runs are processes of their own:
they go on when this one ends, and the next manager of the folder finds them.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Unpack

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.limits import Limits
from core.jobs.backends import Backend, Share, wait_for_end
from core.jobs.changes import announce
from core.jobs.corrections import refuse_corrected
from core.jobs.events import log_event
from core.jobs.folders import Asked, Lay, library_versions, upload_of
from core.jobs.queue import GAVE_WAY, NOBODY, Waiting, make_way
from core.jobs.record import RunNotFound, update_record
from core.jobs.remaining import mean_step_seconds
from core.jobs.reopening import check_resumable, fingerprint_of, lengthened, reopen, steps_again
from core.jobs.retention import Upkeep, Uploads
from core.jobs.serving import QueueServer
from core.jobs.status import read_status
from core.jobs.store import RunStore
from core.jobs.watch import Patience

STOP_SECONDS = 60.0
LEAVE_SECONDS = 0.3
"""A process that has said its last word may take this long to leave when somebody wants to go on; all is saved."""

log = logging.getLogger(__name__)


class RunManager:
    """Runs the queue of a store in a thread of its own. Every method may be called from any thread.

    An `actor` is who asks: an owner's hash, or None for the machine's administrator, who may do anything. An `address`
    is the hash of where they ask from (identity.py), "" where that is not known: all of these count as one.

    Args:
        backend: Carries the runs out, as many at the same time as it has slots.
        share: What each run may have of it.
        versions: Library versions that are written down with each run; found out when None.
        limits: How many runs a visitor may have, how much disk all may take, how long one may be quiet.
        stop_seconds: How long a run may take to stop before it is ended.
        uploads: Says who may train on data that somebody brought, and removes it after its last run; None: everybody.

    Raises:
        OSError: The folder of runs cannot be made, written or locked.
    """

    def __init__(
        self,
        store: RunStore,
        backend: Backend,
        versions: Mapping[str, str] | None = None,
        *,
        limits: Limits,
        share: Share = Share(),  # noqa: B008  frozen
        stop_seconds: float = STOP_SECONDS,
        uploads: Uploads | None = None,
    ):
        self.store = store
        self._backend = backend
        self._limits = limits
        self._uploads = uploads
        self._versions = dict(library_versions() if versions is None else versions)
        patience = Patience.of(limits, stop_seconds)
        self._server = QueueServer(store, backend, share, limits, patience)
        self._places = self._server.places
        self._entering = threading.Lock()  # held from counting the queue to joining it
        self._closing = threading.Event()
        upkeep = Upkeep(store, self._server, limits, uploads)
        self._threads = [
            threading.Thread(target=self._server.work, args=(self._closing,), name="run-manager", daemon=True),
            threading.Thread(target=upkeep.work, args=(self._closing,), name="run-upkeep", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def slots(self) -> int:
        """How many runs there may be at the same time, as things stand."""
        return self._backend.slots()

    @property
    def leads(self) -> bool:
        """Whether this manager starts the runs of its folder; of several, one does."""
        return self._server.leads

    def submit(
        self, experiment: Experiment, fingerprint: str = "", lay: Lay | None = None, **asked: Unpack[Asked]
    ) -> str:
        """Queue a new run and return its id. It starts at once when a slot is free. Arguments as `RunStore.create`.

        Where the queue is full and this is the owner's first run, somebody's second one leaves it (queue.py).

        Raises:
            ConfigError: The queue is full, or this visitor's or address's part of it, or the data is somebody else's.
            OSError: It cannot be written.
            ValueError: The manager is closed.
        """
        pause_at, owner = asked.get("pause_at"), asked.get("owner", "")
        if pause_at is not None and pause_at < 1:
            raise ConfigError.single("pause_at", "a step, 1 or more", str(pause_at), "Choose a later step.")
        self._check_data(experiment, owner)

        def create() -> str:
            return self.store.create(experiment, versions=self._versions, fingerprint=fingerprint, lay=lay, **asked)

        return self._enter(owner, asked.get("address", ""), create)

    def stop(self, run_id: str, actor: str | None = None) -> None:
        """Ask a run to end: a queued one never starts, a running one ends at its next step.

        Raises:
            RunNotFound: There is no such run.
            NotYours: It is somebody else's.
        """
        self.store.check_actor(run_id, actor)
        self.store.request_stop(run_id)
        log_event("stopped", run_id)
        self._noticed(run_id)

    def resume(self, run_id: str, actor: str | None = None, pause_at: int | None = None, address: str = "") -> None:
        """Queue a run again that was stopped, failed or lost: its next attempt goes on from its last checkpoint.

        Args:
            pause_at: The step after which it ends as stopped; None goes on to the end.

        Raises:
            RunNotFound: There is no such run.
            NotYours: It is somebody else's.
            ConfigError: It is active or succeeded, its checkpoint is damaged, its data gone, or the queue is full.
        """
        self._check_open()
        self.store.check_actor(run_id, actor)
        directory = self.store.path(run_id)
        check_resumable(directory, read_status(directory), pause_at)
        self._claim(self.store.upload_of(run_id), actor)
        if ref := self._server.ref(run_id):
            wait_for_end(self._backend, ref, LEAVE_SECONDS)
        with self._entering:
            going = self._make_way(self.store.manager_record(run_id).owner, address)
            with self._server.acting:
                if (live := self._places.find(run_id)) is not None and self.leads:
                    live.look(time.monotonic(), force=True)
                    live.log_last_word()
                attempt = reopen(directory, pause_at, lambda: self._server.end(run_id), address)
            self._displace(going)
            log_event("resumed", run_id, attempt=attempt)
            announce(self.store.root)
            self._noticed(run_id)

    def continue_run(
        self,
        run_id: str,
        more_steps: int,
        owner: str = "",
        check: Callable[[Experiment], object] = lambda experiment: None,
        address: str = "",
    ) -> str:
        """Train a run that is over for more steps, as a new run; returns the new one's id.

        It begins with a checkpoint of that run: the last, or the one at the end of the held learning rate, so that the
        rate need not rise again (core.training.checkpoint).

        Args:
            run_id: The run; anybody who knows it and may read its data may go on from it.
            more_steps: Steps beyond those it has done.
            check: Raises `ConfigError` where the longer training asks for too much in another way than by its steps:
                that depends on the data, which the queue does not know.

        Raises:
            RunNotFound: There is no such run.
            ConfigError: It is active, a starter, learned from corrections, or has no whole checkpoint, its data is somebody
                else's, or too many steps or runs would come together.
        """
        self.store.refuse_starter(run_id)  # it comes without a checkpoint
        directory = self.store.path(run_id)
        refuse_corrected(directory)
        status = read_status(directory)
        longer = lengthened(directory, self.store.experiment(run_id), status, more_steps, self._limits.max_steps)
        self._check_data(longer, owner)
        check(longer)
        pace = mean_step_seconds(status)
        num_steps = more_steps + steps_again(directory, longer, status)
        return self._enter(
            owner, address,
            lambda: self.store.create(
                longer, versions=self._versions, owner=owner, name=status.name, parent=run_id,
                fingerprint=fingerprint_of(directory), checkpoint_of=directory, address=address,
                expected_seconds=None if pace is None else pace * num_steps,
            ),
        )  # fmt: skip

    def delete(self, run_id: str, actor: str | None = None) -> None:
        """Remove a run with everything in it; one that is active is ended first.

        Raises:
            RunNotFound: There is no such run.
            NotYours: It is somebody else's.
            ConfigError: A shell trains it, or its process cannot be ended: it has to be stopped first.
            OSError: It cannot be removed.
        """
        self.store.check_actor(run_id, actor)
        directory = self.store.path(run_id)
        with self._server.acting:
            with suppress(RunNotFound):  # its record cannot be read: nobody will start it
                update_record(directory, only_if="queued", state="cancelled")
            if self._server.end(run_id):
                with suppress(RunNotFound):
                    update_record(directory, only_if="launched", state="lost", reason="It was deleted.")
            self.store.delete(run_id, actor=actor)
            self._server.forget(run_id)
        self._server.wake.set()

    def delete_all(self, owner: str) -> int:
        """Remove every run of an owner; returns how many there were.

        Raises `ValueError` when the owner is nobody, `ConfigError` when some could not be removed.
        """
        if owner == NOBODY:
            raise ValueError("an owner must be given")
        removed = kept = 0
        for run_id in self.store.owned_by(owner):
            try:
                self.delete(run_id, actor=owner)
                removed += 1
            except RunNotFound:  # gone meanwhile
                continue
            except (ConfigError, OSError) as error:
                log.warning("Run %s could not be deleted: %s", run_id, error)
                kept += 1
        if kept:
            raise ConfigError.single("runs", "runs that can be deleted", f"{kept} that cannot", "Stop them first.")
        return removed

    def queue_position(self, run_id: str) -> int | None:
        """The run's place in the queue, 1 for the next; None when it is not in the queue."""
        order = self._places.order()
        return order.index(run_id) + 1 if run_id in order else None

    def expected_start(self, run_id: str) -> float | None:
        """Seconds until a queued run starts; None when that cannot be known, or it is not in the queue."""
        return self._places.forecast().get(run_id)

    def queue_length(self) -> int:
        """How many runs wait."""
        return len(self._places.order())

    def active(self) -> tuple[str, ...]:
        """Ids of the runs that hold a slot, in order of their start."""
        return tuple(live.run_id for live in self._places.live())

    def close(self) -> None:
        """End the threads and give the lead away. Runs go on; the next manager of the folder adopts them."""
        self._closing.set()
        self._server.wake.set()
        self._server.run_ended.set()
        for thread in self._threads:
            thread.join()
        self._server.close()

    def _check_data(self, experiment: Experiment, owner: str) -> None:
        """Raise `ConfigError` unless the owner may train on the data; a file of the server is for its shell alone."""
        if experiment.data.source == "file" and owner != NOBODY and not self.store.shared:
            hint = "Bring a file of your own to train."
            raise ConfigError.single("data.path", "nothing, only a shell names files", "a file of the server", hint)
        self._claim(upload_of(experiment), owner)
        upload = experiment.model.vectors_upload
        if experiment.model.vectors and upload is None and owner != NOBODY and not self.store.shared:
            hint = "Bring a file of your own."
            raise ConfigError.single("model.vectors", "nothing, only a shell names files", "a file of the server", hint)
        self._claim(upload or "", owner)

    def _claim(self, upload_id: str, actor: str | None) -> None:
        """Raise `ConfigError` unless the actor may train on an upload; "" is other data."""
        if upload_id and self._uploads is not None:
            self._uploads.claim(upload_id, actor)

    def _enter(self, owner: str, address: str, create: Callable[[], str]) -> str:
        """Make a new run and let it join the queue, if one more may."""
        self._check_open()
        with self._entering:
            going = self._make_way(owner, address)
            run_id = create()
            self._displace(going)  # nobody gives way to what could not be made
            log_event("submitted", run_id, owner=owner)
            self._noticed(run_id)
        return run_id

    def _noticed(self, run_id: str) -> None:
        self._server.notice(run_id)
        self._server.wake.set()

    def _check_open(self) -> None:
        if self._closing.is_set():
            raise ValueError("the manager is closed")

    def _make_way(self, owner: str, address: str) -> list[Waiting]:
        waiting, busy = self._places.held_up()
        try:
            return make_way(waiting, busy, owner, address, self._limits)
        except ConfigError as error:
            log_event("refused", "", reason=str(error), owner=owner)
            raise

    def _displace(self, going: list[Waiting]) -> None:
        """Take runs out of the queue; their pages say why, and how to queue them again."""
        for run in going:
            with suppress(RunNotFound):  # deleted meanwhile; one that has just started stays
                if update_record(self.store.path(run.run_id), only_if="queued", state="cancelled", reason=GAVE_WAY):
                    log_event("displaced", run.run_id)
            self._noticed(run.run_id)
