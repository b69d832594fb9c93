"""Processes that cannot be had, do not report, or do not end."""

import errno
import os
import signal
from dataclasses import replace

from core.jobs.backends.local import Process
from core.jobs.record import read_record
from core.jobs.status import read_status
from tests.jobs.common import pid_of


def test_a_process_that_cannot_be_had_now_is_tried_again_at_the_same_place(
    make_manager, experiment, state_of, journal, wait_until, monkeypatch
):
    monkeypatch.setattr("core.jobs.serving.LAUNCH_PAUSE_SECONDS", 0.01)
    manager = make_manager()
    backend = manager.backend_of_test
    start, tries = backend.start, []

    def fail_at_first(directory, *asked):
        tries.append(directory.name)
        if len(tries) < 4:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return start(directory, *asked)

    monkeypatch.setattr(backend, "start", fail_at_first)
    runs = [manager.submit(experiment, name="quick") for _ in range(2)]
    wait_until(lambda: all(state_of(run_id) == "succeeded" for run_id in runs))
    assert tries == [runs[0]] * 4 + [runs[1]]


def test_a_run_for_which_no_process_is_to_be_had_at_last_is_lost(
    make_manager, experiment, store, state_of, wait_until, monkeypatch
):
    monkeypatch.setattr("core.jobs.serving.LAUNCH_PAUSE_SECONDS", 0.01)
    manager = make_manager()

    def fail(*_):
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))

    monkeypatch.setattr(manager.backend_of_test, "start", fail)
    run_id = manager.submit(experiment, name="quick")
    wait_until(lambda: state_of(run_id) == "lost")
    assert "Cannot allocate memory" in store.manager_record(run_id).reason
    assert read_status(store.path(run_id)).can_resume


def test_a_run_whose_process_was_killed_before_its_first_word_starts_over_once(
    make_manager, experiment, store, state_of, journal, wait_until
):
    manager = make_manager()
    once, always = (manager.submit(experiment, name=name) for name in ("struck_once", "struck"))
    wait_until(lambda: state_of(once) == "succeeded" and state_of(always) == "lost")
    starts = [run_id for word, run_id, _ in journal() if word == "start"]
    assert starts == [once, once, always, always]
    assert "SIGKILL" in store.manager_record(always).reason
    assert store.manager_record(once).attempt == 1


def test_a_process_that_makes_no_progress_is_ended(make_manager, experiment, store, state_of, wait_until):
    manager = make_manager()
    run_id = manager.submit(experiment, name="deaf")
    wait_until(lambda: state_of(run_id) == "running")
    patience = manager._server._patience
    manager._server._patience = replace(patience, quiet=0.5)
    wait_until(lambda: state_of(run_id) == "lost")
    assert "no progress" in store.manager_record(run_id).reason
    manager._server._patience = patience
    after = manager.submit(experiment, name="quick")
    wait_until(lambda: state_of(after) == "succeeded")


def test_a_process_that_does_not_report_is_killed_in_the_end(make_manager, experiment, store, state_of, wait_until):
    manager = make_manager()
    run_id = manager.submit(experiment, name="hold")
    wait_until(lambda: state_of(run_id) == "running")
    manager._server._patience = replace(manager._server._patience, beat=0.5, kill=0.2)
    os.kill(wait_until(lambda: pid_of(store.manager_record(run_id))), signal.SIGSTOP)
    wait_until(lambda: state_of(run_id) == "lost")
    assert "not reported" in store.manager_record(run_id).reason


def test_a_process_that_stays_after_its_last_word_gives_its_slot_back(
    make_manager, experiment, state_of, wait_until, monkeypatch
):
    monkeypatch.setattr("core.jobs.watch.LINGER_SECONDS", 0.2)
    manager = make_manager()
    run_id = manager.submit(experiment, name="lingers")
    wait_until(lambda: state_of(run_id) == "succeeded")
    wait_until(lambda: manager.active() == ())
    assert state_of(run_id) == "succeeded"


def test_the_process_of_a_folder_that_vanished_is_ended(make_manager, experiment, store, state_of, wait_until):
    manager = make_manager(stop_seconds=0.2)
    run_id = manager.submit(experiment, name="deaf")
    wait_until(lambda: state_of(run_id) == "running")
    record = wait_until(lambda: (r := read_record(store.path(run_id))).ref and r)
    store.path(run_id).rename(store.root / "elsewhere")
    wait_until(lambda: manager.active() == ())
    assert not Process.of(record.ref).is_running()
