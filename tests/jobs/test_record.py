import json
import threading

import pytest

from core.jobs.record import RunNotFound, read_record, update_record


def test_changes_from_many_threads_are_all_kept(new_run):
    directory = new_run()

    def raise_attempt():
        for _ in range(10):
            while True:
                record = read_record(directory)
                if update_record(directory, only_if=record.state, attempt=record.attempt):
                    break
            update_record(directory, name="renamed")

    threads = [threading.Thread(target=raise_attempt) for _ in range(3)]
    winners = []
    claims = [
        threading.Thread(
            target=lambda: winners.append(update_record(directory, only_if="queued", state="launched") is not None)
        )
        for _ in range(5)
    ]
    for thread in threads + claims:
        thread.start()
    for thread in threads + claims:
        thread.join()
    assert sorted(winners) == [False] * 4 + [True]
    assert read_record(directory).name == "renamed"
    assert read_record(directory).state == "launched"


def test_a_record_of_a_later_version_is_understood(new_run):
    directory = new_run(name="mine")
    raw = json.loads((directory / "manager.json").read_text())
    (directory / "manager.json").write_text(json.dumps({**raw, "priority": 3}))
    assert read_record(directory).name == "mine"


def test_a_record_of_an_earlier_version_is_understood(new_run):
    directory = new_run()
    (directory / "manager.json").write_text(json.dumps({"created": 12, "state": "queued", "attempt": 1}))
    record = read_record(directory)
    assert (record.created, record.queued, record.pause_at, record.ref) == (12, None, None, "")


@pytest.mark.parametrize(
    ("field", "value"),
    [("owner", None), ("owner", 5), ("name", ["x"]), ("pinned", 1), ("attempt", 0), ("attempt", True), ("ref", 7),
     ("created", "now"), ("created", 10**400), ("launched", [1]), ("parent", 3), ("pause_at", -1), ("state", "dancing"),
     ("queued", "soon"), ("boot", None)],
)  # fmt: skip
def test_a_record_with_a_field_that_cannot_be_is_not_believed(field, value, new_run):
    directory = new_run()
    raw = json.loads((directory / "manager.json").read_text())
    (directory / "manager.json").write_text(json.dumps({**raw, field: value}))
    assert read_record(directory) is None


def test_launching_notes_the_time_by_both_clocks_and_queueing_anew_forgets_it(new_run):
    directory = new_run()
    launched = update_record(directory, state="launched", ref="local:7:1.50:a")
    assert launched.launched >= launched.created
    assert launched.uptime > 0
    assert (launched.ref, launched.ended) == ("local:7:1.50:a", None)
    lost = update_record(directory, state="lost", reason="It is gone.")
    assert lost.ended >= lost.launched
    queued = update_record(directory, state="queued", attempt=2)
    assert (queued.ref, queued.launched, queued.uptime) == ("", None, None)
    assert (queued.reason, queued.ended, queued.boot) == ("", None, "")
    assert queued.queued >= lost.ended
    assert (queued.created, queued.attempt) == (launched.created, 2)


def test_queueing_anew_takes_back_the_request_to_stop(new_run):
    directory = new_run(state="launched")
    (directory / "stop").touch()
    update_record(directory, state="queued")
    assert not (directory / "stop").exists()


def test_a_place_in_the_queue_can_be_kept(new_run):
    directory = new_run(state="launched")
    assert update_record(directory, state="queued", queued=12.5).queued == 12.5


def test_where_to_pause_belongs_to_an_attempt(store, experiment):
    directory = store.path(store.create(experiment, versions={}, pause_at=5))
    assert update_record(directory, state="launched").pause_at == 5
    assert update_record(directory, state="queued").pause_at == 5, "the same attempt, once more"
    assert update_record(directory, state="queued", attempt=2, pause_at=9).pause_at == 9
    assert update_record(directory, state="queued", attempt=3).pause_at is None


def test_a_run_that_is_gone_cannot_be_changed(store, new_run):
    directory = new_run(state="launched")
    (directory / "manager.json").unlink()
    with pytest.raises(RunNotFound):
        update_record(directory, name="new")
    with pytest.raises(RunNotFound):
        update_record(store.path("a" * 32), name="new")
    assert not store.path("a" * 32).exists()
