"""A run's folder that disappears under its process, its server and its visitors."""

import shutil

import pytest

from core.jobs.record import RunNotFound
from core.jobs.status import read_status


def test_a_folder_removed_under_its_worker_ends_the_process_and_frees_the_slot(
    make_manager, short, neighbour, store, wait_until, wait_for, wait_for_step
):
    manager = make_manager(small=True)
    run, after = manager.submit(short(10**6), name="real"), manager.submit(short(100), name="quick")
    wait_for_step(run, 1)
    shutil.rmtree(store.path(run), ignore_errors=True)
    wait_until(lambda: not shutil.rmtree(store.path(run), ignore_errors=True) and run not in manager.active())
    with pytest.raises(RunNotFound):
        read_status(store.path(run))
    assert wait_for(after).state == "succeeded"
    assert not store.path(run).exists(), "nobody writes it anew"
    assert run not in store.list()


def test_a_queued_run_whose_folder_is_removed_leaves_the_queue(make_manager, short, neighbour, store, wait_until):
    manager = make_manager(small=True)
    first = manager.submit(short(100), name="hold")
    wait_until(lambda: manager.active() == (first,))
    second, third = (manager.submit(short(100), name="quick") for _ in range(2))
    gone = store.path(second)
    wait_until(lambda: not shutil.rmtree(gone, ignore_errors=True) and manager.queue_position(third) == 1)
    assert manager.queue_position(second) is None
    manager.stop(first)
    wait_until(lambda: read_status(store.path(third)).state == "succeeded")


def test_an_active_run_is_ended_before_it_is_deleted(
    make_manager, short, neighbour, store, wait_for, wait_for_step, refused
):
    manager = make_manager(small=True)
    run, after = manager.submit(short(10**6), name="real"), manager.submit(short(100), name="quick")
    wait_for_step(run, 1)
    manager.delete(run)
    assert not store.exists(run) and store.gone(run).reason == "deleted"
    assert "It was deleted on" in refused(lambda: manager.stop(run), RunNotFound)
    assert wait_for(after).state == "succeeded"


def test_the_folder_of_all_runs_removed_under_the_server_is_made_again(
    make_manager, short, store, wait_until, wait_for
):
    manager = make_manager(small=True)
    run = manager.submit(short(100), name="quick")
    wait_for(run, "succeeded")
    shutil.rmtree(store.root)
    after = manager.submit(short(100), name="quick")
    assert wait_for(after, "succeeded").state == "succeeded"
