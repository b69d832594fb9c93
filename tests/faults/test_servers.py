"""Servers that die and come back, and two servers on one folder of runs: no run is lost and none is started twice."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from core.jobs.files import read_jsonl
from core.jobs.record import read_record
from core.jobs.status import read_status
from tests.jobs.common import pid_of

ROOT = Path(__file__).resolve().parents[2]
ENDLESS = 10**6


@pytest.fixture
def queue(store):
    """Puts runs into the folder as a server that died has left them: queued."""

    def add(experiment, number=1, **fields):
        return [store.create(experiment, versions={"torch": "0"}, **fields) for _ in range(number)]

    return add


def assert_trained_once(store, run):
    records = [record for record in read_jsonl(store.path(run) / "metrics.jsonl")[0] if record["event"] == "metrics"]
    places = [(record["step"], record["split"]) for record in records]
    assert len(places) == len(set(places))
    assert read_record(store.path(run)).attempt == 1


def test_a_server_killed_while_three_runs_are_active_finds_them_again(
    start_server, queue, short, store, neighbour, wait_for, wait_for_step, wait_until
):
    runs = queue(short(ENDLESS), 3)
    server = start_server(slots=3)
    processes = [wait_for_step(run, 1) for run in runs]
    server.kill()
    following = start_server(slots=3)
    wait_until(lambda: set(following.runs("adopted")) == set(runs))
    for run in runs:
        store.request_stop(run)
    assert [wait_for(run).state for run in runs] == ["stopped"] * 3
    assert sorted(server.runs("started")) == sorted(runs) and following.runs("started") == []
    assert [pid_of(read_record(store.path(run))) for run in runs] == processes
    for run in runs:
        assert_trained_once(store, run)
    wait_until(lambda: sorted(following.runs("ended")) == sorted(runs))


def test_a_run_that_ended_while_no_server_was_there_is_found_finished(
    start_server, queue, short, store, neighbour, wait_for, wait_for_step
):
    (run,) = queue(short(), name="real")
    server = start_server(small=True)
    wait_for_step(run, 1)
    server.kill()
    assert wait_for(run).state == "succeeded"
    (after,) = queue(short(100), name="quick")
    following = start_server(small=True)
    assert wait_for(after).state == "succeeded"
    assert following.runs("started") == [after]
    assert_trained_once(store, run)


def test_a_worker_that_died_while_no_server_was_there_is_lost_and_says_so(
    start_server, queue, short, neighbour, wait_for, wait_for_step
):
    (run,) = queue(short(ENDLESS))
    server = start_server()
    process = wait_for_step(run, 1)
    server.kill()
    os.killpg(process, signal.SIGKILL)
    start_server()
    lost = wait_for(run)
    assert lost.state == "lost" and "ended before it reported" in lost.error.message and lost.can_resume


def test_runs_that_were_queued_when_the_server_died_start_with_the_next_one(
    start_server, queue, short, store, journal, neighbour, wait_until, wait_for
):
    experiment = short(100)
    (first,) = queue(experiment, name="hold", owner="a")
    others = queue(experiment, 4, name="quick", owner="a")
    server = start_server(small=True)
    wait_until(lambda: journal() == [("start", first)])
    server.kill()
    following = start_server(small=True)
    wait_until(lambda: following.runs("adopted") == [first])
    assert wait_for(first, "running").state == "running" and following.runs("started") == []
    store.request_stop(first)
    assert [wait_for(run).state for run in (first, *others)] == ["stopped"] + 4 * ["succeeded"]
    assert [run for word, run in journal() if word == "start"] == [first, *others]


def test_of_two_servers_on_one_folder_one_starts_runs_and_the_other_takes_over(
    start_server, queue, short, store, journal, neighbour, wait_for
):
    experiment = short(100)
    quick = queue(experiment, 12, name="quick")
    servers = [start_server(slots=2, small=True) for _ in range(2)]
    assert {wait_for(run).state for run in quick} == {"succeeded"}
    (held,) = queue(experiment, name="hold")
    wait_for(held, "running")
    leader, follower = sorted(servers, key=lambda server: held not in server.runs("started"))
    assert held in leader.runs("started") and follower.runs("started") == []
    leader.kill()
    last = queue(experiment, 3, name="quick")
    assert {wait_for(run).state for run in last} == {"succeeded"}
    store.request_stop(held)
    assert wait_for(held).state == "stopped"
    assert sorted(follower.runs("started")) == sorted(last)
    starts = [run for word, run in journal() if word == "start"]
    assert sorted(starts) == sorted([*quick, held, *last]), "each of them once"


def test_a_second_server_takes_over_a_real_run(start_server, queue, short, store, neighbour, wait_for, wait_for_step):
    (run,) = queue(short(), name="real")
    first, second = start_server(small=True), start_server(small=True)
    wait_for_step(run, 1)
    first.kill()
    (after,) = queue(short(100), name="quick")
    assert [wait_for(name).state for name in (run, after)] == ["succeeded", "succeeded"]
    assert (first.runs("started"), second.runs("started")) == ([run], [after])
    assert_trained_once(store, run)


@pytest.fixture
def start_app(store, wait_until, monkeypatch):
    """Starts `streamlit run` on the store; the events of runs are in its log."""
    monkeypatch.setenv("UNROLL_SLOTS", "1")
    processes = []

    def start(log):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.headless=true"]
        options = [f"--server.port={port}", "--server.address=127.0.0.1", "--server.fileWatcherType=none"]
        with open(log, "wb") as stream:
            processes.append(subprocess.Popen(command + options, cwd=ROOT, stdout=stream, stderr=stream))
        return processes[-1]

    yield start
    for run in store.ids():
        store.request_stop(run)
    wait_until(lambda: all(read_status(store.path(run)).is_over for run in store.ids()))
    for process in processes:
        process.terminate()
        process.wait(30)


def test_the_app_itself_goes_on_with_its_runs_after_it_was_killed(
    start_app, queue, short, store, neighbour, tmp_path, wait_for, wait_for_step
):
    (run,) = queue(short())
    app = start_app(tmp_path / "first.log")
    process = wait_for_step(run, 1)  # no page is open
    app.kill()
    app.wait()
    (after,) = queue(short(100))
    start_app(tmp_path / "second.log")
    assert [wait_for(name).state for name in (run, after)] == ["succeeded", "succeeded"]
    assert pid_of(read_record(store.path(run))) == process
    assert f'"event": "started", "run": "{after}"' in (tmp_path / "second.log").read_text()
    assert_trained_once(store, run)
