"""Many pages that look at one run: read once, and less often the more they are."""

import json
import os
import time

import pytest

from core.jobs.record import RECORD_FILE, update_record
from core.jobs.store import RunStore
from ui.watching import PAUSES, StatusCache, Watchers


@pytest.fixture
def run(tmp_path, tiny):
    store = RunStore(tmp_path / "runs")
    return store.path(store.create(tiny("sentiment"), versions={}))


def test_looks_within_a_moment_share_one_reading(run):
    cache = StatusCache(keep_seconds=60)
    assert cache.read(run) is cache.read(run)


def test_a_change_is_seen_at_once(run):
    cache = StatusCache(keep_seconds=60)
    assert cache.read(run).state == "queued"
    update_record(run, only_if="queued", state="cancelled")
    assert cache.read(run).state == "stopped"


def test_silence_is_noticed_although_no_file_changes(run):
    cache = StatusCache(keep_seconds=0.0)
    first = cache.read(run)
    assert cache.read(run) is not first


def test_a_run_that_was_deleted_is_gone_at_once(run):
    cache = StatusCache(keep_seconds=60)
    cache.read(run)
    run.rename(run.with_name("elsewhere"))
    assert cache.read(run) is None
    assert cache.read(run.with_name("0" * 32)) is None


def test_the_least_recently_read_run_is_forgotten(tmp_path, tiny):
    store = RunStore(tmp_path / "many")
    experiment = tiny("sentiment")
    folders = [store.path(store.create(experiment, versions={})) for _ in range(3)]
    cache = StatusCache(keep_seconds=60, max_runs=2)
    first = cache.read(folders[0])
    for folder in folders[1:]:
        cache.read(folder)
    assert cache.read(folders[0]) is not first


def test_a_file_replaced_by_one_of_the_same_size_and_time_is_another_file(run):
    cache = StatusCache(keep_seconds=60)
    cache.read(run)
    record = run / RECORD_FILE
    before = record.stat()
    text = json.loads(record.read_text())
    other = run / "other.json"
    other.write_text(json.dumps({**text, "created": text["created"]}), encoding="utf-8")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    first = cache.read(run)
    other.replace(record)
    assert cache.read(run) is not first


def test_one_page_looks_three_times_a_second():
    watchers = Watchers()
    assert watchers.seconds("only") == PAUSES[0]
    assert watchers.seconds("only") == PAUSES[0]


def test_pages_pause_longer_the_more_they_are_and_their_looks_stay_bounded():
    watchers = Watchers()
    for number in range(50):
        watchers.seconds(f"tab {number}")
    pauses = [watchers.seconds(f"tab {number}") for number in range(50)]
    assert max(pauses) <= 1.1 * PAUSES[-1]
    assert len(set(pauses)) > 40, "they do not all look at the same moment"
    assert sum(1 / pause for pause in pauses) < 20


def test_one_more_page_does_not_change_the_pause_of_the_others_back_and_forth():
    watchers = Watchers()
    for number in range(6):
        watchers.seconds(f"tab {number}")
    settled = watchers.seconds("tab 0")
    for _ in range(4):
        watchers.seconds("a seventh")
        assert watchers.seconds("tab 0") == settled


def test_pages_that_no_longer_look_are_not_counted(monkeypatch):
    watchers = Watchers()
    for number in range(50):
        watchers.seconds(f"tab {number}")
    later = time.monotonic() + 60
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert watchers.seconds("tab 0") == PAUSES[0]
