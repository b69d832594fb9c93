"""A training that is damaged, deleted, killed or without a disk, and what a resume makes of it."""

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from core import train
from core.api import resume
from core.config.errors import ConfigError
from core.jobs.folders import create_run
from core.jobs.record import update_record
from core.jobs.reporter import Reporter
from core.jobs.status import read_status
from core.tasks.generation import binding
from core.training import run
from core.training.checkpoint import load_last, save_last
from tests.training.equality import assert_equal, stopping_at, without

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("damage", ["cut", "empty", "noise", "other", "list", "field", "network"])
def test_a_damaged_checkpoint_fails_in_words_and_nothing_else_is_lost(damage, tiny):
    directory = train(tiny("sentiment", {"training.max_steps": 20}), make_reporter=stopping_at(10))
    path = directory / "last.pt"
    whole, state = path.read_bytes(), load_last(directory)
    if damage in ("cut", "empty", "noise"):
        path.write_bytes({"cut": whole[: len(whole) // 2], "empty": b"", "noise": os.urandom(999)}[damage])
    elif damage == "other":
        shutil.copy(train(tiny("sentiment", {"model.hidden_size": 5})) / "last.pt", path)
    elif damage == "field":
        save_last(without(state, "best"), directory)
    elif damage == "network":
        save_last({**state, "model": {**state["model"], "more": torch.ones(3)}}, directory)
    else:
        torch.save([1, 2], path)
    kept = {name: (directory / name).read_bytes() for name in ("best.safetensors", "metrics.jsonl", "result.json")}
    with pytest.raises(RuntimeError, match=r"last\.pt: expected a checkpoint of this run.*can still be used"):
        resume(directory)
    assert read_status(directory).state == "failed"
    assert {name: (directory / name).read_bytes() for name in kept} == kept
    path.write_bytes(whole)
    resume(directory)
    assert read_status(directory).state == "succeeded"


def test_nothing_of_a_checkpoint_is_executed(tiny, tmp_path):
    class Evil:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "was here"),))

    directory = train(tiny("sentiment"), make_reporter=stopping_at(3))
    torch.save({"model": Evil()}, directory / "last.pt")
    with pytest.raises(RuntimeError, match=r"last\.pt"):
        resume(directory)
    assert not (tmp_path / "was here").exists()


def test_data_that_has_changed_is_not_trained_on(tiny, own_files, tmp_path):
    mine = tmp_path / "mine.tsv"
    shutil.copy(own_files["labelled"][0], mine)
    directory = train(tiny("sentiment", {"data.path": (str(mine),)}), make_reporter=stopping_at(3))
    mine.write_text(mine.read_text() + "I like the moon\tgood\n")
    with pytest.raises(RuntimeError, match="data: expected the data that the run began with"):
        resume(directory)


def test_a_run_that_is_finished_or_trains_is_not_resumed(tiny):
    directory = train(tiny("sentiment"))
    with pytest.raises(ConfigError, match="one that succeeded"):
        resume(directory)
    assert read_status(directory).state == "succeeded"

    class Again(Reporter):
        def progress(self, step, best=None):
            with pytest.raises(ConfigError, match="one that running"):
                resume(self.directory)
            super().progress(step, best)

    train(tiny("sentiment"), make_reporter=Again)
    with pytest.raises(ConfigError, match="pause_at"):
        resume(directory, pause_at=0)


def test_a_run_that_is_deleted_while_it_trains_ends_without_a_word(tiny, capfd):
    class Deleting(Reporter):
        def progress(self, step, best=None):
            super().progress(step, best)
            if step == 5:
                shutil.rmtree(self.directory)

    directory = train(tiny("sentiment", {"training.max_steps": 100_000}), make_reporter=Deleting)
    assert not directory.exists()
    assert "Traceback" not in capfd.readouterr().err


# A full disk.


@pytest.fixture
def full_disk(monkeypatch):
    """Checkpoints meet a full disk for the next so many times."""
    monkeypatch.setattr(run, "FINAL_PAUSE_SECONDS", 0.01)
    disk, save = SimpleNamespace(times=0), torch.save

    def save_if_possible(*args):
        if disk.times > 0:
            disk.times -= 1
            raise OSError(errno.ENOSPC, "No space left on device")
        save(*args)

    monkeypatch.setattr(torch, "save", save_if_possible)
    return disk


def test_a_disk_that_is_full_while_training_costs_nothing(tiny, often, full_disk):
    experiment = tiny("sentiment", {"training.max_steps": 20})
    whole = train(experiment)
    full_disk.times = 25
    directory = train(experiment)
    assert full_disk.times == 0
    assert_equal(directory, whole)


def test_a_disk_that_stays_full_fails_in_words_and_the_run_can_be_resumed(tiny, often, full_disk):
    experiment = tiny("sentiment", {"training.max_steps": 20})
    whole = train(experiment)

    class Filling(Reporter):
        def progress(self, step, best=None):
            super().progress(step, best)
            full_disk.times = 10_000 if step >= 12 else 0

    with pytest.raises(RuntimeError, match=r"The disk is full\. Free some disk space"):
        train(experiment, out=whole.with_name("mine"), make_reporter=Filling)
    directory = whole.with_name("mine")
    assert read_status(directory).state == "failed"
    assert load_last(directory)["step"] == 12
    assert not list(directory.glob(".*.tmp"))
    full_disk.times = 0
    resume(directory)
    assert_equal(directory, whole)


# A real process that is killed.

WORKER = """
    import sys
    sys.path.insert(0, {root!r})
    from core.training import pace
    pace.SAVE_SECONDS = 0.0
    from core.tasks.generation import binding
    binding.SAMPLE_LENGTH, binding.DETAILS_LENGTH = {lengths!r}
    from core.jobs.worker import main
    sys.exit(main([{directory!r}]))
"""


def kill_and_resume(experiment, directory, delay):
    """Let a worker train, kill it some time after its first checkpoint, and finish the run here."""
    create_run(directory, experiment, versions={})
    code = textwrap.dedent(WORKER).format(
        root=str(ROOT), directory=str(directory), lengths=(binding.SAMPLE_LENGTH, binding.DETAILS_LENGTH)
    )
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 60
        while not (directory / "last.pt").exists():
            assert process.poll() is None, process.stderr.read().decode()
            assert time.monotonic() < deadline, "no checkpoint"
            time.sleep(0.01)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    update_record(directory, state="lost", reason="It was killed.")
    resume(directory)
    assert read_status(directory).state == "succeeded"


def killed_often(tiny, tmp_path, delays):
    experiment = tiny("generation", {"training.max_steps": 900, "model.num_layers": 2, "model.dropout": 0.2})
    whole = train(experiment)
    for number, delay in enumerate(delays):
        kill_and_resume(experiment, tmp_path / f"killed {number}", delay)
        assert_equal(tmp_path / f"killed {number}", whole)


def test_a_worker_that_is_killed_leaves_a_run_that_goes_on_as_if_nothing_had_been(tiny, tmp_path):
    killed_often(tiny, tmp_path, [0.1])


@pytest.mark.long
@pytest.mark.timeout(1_200)
def test_twenty_workers_that_are_killed_leave_runs_that_go_on(tiny, tmp_path):
    draw = random.Random(4)
    killed_often(tiny, tmp_path, [draw.uniform(0.0, 0.5) for _ in range(20)])
