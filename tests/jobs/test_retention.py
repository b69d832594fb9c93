import os
import time
from pathlib import Path

import pytest

from core.jobs.record import read_record, update_record
from core.jobs.reporter import Reporter
from core.jobs.retention import LEFT_OVER_SECONDS, sweep
from core.jobs.status import read_status

OLD = LEFT_OVER_SECONDS + 60


@pytest.fixture
def finished(new_run):
    """Makes a run of a thousand bytes and more that has ended."""

    def make(**fields) -> Path:
        directory = new_run(state="launched", **fields)
        Reporter(directory, 1).finished("succeeded")
        (directory / "weights").write_bytes(b"x" * 10_000)
        return directory

    return make


def age(path, seconds=OLD):
    os.utime(path, (time.time() - seconds,) * 2)


def test_without_a_limit_every_run_stays(store, finished):
    directory = finished()
    assert sweep(store, None, time.time()).removed == ()
    assert directory.exists()


def test_the_oldest_finished_runs_go_until_the_rest_fits(store, finished):
    runs = [finished() for _ in range(4)]
    size = store.size(runs[0].name)
    swept = sweep(store, int(2.5 * size), time.time())
    assert swept.removed == (runs[0].name, runs[1].name)
    assert abs(swept.freed - 2 * size) < 200
    assert set(store.ids()) == {runs[2].name, runs[3].name}
    assert store.gone(runs[0].name).reason == "evicted"
    assert sweep(store, int(2.5 * size), time.time()).removed == ()


def test_what_ended_first_goes_first_not_what_was_made_first(store, new_run, finished):
    first_made = new_run(state="launched")
    first_ended = finished()
    Reporter(first_made, 1).finished("stopped")
    assert sweep(store, store.size(first_made.name), time.time()).removed == (first_ended.name,)


def test_where_there_are_too_many_runs_those_that_never_started_go_first_then_the_oldest(store, new_run, finished):
    kept, other, idle = finished(), finished(), new_run()
    store.request_stop(idle.name)
    waiting = new_run()
    assert sweep(store, None, time.time(), max_runs=4).removed == ()
    assert sweep(store, None, time.time(), max_runs=3).removed == (idle.name,)
    assert sweep(store, None, time.time(), max_runs=1).removed == (kept.name, other.name)
    assert store.ids() == {waiting.name}, "what waits stays"


def test_the_pins_of_many_cookies_at_one_address_count_together(store, finished):
    made = [
        finished(owner=owner, address=place)
        for owner, place in (("a", "x"), ("a", "x"), *((f"c{n}", "y") for n in range(3)))
    ]
    for directory in made:
        store.update_manager(directory.name, pinned=True)
    size = store.size(made[0].name)
    assert sweep(store, int(4.5 * size), time.time(), pinned_too=True).removed == (made[2].name,)


def test_where_strangers_pin_runs_go_last_and_first_those_of_whoever_keeps_most(store, finished):
    of_shell, *made = (finished(owner=owner) for owner in ("", "one", "many", "many", "one"))
    for directory in (of_shell, *made[:3]):
        store.update_manager(directory.name, pinned=True)
    one, first, second, unpinned = (directory.name for directory in made)
    assert sweep(store, 1, time.time()).removed == (unpinned,)
    size = store.size(one)
    assert sweep(store, int(3.5 * size), time.time(), pinned_too=True).removed == (first,)
    assert sweep(store, 1, time.time(), pinned_too=True).removed in ((one, second), (second, one))
    assert store.ids() == {of_shell.name}, "what the machine's administrator pins stays"


def test_pinned_and_active_runs_are_never_touched(store, finished, new_run):
    pinned, queued, starting, running = finished(), new_run(), new_run(state="launched"), new_run(state="launched")
    store.update_manager(pinned.name, pinned=True)
    reporter = Reporter(running, 1)
    reporter.started("cpu", 8)
    try:
        assert sweep(store, 1, time.time()).removed == ()
    finally:
        reporter.close()
    assert store.ids() == {pinned.name, queued.name, starting.name, running.name}


def test_a_run_that_fell_silent_a_moment_ago_may_wake_up(store, new_run, monkeypatch):
    directory = new_run(state="launched")
    Reporter(directory, 1).close()
    monkeypatch.setattr("core.jobs.status.STALE_SECONDS", -1.0)
    assert read_status(directory).state == "lost"
    assert sweep(store, 1, time.time()).removed == ()
    update_record(directory, state="lost", reason="It is gone.")
    assert sweep(store, 1, time.time()).removed == ()
    monkeypatch.setattr("core.jobs.retention.SILENT_SECONDS", 0.0)
    assert sweep(store, 1, time.time()).removed == (directory.name,)


def test_a_file_that_two_runs_share_is_not_counted_twice(store, finished, experiment):
    source = finished()
    (source / "last.pt").write_bytes(b"x" * 50_000)
    child = store.path(store.create(experiment, versions={}, parent=source.name, checkpoint_of=source))
    total = store.size(source.name) + store.size(child.name)
    assert 60_000 < total < 70_000
    assert sweep(store, total, time.time()).removed == ()
    assert sweep(store, total - 1, time.time()).removed == (source.name,)
    assert (child / "last.pt").stat().st_size == 50_000
    assert store.size(child.name) > 50_000


def test_what_was_interrupted_an_hour_ago_is_cleared_away(store, new_run):
    directory = new_run()
    places = [store.root / ".new-1", store.root / f".deleted-{'a' * 32}-1", directory / ".last.pt.tmp",
              store.root / ".manager.json.1.tmp"]  # fmt: skip
    for place in places[:2]:
        (place / "deep").mkdir(parents=True)
        (place / "deep" / "file").write_bytes(b"x" * 1_000)
    for place in places[2:]:
        place.write_bytes(b"x" * 1_000)
    assert sweep(store, None, time.time()).freed == 0
    assert all(place.exists() for place in places), "it may be under way"
    for place in places:
        age(place)
    assert sweep(store, None, time.time()).freed == 4_000
    assert not any(place.exists() for place in places)
    assert read_record(directory) is not None


def test_a_deletion_that_was_interrupted_is_finished_by_the_sweep(store, finished, monkeypatch):
    directory = finished()
    monkeypatch.setattr("core.jobs.folders.remove_tree", lambda path: False)  # as if killed after the rename
    store.delete(directory.name)
    monkeypatch.undo()
    (hidden,) = store.root.glob(".deleted-*")
    assert list(store.list()) == []
    age(hidden)
    assert sweep(store, None, time.time()).freed > 10_000
    assert not hidden.exists()


def test_links_are_removed_and_never_followed(store, finished, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious.txt").write_text("mine")
    directory = finished()
    (directory / "link").symlink_to(outside)
    (store.root / ".new-link").symlink_to(outside)
    (store.root / ("b" * 32)).symlink_to(outside)
    os.utime(store.root / ".new-link", (1, 1), follow_symlinks=False)
    assert sweep(store, 1, time.time()).removed == (directory.name,)
    assert (outside / "precious.txt").read_text() == "mine"
    assert not os.path.lexists(store.root / ".new-link")
    assert os.path.lexists(store.root / ("b" * 32)), "not ours: nothing is known about it"


def test_odd_things_in_the_folder_stop_nothing(store, finished):
    (store.root).mkdir()
    (store.root / ("c" * 32)).write_text("a file")
    (store.root / ("d" * 32)).mkdir()
    (store.root / "notes.txt").write_text("mine")
    (store.root / ".new-file").write_text("half")
    (store.root / ".gone").write_text("not a folder")
    age(store.root / ".new-file")
    directory = finished()
    (directory / "manager.json").write_text("{")
    other = finished()
    assert set(sweep(store, 1, time.time()).removed) == {directory.name, other.name}
    assert sorted(path.name for path in store.root.iterdir()) == [".gone", "c" * 32, "d" * 32, "notes.txt"]


def test_a_run_that_cannot_be_removed_is_left_and_the_next_one_goes(store, finished, monkeypatch):
    first, second = finished(), finished()
    rename = Path.rename

    def refuse_first(path, target):
        if path == first:
            raise PermissionError("Not permitted")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse_first)
    assert sweep(store, 1, time.time()).removed == (second.name,)
    assert read_status(first).state == "succeeded"


def test_a_folder_that_is_not_there_is_clean(store):
    assert sweep(store, 1, time.time()).removed == ()
