"""What the backend for a cluster does without one; what it does with one is in tests/cluster."""

import socket

import pytest

from core.jobs.backends import UNREACHABLE, Share
from core.jobs.backends.ray import Head, RayBackend, _ending, _room_of
from core.jobs.record import ManagerRecord


@pytest.fixture
def backend():
    """One whose cluster is not there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = RayBackend(Head(f"http://127.0.0.1:{port}", "a secret"), Share(2))
    yield made
    made.close()


def test_a_job_is_told_the_limits_of_the_server_and_none_of_its_secrets(backend, tmp_path, monkeypatch):
    monkeypatch.setenv("UNROLL_MAX_SECONDS", "77")
    monkeypatch.setenv("UNROLL_RAY_TOKEN", "a secret")
    monkeypatch.setenv("UNROLL_HUB_TOKEN", "a secret")
    job = backend._job("ray:unroll-x-2", tmp_path / "it's; rm -rf", 3, 1)
    said = job["runtime_env"]["env_vars"]
    assert (said["UNROLL_MAX_SECONDS"], said["OMP_NUM_THREADS"], said["UNROLL_RUN_REF"]) == (
        "77",
        "3",
        "ray:unroll-x-2",
    )
    assert "a secret" not in str(job)
    assert (job["submission_id"], job["entrypoint_num_cpus"], job["entrypoint_num_gpus"]) == ("unroll-x-2", 3, 1)
    assert "'\"'\"'s; rm -rf'" in job["entrypoint"]  # quoted for the shell


def test_a_cluster_that_is_not_there_has_no_slots_and_nobody_waits_for_it(backend, tmp_path, wait_until):
    wait_until(lambda: backend._reachable is False)
    assert backend.slots() == 0
    ref = backend.start(tmp_path, 1, 2, 0)
    assert backend.poll(ref) == UNREACHABLE
    assert "cannot be reached" in backend.explain(ref)
    backend.stop(ref, force=True)


def test_an_attempt_is_known_by_its_run_and_number(backend, tmp_path):
    run = tmp_path / "ab12"
    launched = ManagerRecord(created=1.0, state="launched", attempt=3)
    assert backend.find(run, launched) == "ray:unroll-ab12-3"
    assert backend.find(run, ManagerRecord(created=1.0)) == ""
    assert backend.find(run, ManagerRecord(created=1.0, state="launched", ref="local:1:2.00:b")) == ""


@pytest.mark.parametrize(
    ("has", "share", "room"),
    [({"CPU": 5.0}, Share(2), 2), ({"CPU": 5.0}, Share(2, 1), 0), ({"CPU": 8.0, "GPU": 3.0}, Share(2, 1), 3),
     ({"CPU": 8.0, "GPU": 3.0}, Share(1, 2), 1), ({}, Share(1), 0), (None, Share(1), 0)],
)  # fmt: skip
def test_a_node_has_room_for_what_fits_into_it_as_a_whole(has, share, room):
    assert _room_of({"state": "ALIVE", "resources_total": has}, share) == room
    assert _room_of({"state": "DEAD", "resources_total": has}, share) == 0


def test_a_job_that_a_process_ended_says_its_code_and_another_one_the_words_of_the_cluster():
    assert _ending({"status": "SUCCEEDED", "driver_exit_code": 0}) == (0, "")
    assert _ending({"status": "FAILED", "driver_exit_code": -9, "message": "logs"}) == (-9, "")
    assert _ending({"status": "FAILED", "driver_exit_code": None, "message": "The node died.\nTrace"}) == (
        256,
        "The node died.",
    )
    assert _ending({"status": "STOPPED", "message": None}) == (256, "stopped")
