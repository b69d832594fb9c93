"""Files of a run that a crash or a bad disk has damaged: what is whole stays usable, what is not is named in words."""

import os
import random

import pytest

from core.api import load
from core.config.errors import ConfigError
from core.jobs.files import read_json
from core.jobs.status import read_status

FILES = ("status.json", "metrics.jsonl", "manager.json", "best.safetensors", "last.pt", "result.json")
DAMAGES = {
    "random": lambda content: random.Random(3).randbytes(len(content) or 100),
    "empty": lambda content: b"",
    "half": lambda content: content[: len(content) // 2],
}


def damage(path, kind):
    path.write_bytes(DAMAGES[kind](path.read_bytes() if path.exists() else b""))


@pytest.mark.parametrize("kind", DAMAGES)
@pytest.mark.parametrize("name", FILES)
def test_a_finished_run_with_one_damaged_file_stays_finished(neighbour, place, finished, store, status_of, name, kind):
    run = place(finished)
    damage(store.path(run) / name, kind)
    status = status_of(run)
    assert (status.state, status.error, status.can_resume) == ("succeeded", None, False)
    if name == "best.safetensors":
        with pytest.raises(ConfigError, match=r"best\.safetensors: expected weights that can be read") as caught:
            load(store.path(run), "cpu")
        assert all(problem.hint for problem in caught.value.problems)
    else:
        assert load(store.path(run), "cpu").predict(horizon=3)
    assert name == "result.json" or read_json(store.path(run) / "result.json") == read_json(finished / "result.json")
    if name != "manager.json":  # without it nobody knows whose it is
        assert store.list().count(run) == 1


@pytest.mark.parametrize("kind", DAMAGES)
@pytest.mark.parametrize("name", FILES)
def test_a_stopped_run_with_one_damaged_file_is_over_for_a_server_that_starts(
    neighbour, make_manager, place, paused, store, status_of, refused, wait_for, name, kind
):
    run = place(paused)
    damage(store.path(run) / name, kind)
    manager = make_manager(small=True)
    status = wait_for(run)
    assert status.state == ("lost" if name == "status.json" else "stopped")
    assert status.state == "stopped" or (status.error.message and status.error.hint)
    assert status.can_resume == (name != "manager.json")
    if name in ("manager.json", "last.pt"):
        assert refused(lambda: manager.resume(run))
        assert status_of(run).state == status.state, "what is refused changes nothing"
    if name != "best.safetensors":
        assert load(store.path(run), "cpu").predict(horizon=3)


def test_a_stopped_run_goes_on_whatever_but_its_checkpoint_is_damaged(
    neighbour, make_manager, place, paused, finished, store, wait_for
):
    run = place(paused)
    for name, kind in {"status.json": "half", "metrics.jsonl": "half", "best.safetensors": "random"}.items():
        damage(store.path(run) / name, kind)
    manager = make_manager()
    wait_for(run, "lost")
    manager.resume(run)
    wait_for(run, "succeeded")
    result, expected = (read_json(folder / "result.json") for folder in (store.path(run), finished))
    assert result["test"] == expected["test"] and result["best"] == expected["best"]
    assert (store.path(run) / "best.safetensors").read_bytes() == (finished / "best.safetensors").read_bytes()


def test_a_running_run_survives_damage_to_any_of_its_files(
    neighbour, make_manager, short, store, wait_for, wait_for_step, wait_until, status_of
):
    manager = make_manager()
    run = manager.submit(short(10**6))
    wait_for_step(run, 50)
    folder = store.path(run)
    record = (folder / "manager.json").read_bytes()
    for kind in DAMAGES:
        for names in (("manager.json",), [name for name in FILES if name != "manager.json"]):
            step = status_of(run).step
            for name in names:
                damage(folder / name, kind)
                assert status_of(run).state in ("starting", "running"), (name, kind)
            wait_until(lambda step=step: status_of(run).step > step)
            (folder / "manager.json").write_bytes(record)
    (folder / "result.json").unlink()  # which it did not write
    assert manager.active() == (run,)
    manager.stop(run)
    stopped = wait_for(run)
    assert stopped.state == "stopped" and stopped.error is None and stopped.can_resume
    assert load(folder, "cpu", weights="last").predict(horizon=3), "the checkpoint was written anew"


def test_a_run_without_any_readable_file_is_lost_and_can_be_deleted(make_manager, neighbour, place, finished, store):
    run = place(finished)
    for name in FILES:
        damage(store.path(run) / name, "random")
    manager = make_manager(small=True)
    status = read_status(store.path(run))
    assert status.state == "lost" and status.error.message and not status.can_resume
    manager.delete(run)
    assert not store.exists(run) and store.gone(run).reason == "deleted"


def test_a_damaged_set_up_is_named(neighbour, make_manager, place, paused, store, wait_for, refused):
    run = place(paused)
    (store.path(run) / "experiment.yaml").write_bytes(os.urandom(200))
    assert "experiment" in refused(lambda: load(store.path(run), "cpu"))
    manager = make_manager()
    manager.resume(run)
    failed = wait_for(run)
    assert failed.state == "failed" and failed.error.message and failed.error.hint
