"""A live run on a clock of its own: folders are real, time and process are said by the test."""

from dataclasses import replace

import pytest

from core.jobs.backends import GONE, UNREACHABLE
from core.jobs.backends.local import explain_code
from core.jobs.record import ManagerRecord, update_record
from core.jobs.reporter import Reporter
from core.jobs.status import Best, RunStatus
from core.jobs.watch import LINGER_SECONDS, LOST_AFTER_SECONDS, UNREACHABLE_SECONDS, LiveRun, Patience, can_write

PATIENCE = Patience(stop=60.0, quiet=900.0, beat=120.0, kill=15.0)


class OneProcess:
    """A backend with one attempt, which is as the test says."""

    def __init__(self, code=None, is_child=True):
        self.code, self._is_child = code, is_child

    def poll(self, ref):
        return self.code

    def is_mine(self, ref):
        return self._is_child

    def explain(self, ref):
        return explain_code(self.code)


@pytest.fixture
def directory(new_run):
    made = new_run(name="watched")
    update_record(made, state="launched")
    return made


@pytest.fixture
def reporter(directory):
    talking = Reporter(directory, 1, beat_seconds=60.0)
    talking.started("cpu", 100)
    yield talking
    talking.close()


def watch(directory, *, process=None, expected_seconds=None):
    record = ManagerRecord(created=0.0, expected_seconds=expected_seconds)
    return LiveRun(directory, record, process or OneProcess(), "one" if process else "", now=0.0)


def signals(live, *times, patience=PATIENCE):
    """What the process has earned at each of these times."""
    earned = []
    for now in times:
        live.look(now)
        earned.append(live.next_signal(now, patience))
    return earned


def test_a_child_that_ends_is_explained_by_its_exit_code(directory, reporter):
    process = OneProcess()
    live = watch(directory, process=process)
    live.look(0.0)
    assert not live.has_ended(0.0)
    process.code = -9
    assert live.has_ended(1.0)
    assert "SIGKILL" in live.explain_end()
    assert "memory" in live.explain_end()


def test_a_stop_that_is_not_heeded_ends_politely_then_for_good(directory, reporter):
    live = watch(directory, process=OneProcess())
    assert signals(live, 0.0, 50.0) == [None, None]
    (directory / "stop").touch()
    assert signals(live, 51.0, 110.0, 112.0, 120.0, 128.0) == [None, None, "terminate", None, "kill"]
    assert "did not stop in time" in live.explain_end()


def test_a_process_that_beats_and_does_nothing_is_ended(directory, reporter):
    live = watch(directory, process=OneProcess())
    earned = []
    for minute in range(17):
        reporter._beat()
        earned += signals(live, 60.0 * minute)
    assert earned == [None] * 16 + ["terminate"]
    assert "no progress" in live.explain_end()


def test_a_process_that_steps_or_records_is_left_alone(directory, reporter):
    live = watch(directory, process=OneProcess())
    for minute in range(0, 60, 1):
        if minute % 2:
            reporter.progress(minute + 1)
        else:
            reporter.record({"event": "metrics", "step": minute})
        reporter._beat()
        assert signals(live, 60.0 * minute) == [None]


def test_a_training_that_is_not_over_when_its_time_and_that_for_judging_are_is_ended_however_well_it_goes(
    directory, new_run
):
    patience = replace(PATIENCE, train=1_800.0, judge=600.0)
    talking = Reporter(directory, 1, beat_seconds=60.0)
    live, earned = watch(directory, process=OneProcess()), []
    earned += signals(live, 0.0, 100.0, patience=patience)  # it gets ready: that is no training
    for second in range(200, 2_900, 100):
        talking.started("cpu", 10_000, step=second) if second == 200 else talking.progress(second)
        talking._beat()
        earned += signals(live, float(second), patience=patience)
    talking.close()
    assert earned[:27] == [None] * 27  # until 2,600 s: 200 of them were no training
    assert earned[27:] == ["terminate", "kill"]
    assert "is not over 40 minutes after its first step" in live.explain_end()
    assert "best network so far is kept" in live.explain_end()


def test_without_a_limit_in_seconds_a_training_takes_as_long_as_it_takes(directory, reporter):
    live = watch(directory, process=OneProcess())
    for day in range(40):
        reporter.progress(day)
        reporter._beat()
        assert signals(live, 86_400.0 * day + 1.0, patience=replace(PATIENCE, judge=600.0)) == [None]


def test_a_process_that_does_not_beat_is_ended(directory, reporter):
    live = watch(directory, process=OneProcess())
    assert signals(live, 0.0, 119.0, 121.0) == [None, None, "terminate"]
    assert "not reported" in live.explain_end()


def test_nobody_is_ended_because_the_disk_takes_nothing(directory, reporter, monkeypatch):
    monkeypatch.setattr("core.jobs.watch.can_write", lambda _: False)
    live = watch(directory, process=OneProcess())
    assert signals(live, 0.0, 5_000.0) == [None, None]


def test_a_process_that_stays_after_its_last_word_is_ended_in_time(directory, reporter):
    live = watch(directory, process=OneProcess())
    reporter.finished("succeeded")
    assert signals(live, 0.0, LINGER_SECONDS - 1, LINGER_SECONDS + 1) == [None, None, "terminate"]
    assert live.has_said_its_last


def test_an_adopted_process_that_is_gone_is_lost_once_it_is_silent(directory, reporter):
    process = OneProcess(is_child=False)
    live = watch(directory, process=process)
    live.look(0.0)
    process.code = GONE
    reporter._beat()  # as one that another machine sees does
    live.look(2.0)
    assert not live.has_ended(2.0)
    assert not live.has_ended(2.0 + LOST_AFTER_SECONDS - 0.1)
    assert live.has_ended(2.0 + LOST_AFTER_SECONDS)
    assert "ended before it reported a result" in live.explain_end()


def test_a_run_whose_backend_cannot_be_asked_is_lost_only_after_a_long_silence(directory, reporter):
    process = OneProcess(UNREACHABLE)
    live = watch(directory, process=process)
    live.look(0.0)
    assert not live.has_ended(UNREACHABLE_SECONDS - 0.1)
    reporter._beat()
    live.look(UNREACHABLE_SECONDS - 0.1)
    assert not live.has_ended(UNREACHABLE_SECONDS + 1.0)
    assert live.has_ended(2 * UNREACHABLE_SECONDS)
    reporter.finished("succeeded")
    live.look(2 * UNREACHABLE_SECONDS)
    assert live.has_ended(2 * UNREACHABLE_SECONDS)


def test_an_adopted_run_that_is_over_gives_its_slot_back(directory, reporter):
    live = watch(directory, process=None)
    live.look(0.0)
    assert not live.has_ended(1_000.0)
    reporter.finished("stopped")
    live.look(1.0)
    assert live.has_ended(1.0)


def test_a_later_attempt_ends_the_watch_over_the_earlier_one(directory, reporter):
    live = watch(directory, process=None)
    update_record(directory, state="queued", attempt=2)
    live.look(0.0)
    assert live.has_said_its_last
    assert live.has_ended(0.0)


def test_what_remains_is_told_by_the_speed_so_far(directory, reporter):
    live = watch(directory, process=OneProcess(), expected_seconds=10.0)
    live.status = RunStatus("a", "running", step=25, total_steps=100, seconds=5.0, best=Best("loss", 1.0, 20))
    assert live.remaining_seconds(4.0) == pytest.approx(15.0)
    live.status = RunStatus("a", "running", step=25, total_steps=100, seconds=5.0, pause_at=30)
    assert live.remaining_seconds(4.0) == pytest.approx(1.0)


def test_before_the_first_step_what_remains_is_what_was_expected(directory):
    live = watch(directory, process=OneProcess(), expected_seconds=10.0)
    assert live.remaining_seconds(4.0) == pytest.approx(6.0)
    assert live.remaining_seconds(40.0) == 0.0
    assert watch(directory, process=OneProcess()).remaining_seconds(4.0) is None


def test_whether_a_folder_takes_anything_is_tried(directory):
    before = sorted(directory.iterdir())
    assert can_write(directory)
    assert sorted(directory.iterdir()) == before
    assert not can_write(directory / "nowhere")
