"""Going on with runs: resume and continue."""

import os
import signal
import threading
import zipfile

import pytest

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.jobs.record import RunNotFound
from core.jobs.status import read_status
from tests.jobs.common import ANN, BOB, pid_of, starts


def give_checkpoint(directory):
    with zipfile.ZipFile(directory / "last.pt", "w") as archive:
        archive.writestr("data.pkl", "weights")


def test_a_stopped_run_goes_on_as_its_next_attempt(stopped_run, store, state_of, wait_until):
    manager, run_id = stopped_run
    give_checkpoint(store.path(run_id))
    manager.resume(run_id, actor=ANN, pause_at=1_000)
    assert state_of(run_id) in ("queued", "starting", "running")
    wait_until(lambda: state_of(run_id) == "running")
    record = store.manager_record(run_id)
    assert (record.attempt, record.pause_at, record.owner, record.name) == (2, 1_000, ANN, "hold")
    assert not (store.path(run_id) / "stop").exists()
    manager.stop(run_id)
    wait_until(lambda: state_of(run_id) == "stopped")
    manager.resume(run_id)
    assert store.manager_record(run_id).attempt == 3
    assert store.manager_record(run_id).pause_at is None


def test_an_attempt_may_end_at_a_step(make_manager, experiment, state_of, wait_until):
    manager = make_manager()
    run_id = manager.submit(experiment, name="quick", pause_at=1)
    wait_until(lambda: state_of(run_id) == "stopped")
    assert read_status(manager.store.path(run_id)).step == 1
    with pytest.raises(ConfigError, match="after 1"):
        manager.resume(run_id, pause_at=1)
    with pytest.raises(ConfigError, match="1 or more"):
        manager.submit(experiment, pause_at=0)


def test_a_resumed_run_waits_behind_those_that_came_before(stopped_run, experiment, state_of, wait_until):
    manager, run_id = stopped_run
    wait_until(lambda: manager.active() == ())
    first = manager.submit(experiment, owner=ANN, name="hold")
    wait_until(lambda: manager.active() == (first,))
    second = manager.submit(experiment, owner=ANN, name="quick")
    manager.resume(run_id, actor=ANN)
    assert [manager.queue_position(each) for each in (second, run_id)] == [1, 2]


def test_a_cancelled_run_may_be_queued_again(make_manager, experiment, state_of, wait_until):
    manager = make_manager()
    first = manager.submit(experiment, name="hold")
    second = manager.submit(experiment, name="quick")
    manager.stop(second)
    manager.resume(second)
    assert state_of(second) == "queued"
    manager.stop(first)
    wait_until(lambda: state_of(second) == "succeeded")


def test_a_lost_run_goes_on(make_manager, experiment, store, state_of, wait_until):
    manager = make_manager()
    run_id = manager.submit(experiment, name="hold")
    wait_until(lambda: state_of(run_id) == "running")
    os.kill(wait_until(lambda: pid_of(store.manager_record(run_id))), signal.SIGKILL)
    wait_until(lambda: state_of(run_id) == "lost")
    manager.resume(run_id)
    wait_until(lambda: state_of(run_id) == "running")


def test_of_many_who_resume_a_run_at_once_one_does(stopped_run, store, journal, state_of, wait_until):
    manager, run_id = stopped_run
    refused = []

    def ask():
        try:
            manager.resume(run_id)
        except ConfigError as error:
            refused.append(error)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 7
    wait_until(lambda: state_of(run_id) == "running")
    assert store.manager_record(run_id).attempt == 2
    assert starts(journal) == [run_id, run_id]


def test_what_is_active_finished_or_damaged_does_not_go_on(make_manager, experiment, store, state_of, wait_until):
    manager = make_manager()
    done = manager.submit(experiment, name="quick")
    wait_until(lambda: state_of(done) == "succeeded")
    with pytest.raises(ConfigError, match="Continue it"):
        manager.resume(done)
    run_id = manager.submit(experiment, name="hold")
    with pytest.raises(ConfigError, match="Stop it first"):
        manager.resume(run_id)
    with pytest.raises(ConfigError, match="Stop it first"):
        manager.continue_run(run_id, 10)
    wait_until(lambda: state_of(run_id) == "running")
    manager.stop(run_id)
    wait_until(lambda: state_of(run_id) == "stopped")
    (store.path(run_id) / "last.pt").write_bytes(b"PK\x03\x04 and then the disk was full")
    with pytest.raises(ConfigError, match="damaged"):
        manager.resume(run_id)
    assert state_of(run_id) == "stopped"
    with pytest.raises(ConfigError, match="damaged"):
        manager.continue_run(run_id, 10)
    with pytest.raises(RunNotFound):
        manager.resume("0" * 32)


def test_the_time_of_a_continued_run_counts_the_steps_that_it_does_again(
    make_manager, experiment, store, state_of, wait_until
):
    """3 steps, of which 2 at the held rate: 10 more are 11 to train."""
    manager = make_manager()
    run_id = manager.submit(experiment.with_values({"training.warmup_steps": 0}), owner=ANN, name="quick")
    wait_until(lambda: state_of(run_id) == "succeeded")
    give_checkpoint(store.path(run_id))
    expected = [store.manager_record(manager.continue_run(run_id, 10)).expected_seconds]
    (store.path(run_id) / "held.pt").write_bytes(b"")
    expected.append(store.manager_record(manager.continue_run(run_id, 10)).expected_seconds)
    status = read_status(store.path(run_id))
    assert expected == pytest.approx([status.seconds / status.step * steps for steps in (10, 11)])


def test_a_finished_run_is_continued_as_a_new_one(make_manager, experiment, store, state_of, wait_until):
    manager = make_manager(max_steps=50)
    run_id = manager.submit(experiment, owner=ANN, name="quick", fingerprint="f00")
    wait_until(lambda: state_of(run_id) == "succeeded")
    with pytest.raises(ConfigError, match="checkpoint"):
        manager.continue_run(run_id, 10)
    give_checkpoint(store.path(run_id))
    longer = manager.continue_run(run_id, 10, owner=BOB)
    record = store.manager_record(longer)
    assert (record.parent, record.owner, record.name, record.attempt) == (run_id, BOB, "quick", 1)
    training = store.experiment(longer).training
    assert (training.max_steps, training.max_seconds) == (13, None)
    assert (store.path(longer) / "last.pt").read_bytes() == (store.path(run_id) / "last.pt").read_bytes()
    assert "fingerprint: f00" in (store.path(longer) / "experiment.yaml").read_text()
    with pytest.raises(ConfigError, match="at most 50"):
        manager.continue_run(run_id, 48)
    with pytest.raises(ConfigError, match="1 or more"):
        manager.continue_run(run_id, 0)


def test_what_a_longer_run_must_not_be_is_refused_before_it_waits(
    make_manager, experiment, store, state_of, wait_until
):
    manager = make_manager()
    run_id = manager.submit(experiment, owner=ANN, name="quick")
    wait_until(lambda: state_of(run_id) == "succeeded")
    give_checkpoint(store.path(run_id))

    def refuse(longer):
        raise ConfigError.single("training.max_steps", "few", f"{longer.training.max_steps}", "Add fewer steps.")

    with pytest.raises(ConfigError, match="got 13"):
        manager.continue_run(run_id, 10, owner=ANN, check=refuse)
    assert store.ids() == {run_id}


def test_word_vectors_that_lie_on_the_server_are_its_shell_s_and_no_stranger_s(make_manager, store):
    named = Experiment(task="sentiment").with_values({"model.vectors": "/srv/secret.txt"})
    manager = make_manager()
    with pytest.raises(ConfigError) as caught:
        manager.submit(named, owner=BOB)
    assert caught.value.problems[0].field == "model.vectors" and "secret" not in str(caught.value)
    assert store.ids() == set()


def test_a_file_of_the_server_is_trained_on_by_its_shell_and_not_by_a_stranger(
    make_manager, experiment, store, state_of, wait_until
):
    named = experiment.with_values({"data.source": "file", "data.path": ("/srv/secret.csv",), "data.id": None})
    of_shell = store.create(named, versions={}, name="quick")
    manager = make_manager()
    wait_until(lambda: state_of(of_shell) == "succeeded")
    give_checkpoint(store.path(of_shell))
    for ask in (lambda: manager.submit(named, owner=BOB), lambda: manager.continue_run(of_shell, 10, owner=BOB)):
        with pytest.raises(ConfigError) as caught:
            ask()
        assert caught.value.problems[0].field == "data.path"
        assert "secret" not in str(caught.value)
    assert store.ids() == {of_shell}
    store.shared = True  # one's own machine
    assert manager.continue_run(of_shell, 10, owner=BOB) in store.ids()
