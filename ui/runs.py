"""What this visitor does with runs: the manager and the store, with who is asking filled in.

Everything a page may do to a run goes through here. Whatever cannot be is a `ConfigError`, which the page shows in
words; a disk that cannot be written is an `OSError`. Left out: widgets (run_actions.py, pages/runs.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from core import compare
from core.config.errors import ConfigError
from core.config.experiment import DataConfig, Experiment
from core.jobs import corrections as corrected
from core.jobs import drafts
from core.jobs.another_text import another_text
from core.jobs.corrections import Correction, Lesson
from core.jobs.identity import NotYours
from core.jobs.status import RunStatus
from ui import asking, services, visitor

if TYPE_CHECKING:
    from core.data.report import Overview


def submit(
    experiment: Experiment, data: Overview, parent: str | None = None, pause_at: int | None = None, name: str = ""
) -> str:
    """Queue a run of this visitor and return its id.

    Args:
        experiment: What to train, checked.
        data: What is known of the data it runs on, for its fingerprint and for the expected time.
        parent: The run that it was forked from.
        pause_at: The step after which it waits to be looked at; None: it goes on to its end.
        name: What to call it.

    Raises:
        ConfigError: A limit of the queue is reached.
        OSError: It cannot be written.
    """
    return services.manager().submit(
        experiment,
        owner=visitor.owner(),
        name=name,
        parent=parent,
        fingerprint=data.fingerprint,
        expected_seconds=services.expected_seconds(experiment, data.summary),
        pause_at=pause_at,
        address=visitor.address(),
    )


def again(run_id: str, experiments: Sequence[Experiment]) -> list[str]:
    """Queue runs that say they come from another one, on the same data: all of them or none.

    Raises:
        ConfigError: The data cannot be used any more, or something asks for more than this server gives.
        OSError: They cannot be written.
    """
    return submit_all([("", experiment, asking.checked(experiment)) for experiment in experiments], parent=run_id)


def submit_all(wanted: Sequence[tuple[str, Experiment, Overview]], parent: str | None = None) -> list[str]:
    """Queue several runs, each with its name and its data as `submit` has them: all of them or none.

    Raises:
        ConfigError: A limit of the queue is reached.
        OSError: They cannot be written.
    """
    made: list[str] = []
    try:
        for name, experiment, data in wanted:
            made.append(submit(experiment, data, parent, name=name))
    except (ConfigError, OSError):
        for each in made:
            delete(each)
        raise
    return made


def stop(run_id: str) -> None:
    """End a run at its next step, or take it out of the queue. Raises `NotYours`."""
    services.manager().stop(run_id, actor=visitor.owner())


def resume(run_id: str, pause_at: int | None = None) -> None:
    """Let a run that ended early go on from its last checkpoint, until `pause_at` or its end.

    Raises:
        ConfigError: It is somebody else's, active, finished, or its checkpoint is damaged.
    """
    services.manager().resume(run_id, actor=visitor.owner(), pause_at=pause_at, address=visitor.address())


def continue_run(run_id: str, more_steps: int) -> str:
    """Train a finished run for more steps, as a new run of this visitor. Raises `ConfigError`."""
    return services.manager().continue_run(
        run_id, more_steps, owner=visitor.owner(), check=asking.checked, address=visitor.address()
    )


def corrections(run_id: str) -> list[Correction]:
    """What this visitor has put down to correct the network of a run with."""
    return drafts.read_draft(services.settings().state_dir, visitor.owner(), run_id)


def correct(run_id: str, rows: Sequence[Correction]) -> None:
    """Put corrections down for a run. Raises `ConfigError` where they cannot be, `OSError` where the disk is full."""
    classes = corrected.classes_of(services.store().path(run_id))
    drafts.add_to_draft(services.settings().state_dir, visitor.owner(), run_id, rows, classes)


def keep_corrections(run_id: str, rows: Sequence[Correction]) -> None:
    """Replace what was put down for a run."""
    drafts.write_draft(services.settings().state_dir, visitor.owner(), run_id, rows)


def learn_corrections(run_id: str) -> str:
    """Go on training a run's network with what was put down for it, as a new run of this visitor; returns its id.

    Raises:
        ConfigError: The corrections or the run do not allow it, or a limit of the queue is reached.
        OSError: It cannot be written.
    """
    if not services.sees_rows(run_id):
        raise NotYours(run_id)
    started = _begin_with(run_id, corrected.lesson(services.store().path(run_id), corrections(run_id)))
    keep_corrections(run_id, [])
    return started


def go_on_with(run_id: str, data: DataConfig, fingerprint: str, steps: int) -> str:
    """Go on training a run's network with another text, as a new run of this visitor; returns its id.

    Raises:
        ConfigError: The run or the text do not allow it, or a limit of the queue is reached.
        OSError: It cannot be written.
    """
    if not services.sees_rows(run_id):
        raise NotYours(run_id)
    return _begin_with(run_id, another_text(services.store().path(run_id), data, fingerprint, steps))


def _begin_with(run_id: str, made: Lesson) -> str:
    """Queue a run that begins with the weights of another."""
    data = asking.checked(made.experiment)
    return services.manager().submit(
        made.experiment,
        owner=visitor.owner(),
        parent=run_id,
        fingerprint=made.fingerprint,
        expected_seconds=services.expected_seconds(made.experiment, data.summary),
        address=visitor.address(),
        lay=made.lay,
    )


def before_corrections(run_id: str) -> str:
    """The run whose set-up one has that learned from corrections: the one that it began with, while that is here."""
    store, found = services.store(), run_id
    with suppress(ConfigError):
        while corrected.has_corrections(store.path(found)):
            parent = store.manager_record(found).parent
            if parent is None or not store.exists(parent):
                break
            found = parent
    return found


def rename(run_id: str, name: str) -> None:
    """Call a run something else. Raises `ConfigError` for a name that is too long or somebody else's run."""
    services.store().update_manager(run_id, actor=visitor.owner(), name=name)


def pin(run_id: str, pinned: bool) -> None:
    """Keep a run when old ones are cleared away, or no longer. Raises `NotYours`."""
    services.store().update_manager(run_id, actor=visitor.owner(), pinned=pinned)


def show_rows(run_id: str, shown: bool) -> None:
    """Let whoever has a run's link see rows of its data, or no longer. Raises `NotYours`."""
    services.store().update_manager(run_id, actor=visitor.owner(), show_rows=shown)


def delete(run_id: str) -> None:
    """Remove a run with everything in it, ending it first. Raises `NotYours`."""
    services.manager().delete(run_id, actor=visitor.owner())


def delete_everything() -> int:
    """Remove every run, sweep and upload of this visitor; returns how many runs there were.

    Raises:
        ConfigError: Some runs could not be removed; everything else is gone.
    """
    from core.data.sources.upload_keeping import delete_uploads

    services.sweeps().delete_all(visitor.owner())  # first, so that none begins a run any more
    try:
        return services.manager().delete_all(visitor.owner())
    finally:
        delete_uploads(visitor.owner(), services.settings().state_dir)
        drafts.delete_drafts(services.settings().state_dir, visitor.owner())


def mine() -> list[RunStatus]:
    """This visitor's runs, newest first."""
    found = map(services.status, services.store().owned_by(visitor.owner()))
    return [status for status in found if status is not None]


def trained(run_id: str) -> Experiment | None:
    """What a run trained, for as many steps as it had; None of another version, or deleted in this moment."""
    status = services.status(run_id)
    try:
        return compare.as_trained(services.store().experiment(run_id), None if status is None else status.total_steps)
    except (ConfigError, OSError):
        return None


def may_change(status: RunStatus) -> bool:
    """Whether this visitor may stop, resume, rename and delete a run."""
    try:
        services.store().check_actor(status.run_id, visitor.owner())
    except ConfigError:
        return False
    return True


def may_read(run_id: str) -> bool:
    """Whether this visitor may see and train on the data of a run: an upload is for its owner alone."""
    try:
        upload_id = services.store().upload_of(run_id)
        if upload_id:
            services.upload(upload_id)
    except (ConfigError, OSError):
        return False
    return True
