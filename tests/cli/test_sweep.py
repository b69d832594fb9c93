"""A sweep in the shell: real trainings in processes of their own, and what is said of them."""

import time

import pytest

from core.config.experiment import Experiment
from core.jobs.record import read_record
from core.jobs.status import read_status
from core.sweeps.folder import Plan, Progress, create, write_progress
from core.sweeps.serving import KEPT_SECONDS
from tests.cli.lines import objects


def test_a_sweep_tries_set_ups_and_only_what_was_chosen_is_judged_on_the_test_set(shell, options, tmp_path):
    words = options("forecasting", {"training.max_steps": 9})
    code, out, err = shell(
        "sweep", "forecasting", *words, "--trials", 3, "--seeds", 0, "--field", "model.hidden_size", "--slots", 1,
        "--out", tmp_path / "runs", "--json",
    )  # fmt: skip
    assert code == 0, err
    *trials, said = objects(out)
    assert [trial["event"] for trial in trials] == ["trial"] * 3
    assert {name for trial in trials for name in trial["values"]} == {"model.hidden_size"}
    assert said["states"]["done"] + said["states"]["pruned"] == 3
    assert said["steps"] == sum(trial["step"] for trial in trials)
    done = [trial for trial in trials if trial["state"] == "done"]
    assert said["best"]["value"] == min(trial["value"] for trial in done)
    for trial in trials:
        directory = tmp_path / "runs" / trial["run"]
        assert (directory / "result.json").exists() == (trial["run"] == said["best"]["run"])
        assert read_record(directory).sweep == said["sweep"]
    assert read_status(tmp_path / "runs" / said["best"]["run"]).state == "succeeded"
    assert said["best"]["test"]["mase"] > 0


@pytest.mark.parametrize(
    ("words", "field"),
    [(["--trials", 0], "trials"), (["--seeds", 1], "seeds"), (["--slots", 0], "slots"), (["--max-seconds", 0], "max_seconds"),
     (["--field", "data.horizon"], "data.horizon"), (["--set", "model.hidden_size=0"], "model.hidden_size")],
)  # fmt: skip
def test_what_cannot_be_is_said_by_its_field_before_anything_is_trained(shell, options, tmp_path, words, field):
    code, _, err = shell("sweep", "forecasting", *options("forecasting"), *words, "--out", tmp_path / "runs")
    assert (code, err.split(":")[0].split(" ")[0]) == (2, field)
    assert not (tmp_path / "runs").exists()


def test_clearing_removes_sweeps_that_ended_and_have_no_run_left(shell, tmp_path, monkeypatch):
    monkeypatch.setenv("UNROLL_RUNS_DIR", str(tmp_path / "runs"))
    made = [create(tmp_path / "runs", Experiment(task="forecasting"), Plan([], 1, 0.0)) for _ in range(2)]
    write_progress(made[0], Progress(state="done", ended=time.time() - KEPT_SECONDS - 1))
    code, out, err = shell("runs", "gc", "--json")
    assert code == 0, err
    assert objects(out)[0]["removed_sweeps"] == [made[0].name]
    assert [folder.exists() for folder in made] == [False, True]
