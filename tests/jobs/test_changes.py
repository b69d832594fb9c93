import os
import shutil

import pytest

from core.jobs.changes import Changes, announce
from core.jobs.record import update_record


@pytest.fixture
def changes(store, monkeypatch):
    monkeypatch.setattr("core.jobs.changes._BUSY_SECONDS", 0.0)
    store.root.mkdir()
    return Changes(store)


def settle(changes, store):
    """Long after the last change: the folder's time stamp is old, and has been seen."""
    os.utime(store.root, ns=(0, 0))
    changes.look(())
    assert changes.look(()) == []


def test_new_runs_are_found_once(changes, new_run):
    runs = {new_run().name for _ in range(3)}
    assert set(changes.look(())) == runs
    assert changes.look(()) == []
    late = new_run().name
    assert changes.look(()) == [late]


def test_a_change_of_a_watched_run_is_found_at_once(changes, new_run, store):
    watched, other = new_run(), new_run()
    settle(changes, store)
    for directory in (watched, other):
        update_record(directory, name="changed")
    assert changes.look([watched.name]) == [watched.name]
    announce(store.root)
    assert changes.look([watched.name]) == [other.name]


def test_a_change_that_nobody_announced_is_found_a_little_later(changes, new_run, store, monkeypatch):
    directory = new_run()
    settle(changes, store)
    update_record(directory, name="changed")
    assert changes.look(()) == []
    monkeypatch.setattr("core.jobs.changes.RESCAN_SECONDS", 0.0)
    assert changes.look(()) == [directory.name]


def test_a_run_that_is_gone_is_named_once(changes, new_run, store):
    directory = new_run()
    settle(changes, store)
    shutil.rmtree(directory)
    assert changes.look([directory.name]) == [directory.name]
    assert changes.look([directory.name]) == []


def test_a_folder_of_runs_that_is_gone_is_an_error(changes, store):
    store.root.rmdir()
    with pytest.raises(FileNotFoundError):
        changes.look(())
