"""The sweeps of one folder of runs, driven by a thread of the server that leads it, and cleared away after their runs.

A sweep is its folder, so it survives the server: the thread finds what is not over and goes on, also with what a shell left
half done. Each sweep is driven for itself; trouble in one is kept for its page and ends no other.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.limits import Limits
from core.jobs.folders import remove_tree
from core.jobs.manager import RunManager
from core.jobs.store import RunStore
from core.sweeps.driver import Driver
from core.sweeps.folder import (
    PLAN_FILE,
    Plan,
    Progress,
    check_plan,
    create,
    driving,
    find,
    folders,
    read_plan,
    read_progress,
    request_stop,
    sweeps,
    write_progress,
)

TICK_SECONDS, IDLE_SECONDS, CLEAR_SECONDS = 0.3, 2.0, 60.0
MOST_TRIES, TRY_SECONDS = 6, 1.0
"""A sweep that makes trouble is tried again after a second, two, four ..., and so often in a row."""
CLOSE_SECONDS = 5.0
"""Data that is read for a sweep keeps nobody from closing."""
KEPT_SECONDS = 3_600.0
"""A sweep that is over, or half made, stays for so long when none of its runs is left."""
log = logging.getLogger(__name__)

Drive = Callable[[Path], Driver]


@dataclass
class _Driven:
    """A sweep on its way: what drives it, how often in a row that failed, and when it is tried again."""

    held: ExitStack = field(default_factory=ExitStack)
    driver: Driver | None = None
    tries: int = 0
    not_before: float = 0.0


class SweepServer:
    """Drives the sweeps of a manager's runs in a thread of its own. Every method may be called from any thread.

    Args:
        manager: The queue; while it leads, this drives.
        drive: Makes what drives the sweep of a folder. Raises `ConfigError` where that cannot be.
    """

    def __init__(self, manager: RunManager, limits: Limits, drive: Drive):
        self._manager, self._limits, self._drive = manager, limits, drive
        self._store: RunStore = manager.store
        self._guard = threading.RLock()  # held while sweeps are driven, made or removed
        self._driven: dict[Path, _Driven] = {}
        self._over: set[Path] = set()
        self._trouble: dict[str, str] = {}
        self._cleared = -CLEAR_SECONDS
        self._closing, self._wake = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self.work, name="sweeps", daemon=True)
        self._thread.start()

    def begin(self, start: Experiment, plan: Plan) -> str:
        """Make a sweep and return its id, which cannot be guessed.

        Args:
            start: What it begins from, checked, as `space.trial_of` has it.
            plan: What is asked for; as many trials at a time as a visitor's runs may train, and no more than there are slots.

        Raises:
            ConfigError: It asks for more than this server gives, or this visitor has as many on their way as may be.
            OSError: It cannot be written.
        """
        limits, slots = self._limits, max(1, self._manager.slots)
        check_plan(plan.trials, plan.seeds, plan.max_seconds, limits)
        parallel = slots if limits.max_running_per_visitor is None else min(slots, limits.max_running_per_visitor)
        with self._guard:
            plans = [one for folder in self._on_their_way() if (one := _plan_of(folder)) is not None]
            for most, whose, number in (
                (limits.max_sweeps_per_visitor, "of one visitor", sum(one.owner == plan.owner for one in plans)),
                (limits.max_sweeps_per_address, "from one network address", sum(one.address == plan.address for one in plans)),
            ):  # fmt: skip
                if most is not None and number >= most:
                    hint = "Wait until one has ended, or stop it."
                    raise ConfigError.single("sweep", f"at most {most} {whose} on their way", "one more", hint)
            folder = create(self._store.root, start, replace(plan, parallel=parallel))
        self._wake.set()
        return folder.name

    def find(self, sweep_id: str, actor: str | None) -> Path:
        """The folder of a sweep. Raises `ConfigError` where there is none, or it is somebody else's."""
        return find(self._store.root, sweep_id, actor, shared=self._store.shared)

    def owned_by(self, actor: str, task: str) -> list[tuple[str, Plan, Progress]]:
        """An owner's sweeps of a task, newest first: id, plan and how far each is."""
        found = []
        for folder in sweeps(self._store.root):
            with suppress(ConfigError):
                self.find(folder.name, actor)
                plan = read_plan(folder)
                if plan.task == task:
                    found.append((folder.name, plan, read_progress(folder)))
        return sorted(found, key=lambda one: (-one[1].created, one[0]))

    def stop(self, sweep_id: str, actor: str | None) -> None:
        """Ask a sweep to end. Raises `ConfigError` as `find`, `OSError` where it cannot be written."""
        request_stop(self.find(sweep_id, actor))
        self._wake.set()

    def trouble(self, sweep_id: str) -> str:
        """What keeps a sweep from going on now, in a sentence; "" where nothing does."""
        return self._trouble.get(sweep_id, "")

    def delete_all(self, owner: str) -> None:
        """Remove every sweep of an owner. Their runs are the manager's to remove, afterwards: no new ones are begun."""
        if not owner:
            raise ValueError("an owner must be given")
        with self._guard:
            for folder in sweeps(self._store.root):
                if (plan := _plan_of(folder)) is not None and plan.owner == owner:
                    self._leave(folder)
                    remove_tree(folder)

    def work(self) -> None:
        """Drive what is not over until the server closes, whatever goes wrong."""
        trouble = ""
        while not self._closing.is_set():
            self._wake.clear()
            busy, now_wrong = False, ""
            try:
                busy = self.tick()
            except Exception as error:  # sweeps must go on, whatever it was
                now_wrong = repr(error)
                if now_wrong != trouble:  # once, not at every try
                    log.exception("The sweeps could not be served; it is tried again.")
            trouble = now_wrong
            self._wake.wait(TICK_SECONDS if busy else IDLE_SECONDS)

    def tick(self) -> bool:
        """Look once at every sweep; returns whether one is on its way."""
        if not self._manager.leads:
            with self._guard:
                for folder in list(self._driven):
                    self._leave(folder)
            return False
        for folder in self._on_their_way():
            with self._guard:  # for each anew: whoever begins or deletes one waits for one look and not for all
                if (folder / PLAN_FILE).exists() and not self._closing.is_set():
                    self._look(folder)
        if time.monotonic() > self._cleared + CLEAR_SECONDS:
            self._cleared = time.monotonic()
            clear(self._store, time.time())
        return bool(self._driven)

    def close(self) -> None:
        """End the thread. Runs go on, and the next server goes on with the sweeps."""
        self._closing.set()
        self._wake.set()
        self._thread.join(CLOSE_SECONDS)
        for folder in list(self._driven):
            self._leave(folder)

    def _on_their_way(self) -> list[Path]:
        present = sweeps(self._store.root)
        with self._guard:
            for folder in [folder for folder in self._driven if folder not in present]:  # deleted by another process
                self._leave(folder)
            self._over &= set(present)
            open_ones = [folder for folder in present if folder not in self._over]
            self._over |= {folder for folder in open_ones if read_progress(folder).is_over}
            return sorted(folder for folder in open_ones if folder not in self._over)

    def _look(self, folder: Path) -> None:
        """Drive one sweep by a tick, if nobody else does and it is time."""
        driven = self._driven.get(folder)
        if driven is None:
            driven = _Driven()
            if not driven.held.enter_context(driving(folder)):  # a shell, or another server
                driven.held.close()
                return
            self._driven[folder] = driven
        if time.monotonic() < driven.not_before:
            return
        try:
            if driven.driver is None:
                driven.driver = self._drive(folder)
            is_over = driven.driver.tick()
        except Exception as error:  # of this sweep alone, whatever it was
            is_over = self._note_trouble(folder, driven, error)
        else:
            driven.tries = 0
            self._trouble.pop(folder.name, None)
        if is_over:
            self._leave(folder)

    def _note_trouble(self, folder: Path, driven: _Driven, error: Exception) -> bool:
        """Keep what went wrong for the page; returns whether the sweep is given up."""
        reason = str(error) if isinstance(error, ConfigError) else f"{type(error).__name__}: {error}"
        if not driven.tries:
            log.warning("Sweep %s could not be driven.", folder.name, exc_info=not isinstance(error, ConfigError))
        driven.tries += 1
        driven.driver = None  # made anew from what stands on the disk
        driven.not_before = time.monotonic() + TRY_SECONDS * 2 ** (driven.tries - 1)
        if driven.tries < MOST_TRIES:
            self._trouble[folder.name] = f"It does not go on at the moment, and is tried again. {reason}"
            return False
        try:
            write_progress(folder, read_progress(folder), state="failed", error=reason)
        except OSError:  # said here until the disk takes it
            self._trouble[folder.name] = f"It cannot go on. {reason}"
            return False
        return True

    def _leave(self, folder: Path) -> None:
        driven = self._driven.pop(folder, None)
        self._trouble.pop(folder.name, None)
        if driven is not None:
            driven.held.close()


def clear(store: RunStore, now: float) -> tuple[str, ...]:
    """Remove the sweeps that are over and of which no run is left, and what was half made; returns their ids.

    A sweep goes with the last of its runs, which go as all runs do. One that has just ended stays for a while.

    Args:
        now: The time, in unix seconds.
    """
    in_use, removed = store.sweeps_in_use(), []
    for folder in folders(store.root):
        if folder.name in in_use:
            continue
        progress = read_progress(folder)
        try:
            since = progress.ended if progress.ended is not None else folder.stat().st_mtime
        except OSError:
            continue
        is_done = progress.is_over or not (folder / PLAN_FILE).exists()
        if is_done and now - since > KEPT_SECONDS and remove_tree(folder):
            removed.append(folder.name)
    return tuple(sorted(removed))


def _plan_of(folder: Path) -> Plan | None:
    try:
        return read_plan(folder)
    except ConfigError:
        return None
