"""A training process that is gone from one moment to the next, and what a resume makes of the rest."""

import os
import random
import signal

import psutil
import pytest

from core.api import load
from core.jobs.files import read_jsonl


def kill(pid):
    os.killpg(pid, signal.SIGKILL)


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 20))])
def test_a_killed_worker_loses_nothing(
    seed, make_manager, short, num_steps, neighbour, store, wait_for, wait_for_step, assert_equal
):
    """Odd seeds are killed on their second attempt, so that there is a checkpoint to go on from."""
    draw = random.Random(seed)
    manager = make_manager()
    pause_at = draw.randrange(50, num_steps // 4) if seed % 2 else None
    run = manager.submit(short(), pause_at=pause_at)
    if pause_at is not None:
        stopped = wait_for(run, "stopped")
        assert stopped.step == pause_at and stopped.error is None
        manager.resume(run)
    kill(wait_for_step(run, draw.randrange(pause_at or 1, num_steps // 2)))
    lost = wait_for(run, "lost")
    assert "SIGKILL" in lost.error.message and "last checkpoint" in lost.error.hint
    assert lost.can_resume
    manager.resume(run)
    done = wait_for(run, "succeeded")
    assert done.attempt == (3 if pause_at else 2)
    assert_equal(store.path(run))


def test_a_stopped_run_goes_on_to_the_same_end(
    make_manager, short, num_steps, neighbour, store, wait_for, wait_for_step, assert_equal
):
    manager = make_manager()
    run = manager.submit(short())
    wait_for_step(run, 20)
    manager.stop(run)
    stopped = wait_for(run, "stopped")
    assert 20 <= stopped.step < num_steps and stopped.error is None and stopped.can_resume
    assert load(store.path(run), "cpu").predict(horizon=3)
    manager.resume(run)
    wait_for(run, "succeeded")
    assert_equal(store.path(run))


def test_a_failed_run_is_resumed_once_the_cause_is_gone(
    make_manager, short, place, paused, neighbour, store, status_of, wait_for, assert_equal
):
    run = place(paused)
    checkpoint = store.path(run) / "last.pt"
    whole = checkpoint.read_bytes()
    middle = len(whole) // 2
    checkpoint.write_bytes(whole[:middle] + os.urandom(64) + whole[middle + 64 :])  # still looks like an archive
    manager = make_manager()
    manager.resume(run)
    failed = wait_for(run, "failed")
    assert "last.pt" in failed.error.message and failed.error.hint
    checkpoint.write_bytes(whole)
    manager.resume(run)
    wait_for(run, "succeeded")
    assert_equal(store.path(run))


def test_a_killed_spare_worker_is_not_missed(make_manager, short, neighbour, wait_until, wait_for, store):
    manager = make_manager(spare=True)

    def spares():
        return [child for child in psutil.Process().children() if "--wait" in " ".join(command_of(child))]

    (spare,) = wait_until(spares)
    spare.kill()
    run = manager.submit(short(100))
    assert wait_for(run).state == "succeeded"
    steps = [
        record["step"] for record in read_jsonl(store.path(run) / "metrics.jsonl")[0] if record.get("split") == "train"
    ]
    assert steps == sorted(set(steps)) and steps[-1] == 100
    wait_until(lambda: manager.active() == ())


def command_of(process):
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_a_run_whose_worker_died_leaves_its_slot_to_the_next(make_manager, short, neighbour, wait_for, wait_for_step):
    manager = make_manager(small=True)
    first, second = manager.submit(short(10**6), name="real"), manager.submit(short(100), name="quick")
    kill(wait_for_step(first, 1))
    assert wait_for(first).state == "lost"
    assert wait_for(second).state == "succeeded"
    assert manager.queue_length() == 0
