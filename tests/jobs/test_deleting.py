"""Runs that go: whole or not at all, and what their links say afterwards."""

import json
import os
import threading
import time

import pytest

from core.config.errors import ConfigError
from core.jobs.identity import NotYours
from core.jobs.record import RunNotFound, bury, find_gone, locked
from core.jobs.status import read_status
from tests.jobs.common import ANN, BOB


def test_only_runs_that_are_over_can_be_deleted(store, new_run):
    directory = new_run()
    with pytest.raises(ConfigError, match="Stop it first"):
        store.delete(directory.name)
    store.request_stop(directory.name)
    store.delete(directory.name)
    assert not store.exists(directory.name)
    assert [path.name for path in store.root.iterdir()] == [".gone"]


@pytest.mark.parametrize(("reason", "words"), [("deleted", "It was deleted on 20"), ("evicted", "to make room")])
def test_a_run_that_is_gone_says_when_and_why(reason, words, store, new_run):
    run_id = new_run().name
    store.request_stop(run_id)
    assert store.gone(run_id) is None
    store.delete(run_id, reason=reason)
    gone = store.gone(run_id)
    assert gone.reason == reason
    assert abs(gone.when - time.time()) < 60
    for ask in (store.experiment, store.manager_record, store.request_stop, store.delete,
                lambda run_id: read_status(store.path(run_id)), lambda run_id: store.check_actor(run_id, None)):  # fmt: skip
        with pytest.raises(RunNotFound, match=words):
            ask(run_id)
    assert store.gone("b" * 32) is None


def test_the_note_of_a_run_that_is_there_is_not_believed(store, new_run):
    run_id = new_run().name
    bury(store.root, run_id, "deleted")
    assert store.gone(run_id) is None


@pytest.mark.parametrize(
    "text", ["", "{", '{"when": "x", "reason": "deleted"}', '{"when": 1e99, "reason": "deleted"}', '{"when": 1}',
             '{"when": 1, "reason": ["deleted"]}']
)  # fmt: skip
def test_a_broken_note_is_as_good_as_none(text, store, new_run):
    directory = new_run()
    store.request_stop(directory.name)
    store.delete(directory.name)
    (store.root / ".gone" / f"{directory.name}.json").write_text(text)
    assert store.gone(directory.name) is None
    with pytest.raises(RunNotFound, match="may have been"):
        store.experiment(directory.name)


def test_what_cannot_be_an_id_is_neither_noted_nor_looked_for(tmp_path):
    (tmp_path / "secret.json").write_text('{"when": 1, "reason": "deleted"}')
    bury(tmp_path, "../secret", "deleted")
    assert not (tmp_path / ".gone").exists()
    bury(tmp_path, "a" * 32, "deleted")
    assert find_gone(tmp_path, "../secret") is None


def test_of_many_notes_the_oldest_go(tmp_path):
    for number in range(5):
        bury(tmp_path, f"{number:032x}", "evicted", most=3)
        os.utime(tmp_path / ".gone" / f"{number:032x}.json", (number, number))
    assert [number for number in range(5) if find_gone(tmp_path, f"{number:032x}")] == [2, 3, 4]


def test_a_full_disk_loses_the_note_and_not_the_deletion(store, new_run, monkeypatch):
    directory = new_run()
    store.request_stop(directory.name)

    def full(*_, **__):
        raise OSError("No space left on device")

    monkeypatch.setattr("core.jobs.record.write_json", full)
    store.delete(directory.name)
    assert not directory.exists()


def test_a_run_that_cannot_be_removed_stays_whole(store, new_run, monkeypatch):
    directory = new_run()
    store.request_stop(directory.name)

    def refuse(*_):
        raise PermissionError("Not permitted")

    monkeypatch.setattr("pathlib.Path.rename", refuse)
    with pytest.raises(PermissionError):
        store.delete(directory.name)
    monkeypatch.undo()
    assert read_status(directory).state == "stopped"
    assert find_gone(store.root, directory.name) is None


def test_a_resume_and_a_deletion_at_the_same_time_do_not_both_happen(store, new_run):
    directory = new_run()
    store.request_stop(directory.name)
    failed = []

    def delete():
        try:
            store.delete(directory.name)
        except ConfigError as error:
            failed.append(error)

    thread = threading.Thread(target=delete)
    with locked(directory):  # a resume has looked and is about to write
        thread.start()
        thread.join(0.2)
        assert directory.exists()
        raw = json.loads((directory / "manager.json").read_text())
        (directory / "manager.json").write_text(json.dumps({**raw, "state": "queued"}))
    thread.join()
    assert directory.exists()
    assert "over" in str(failed[0])


def test_a_broken_run_can_be_deleted_by_the_administrator(store, new_run):
    directory = new_run(owner=ANN)
    (directory / "manager.json").write_text("{")
    with pytest.raises(NotYours):
        store.delete(directory.name, actor=BOB)
    store.delete(directory.name)
    assert not directory.exists()
