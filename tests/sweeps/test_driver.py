"""A sweep, tick by tick, over runs that a table of scores decides: what goes on, what ends, and who is trained again."""

import secrets
import sys

import pytest

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.rules import Range
from core.jobs.status import Best, RunError, RunStatus
from core.sweeps.driver import LATE, Driver
from core.sweeps.folder import Plan, create, read_progress, request_stop
from core.sweeps.space import Space

STEPS = 90  # rungs after 10 and 30


class Runs:
    """Runs that are over as soon as somebody looks: the score is the hidden size, and the smaller the better."""

    def __init__(self, score=lambda experiment, step: float(experiment.model.hidden_size), metric="mase"):
        self.score, self.metric = score, metric
        self.experiments, self.pauses, self.names = {}, {}, {}
        self.full, self.states, self.most = False, {}, 0

    def check(self, experiment):
        if experiment.model.hidden_size == 41:
            raise ConfigError.single("model.hidden_size", "another number", "41", "Choose another.")

    def submit(self, experiment, name, pause_at):
        if self.full:
            raise ConfigError.single("queue", "room", "none", "Wait.")
        run = secrets.token_hex(16)
        self.experiments[run], self.pauses[run], self.names[run] = experiment, [pause_at], name
        return run

    def resume(self, run, pause_at):
        self.pauses[run].append(pause_at)

    def stop(self, run):
        self.states[run] = RunStatus(run, "stopped", step=3, pause_at=10)

    def status(self, run):
        if run in self.states:
            return self.states[run]
        pause = self.pauses[run][-1]
        step = STEPS if pause is None else pause
        best = Best(self.metric, self.score(self.experiments[run], step), step)
        state = "succeeded" if pause is None else "stopped"
        return RunStatus(
            run, state, step=step, total_steps=STEPS, best=best, pause_at=pause, can_resume=pause is not None
        )


@pytest.fixture
def sweep(tmp_path):
    def make(runs, trials=9, choices=None, **asked):
        start = Experiment(task="forecasting").with_values({"training.max_steps": STEPS, "model.hidden_size": 20})
        space = Space(start, choices or {"model.hidden_size": Range(8, 40)})
        plan = Plan(list(space.choices), trials, 2e9, **asked)
        return Driver(create(tmp_path, start, plan), space, runs)

    return make


def to_the_end(driver, most=500):
    for _ in range(most):
        if driver.tick():
            return driver.study.trials()
    raise AssertionError("it never ended")


def test_the_first_trial_is_the_start_and_all_are_judged_before_they_read_a_test_set(sweep):
    runs = Runs()
    driver = sweep(runs, seeds=0)
    trials = to_the_end(driver)
    assert len(trials) == 9
    assert trials[0].values == {"model.hidden_size": 20}
    best = min((trial for trial in trials if trial.state == "done"), key=lambda trial: trial.value)
    assert driver.progress.winner == best.number
    unread = [run for run, pauses in runs.pauses.items() if pauses[-1] is not None]
    assert set(unread) == {trial.run for trial in trials} - {best.run}


def test_trials_stop_at_rungs_of_a_ninth_and_a_third_and_the_worse_ones_go_no_further(sweep):
    runs = Runs()
    trials = to_the_end(sweep(runs, trials=20, seeds=0))
    paths = {tuple(pause for pause in runs.pauses[trial.run] if pause) for trial in trials}
    assert paths <= {(10,), (10, 30), (10, 30, 90)}
    assert (10,) in paths and (10, 30, 90) in paths
    for trial in trials:
        assert trial.state == ("done" if trial.step == STEPS else "pruned")
    pruned = [trial.value for trial in trials if trial.step == 10]
    assert min(pruned) > min(trial.value for trial in trials if trial.state == "done")


def test_without_pruning_every_trial_is_trained_in_one_go(sweep):
    runs = Runs()
    trials = to_the_end(sweep(runs, seeds=0, pruned=False))
    assert {trial.state for trial in trials} == {"done"}
    assert all(runs.pauses[trial.run][0] == STEPS for trial in trials)


def test_a_score_that_is_better_when_larger_is_maximized(sweep):
    driver = sweep(Runs(metric="accuracy"), seeds=0, pruned=False)
    trials = to_the_end(driver)
    assert trials[driver.progress.winner].value == max(trial.value for trial in trials)


def test_the_winner_and_the_start_are_trained_again_with_the_same_new_seeds_to_their_ends(sweep):
    runs = Runs()
    driver = sweep(runs, seeds=3, pruned=False)
    trials = to_the_end(driver)
    again = {who: [runs.experiments[run] for run in found] for who, found in driver.progress.checks.items()}
    for ones in again.values():
        assert [one.training.seed for one in ones] == [1, 2, 3]
    size = trials[driver.progress.winner].values["model.hidden_size"]
    assert {one.model.hidden_size for one in again["winner"]} == {size}
    assert {one.model.hidden_size for one in again["start"]} == {20}
    assert all(runs.pauses[run] == [None] for found in driver.progress.checks.values() for run in found)


def test_where_the_start_itself_wins_nothing_is_trained_again(sweep):
    runs = Runs(score=lambda experiment, step: abs(experiment.model.hidden_size - 20.0))
    driver = sweep(runs, seeds=3, pruned=False)
    to_the_end(driver)
    assert (driver.progress.winner, driver.progress.checks) == (0, {})


def test_no_more_trials_are_on_their_way_than_may_be(sweep):
    runs = Runs()
    driver = sweep(runs, seeds=0, parallel=2)
    runs.states = Busy()
    driver.tick()
    driver.tick()
    assert len(runs.experiments) == 2


class Busy(dict):
    def __contains__(self, run):
        return True

    def __getitem__(self, run):
        return RunStatus(run, "running", step=3)


def test_where_the_queue_is_full_a_trial_waits_and_is_not_lost(sweep):
    runs = Runs()
    driver = sweep(runs, trials=3, seeds=0)
    runs.full = True
    for _ in range(3):
        assert not driver.tick()
    assert [trial.run for trial in driver.study.trials()] == [""]
    runs.full = False
    assert [trial.state for trial in to_the_end(driver)].count("failed") == 0


def test_a_set_up_that_this_server_refuses_is_no_trial(sweep):
    runs = Runs()
    trials = to_the_end(sweep(runs, trials=4, choices={"model.hidden_size": (41, 20, 21)}, seeds=0))
    refused = [trial for trial in trials if trial.values["model.hidden_size"] == 41]
    assert all(trial.state == "failed" and not trial.run for trial in refused)
    assert len(trials) - len(refused) == 4 == len(runs.experiments)


def test_a_trial_whose_run_failed_or_is_gone_says_why_and_the_others_go_on(sweep):
    runs = Runs()
    driver = sweep(runs, trials=3, seeds=0)
    driver.tick()
    first = driver.study.trials()[0].run
    runs.states[first] = RunStatus(first, "failed", error=RunError("The loss is no longer a number.", ""))
    driver.tick()
    second = driver.study.trials()[1].run
    runs.states[second] = None
    trials = to_the_end(driver)
    assert [trial.reason for trial in trials] == ["The loss is no longer a number.", "Its run was deleted.", ""]
    assert driver.progress.winner == 2


def test_a_trial_that_gave_way_to_a_visitors_first_run_waits_again(sweep):
    runs = Runs()
    driver = sweep(runs, trials=1, seeds=0)
    driver.tick()
    run = driver.study.trials()[0].run
    runs.states[run] = RunStatus(run, "stopped", error=RunError("It gave way.", ""), pause_at=10, can_resume=True)
    driver.tick()
    assert runs.pauses[run] == [10, 10]
    del runs.states[run]
    assert to_the_end(driver)[0].state == "done"


def test_where_no_trial_comes_to_its_end_the_sweep_fails_and_says_why(sweep):
    runs = Runs(score=lambda experiment, step: None)
    driver = sweep(runs, trials=2, seeds=0)
    to_the_end(driver)
    assert driver.progress.state == "failed"
    assert "No trial came to its end" in driver.progress.error


class Clock:
    """Where a test turns the time: seconds since the sweeps here were asked for."""

    def __init__(self, monkeypatch):
        self.seconds = 0.0
        monkeypatch.setattr("time.time", lambda: 2e9 + self.seconds)


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def test_when_its_seconds_are_over_no_trial_begins_those_that_train_end_and_the_best_so_far_reads_the_test_set(
    sweep, clock
):
    runs = Runs()
    driver = sweep(runs, trials=9, seeds=3, pruned=False, max_seconds=60.0)
    clock.seconds = 59.9
    driver.tick()
    driver.tick()  # the start has ended, and another trains
    second = driver.study.trials()[1]
    runs.states[second.run] = RunStatus(second.run, "running", step=3)
    assert second.state == "open" and not driver.progress.is_late
    clock.seconds = 60.0
    trials = to_the_end(driver)
    assert runs.states[second.run].state == "stopped"
    assert [(trial.state, trial.reason) for trial in trials] == [("done", ""), ("failed", LATE)]
    assert (driver.progress.state, driver.progress.winner, driver.progress.is_late) == ("done", 0, True)
    assert runs.pauses[trials[0].run][-1] is None


def test_when_its_seconds_are_over_while_the_best_is_trained_again_that_ends_too(sweep, clock):
    runs = Runs(score=lambda experiment, step: -experiment.model.hidden_size)
    driver = sweep(runs, trials=4, seeds=3, pruned=False, max_seconds=60.0)
    while driver.progress.state == "searching" or not driver.progress.checks:
        driver.tick()
    (again,) = [run for found in driver.progress.checks.values() for run in found]
    runs.states[again] = RunStatus(again, "running", step=3)
    clock.seconds = 61.0
    to_the_end(driver)
    assert runs.states[again].state == "stopped"
    assert [run for found in driver.progress.checks.values() for run in found] == [again]
    assert (driver.progress.state, driver.progress.is_late) == ("done", True)


def test_where_its_seconds_are_over_before_any_trial_was_done_the_sweep_fails_and_says_why(sweep, clock):
    runs = Runs()
    driver = sweep(runs, trials=3, seeds=0, max_seconds=60.0)
    driver.tick()
    first = driver.study.trials()[0].run
    runs.states[first] = RunStatus(first, "running", step=3)
    clock.seconds = 61.0
    to_the_end(driver)
    assert (driver.progress.state, driver.progress.error) == ("failed", f"No trial came to its end: {LATE}")


def test_a_trial_that_has_done_all_its_steps_counts_when_the_sweep_is_stopped_in_that_moment(sweep):
    driver = sweep(Runs(), trials=3, seeds=0, pruned=False)
    driver.tick()
    request_stop(driver.folder)
    driver.tick()
    assert [trial.state for trial in driver.study.trials()] == ["done"]
    assert (driver.progress.state, driver.progress.winner) == ("stopped", 0)


def test_a_sweep_that_is_stopped_asks_its_runs_to_end_and_keeps_the_best_so_far(sweep):
    runs = Runs()
    driver = sweep(runs, trials=9, seeds=3, pruned=False)
    driver.tick()
    driver.tick()
    open_one = next(trial for trial in driver.study.trials() if trial.state == "open")
    runs.states[open_one.run] = RunStatus(open_one.run, "running", step=3)
    request_stop(driver.folder)
    assert driver.tick()
    assert runs.states[open_one.run].state == "stopped"
    assert (read_progress(driver.folder).state, read_progress(driver.folder).winner) == ("stopped", 0)


def test_another_process_goes_on_where_the_one_before_ended(sweep):
    runs = Runs()
    driver = sweep(runs, trials=5, seeds=0)
    driver.tick()
    driver.tick()
    before = driver.study.trials()
    again = Driver(driver.folder, driver.space, runs)
    assert again.study.trials() == before
    trials = to_the_end(again)
    assert len(trials) == len(runs.experiments) == 5


def test_optuna_is_not_loaded_before_a_sweep_is_asked_for():
    import subprocess

    code = "import sys, core.cli, core.api, core.sweeps.queued, core.sweeps.outcome; print('optuna' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
