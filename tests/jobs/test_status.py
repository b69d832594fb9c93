import json

import pytest

from core.jobs.record import RunNotFound, update_record
from core.jobs.status import STALE_SECONDS, STARTING_SECONDS, Best, read_status

NOW = 2_000_000_000.0


def report(directory, **values):
    """Write a status.json as a worker would."""
    status = {"state": "running", "step": 4, "total_steps": 8, "heartbeat": NOW - 1, "attempt": 1, "seconds": 2.5}
    (directory / "status.json").write_text(json.dumps({**status, **values}))


@pytest.fixture
def launched(new_run):
    directory = new_run(name="mine", owner="ab12")
    update_record(directory, state="launched")
    return directory


def test_a_new_run_is_queued(new_run):
    status = read_status(new_run(name="mine"), NOW)
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
    assert read_status(directory, NOW).state == "stopped"


def test_a_launched_run_is_starting_until_it_reports(launched):
    created = read_status(launched, NOW).created
    assert read_status(launched, created + 5).state == "starting"
    late = read_status(launched, created + STARTING_SECONDS + 5)
    assert late.state == "lost"
    assert "never reported" in late.error.message


def test_a_running_run_shows_what_it_reports(launched):
    report(launched, device="cpu", best={"metric": "mase", "value": 0.7, "step": 3})
    status = read_status(launched, NOW)
    assert (status.state, status.step, status.total_steps, status.share_done) == ("running", 4, 8, 0.5)
    assert status.best == Best("mase", 0.7, 3)
    assert (status.device, status.seconds, status.heartbeat_age) == ("cpu", 2.5, 1.0)
    assert status.owner == "ab12"


@pytest.mark.parametrize("state", ["starting", "running"])
def test_a_run_that_fell_silent_is_lost(launched, state):
    report(launched, state=state, heartbeat=NOW - STALE_SECONDS + 1)
    assert read_status(launched, NOW).state == state
    report(launched, state=state, heartbeat=NOW - STALE_SECONDS - 1)
    status = read_status(launched, NOW)
    assert status.state == "lost"
    assert "31 seconds" in status.error.message


@pytest.mark.parametrize("state", ["succeeded", "failed", "stopped"])
def test_an_ended_run_stays_ended_however_old(launched, state):
    report(launched, state=state, heartbeat=NOW - 1e6, error={"message": "why", "hint": "what"})
    status = read_status(launched, NOW)
    assert status.state == state
    assert status.is_over
    assert (status.error.message, status.error.hint) == ("why", "what")


def test_a_run_that_the_manager_gave_up_is_lost_for_good(launched):
    report(launched)
    update_record(launched, state="lost", reason="It was ended by SIGKILL.")
    status = read_status(launched, NOW)
    assert status.state == "lost"
    assert status.error.message == "It was ended by SIGKILL."
    assert status.step == 4
    report(launched, state="succeeded")
    assert read_status(launched, NOW).state == "lost"


def test_the_report_of_an_earlier_attempt_is_not_believed(launched):
    report(launched, state="failed", error={"message": "why", "hint": "what"})
    update_record(launched, state="queued", attempt=2)
    assert read_status(launched, NOW).state == "queued"
    created = update_record(launched, state="launched").launched
    status = read_status(launched, created + 1)
    assert (status.state, status.attempt, status.error) == ("starting", 2, None)


@pytest.mark.parametrize(
    "text", ["", '{"state": "run', "[]", "null", '{"state": "dancing", "heartbeat": 1, "attempt": 1}',
             '{"state": "running", "heartbeat": "soon", "attempt": 1}', '{"state": "running", "attempt": 1}']
)  # fmt: skip
def test_a_broken_report_is_as_good_as_none(launched, text):
    (launched / "status.json").write_text(text)
    created = read_status(launched, 0).created
    assert read_status(launched, created + 1).state == "starting"


def test_odd_values_in_a_report_become_unknown(launched):
    report(launched, step="four", total_steps=None, best=[1], device=5, seconds=True)
    status = read_status(launched, NOW)
    assert (status.state, status.step, status.total_steps) == ("running", 0, None)
    assert (status.best, status.device, status.seconds, status.share_done) == (None, None, None, None)


def test_a_best_that_is_undefined_is_shown_as_none(launched):
    report(launched, best={"metric": "mape", "value": None, "step": 3})
    assert read_status(launched, NOW).best == Best("mape", None, 3)


def test_a_clock_that_runs_ahead_does_not_make_a_run_lost(launched):
    report(launched, heartbeat=NOW + 100)
    status = read_status(launched, NOW)
    assert (status.state, status.heartbeat_age) == ("running", 0.0)


def test_a_folder_without_a_run_is_an_error(tmp_path):
    (tmp_path / "empty").mkdir()
    for name in ("empty", "missing"):
        with pytest.raises(RunNotFound, match=name):
            read_status(tmp_path / name, NOW)


def test_a_run_whose_record_is_broken_is_lost_not_a_crash(launched):
    (launched / "manager.json").write_text('{"created": 12')
    status = read_status(launched, NOW)
    assert status.state == "lost"
    assert "cannot be read" in status.error.message


def test_reading_changes_nothing(launched):
    report(launched)
    before = {path.name: path.read_bytes() for path in launched.iterdir()}
    assert read_status(launched, NOW) == read_status(launched, NOW)
    assert {path.name: path.read_bytes() for path in launched.iterdir()} == before
