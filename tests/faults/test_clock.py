"""The machine's clock is set while runs train: silence is measured by a clock that nobody can set."""

from dataclasses import replace

import pytest

from core.jobs.clock import Moment
from core.jobs.files import read_json, write_json
from core.jobs.reporter import Reporter
from core.jobs.status import STALE_SECONDS, read_status

HOUR = 3600.0


@pytest.fixture
def reporting(store, short):
    """The folder of a run that trains in this process and has just beaten."""
    directory = store.path(store.create(short(100), versions={"torch": "0"}, state="launched"))
    reporter = Reporter(directory, 1)
    reporter.started("cpu", 9)
    yield directory
    reporter.finished("stopped")


@pytest.mark.parametrize("jump", [-HOUR, HOUR, 24 * 365 * HOUR])
def test_a_clock_that_is_set_loses_no_run(reporting, neighbour, jump):
    now = Moment.now()
    assert now.boot, "this machine names its boots"
    status = read_status(reporting, replace(now, unix=now.unix + jump))
    assert status.state == "running"
    assert status.heartbeat_age < STALE_SECONDS


@pytest.mark.parametrize("jump", [-HOUR, HOUR])
def test_silence_is_noticed_whatever_the_clock_says(reporting, neighbour, jump):
    now = Moment.now()
    status = read_status(reporting, Moment(now.unix + jump, now.uptime + HOUR, now.boot))
    assert status.state == "lost"
    assert "has not reported" in status.error.message and status.error.hint


def test_a_heartbeat_of_an_earlier_boot_is_old(store, short, neighbour):
    directory = store.path(store.create(short(100), versions={"torch": "0"}, state="launched"))
    reporter = Reporter(directory, 1)
    reporter.started("cpu", 9)
    reporter.close()
    status, now = read_json(directory / "status.json"), Moment.now()
    write_json(directory / "status.json", {**status, "boot": "an earlier one", "heartbeat": now.unix - HOUR})
    assert read_status(directory).state == "lost"


def test_runs_with_a_wall_clock_an_hour_off_end_as_usual(make_manager, short, neighbour, wait_for, journal):
    manager = make_manager(slots=2, small=True)
    runs = [manager.submit(short(100), name=name) for name in ("yesterday", "tomorrow", "quick")]
    assert [wait_for(run).state for run in runs] == ["succeeded"] * 3
    assert sorted(run for word, run in journal() if word == "start") == sorted(runs)
