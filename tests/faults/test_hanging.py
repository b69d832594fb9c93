"""Training processes that are there and do nothing, or want more than there is: they are ended, the others go on."""

import os
import signal
import sys
from dataclasses import replace

import pytest

from core.api import load
from core.config.limits import Limits
from core.jobs.files import read_json
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


def test_a_process_that_trains_on_beyond_the_server_s_time_is_ended_and_the_next_run_begins(
    make_manager, short, neighbour, wait_for
):
    manager = make_manager(small=True, limits=Limits(max_seconds=1.0, max_judging_seconds=0.5))
    run, after = manager.submit(short(100), name="hold"), manager.submit(short(100), name="quick")
    lost = wait_for(run)
    assert lost.state == "lost" and lost.can_resume
    assert "not over 1.5 seconds after its first step" in lost.error.message
    assert wait_for(after).state == "succeeded"


UNESTIMATED = (
    "import sys, core.training.run as run, core.jobs.worker as worker; run.check_run = lambda *_: None; "
    "sys.exit(worker.main(sys.argv[1:]))"
)
"""A real worker that is not told beforehand how long a training takes: the estimate may be wrong."""


def test_a_worker_ends_at_the_server_s_limit_by_itself_whatever_was_planned(
    make_manager, short, neighbour, store, wait_for, monkeypatch
):
    endless = short(10**6)
    monkeypatch.setenv("UNROLL_MAX_SECONDS", "2")
    run = make_manager(command=(sys.executable, "-c", UNESTIMATED)).submit(endless)
    ended = wait_for(run)
    assert ended.state == "succeeded" and ended.ending.startswith("stopped by this server's limit of 2 s"), ended
    result = read_json(store.path(run) / "result.json")
    assert result["ended"] == "time_limit" and result["test"]["mase"] > 0
    assert load(store.path(run), "cpu").predict(horizon=3)


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
    manager = make_manager(slots=2, small=True)
    beside = manager.submit(short(), name="hold")
    greedy = manager.submit(short(**{"model.hidden_size": 4_000, "model.num_layers": 3}), name="real")
    failed = wait_for(greedy)
    assert failed.state == "failed"
    assert "ran out of memory: it may use 1.5 GB here" in failed.error.message
    assert "training.batch_size" in failed.error.hint
    manager.stop(beside)
    assert wait_for(beside).state == "stopped"
