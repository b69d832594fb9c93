import os

import pytest

from core.jobs.clock import Moment
from core.jobs.record import RunNotFound, update_record
from core.jobs.reporter import Reporter
from core.jobs.status import STALE_SECONDS, STARTING_SECONDS, Best, read_status
from tests.jobs.common import NOW, THEN, report, result


def later(seconds, boot=None):
    """This moment and some seconds, by both clocks."""
    now = Moment.now()
    return Moment(now.unix + seconds, now.uptime + seconds, now.boot if boot is None else boot)


@pytest.fixture
def launched(new_run):
    directory = new_run(name="mine", owner="ab12")
    update_record(directory, state="launched")
    return directory


def test_a_new_run_is_queued(new_run):
    status = read_status(new_run(name="mine"), THEN)
    assert (status.state, status.name, status.task, status.step, status.error) == (
        "queued",
        "mine",
        "forecasting",
        0,
        None,
    )
    assert not status.is_over


def test_a_cancelled_run_is_stopped(new_run):
    directory = new_run()
    update_record(directory, state="cancelled")
    assert read_status(directory, THEN).state == "stopped"


def test_a_launched_run_is_starting_until_it_reports(launched):
    assert read_status(launched).state == "starting"
    late = read_status(launched, later(STARTING_SECONDS + 5))
    assert late.state == "lost"
    assert "never reported" in late.error.message


def test_a_running_run_shows_what_it_reports(launched):
    report(launched, device="cpu", best={"metric": "mase", "value": 0.7, "step": 3})
    status = read_status(launched, THEN)
    assert (status.state, status.step, status.total_steps, status.share_done) == ("running", 4, 8, 0.5)
    assert status.best == Best("mase", 0.7, 3)
    assert (status.device, status.seconds, status.heartbeat_age) == ("cpu", 2.5, 1.0)
    assert status.owner == "ab12"


@pytest.mark.parametrize("state", ["starting", "running"])
def test_a_run_that_fell_silent_is_lost(launched, state):
    report(launched, state=state, heartbeat=NOW - STALE_SECONDS + 1)
    assert read_status(launched, THEN).state == state
    report(launched, state=state, heartbeat=NOW - STALE_SECONDS - 1)
    status = read_status(launched, THEN)
    assert status.state == "lost"
    assert "31 seconds" in status.error.message


@pytest.mark.parametrize("state", ["succeeded", "failed", "stopped"])
def test_an_ended_run_stays_ended_however_old(launched, state):
    report(launched, state=state, heartbeat=NOW - 1e6, error={"message": "why", "hint": "what"})
    status = read_status(launched, THEN)
    assert status.state == state
    assert status.is_over
    assert (status.error.message, status.error.hint) == ("why", "what")


def test_a_run_that_the_manager_gave_up_is_lost_for_good(launched):
    report(launched)
    update_record(launched, state="lost", reason="It was ended by SIGKILL.")
    status = read_status(launched, THEN)
    assert status.state == "lost"
    assert status.error.message == "It was ended by SIGKILL."
    assert status.step == 4
    report(launched, state="succeeded")
    assert read_status(launched, THEN).state == "lost"


def test_the_report_of_an_earlier_attempt_is_not_believed(launched):
    report(launched, state="failed", error={"message": "why", "hint": "what"})
    update_record(launched, state="queued", attempt=2)
    assert read_status(launched, THEN).state == "queued"
    update_record(launched, state="launched")
    status = read_status(launched)
    assert (status.state, status.attempt, status.error) == ("starting", 2, None)


@pytest.mark.parametrize(
    "text", ["", '{"state": "run', "[]", "null", '{"state": "dancing", "heartbeat": 1, "attempt": 1}',
             '{"state": "running", "heartbeat": "soon", "attempt": 1}', '{"state": "running", "attempt": 1}']
)  # fmt: skip
def test_a_broken_report_is_as_good_as_none(launched, text):
    (launched / "status.json").write_text(text)
    assert read_status(launched).state == "starting"


def test_odd_values_in_a_report_become_unknown(launched):
    report(launched, step="four", total_steps=None, best=[1], device=5, seconds=True)
    status = read_status(launched, THEN)
    assert (status.state, status.step, status.total_steps) == ("running", 0, None)
    assert (status.best, status.device, status.seconds, status.share_done) == (None, None, None, None)


def test_a_best_that_is_undefined_is_shown_as_none(launched):
    report(launched, best={"metric": "mape", "value": None, "step": 3})
    assert read_status(launched, THEN).best == Best("mape", None, 3)


def test_a_clock_that_runs_ahead_does_not_make_a_run_lost(launched):
    report(launched, heartbeat=NOW + 100)
    status = read_status(launched, THEN)
    assert (status.state, status.heartbeat_age) == ("running", 0.0)


def test_a_folder_without_a_run_is_an_error(tmp_path):
    (tmp_path / "empty").mkdir()
    for name in ("empty", "missing"):
        with pytest.raises(RunNotFound, match=name):
            read_status(tmp_path / name, THEN)


def test_a_run_whose_record_is_broken_is_lost_not_a_crash(launched):
    (launched / "manager.json").write_text('{"created": 12')
    status = read_status(launched, THEN)
    assert status.state == "lost"
    assert "cannot be read" in status.error.message


def test_reading_changes_nothing(launched):
    report(launched)
    before = {path.name: path.read_bytes() for path in launched.iterdir()}
    assert read_status(launched, THEN) == read_status(launched, THEN)
    assert {path.name: path.read_bytes() for path in launched.iterdir()} == before


def test_a_clock_that_jumps_makes_no_run_lost(launched):
    reporter = Reporter(launched, 1)
    reporter.started("cpu", 8)
    now = Moment.now()
    for jump in (-1e6, -100.0, 100.0, 1e6):
        status = read_status(launched, Moment(now.unix + jump, now.uptime, now.boot))
        assert status.state == "running"
        assert status.heartbeat_age < STALE_SECONDS
    reporter.close()
    gone = read_status(launched, Moment(now.unix - 1e6, now.uptime + STALE_SECONDS + 5, now.boot))
    assert gone.state == "lost", "and a silent one is, whatever the clock says"


def test_a_clock_that_jumps_while_a_run_starts_makes_it_not_lost_either(launched):
    now = Moment.now()
    assert read_status(launched, Moment(now.unix + 1e6, now.uptime, now.boot)).state == "starting"
    late = Moment(now.unix - 1e6, now.uptime + STARTING_SECONDS + 5, now.boot)
    assert read_status(launched, late).state == "lost"


def test_after_a_restart_of_the_machine_the_wall_clock_counts(launched):
    report(launched, uptime=4_000.0, boot="the boot before", heartbeat=NOW - STALE_SECONDS - 1)
    assert read_status(launched, Moment(NOW, 4_001.0, "this boot")).state == "lost"


def test_a_status_that_is_cut_off_for_a_moment_does_not_make_a_live_run_lost(launched):
    (launched / "status.json").write_text('{"state": "run')
    status = read_status(launched, later(STARTING_SECONDS + 5))
    assert status.state == "lost", "cut off for minutes"
    now = later(STARTING_SECONDS + 5)
    os.utime(launched / "status.json", (now.unix - 1, now.unix - 1))
    assert read_status(launched, now).state == "running"


@pytest.mark.parametrize("broken", ["", '{"state": "run', None])
@pytest.mark.parametrize("state", ["succeeded", "stopped"])
def test_a_finished_run_is_known_by_its_result_when_the_status_is_broken(state, broken, launched):
    result(launched, state=state)
    if broken is not None:
        (launched / "status.json").write_text(broken)
    status = read_status(launched, later(1e6))
    assert (status.state, status.step, status.total_steps, status.seconds) == (state, 8, 8, 3.0)
    assert status.best == Best("mase", 0.7, 6)
    assert status.ended == pytest.approx((launched / "result.json").stat().st_mtime)


def test_a_run_that_was_killed_after_its_result_has_succeeded(launched):
    report(launched)
    result(launched)
    update_record(launched, state="lost", reason="It was ended by SIGKILL.")
    status = read_status(launched, THEN)
    assert (status.state, status.error, status.can_resume) == ("succeeded", None, False)


def test_the_result_of_an_earlier_attempt_is_not_believed(launched):
    report(launched, state="stopped")
    result(launched, state="stopped")
    update_record(launched, state="queued", attempt=2)
    assert read_status(launched, THEN).state == "queued"
    update_record(launched, state="launched")
    assert read_status(launched).state == "starting"


def test_a_run_that_waits_to_go_on_shows_how_far_it_was(launched):
    report(launched, state="stopped", best={"metric": "mase", "value": 0.7, "step": 3}, seconds=2.5)
    update_record(launched, state="queued", attempt=2)
    status = read_status(launched, THEN)
    assert (status.state, status.step, status.total_steps, status.seconds) == ("queued", 4, 8, 2.5)
    assert (status.best, status.heartbeat_age) == (Best("mase", 0.7, 3), None)


def test_a_broken_record_leaves_the_result_and_a_live_run_alone(launched):
    (launched / "manager.json").write_text("{")
    report(launched)
    assert read_status(launched, THEN).state == "running"
    result(launched)
    status = read_status(launched, THEN)
    assert (status.state, status.step, status.created, status.can_resume) == ("succeeded", 8, None, False)
    (launched / "status.json").unlink()
    assert read_status(launched, THEN).state == "succeeded"


@pytest.mark.parametrize(
    ("state", "can"), [("succeeded", False), ("failed", True), ("stopped", True), ("running", False)]
)
def test_what_ended_before_its_time_can_be_resumed(state, can, launched):
    report(launched, state=state, error={"message": "why", "hint": "what"})
    assert read_status(launched, THEN).can_resume is can


def test_a_cancelled_and_a_lost_run_can_be_resumed_and_know_when_they_ended(new_run):
    queued = new_run()
    assert (read_status(queued).can_resume, read_status(queued).ended) == (False, None)
    before = Moment.now().unix
    update_record(queued, state="cancelled")
    assert read_status(queued).can_resume
    assert read_status(queued).ended >= before
    lost = new_run()
    update_record(lost, state="launched")
    update_record(lost, state="lost")
    assert read_status(lost).can_resume
    assert read_status(lost).ended >= before


def test_an_ended_run_says_when(launched):
    report(launched)
    assert read_status(launched, THEN).ended is None
    report(launched, state="stopped", heartbeat=NOW - 50)
    assert read_status(launched, THEN).ended == NOW - 50


def test_a_run_says_where_it_will_pause(store, experiment):
    assert read_status(store.path(store.create(experiment, versions={}, pause_at=3))).pause_at == 3


def test_a_run_on_a_machine_whose_clock_is_behind_is_judged_by_whether_it_beats(new_run):
    directory = new_run()
    update_record(directory, state="launched")
    here = Moment(NOW, 5_000.0, "here", "this machine")
    report(directory, heartbeat=NOW - 40.0, uptime=9.0, boot="there", machine="another machine")
    assert read_status(directory, here).state == "running"
    assert read_status(directory, Moment(NOW + 31.0, 5_031.0, "here", "this machine")).state == "lost"
    report(directory, heartbeat=NOW - 8.0, uptime=41.0, boot="there", machine="another machine")
    assert read_status(directory, Moment(NOW + 32.0, 5_032.0, "here", "this machine")).state == "running"


def test_what_an_earlier_boot_of_this_machine_said_is_old(new_run):
    directory = new_run()
    update_record(directory, state="launched")
    report(directory, heartbeat=NOW - 40.0, uptime=9.0, boot="before", machine="this machine")
    assert read_status(directory, Moment(NOW, 5_000.0, "here", "this machine")).state == "lost"
