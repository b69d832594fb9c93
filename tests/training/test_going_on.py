"""Continue: a run that is over goes on as another one, no worse, and as one long run would where that can be."""

import itertools
import os

import pytest
import torch

from core import train
from core.applications import one_a_task
from core.config.experiment import Experiment
from core.jobs.files import read_jsonl
from core.jobs.folders import create_run
from core.jobs.status import read_status
from core.jobs.worker import work
from core.training import pace
from core.training.checkpoint import choose_start, load_held, load_last, save_last
from core.training.optim import learning_rate_at
from tests.training.equality import STEPS, assert_equal, everything, plain, stopping_at

CHANGES = {
    "forecasting": {"model.cell": "gru", "model.output_dropout": 0.2},
    "generation": {"model.num_layers": 2, "model.dropout": 0.2},
    "sentiment": {"model.bidirectional": True, "training.optimizer": "adam"},
    "translation": {"training.teacher_forcing_ratio": 0.4, "training.teacher_forcing_schedule": "linear"},
}
numbers = itertools.count(1)


def continued(directory, max_steps, **changes):
    """A new run that goes on from a run that is over until so many steps in all are done; returns its folder."""
    folder = directory.with_name(f"{next(numbers):032x}")
    experiment = Experiment.from_yaml((directory / "experiment.yaml").read_text(encoding="utf-8"))
    longer = experiment.with_values({"training.max_steps": max_steps, "training.max_seconds": None, **changes})
    create_run(folder, longer, versions={}, parent=directory.name, state="queued")
    for name in ("last.pt", "held.pt", "metrics.jsonl"):
        if (directory / name).exists():
            os.link(directory / name, folder / name)
    assert work(folder) == 0
    return folder


def is_no_worse(directory, other):
    """Whether the best look at validation of a run is no worse than another's."""
    one, two = read_status(directory).best, read_status(other).best
    assert one.metric == two.metric
    more = one.metric in ("accuracy", "macro_f1", "bleu", "chrf", "exact_match")
    return one.value >= two.value if more else one.value <= two.value


@pytest.mark.parametrize(
    ("task", "schedule"),
    [
        *((task, "cosine") for task in one_a_task()),
        ("generation", "constant"),
        *(pytest.param(task, "constant", marks=pytest.mark.long) for task in one_a_task() if task != "generation"),
    ],
)
def test_a_finished_run_that_is_continued_equals_one_long_run(task, schedule, tiny):
    experiment = tiny(task, {**CHANGES.get(task, {}), "training.schedule": schedule, "training.max_steps": 20})
    parent = train(experiment)
    before = {path.name: path.read_bytes() for path in parent.iterdir()}
    directory = continued(parent, STEPS)
    assert {path.name: path.read_bytes() for path in parent.iterdir()} == before, "the parent is as it was"
    whole = train(experiment.with_values({"training.max_steps": STEPS}))
    one, two = everything(directory), everything(whole)
    if one["state"]["inherited"] is None:
        assert_equal(directory, whole)
    else:  # the shorter run had found a better network than the long one does
        assert is_no_worse(directory, parent) and not is_no_worse(whole, parent)
        assert one["state"]["model"] == two["state"]["model"]
        assert one["state"]["optimizer"] == two["state"]["optimizer"]
    assert load_last(directory)["step"] == STEPS


def some_of(tasks, values):
    """Each value with one task, and all others where there is time."""
    pairs = [
        (task, value, place % len(values) == at) for place, task in enumerate(tasks) for at, value in enumerate(values)
    ]
    return [(task, value) if now else pytest.param(task, value, marks=pytest.mark.long) for task, value, now in pairs]


@pytest.mark.parametrize(("task", "more"), some_of(one_a_task(), [1, 9, 50]))
def test_a_continued_run_ends_no_worse_than_it_began(task, more, tiny):
    """With a rate that throws a network about, and from a run that has found its best long before its end."""
    experiment = tiny(task, {"training.max_steps": 30, "training.learning_rate": 0.3, "training.warmup_steps": 3})
    parent = train(experiment)
    for directory in (continued(parent, 30 + more), continued(continued(parent, 30 + more), 31 + more)):
        assert is_no_worse(directory, parent)
        status = read_status(directory)
        assert (status.state, status.step) == ("succeeded", status.total_steps)


@pytest.mark.parametrize("stop", [3, 10, 11, 17])
def test_a_run_that_was_stopped_goes_on_as_a_longer_one(stop, tiny):
    """20 steps, of which 10 at the held rate: what was stopped until then is lost to nobody, nor are these ten."""
    experiment = tiny("sentiment", {"training.max_steps": 20, "model.num_layers": 2, "model.dropout": 0.2})
    parent = train(experiment, make_reporter=stopping_at(stop))
    directory = continued(parent, STEPS)
    if everything(directory)["state"]["inherited"] is None:
        assert_equal(directory, train(experiment.with_values({"training.max_steps": STEPS})))


def test_a_run_that_went_on_goes_on(tiny):
    experiment = tiny("generation", {"training.max_steps": 12})
    twice = continued(continued(train(experiment), 24), 48)
    whole = train(experiment.with_values({"training.max_steps": 48}))
    assert everything(twice)["state"]["model"] == everything(whole)["state"]["model"]


def test_a_continued_run_that_is_stopped_and_resumed_equals_one_that_is_not(tiny):
    from core.api import resume

    experiment = tiny("translation", {"training.max_steps": 20})
    parent = train(experiment)
    whole = continued(parent, STEPS)
    directory = parent.with_name("a" * 32)
    create_run(directory, experiment.with_values({"training.max_steps": STEPS}), versions={}, parent=parent.name)
    for name in ("last.pt", "held.pt", "metrics.jsonl"):
        os.link(parent / name, directory / name)
    assert work(directory, stopping_at(13)) == 0
    assert read_status(directory).step == 13
    resume(directory)
    assert_equal(directory, whole)


@pytest.mark.parametrize("damage", ["missing", "damaged"])
def test_without_a_held_state_the_rate_goes_on_where_it_had_fallen_to(damage, tiny):
    experiment = tiny("sentiment", {"training.max_steps": 20, "training.learning_rate": 0.1})
    parent = train(experiment)
    (parent / "held.pt").unlink()
    if damage == "damaged":
        (parent / "held.pt").write_bytes(b"PK half of it")
    directory = continued(parent, STEPS)
    rates = [
        record["learning_rate"] for record in read_jsonl(directory / "metrics.jsonl")[0] if "learning_rate" in record
    ]
    steps = [record["step"] for record in read_jsonl(directory / "metrics.jsonl")[0] if "learning_rate" in record]
    assert steps == sorted(set(steps))
    assert steps[-1] == STEPS
    lowest = learning_rate_at(19, 20, experiment.training)
    assert lowest < 0.005
    assert all(rate <= lowest for step, rate in zip(steps, rates, strict=True) if step > 20)
    assert is_no_worse(directory, parent)
    assert not load_last(directory)["inherited"]


def test_where_a_longer_training_begins():
    """1,000 steps hold their rate for 500; 1,300 for 650."""
    config = Experiment.parse({"task": "sentiment", "training": {"max_steps": 1_300}}).training
    held = {"step": 500}

    def start(step, planned=1_000, held=held, **more):
        last = {"step": step, "total_steps": planned, **more}
        chosen = choose_start(last, held, config)
        return "last" if chosen.state is last else "held", chosen.least_progress

    assert start(300) == start(499) == ("last", 0.0), "at the held rate"
    assert start(500) == start(501) == start(1_000) == ("held", 0.0)
    assert start(640, planned=None) == ("last", 0.0), "a limit in seconds that had not become a number of steps yet"
    assert start(751, held=None) == ("last", pytest.approx(0.5))
    assert start(1_000, held=None) == ("last", pytest.approx(0.998))
    assert start(400, held=None, least_progress=0.9) == ("last", 0.9), "its rate had fallen already"
    assert start(1_000, held={"step": 651})[0] == "last", "the longer one would let its rate fall before"


def test_patience_begins_anew_when_it_had_run_out(tiny):
    changes = {"training.max_steps": 400, "training.learning_rate": 1.0, "training.patience": 11}
    parent = train(tiny("sentiment", {**changes, "training.schedule": "constant"}))
    assert everything(parent)["result"]["ended"] == "patience"
    assert read_status(continued(parent, 500)).step > read_status(parent).step


def test_the_held_state_is_one_that_a_longer_run_passes(tiny):
    short, long = (train(tiny("forecasting", {"training.max_steps": steps})) for steps in (20, 21))
    one, two = load_held(short), load_held(long)
    assert (one["step"], two["step"]) == (10, 11)
    assert one["best"]["step"] <= 10
    assert one["inherited"] is None
    whole = load_held(train(tiny("forecasting", {"training.max_steps": 19})))
    for name in ("model", "optimizer", "best", "sums"):
        assert plain(one[name]) == plain(whole[name])


def test_a_disk_that_takes_no_held_state_costs_nothing_else(tiny, monkeypatch):
    from core.training import run

    def full(state, directory, name="last.pt"):
        if name == "held.pt":
            raise OSError(28, "No space left on device")
        save_last(state, directory, name)

    monkeypatch.setattr(run, "save_last", full)
    parent = train(tiny("sentiment", {"training.max_steps": 20}))
    assert read_status(parent).state == "succeeded"
    assert not (parent / "held.pt").exists()
    monkeypatch.undo()


def test_the_curve_of_a_continued_run_is_that_of_one_run(tiny):
    parent = train(tiny("sentiment", {"training.max_steps": 20}))
    records = read_jsonl(continued(parent, STEPS) / "metrics.jsonl")[0]
    steps = [record["step"] for record in records if record["event"] == "metrics"]
    assert steps == sorted(steps)
    assert steps[0] == 1
    assert sum(record["event"] == "baseline" for record in records) == 3, "they are known already"


def test_with_a_limit_in_seconds_the_held_state_is_kept_too(tiny, monkeypatch):
    looks = itertools.count()
    monkeypatch.setattr(pace.time, "perf_counter", lambda: 0.1 * next(looks))
    parent = train(tiny("sentiment", {"training.max_steps": 9_000, "training.max_seconds": 20.0}))
    monkeypatch.undo()
    total = read_status(parent).total_steps
    assert load_held(parent)["step"] == total // 2
    directory = continued(parent, 2 * total)
    whole = train(tiny("sentiment", {"training.max_steps": 2 * total}))
    assert torch.equal(load_last(directory)["model"]["output.weight"], load_last(whole)["model"]["output.weight"])
