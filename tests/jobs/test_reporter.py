import errno
import os
import shutil
import threading
import time

import pytest

from core.jobs import files
from core.jobs.clock import Moment
from core.jobs.files import read_json, read_jsonl
from core.jobs.record import update_record
from core.jobs.reporter import Reporter
from core.jobs.status import read_status

FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def directory(new_run):
    return new_run(state="launched")


@pytest.fixture
def reporter(directory):
    reporter = Reporter(directory, 1, beat_seconds=0.05)
    yield reporter
    reporter.close()


@pytest.fixture
def full_disk(monkeypatch):
    """Switches a full disk on and off."""

    def switch(on: bool):
        def refuse(*_, **__):
            raise FULL

        monkeypatch.setattr("core.jobs.reporter.write_json", refuse if on else files.write_json)
        monkeypatch.setattr("core.jobs.reporter.append_jsonl", refuse if on else files.append_jsonl)
        monkeypatch.setattr("core.jobs.reporter.FINAL_PAUSE_SECONDS", 0.01)

    return switch


def now_status(directory):
    return read_status(directory)


def test_a_run_tells_its_story(directory, reporter, wait_until):
    assert now_status(directory).state == "starting"
    reporter.started("cpu")
    assert now_status(directory).state == "running"
    reporter.plan(9)
    reporter.progress(3, {"metric": "mase", "value": 0.5, "step": 3})
    reporter.progress(4)
    status = wait_until(lambda: now_status(directory).step == 4 and now_status(directory))
    assert (status.total_steps, status.best.value, status.device) == (9, 0.5, "cpu")
    reporter.finished("succeeded")
    status = now_status(directory)
    assert (status.state, status.step, status.error) == ("succeeded", 4, None)
    assert status.seconds > 0
    assert reporter.is_over


def test_a_run_that_reads_its_data_or_is_judged_says_so_at_once_and_no_longer_once_it_is_over(directory, reporter):
    reporter.reading()
    assert (now_status(directory).state, now_status(directory).phase) == ("starting", "reading")
    reporter.started("cpu", 9)
    assert now_status(directory).phase == ""
    reporter.scoring()
    assert (now_status(directory).state, now_status(directory).phase) == ("running", "scoring")
    reporter.finished("succeeded")
    assert now_status(directory).phase == ""


def test_the_heart_beats_while_training_is_busy(directory, reporter, wait_until):
    reporter.started("cpu", 5)
    first = read_json(directory / "status.json")["heartbeat"]
    wait_until(lambda: read_json(directory / "status.json")["heartbeat"] > first)


def test_nothing_is_written_after_the_end(directory, reporter):
    reporter.started("cpu", 5)
    reporter.finished("stopped")
    written = (directory / "status.json").read_bytes()
    time.sleep(0.15)
    assert (directory / "status.json").read_bytes() == written
    with pytest.raises(ValueError, match="over already"):
        reporter.finished("succeeded")


def test_a_failure_needs_an_error_and_nothing_else_has_one(reporter):
    error = {"message": "why", "hint": "what"}
    for state, given in (("failed", None), ("succeeded", error), ("lost", error)):
        with pytest.raises(ValueError, match=r"failed|failure"):
            reporter.finished(state, given)
    assert not reporter.is_over


def test_records_are_lines_in_order(directory, reporter):
    for step in range(3):
        reporter.record({"event": "metrics", "step": step, "loss": float("nan")})
    records, _ = read_jsonl(directory / "metrics.jsonl")
    assert records == [{"event": "metrics", "step": step, "loss": None} for step in range(3)]


def test_a_record_that_is_wrong_is_refused_at_once(directory, reporter):
    with pytest.raises(ValueError, match="event"):
        reporter.record({"step": 1})
    with pytest.raises(TypeError):
        reporter.record({"event": "metrics", "loss": object()})
    reporter.record({"event": "metrics", "step": 2})
    assert len(read_jsonl(directory / "metrics.jsonl")[0]) == 1


def test_many_threads_may_report(directory, reporter):
    def report(number):
        for step in range(20):
            reporter.record({"event": "metrics", "thread": number, "step": step})
            reporter.progress(step)
            reporter.should_stop()

    threads = [threading.Thread(target=report, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    records, _ = read_jsonl(directory / "metrics.jsonl")
    for number in range(3):
        assert [record["step"] for record in records if record["thread"] == number] == list(range(20))


def test_the_stop_flag_is_heard_and_stays_heard(directory, reporter, wait_until):
    assert not reporter.should_stop()
    (directory / "stop").touch()
    wait_until(reporter.should_stop)
    (directory / "stop").unlink()
    assert reporter.should_stop()


def test_a_signal_is_heard_at_once(reporter):
    assert not reporter.should_stop()
    reporter.request_stop()
    assert reporter.should_stop()


def test_the_disk_is_looked_at_a_few_times_a_second_only(reporter, monkeypatch):
    looks = []
    monkeypatch.setattr("core.jobs.reporter.CHECK_SECONDS", 1_000.0)
    monkeypatch.setattr(Reporter, "_check_current", lambda self: looks.append(1) or True)
    reporter.close()
    looks.clear()
    reporter._checked = float("-inf")
    for _ in range(1_000):
        reporter.should_stop()
    assert len(looks) == 1


@pytest.mark.parametrize("change", [{"attempt": 2, "state": "launched"}, {"state": "lost"}])
def test_an_attempt_that_is_not_current_falls_silent(directory, reporter, wait_until, change):
    reporter.started("cpu", 5)
    update_record(directory, **change)
    wait_until(reporter.should_stop)
    (directory / "status.json").unlink()
    reporter.record({"event": "metrics", "step": 1})
    reporter.finished("succeeded")
    assert not reporter.is_current
    assert not (directory / "status.json").exists()
    assert not (directory / "metrics.jsonl").exists()


def test_a_deleted_run_stops_and_is_not_made_again(directory, reporter, wait_until):
    shutil.rmtree(directory)
    wait_until(reporter.should_stop)
    reporter.finished("stopped")
    assert not directory.exists()


def test_a_record_that_cannot_be_read_for_a_moment_takes_no_run_away(directory, reporter):
    (directory / "manager.json").write_text("")
    assert reporter.is_current
    assert not reporter.should_stop()


def test_a_beat_says_when_it_was_by_two_clocks(directory, reporter):
    status = read_json(directory / "status.json")
    now = Moment.now()
    assert 0 <= now.uptime - status["uptime"] < 60
    assert status["boot"] == now.boot


def test_a_later_attempt_shows_how_far_the_run_had_come_until_it_starts(directory, reporter):
    reporter.started("cpu", 9)
    reporter.progress(4, {"metric": "mase", "value": 0.5, "step": 3})
    reporter.finished("stopped")
    before = now_status(directory)
    update_record(directory, state="launched", attempt=2)
    second = Reporter(directory, 2, beat_seconds=0.05)
    status = now_status(directory)
    assert (status.state, status.step, status.total_steps, status.attempt) == ("starting", 4, 9, 2)
    assert (status.best, status.seconds) == (before.best, before.seconds)
    second.started("cpu", 9, step=2, seconds=100.0)
    status = now_status(directory)
    assert (status.state, status.step, status.best) == ("running", 2, None)
    assert 100 <= status.seconds < 160
    second.finished("stopped")


def test_an_attempt_takes_back_what_came_after_its_checkpoint(directory, reporter):
    for step in range(5):
        reporter.record({"event": "metrics", "step": step})
    assert reporter.num_records == 5
    with open(directory / "metrics.jsonl", "a") as stream:
        stream.write('{"event": "met')
    reporter.rewind(3)
    reporter.record({"event": "metrics", "step": 9})
    assert [record["step"] for record in read_jsonl(directory / "metrics.jsonl")[0]] == [0, 1, 2, 9]
    assert reporter.num_records == 4
    reporter.rewind(0)
    assert (directory / "metrics.jsonl").read_text() == ""


def test_records_that_never_reached_the_disk_are_not_counted_on(directory, reporter):
    reporter.record({"event": "metrics", "step": 1})
    reporter.rewind(7)
    assert reporter.num_records == 1


def test_a_curve_that_two_runs_share_is_not_changed_for_the_other(directory, reporter, tmp_path):
    shared = tmp_path / "of another run.jsonl"
    shared.write_text('{"event": "metrics", "step": 1}\n')
    os.link(shared, directory / "metrics.jsonl")
    reporter.rewind(1)
    reporter.record({"event": "metrics", "step": 2})
    assert len(read_jsonl(directory / "metrics.jsonl")[0]) == 2
    assert shared.read_text() == '{"event": "metrics", "step": 1}\n'


def test_a_disk_that_is_full_for_a_while_costs_nothing(directory, reporter, full_disk, wait_until):
    reporter.started("cpu", 5)
    full_disk(True)
    reporter.record({"event": "metrics", "step": 1})
    reporter.progress(1)
    time.sleep(0.12)  # two beats
    assert now_status(directory).step == 0
    full_disk(False)
    wait_until(lambda: now_status(directory).step == 1)
    reporter.record({"event": "metrics", "step": 2})
    reporter.finished("succeeded")
    assert [record["step"] for record in read_jsonl(directory / "metrics.jsonl")[0]] == [1, 2]
    assert now_status(directory).error is None


def test_a_disk_that_stays_full_is_in_the_last_status(directory, reporter, full_disk):
    reporter.started("cpu", 5)
    reporter.progress(5)
    full_disk(True)
    reporter.record({"event": "metrics", "step": 5})
    reporter.finished("succeeded")
    status = now_status(directory)
    assert (status.state, status.step) == ("succeeded", 5)
    assert "1 measurements could not be written: No space left" in status.error.message


def test_a_status_that_can_never_be_written_is_an_error(directory, reporter, full_disk):
    full_disk(True)
    (directory / "status.json").unlink()
    with pytest.raises(OSError, match="No space"):
        reporter.finished("succeeded")
