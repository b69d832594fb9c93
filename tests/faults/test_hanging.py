"""Training processes that are there and do nothing, or want more than there is: they are ended, the others go on."""

import os
import signal
from dataclasses import replace

import pytest

from core.config.limits import Limits
from core.jobs.status import STALE_SECONDS, Moment, read_status

QUIET = Limits(max_quiet_seconds=1.5)
WORKER_BYTES = 1_500_000_000


@pytest.mark.parametrize(
    ("mode", "reason"),
    [("still", "no progress for"), ("mute", "no progress for")],
)
def test_a_process_that_makes_no_progress_is_ended(make_manager, short, neighbour, wait_for, mode, reason):
    manager = make_manager(small=True, limits=QUIET)
    run, after = manager.submit(short(100), name=mode), manager.submit(short(100), name="quick")
    lost = wait_for(run)
    assert lost.state == "lost" and reason in lost.error.message and lost.error.hint and lost.can_resume
    assert wait_for(after).state == "succeeded"


@pytest.mark.long
def test_a_frozen_process_is_killed_and_its_run_goes_on_later(
    make_manager, short, neighbour, store, wait_for, wait_for_step, assert_equal
):
    manager = make_manager()
    run, patience = manager.submit(short()), manager._server._patience
    os.killpg(wait_for_step(run, 20), signal.SIGSTOP)
    manager._server._patience = replace(patience, quiet=1.5, kill=1.5)  # from now on: a start may take its time
    lost = wait_for(run)  # it hears no polite signal
    assert lost.state == "lost" and "no progress for" in lost.error.message
    manager._server._patience = patience
    after = manager.submit(short(100))
    assert wait_for(after).state == "succeeded"
    manager.resume(run)
    assert wait_for(run).state == "succeeded"
    assert_equal(store.path(run))


def test_a_frozen_process_looks_lost_after_half_a_minute_and_is_well_again_when_it_wakes(
    make_manager, short, neighbour, store, wait_for, wait_for_step, wait_until, status_of
):
    manager = make_manager()
    run = manager.submit(short(10**6))
    process = wait_for_step(run, 20)
    os.killpg(process, signal.SIGSTOP)
    now = Moment.now()
    later = Moment(now.unix, now.uptime + STALE_SECONDS + 1, now.boot)
    lost = read_status(store.path(run), later)
    assert lost.state == "lost" and "has not reported for" in lost.error.message
    step = status_of(run).step
    os.killpg(process, signal.SIGCONT)
    wait_until(lambda: status_of(run).step > step)
    assert status_of(run).state == "running"
    manager.stop(run)
    assert wait_for(run).state == "stopped"


def test_a_training_that_needs_more_memory_than_it_may_have_fails_in_words(
    make_manager, short, neighbour, wait_for, monkeypatch
):
    monkeypatch.setenv("UNROLL_MAX_WORKER_BYTES", str(WORKER_BYTES))
    manager = make_manager(slots=2)
    beside = manager.submit(short())
    greedy = manager.submit(short(**{"model.hidden_size": 4_000, "model.num_layers": 3}))
    failed = wait_for(greedy)
    assert failed.state == "failed"
    assert "ran out of memory: it may use 1.5 GB here" in failed.error.message
    assert "training.batch_size" in failed.error.hint
    assert wait_for(beside).state == "succeeded"
