"""One sweep, tick by tick: what has ended is told to the study, what is free is filled, and at the end the winner is tried again.

A tick waits for nothing: it looks at the runs of the trials and asks the queue for more. All that it has to know stands in the
folder, so that the next process goes on where this one ended. Trials are runs that pause at rungs and at their last step, so
that none reads the test set; the winner goes on to its end, and that reads it. When the sweep's seconds are over, what
trains ends at its next step; the best of what there is then still reads the test set, which is no training.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from core.compare import with_seeds
from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.jobs.status import RunStatus
from core.sweeps.folder import (
    Plan,
    Progress,
    is_stop_requested,
    read_plan,
    read_progress,
    write_progress,
)
from core.sweeps.rungs import next_pause
from core.sweeps.space import Space
from core.sweeps.study import Study, Trial, best_of

WINNER, START = "winner", "start"
STOPPED, LATE = "The sweep was stopped.", "Its seconds in all were over."
CALLED: Mapping[str, str] = {WINNER: "Best trial", START: "Start"}
"""What the two are called before anybody has won."""
_DRAWS_A_TRIAL = 5
"""Draws that this data and server refuse are no trials; of so many times the trials at most."""


class Host(Protocol):
    """Where runs are carried out for a sweep. What asks for too much raises `ConfigError`."""

    def check(self, experiment: Experiment) -> None:
        """Raise `ConfigError` where the experiment cannot run on its data and this server."""

    def submit(self, experiment: Experiment, name: str, pause_at: int | None) -> str:
        """Queue a run of the sweep and return its id."""

    def resume(self, run_id: str, pause_at: int | None) -> None:
        """Queue it again, up to a step or to its end."""

    def stop(self, run_id: str) -> None:
        """Ask it to end."""

    def status(self, run_id: str) -> RunStatus | None:
        """How it is; None where it is gone."""


class Driver:
    """Drives the sweep of a folder.

    Args:
        space: What is tried, the same each time that a driver of this folder is made.
        host: Where its runs are carried out.
    """

    def __init__(self, folder: Path, space: Space, host: Host):
        self.folder, self.space, self.host = folder, space, host
        self.plan: Plan = read_plan(folder)
        self.max_steps = space.start.training.max_steps
        self.study = Study(folder, self.max_steps, self.plan.trials, space.start.training.seed)
        self.progress: Progress = read_progress(folder)

    def tick(self) -> bool:
        """Look once, and do what there is to do; returns whether the sweep is over.

        Raises:
            OSError: The disk does not take what has to be written.
        """
        if self.progress.is_over:
            return True
        if is_stop_requested(self.folder):
            self._stop()
            return self.progress.is_over
        if not self.progress.is_late and self._is_late():
            self._end_what_trains(LATE)
            self._write(is_late=True)
        if self.progress.state == "searching":
            self._search()
        else:
            self._check()
        return self.progress.is_over

    def _is_late(self) -> bool:
        return self.plan.max_seconds is not None and time.time() >= self.plan.created + self.plan.max_seconds

    def _search(self) -> None:
        waiting = [trial for trial in self.study.trials() if trial.state == "open"]
        busy = sum(self._follow(trial) for trial in waiting)
        for _ in range(max(0, self.plan.parallel - busy)):
            if not self._begin_one():
                break
            busy += 1
        if busy == 0 and not self._may_begin():
            self._choose()

    def _follow(self, trial: Trial) -> bool:
        """Tell the study what a trial came to, where it paused or ended; returns whether it is still on its way."""
        if not trial.run:
            return self._enter(trial)
        status = self.host.status(trial.run)
        if status is not None and not status.is_over:
            return True
        step = 0 if status is None else status.step
        value, metric = _score(status)
        if status is None or status.state in ("failed", "lost"):
            said = "Its run was deleted." if status is None else status.error.message if status.error else status.state
            self.study.fail(trial.number, said)
        elif step >= self.max_steps or status.state == "succeeded":
            self.study.end(trial.number, step, value, metric)
        elif status.state == "stopped" and status.error is not None:  # it gave way to somebody else's first run
            return self._resume(trial, step)
        elif status.pause_at is None or step < status.pause_at:
            self.study.fail(trial.number, "It was stopped.")
        elif trial.step < step and not self.study.goes_on(trial.number, step, value, metric):
            self.study.prune(trial.number)
        else:
            return self._resume(trial, step)
        return False

    def _resume(self, trial: Trial, step: int) -> bool:
        try:
            self.host.resume(trial.run, next_pause(step, self.max_steps, pruned=self.plan.pruned))
        except ConfigError as error:
            status = self.host.status(trial.run)
            if status is None or not status.can_resume:
                self.study.fail(trial.number, str(error))
                return False
        return True  # also where the queue is full: at the next tick again

    def _may_begin(self) -> bool:
        trials = self.study.trials()
        counted = sum(bool(trial.run) or trial.state == "open" for trial in trials)
        is_room = counted < self.plan.trials and len(trials) < _DRAWS_A_TRIAL * self.plan.trials
        return is_room and not self.progress.is_late

    def _begin_one(self) -> bool:
        """Ask for a trial and begin it; returns whether one is on its way now."""
        while self._may_begin():
            trial = self.study.ask(self.space)
            try:
                self.host.check(self.space.with_drawn(trial.values))
            except ConfigError as error:
                self.study.fail(trial.number, str(error))
                continue
            return self._enter(trial)
        return False

    def _enter(self, trial: Trial) -> bool:
        """Queue the run of a trial; where the queue is full it waits here."""
        if not trial.values:
            self.study.fail(trial.number, "It was never drawn.")
            return False
        pause = next_pause(0, self.max_steps, pruned=self.plan.pruned)
        experiment = self.space.with_drawn(trial.values) if trial.number else self.space.start
        with suppress(ConfigError):  # the queue is full: at the next tick again
            self.study.note_run(trial.number, self.host.submit(experiment, f"Trial {trial.number}", pause))
        return True

    def _choose(self) -> None:
        """The best on validation wins: it alone goes on to its end, and reads the test set."""
        best = best_of(self.study.trials())
        if best is None:
            reasons = [trial.reason for trial in self.study.trials() if trial.reason]
            error = "No trial came to its end." if not reasons else f"No trial came to its end: {reasons[-1]}"
            self._write(state="failed", error=error)
            return
        self._write(state="checking", winner=best.number)

    def _check(self) -> None:
        """Let the winner finish; train it and the start over the same new seeds, as many at a time as trials before."""
        assert self.progress.winner is not None
        best = self.study.trials()[self.progress.winner]
        status = self.host.status(best.run)
        if status is not None and status.is_paused:
            self._finish(best)
            return
        busy = sum(self._is_on_its_way(run) for run in (best.run, *self._checks()))
        wanted = self._wanted_checks(best)
        while busy < self.plan.parallel and (missing := next(wanted, None)) is not None:
            who, number, experiment = missing
            try:
                run = self.host.submit(experiment, f"{CALLED[who]} again, {number}", None)
            except ConfigError:
                return
            checks = {**self.progress.checks, who: [*self.progress.checks.get(who, []), run]}
            self._write(checks=checks)
            busy += 1
        if busy == 0:
            self._write(state="done")

    def _finish(self, best: Trial) -> None:
        try:
            self.host.resume(best.run, None)
        except ConfigError as error:
            status = self.host.status(best.run)
            if status is None or not status.can_resume:
                self._write(state="failed", error=str(error))

    def _wanted_checks(self, best: Trial) -> Iterator[tuple[str, int, Experiment]]:
        """Who is still to be trained again, seed by seed; nobody where the start itself won, or no time is left."""
        if not self.plan.seeds or best.number == 0 or self.progress.is_late:
            return
        experiments = {WINNER: self.space.with_drawn(best.values), START: self.space.start}
        seeded = {who: with_seeds(experiment, self.plan.seeds) for who, experiment in experiments.items()}
        for place in range(self.plan.seeds):
            for who, ones in seeded.items():
                if len(self.progress.checks.get(who, [])) <= place:
                    yield who, place + 1, ones[place]

    def _checks(self) -> list[str]:
        return [run for runs in self.progress.checks.values() for run in runs]

    def _is_on_its_way(self, run: str) -> bool:
        status = self.host.status(run)
        return status is not None and not status.is_over

    def _stop(self) -> None:
        """Ask all that trains to end, and leave it at that."""
        self._end_what_trains(STOPPED)
        best = best_of(self.study.trials())
        self._write(state="stopped", winner=None if best is None else best.number)

    def _end_what_trains(self, reason: str) -> None:
        """Ask it to end; a trial that has done all its steps counts, the others fail for the reason."""
        for trial in self.study.trials():
            if trial.state != "open":
                continue
            status = self.host.status(trial.run) if trial.run else None
            if status is not None and status.is_over and status.step >= self.max_steps:
                self.study.end(trial.number, status.step, *_score(status))
                continue
            if status is not None and not status.is_over:
                self.host.stop(trial.run)
            self.study.fail(trial.number, reason)
        for run in self._checks():
            if self._is_on_its_way(run):
                self.host.stop(run)

    def _write(self, **changes: object) -> None:
        self.progress = write_progress(self.folder, self.progress, **changes)


def _score(status: RunStatus | None) -> tuple[float | None, str]:
    """The best validation score so far, and its metric."""
    best = None if status is None else status.best
    return (None, "") if best is None else (best.value, best.metric)
