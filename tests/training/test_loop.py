import itertools
import math
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from core.applications import describe
from core.config.experiment import Experiment
from core.data.prepare import prepare
from core.tasks.base import StepLoss
from core.tasks.registry import bind
from core.training import pace
from core.training.best import Best
from core.training.loop import Training
from tests.training.ear import Ear

CPU = torch.device("cpu")


class Line:
    """A task of one weight that learns to be 1; its validation scores can be given."""

    selection = "loss"

    def __init__(self, scores=()):
        self.model = nn.Linear(1, 1, bias=False)
        nn.init.zeros_(self.model.weight)
        self.scores = iter(scores)
        self.evaluated = 0
        self.broken_from = math.inf
        self.draws, self.progress = [], []

    def training_loss(self, step, progress=0.0):
        self.draws.append(torch.rand(1).item())
        self.progress.append(progress)
        loss = (self.model(torch.ones(3, 1)) - 1).square().mean()
        return StepLoss(loss * (math.nan if step >= self.broken_from else 1.0), 3)

    def evaluate(self, split, full):
        assert (split, full) == ("validation", False)
        assert not self.model.training
        self.evaluated += 1
        return {"loss": next(self.scores, self.model.weight.item() ** 2)}

    def sample(self):
        return "sample"

    def carried(self):
        return {}

    def restore_carried(self, carried):
        assert carried == {}


def experiment(**training):
    return Experiment.parse({"task": "forecasting", "training": {"device": "cpu", "warmup_steps": 5, **training}})


def run(task=None, ear=None, **training):
    task, ear = task or Line(), ear or Ear()
    return Training(task, experiment(**training), CPU, ear, ear).run(), ear, task


def test_training_ends_at_its_last_step_and_is_judged_there():
    outcome, ear, task = run(max_steps=50)
    assert (outcome.steps, outcome.total_steps, outcome.stopped) == (50, 50, False)
    assert ear.steps == [(step, 50) for step in range(1, 51)]
    assert ear.of("validation")[-1]["step"] == ear.of("train")[-1]["step"] == 50
    assert task.evaluated == len(ear.of("validation")) == 16, "every tenth, then every second, and at the end"
    assert task.model.weight.item() > 0.05


def test_there_are_about_a_hundred_points_on_the_curve_and_those_of_its_beginning_at_once():
    _, ear, _ = run(max_steps=1_000)
    steps = [record["step"] for record in ear.of("train")]
    assert all(step - last <= max(1, step // 8) for last, step in itertools.pairwise(steps))
    assert 90 < len(steps) < 130
    assert sum(record["event"] == "sample" for record in ear.records) == len(ear.of("validation"))
    for record in ear.of("train"):
        assert set(record) == {
            "event", "step", "seconds", "split", "loss", "learning_rate", "grad_norm", "tokens_per_second",
        }  # fmt: skip


def test_the_rate_on_the_curve_is_the_schedule():
    _, ear, _ = run(max_steps=100, learning_rate=0.1, schedule="constant")
    by_step = {record["step"]: record["learning_rate"] for record in ear.of("train")}
    assert by_step[1] == pytest.approx(0.02)
    assert by_step[5] == by_step[100] == 0.1


def test_random_numbers_are_a_function_of_seed_and_step():
    first = run(max_steps=9, seed=4)[2].draws
    assert first == run(max_steps=9, seed=4)[2].draws
    assert len(set(first)) == 9
    assert set(first).isdisjoint(run(max_steps=9, seed=5)[2].draws)
    assert run(max_steps=5, seed=4)[2].draws == first[:5], "whatever comes later"


@pytest.mark.parametrize("max_steps", [200, 450, 1_999, 20_000])
@pytest.mark.parametrize("schedule", ["cosine", "constant"])
def test_looks_at_validation_are_a_twentieth_of_the_steps_apart_at_most(max_steps, schedule):
    budget = pace.Budget(experiment(max_steps=max_steps, schedule=schedule).training)
    looks = [step for step in range(1, max_steps) if budget.is_evaluation_step(step)] + [max_steps]
    gaps = [after - before for before, after in itertools.pairwise([0, *looks])]
    assert max(gaps) <= max_steps / 20
    assert gaps[:-1] == sorted(gaps[:-1]), "often at the start, and then evenly"
    late = {after - before for before, after in itertools.pairwise(looks[:-1]) if before > max_steps / 2}
    assert late == {max_steps // 20} or schedule == "constant"
    assert len(looks) <= (130 if schedule == "constant" else 80)


def test_looks_do_not_depend_on_the_number_of_steps_while_the_rate_is_held():
    def looks(max_steps):
        budget = pace.Budget(experiment(max_steps=max_steps).training)
        return [step for step in range(1, 501) if budget.is_evaluation_step(step)]

    assert looks(1_000) == looks(1_001) == looks(77_777)
    assert looks(1_000)[:12] == [5, 15, 25, 35, 45, 55, 65, 75, 85, 95, 105, 115]
    assert looks(1_000)[-3:] == [388, 426, 468]


def test_patience_is_a_number_of_steps():
    """The third look, at step 25, is the best; those that follow come at 35, 45, 55, 65."""
    outcome, ear, _ = run(Line([5, 4, 3, 3, 9, 3.5, 8, 1]), max_steps=1_000, patience=33)
    assert (outcome.steps, outcome.ended) == (65, "patience"), "the first look 33 steps or more after the best"
    assert outcome.steps == ear.of("validation")[-1]["step"] == ear.of("train")[-1]["step"]
    assert not outcome.stopped
    assert (outcome.best.value, outcome.best.step) == (3, 25)
    assert [value for _, value in ear.improvements] == [5, 4, 3]
    assert run(Line([5, 4, 3, *[4] * 99]), max_steps=1_000, patience=30)[0].steps == 55
    assert run(Line([5, 4, 3, *[4] * 99]), max_steps=1_000, patience=1)[0].steps == 35


def test_without_patience_training_goes_on():
    outcome = run(Line([1, *[2] * 60]), max_steps=60)[0]
    assert (outcome.steps, outcome.ended) == (60, "steps")


def test_the_best_weights_are_kept_not_the_last():
    outcome, ear, task = run(Line([5, 4, 1, *[9] * 60]), max_steps=60)
    assert outcome.best.step == ear.of("validation")[2]["step"]
    assert 0 < outcome.best.weights["weight"].item() < task.model.weight.item()


def test_a_stop_is_obeyed_at_the_next_step_and_leaves_weights():
    outcome, ear, _ = run(ear=Ear(stop_at=3), max_steps=1_000)
    assert (outcome.steps, outcome.stopped) == (3, True)
    assert ear.of("validation")[-1]["step"] == 3
    assert outcome.best.weights


@pytest.mark.parametrize(("metric", "values", "kept"), [("loss", [3, 1, 2], 1), ("accuracy", [3, 1, 4], 4)])
def test_better_may_be_less_or_more(metric, values, kept):
    best = Best(metric)
    told = [best.offer({metric: value}, step, nn.Linear(1, 1)) for step, value in enumerate(values)]
    assert best.value == kept
    assert told[0]


def test_an_undefined_score_is_never_the_best():
    best = Best("loss")
    assert not best.offer({"loss": None}, 1, nn.Linear(1, 1))
    assert best.value is None
    assert not best.weights


@pytest.mark.parametrize("broken_from", [0, 3, 37])
def test_a_loss_that_is_no_number_ends_training(broken_from):
    task = Line()
    task.broken_from = broken_from
    with pytest.raises(FloatingPointError, match="not a number"):
        run(task, max_steps=60)


def test_the_gradient_is_clipped_to_its_norm():
    _, ear, task = run(max_steps=1, optimizer="sgd", learning_rate=5.0, warmup_steps=0, max_grad_norm=0.5)
    assert ear.of("train")[0]["grad_norm"] == pytest.approx(2.0), "the norm before"
    assert task.model.weight.item() == pytest.approx(2.5)
    free = run(max_steps=1, optimizer="sgd", learning_rate=5.0, warmup_steps=0, max_grad_norm=None)[2]
    assert free.model.weight.item() == pytest.approx(10.0)


@pytest.mark.parametrize(("norm", "moved"), [(None, 0.25), (0.5, 0.25), (0.1, 0.1)])
def test_the_gradient_is_clipped_by_value_too(norm, moved):
    changes = {"max_steps": 1, "optimizer": "sgd", "learning_rate": 1.0, "warmup_steps": 0, "max_grad_value": 0.25}
    _, ear, task = run(**changes, max_grad_norm=norm)
    assert ear.of("train")[0]["grad_norm"] == pytest.approx(2.0), "the norm before"
    assert task.model.weight.item() == pytest.approx(moved, rel=1e-5)


def test_a_task_hears_how_far_training_has_come_since_the_rate_began_to_fall():
    heard = run(max_steps=100, schedule="cosine")[2].progress
    assert heard == [0.0] * 50 + [pytest.approx((step - 50) / 50) for step in range(50, 100)]
    assert run(max_steps=100, schedule="constant")[2].progress == [0.0] * 100
    late = run(max_steps=100, warmup_steps=60)[2].progress
    assert late == [0.0] * 60 + [pytest.approx((step - 60) / 40) for step in range(60, 100)]


def test_baselines_wait_for_the_first_point_and_cost_no_training_time(monkeypatch):
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(pace.time, "perf_counter", lambda: clock.now)
    ear, seen = Ear(), []

    def baselines():
        seen.extend(ear.records)
        clock.now += 1_000

    outcome = Training(Line(), experiment(max_steps=3), CPU, ear).run(baselines)
    assert [record["step"] for record in seen] == [1, 2]
    assert outcome.seconds == 0


class Slow(Line):
    """Each step takes a second of a clock of its own."""

    def __init__(self, clock):
        super().__init__()
        self.clock = clock

    def training_loss(self, step, progress=0.0):
        self.clock.now += 60.0 if step == 0 else 1.0  # the first step warms up the machine
        return super().training_loss(step, progress)


@pytest.fixture
def clock(monkeypatch):
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(pace.time, "perf_counter", lambda: clock.now)
    return clock


def test_seconds_become_a_number_of_steps_once(clock):
    """The first step takes 60 s, the others one each. With 200 s the plan may end at 0.9 x 200 = 180 s.

    After step s and 59 + s seconds one more held step would mean 2 (s + 1) steps, which end at 59 + 2 (s + 1) seconds:
    too late first where s = 60.
    """
    outcome, ear, _ = run(Slow(clock), max_steps=10_000, max_seconds=200.0)
    assert outcome.steps == outcome.total_steps == 2 * 60
    assert outcome.seconds == 59 + 120
    assert outcome.ended == "time_limit"
    plans = [total for _, total in ear.steps]
    assert plans[:59] == [10_000] * 59
    assert set(plans[59:]) == {120}


def test_seconds_only_cap_the_steps(clock):
    outcome = run(Slow(clock), max_steps=20, max_seconds=1e6)[0]
    assert (outcome.steps, outcome.total_steps, outcome.ended) == (20, 20, "steps")


def test_a_budget_that_is_spent_already_ends_at_once(clock):
    outcome, ear, _ = run(Slow(clock), max_steps=10_000, max_seconds=1.0)
    assert (outcome.steps, outcome.ended) == (1, "time_limit")
    assert ear.of("validation")[-1]["step"] == 1
    assert outcome.best.weights


def test_a_limit_holds_where_the_machine_gets_slower(clock):
    """A second a step until 44 steps are planned, after 22 s; from step 25 on four: 24 + 4 x 7 = 52 s."""

    class Slower(Line):
        def training_loss(self, step, progress=0.0):
            clock.now += 4.0 if step >= 24 else 1.0
            return super().training_loss(step, progress)

    outcome, ear, _ = run(Slower(), max_steps=1_000, max_seconds=50.0)
    assert (outcome.total_steps, outcome.steps, outcome.ended) == (44, 31, "time_limit")
    assert ear.of("validation")[-1]["step"] == ear.of("train")[-1]["step"] == 31


def test_a_server_s_limit_is_planned_for_like_one_s_own(clock):
    own = run(Slow(clock), max_steps=10_000, max_seconds=200.0)[0]
    servers = Training(Slow(clock), experiment(max_steps=10_000), CPU, Ear(), attempt_seconds=200.0).run()
    assert (servers.steps, servers.total_steps, servers.ended) == (own.steps, own.total_steps, own.ended)
    assert (servers.steps, servers.ended) == (120, "time_limit")
    assert servers.best.summary() == own.best.summary()
    both = Training(Slow(clock), experiment(max_steps=10_000, max_seconds=200.0), CPU, Ear(), attempt_seconds=150.0)
    assert both.run().seconds <= 150, "the nearer of the two"


def test_a_single_step_longer_than_the_server_s_limit_is_the_last_and_its_network_is_kept(clock):
    outcome = Training(Slow(clock), experiment(max_steps=10_000), CPU, ear := Ear(), attempt_seconds=50.0).run()
    assert (outcome.steps, outcome.ended, outcome.seconds) == (1, "time_limit", 60)
    assert ear.of("validation")[-1]["step"] == 1 and outcome.best.weights


def test_what_the_clock_of_a_training_leaves_out_counts_for_the_server_s(clock):
    """With 60 s for the first step, 30 for baselines and one a step, 100 s are over after 11 steps."""

    def baselines():
        clock.now += 30.0

    outcome = Training(Slow(clock), experiment(max_steps=10_000, warmup_steps=400), CPU, Ear(), attempt_seconds=100.0)
    ended = outcome.run(baselines)
    assert ended.ended == "time_limit" and clock.now <= 100
    assert ended.seconds == clock.now - 30


def test_every_attempt_has_the_server_s_limit_for_itself(clock):
    """In 0.9 x 150 s there is time for 76 steps; who goes on after 30, at 89 s, may come to 59 + 164 = 223 s."""

    def attempt(ear, state=None):
        training = Training(Slow(clock), experiment(max_steps=1_000), CPU, ear, attempt_seconds=150.0)
        if state is not None:
            training.load_state_dict(state)
        return training.run(), training.state_dict()

    assert attempt(Ear())[0].steps == 76
    first, state = attempt(Ear(stop_at=30))
    assert (first.steps, first.ended, first.seconds) == (30, "stopped", 89)
    second, _ = attempt(Ear(), state)
    assert (second.steps, second.total_steps, second.ended) == (164, 164, "time_limit")


def test_a_plan_that_a_clock_has_made_stands_when_training_goes_on(clock):
    """The rate has begun to fall towards the 120 steps of the plan: more time does not make it rise again."""
    first = Training(Slow(clock), experiment(max_steps=10_000), CPU, Ear(stop_at=80), attempt_seconds=200.0)
    assert first.run().total_steps == 120
    second = Training(Slow(clock), experiment(max_steps=10_000), CPU, Ear(), attempt_seconds=1e6)
    second.load_state_dict(first.state_dict())
    outcome = second.run()
    assert (outcome.steps, outcome.total_steps, outcome.ended) == (120, 120, "time_limit")


def test_a_warm_up_that_is_longer_than_the_time_changes_nothing(clock):
    outcome, _, _ = run(Slow(clock), max_steps=10_000, max_seconds=100.0, warmup_steps=400)
    assert outcome.total_steps == 30
    counted, _, _ = run(max_steps=outcome.total_steps, warmup_steps=400)
    assert outcome.best.summary() == counted.best.summary()


@pytest.mark.parametrize("schedule", ["cosine", "linear", "constant"])
def test_as_many_steps_without_a_time_limit_give_the_same_weights(schedule, clock):
    timed, ear, task = run(Slow(clock), max_steps=10_000, max_seconds=100.0, schedule=schedule)
    counted, other_ear, other = run(max_steps=timed.total_steps, schedule=schedule)
    assert torch.equal(task.model.weight, other.model.weight)
    assert [record["step"] for record in ear.of("validation")] == [
        record["step"] for record in other_ear.of("validation")
    ]
    assert timed.best.summary() == counted.best.summary()


@pytest.mark.parametrize("name", ["forecasting", "generation", "sentiment", "translation"])
def test_the_same_seed_gives_the_same_figures_and_another_does_not(name, tiny):
    def figures(seed):
        made = tiny(name, {"training.seed": seed, "model.num_layers": 2, "model.dropout": 0.2})
        torch.rand(3)  # whatever the process drew before
        ear = Ear()
        task = bind(made, prepare(describe(name).kind, made.data), CPU)
        Training(task, made, CPU, ear).run()
        measured = [{key: value for key, value in record.items() if key not in ("seconds", "tokens_per_second")}
                    for record in ear.records]  # fmt: skip
        return measured, {key: value.tolist() for key, value in task.model.state_dict().items()}

    first = figures(3)
    assert figures(3) == first
    assert figures(4) != first


class Steady(Line):
    """Every step takes a second of a clock of its own, the evaluations nothing."""

    def __init__(self, clock, seconds):
        super().__init__()
        self.clock, self.seconds = clock, seconds

    def training_loss(self, step, progress=0.0):
        self.clock.now += self.seconds
        return super().training_loss(step, progress)


@pytest.mark.parametrize("seconds", [0.01, 0.3, 1.0, 3.0, 9.0])
@pytest.mark.parametrize("max_steps", [12, 100, 10_000])
def test_whatever_the_speed_the_planned_steps_give_the_same_weights_and_scores(clock, seconds, max_steps):
    timed, ear, task = run(Steady(clock, seconds), max_steps=max_steps, max_seconds=60.0)
    counted, other_ear, other = run(max_steps=timed.total_steps)
    assert timed.steps == timed.total_steps <= max_steps
    assert timed.seconds <= max(60, 4 * seconds)
    assert timed.ended == ("steps" if timed.steps == max_steps else "time_limit")
    assert task.progress == other.progress
    assert torch.equal(task.model.weight, other.model.weight)
    assert timed.best.summary() == counted.best.summary()
    assert [record["step"] for record in ear.of("validation")] == [
        record["step"] for record in other_ear.of("validation")
    ]


class SlowStart(Line):
    """Steps take three seconds for the first eighth of the time, a tenth of one afterwards."""

    def __init__(self, clock):
        super().__init__()
        self.clock = clock

    def training_loss(self, step, progress=0.0):
        self.clock.now += 3.0 if self.clock.now < 15 else 0.1
        return super().training_loss(step, progress)


def test_a_slow_start_is_made_up_for(clock):
    timed, ear, task = run(SlowStart(clock), max_steps=10_000, max_seconds=120.0)
    assert 90 <= timed.seconds <= 120
    counted, other_ear, other = run(max_steps=timed.total_steps)
    assert task.progress == other.progress
    assert torch.equal(task.model.weight, other.model.weight)
    assert timed.best.summary() == counted.best.summary()
    assert [record["step"] for record in ear.of("validation")] == [
        record["step"] for record in other_ear.of("validation")
    ]
