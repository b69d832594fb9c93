import json
import random
import shutil
from types import SimpleNamespace

import pytest

from core import train
from core.api import resume
from core.applications import one_a_task
from core.jobs.files import read_jsonl
from core.jobs.folders import create_run
from core.jobs.reporter import Reporter
from core.jobs.status import read_status
from core.jobs.worker import work
from core.training import pace
from core.training.checkpoint import load_last
from tests.training.equality import STEPS, TIMES, assert_equal, everything, plain, stopping_at, without

CASES = {
    "forecasting": [
        {"model.cell": "lstm", "model.output_dropout": 0.3, "training.averaging": "mean"},
        {"model.cell": "gru", "training.optimizer": "rmsprop", "model.shape": "many_to_many"},
        {"model.cell": "min_gru", "training.optimizer": "momentum"},
    ],
    "generation": [
        {
            "model.cell": "gru",
            "model.num_layers": 2,
            "model.dropout": 0.3,
            "model.tied_embeddings": True,
            "model.locked_dropout": True,
            "model.row_dropout": 0.1,
            "training.averaging": "ema",
        },
        {"model.cell": "lstm_layer_norm", "training.precision": "bf16"},
        {
            "model.cell": "lstm",
            "training.truncation": "slide",
            "training.optimizer": "sgd",
            "training.averaging": "ema",
        },
    ],
    "sentiment": [
        {"model.cell": "lstm", "model.bidirectional": True, "model.embedding_dropout": 0.2},
        {"model.cell": "rnn", "training.optimizer": "adam", "training.weight_decay": 0.1},
    ],
    "translation": [
        {"model.cell": "gru", "training.teacher_forcing_ratio": 0.4, "training.teacher_forcing_schedule": "linear"},
        {"model.cell": "gru_reset_before", "model.attention": "none", "training.precision": "bf16"},
    ],
}


@pytest.mark.parametrize(
    ("task", "changes"),
    [
        pytest.param(task, changes, marks=[pytest.mark.long] if place and "training.truncation" not in changes else [])
        for task in one_a_task()
        for place, changes in enumerate(CASES.get(task, [{}]))
    ],
    ids=lambda value: str(value),
)
def test_a_run_that_was_stopped_twice_equals_an_unbroken_one(task, changes, tiny):
    experiment = tiny(task, {"training.max_steps": STEPS, **changes})
    stops = sorted(random.Random(str(changes)).sample(range(1, STEPS), 2))
    directory = train(experiment, make_reporter=stopping_at(stops[0]))
    assert read_status(directory).state == "stopped"
    resume(directory, make_reporter=stopping_at(stops[1]))
    assert (read_status(directory).state, read_status(directory).step) == ("stopped", stops[1])
    resume(directory)
    assert (read_status(directory).state, read_status(directory).attempt) == ("succeeded", 3)
    assert_equal(directory, train(experiment))


def test_it_does_not_matter_at_which_step_a_run_is_stopped(tiny):
    experiment = tiny("generation", {"training.max_steps": 6, "training.batch_size": 2})
    whole = train(experiment)
    for step in range(1, 6):
        directory = train(experiment, make_reporter=stopping_at(step))
        resume(directory)
        assert_equal(directory, whole)


def test_a_run_that_is_paused_after_every_step_equals_an_unbroken_one(tiny):
    experiment = tiny("sentiment", {"training.max_steps": 8})
    directory = train(experiment, make_reporter=stopping_at(1))
    for step in range(2, 8):
        resume(directory, pause_at=step)
        status = read_status(directory)
        assert (status.state, status.step, status.total_steps) == ("stopped", step, 8)
        assert not (directory / "result.json").exists(), "a pause reads no test set"
        last = read_jsonl(directory / "metrics.jsonl")[0][-1]
        assert (last["split"], last["step"]) == ("validation", step), "but looks at the validation set"
    resume(directory, pause_at=8)
    assert read_status(directory).state == "succeeded", "the last step is the end"
    assert_equal(directory, train(experiment))


@pytest.mark.parametrize(
    ("pause_at", "changes"),
    [(8, {}), (30, {"training.patience": 1, "training.learning_rate": 10.0})],
    ids=["end", "patience"],
)
def test_a_trial_of_a_sweep_reads_no_test_set_however_it_ends_until_it_goes_on_to_its_end(
    tiny, tmp_path, pause_at, changes
):
    experiment = tiny("sentiment", {"training.max_steps": pause_at, **changes})
    directory = tmp_path / "trial"
    create_run(directory, experiment, versions={}, state="launched", pause_at=pause_at, sweep="a" * 32)
    assert work(directory) == 0
    status = read_status(directory)
    assert (status.state, status.can_resume) == ("stopped", True)
    assert status.best.value is not None
    assert not (directory / "result.json").exists()
    resume(directory)
    assert read_status(directory).state == "succeeded"
    if not changes:  # where patience had run out it goes on to the next look
        assert everything(directory)["result"]["test"] == everything(train(experiment))["result"]["test"]


def test_a_pause_at_a_step_that_is_done_trains_nothing(tiny):
    directory = train(tiny("sentiment", {"training.max_steps": 20}), make_reporter=stopping_at(9))
    before = plain(load_last(directory))
    resume(directory, pause_at=5)
    assert (read_status(directory).state, read_status(directory).step) == ("stopped", 9)
    assert plain(load_last(directory)) == before


def test_patience_is_counted_across_a_stop(tiny):
    changes = {"training.max_steps": 400, "training.learning_rate": 1.0, "training.patience": 12}
    experiment = tiny("sentiment", {**changes, "training.schedule": "constant"})
    whole = train(experiment)
    ended = load_last(whole)["step"]
    assert 12 < ended < 400
    directory = train(experiment, make_reporter=stopping_at(ended - 1))
    resume(directory)
    assert_equal(directory, whole)


@pytest.fixture
def clock(monkeypatch):
    """Time that goes on by a tenth of a second whenever a training looks at it."""
    clock = SimpleNamespace(now=0.0)

    def look():
        clock.now += 0.1
        return clock.now

    monkeypatch.setattr(pace, "time", SimpleNamespace(perf_counter=look))
    return clock


@pytest.mark.parametrize("stop", [1, 3, 6, 30])
def test_a_budget_in_seconds_is_planned_across_a_stop_and_then_stays(stop, tiny, clock):
    changes = {"training.max_steps": 5_000, "training.max_seconds": 60.0, "training.warmup_steps": 5}
    directory = train(tiny("sentiment", changes), make_reporter=stopping_at(stop))
    state = load_last(directory)
    assert (state["step"], state["total_steps"]) == (stop, None), "while the rate is held"
    resume(directory)
    total = read_status(directory).total_steps
    assert stop < total < 5_000
    assert read_status(directory).step == total
    whole = train(tiny("sentiment", {"training.max_steps": total, "training.warmup_steps": 5}))
    one, two = everything(directory), everything(whole)
    assert one["state"]["model"] == two["state"]["model"]
    assert one["state"]["optimizer"] == two["state"]["optimizer"]
    assert one["result"]["test"] == two["result"]["test"]
    assert one["best"] == two["best"]


def test_the_clock_of_a_run_goes_on(tiny, clock):
    directory = train(tiny("sentiment", {"training.max_steps": 20}), make_reporter=stopping_at(10))
    before = load_last(directory)["seconds"]
    resume(directory)
    records = [record for record in read_jsonl(directory / "metrics.jsonl")[0] if record["event"] == "metrics"]
    assert [record["seconds"] for record in records] == sorted(record["seconds"] for record in records)
    assert load_last(directory)["seconds"] > before > 0


def test_what_came_after_the_checkpoint_is_done_again(tiny, often):
    """A crash: the last checkpoint is older than the last records, and the best weights are newer than it."""
    experiment = tiny("translation", {"training.max_steps": STEPS})
    whole = train(experiment)
    directory = train(experiment, make_reporter=stopping_at(17))
    old = shutil.copytree(directory, directory.with_name("old"))
    resume(directory, make_reporter=stopping_at(39))
    shutil.copy(old / "last.pt", directory / "last.pt")
    resume(directory)
    assert_equal(directory, whole)


def test_a_run_without_a_checkpoint_begins_anew(tiny):
    experiment = tiny("sentiment")
    directory = train(experiment, make_reporter=stopping_at(3))
    (directory / "last.pt").unlink()
    resume(directory)
    assert_equal(directory, train(experiment))


def test_records_that_are_lost_cost_no_others(tiny):
    experiment = tiny("sentiment", {"training.max_steps": 20})
    directory = train(experiment, make_reporter=stopping_at(10))
    lines = (directory / "metrics.jsonl").read_text().splitlines(keepends=True)
    (directory / "metrics.jsonl").write_text("".join(lines[:2]) + '{"event": "met\n' + lines[3][:9])
    resume(directory, make_reporter=stopping_at(15))
    resume(directory)
    kept = [without(record, *TIMES) for record in read_jsonl(directory / "metrics.jsonl")[0]]
    whole = [without(json.loads(line), *TIMES) for line in (train(experiment) / "metrics.jsonl").open()]
    steps = [record.get("step") for record in kept]
    assert kept[:2] == whole[:2]
    assert kept[2:] == [record for record in whole if record.get("step", 0) > 10], steps


def test_the_first_words_of_a_resumed_run_say_how_far_it_is(tiny):
    directory = train(tiny("sentiment", {"training.max_steps": 20}), make_reporter=stopping_at(10))
    seen = []

    class Looking(Reporter):
        def __init__(self, directory, attempt):
            super().__init__(directory, attempt)
            seen.append(read_status(directory))

        def started(self, *args, **kwargs):
            super().started(*args, **kwargs)
            seen.append(read_status(directory))

    resume(directory, make_reporter=Looking)
    assert [(status.state, status.step) for status in seen] == [("starting", 10), ("running", 10)]
    assert all(status.total_steps == 20 and status.seconds > 0 for status in seen)
