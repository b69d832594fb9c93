import itertools
import json
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file

from core import load, train
from core.applications import describe, one_a_task
from core.config.errors import ConfigError
from core.config.schedule import ending_in_words
from core.config.sizes import count_parameters
from core.data.prepare import prepare
from core.figures import best_baseline, headline_metric, smaller_is_better
from core.jobs.files import read_jsonl
from core.jobs.reporter import Reporter
from core.resolve import resolve
from core.training import pace, run
from tests.training.equality import assert_equal

KEYS = [
    "event", "run", "state", "attempt", "task", "data", "device", "threads", "parameters", "steps", "total_steps",
    "max_steps", "max_seconds", "server_seconds", "ended", "best", "seconds", "flops_per_second", "total_seconds",
    "train", "validation", "test", "baselines", "comparison", "evidence", "reading",
    "threads_agree",
]  # fmt: skip
METRICS = {
    **{task: {*describe(task).metrics} for task in one_a_task()},
    "forecasting": {"mae", "rmse", "rmsse", "mape", "smape", "mase", "per_target"},
    "generation": {"loss", "bits_per_char", "perplexity"},
    "tagging": {"accuracy", "macro_f1", "loss"},  # its tags mark no names
    "sentiment": {"accuracy", "macro_f1", "loss"},
    "translation": {"bleu", "chrf", "ter", "error_rate", "exact_match", "loss", "signature"},
}
BASELINES = {
    **{task: [*describe(task).baselines] for task in one_a_task()},
    "forecasting": [
        "last_value",
        "drift",
        "mean",
        "seasonal_naive",
        "seasonal_naive_drift",
        "ets",
        "theta",
        "feed_forward",
    ],
    "generation": ["ngram_1", "ngram_2", "ngram_3", "ngram_4", "ngram_5", "ngram_6"],
    "sentiment": ["majority", "bag_of_embeddings", "tfidf_logistic"],
    "translation": ["copy_source", "word_for_word", "nearest_source", "most_frequent"],
}


def result_of(directory):
    return json.loads((directory / "result.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)


def status_of(directory):
    return json.loads((directory / "status.json").read_text(encoding="utf-8"))


class StopAt(Reporter):
    """Asks its own run to stop at a step."""

    step = 3

    def progress(self, step, best=None):
        super().progress(step, best)
        if step >= self.step - 1:
            self.request_stop()


@pytest.mark.parametrize("task", one_a_task())
def test_a_run_leaves_its_result_and_everything_that_prediction_needs(task, tiny, no_compiler):
    experiment = tiny(task)
    directory = train(experiment)
    result = result_of(directory)
    assert list(result) == KEYS
    assert (result["event"], result["run"], result["task"]) == ("result", directory.name, task)
    assert (result["device"], result["steps"], result["total_steps"], result["max_steps"]) == ("cpu", 6, 6, 6)
    assert (result["ended"], result["threads"]) == ("steps", torch.get_num_threads())
    assert result["parameters"] == count_parameters(experiment, prepare(describe(task).kind, experiment.data).summary)
    assert result["parameters"] == sum(weight.numel() for weight in load_file(directory / "best.safetensors").values())
    assert set(result["validation"]) == set(result["test"]) == METRICS[task]
    compared, headline = result["comparison"], headline_metric(task)
    ours, theirs = result["test"][headline], result["baselines"][compared["baseline"]][headline]
    assert compared["metric"] == headline and compared["baseline"] == best_baseline(result["baselines"], headline)[0]
    assert compared["difference"] == pytest.approx(theirs - ours if smaller_is_better(headline) else ours - theirs)
    assert compared["items"] > 1 and compared["empty"]["name"]
    assert list(result["baselines"]) == BASELINES[task]
    assert all(set(METRICS[task]) - {"signature"} <= set(row) for row in result["baselines"].values())
    assert result["train"]["loss"] > 0
    assert 0 < result["seconds"] <= result["total_seconds"]
    status = status_of(directory)
    assert (status["state"], status["step"], status["total_steps"]) == ("succeeded", 6, 6)
    assert status["best"] == result["best"]
    artifact = "scaler.json" if task == "forecasting" else "tokenizer.json"
    assert {"experiment.yaml", "metrics.jsonl", "last.pt", "details.json", artifact} <= {
        path.name for path in directory.iterdir()
    }
    assert not list(directory.glob("*.tmp"))


@pytest.mark.parametrize("task", one_a_task())
def test_records_have_points_baselines_and_samples(task, trained):
    records, _ = read_jsonl(trained(task) / "metrics.jsonl")
    events = [record["event"] for record in records]
    assert records[0]["split"] == "train"
    assert events[2 : 2 + len(BASELINES[task])] == ["baseline"] * len(BASELINES[task]), "after the first points"
    points = [record for record in records if record["event"] == "metrics"]
    assert {record["split"] for record in points} == {"train", "validation"}
    assert all(isinstance(record["loss"], float) for record in points)
    assert ("sample" in events) == (task in ("generation", "translation"))


@pytest.mark.parametrize("task", one_a_task())
def test_without_a_test_part_its_figures_are_empty(task, tiny):
    result = result_of(train(tiny(task, {"data.split": [0.8, 0.2, 0.0]})))
    assert result["test"] == {}
    assert result["baselines"] == {}
    assert result["validation"]


@pytest.mark.parametrize("task", one_a_task())
def test_two_runs_of_one_experiment_give_equal_figures(task, tiny, trained):
    def figures(directory):
        result = result_of(directory)
        return {name: result[name] for name in ("train", "validation", "test", "best", "baselines", "comparison")}

    first, other = figures(trained(task)), figures(train(tiny(task, {"training.seed": 2})))
    assert figures(train(tiny(task))) == first
    assert other["validation"] != first["validation"]
    assert other["baselines"] == first["baselines"], "the split knows nothing of the seed"


def test_the_test_part_is_judged_with_the_best_weights(tiny):
    directory = train(
        tiny("sentiment", {"training.max_steps": 60, "training.learning_rate": 0.5, "training.schedule": "constant"})
    )
    result = result_of(directory)
    assert result["best"]["step"] < 60, "a wild learning rate spoils the last weights"
    assert result["validation"]["loss"] == pytest.approx(result["best"]["value"], abs=1e-5)
    last = torch.load(directory / "last.pt", weights_only=True)
    best = load_file(directory / "best.safetensors")
    assert last["step"] == 60
    assert any(not torch.equal(last["model"][name], best[name]) for name in best)
    assert all(torch.equal(last["best"]["weights"][name], best[name]) for name in best)


def test_as_many_steps_as_were_planned_give_the_same_figures(tiny, monkeypatch):
    looks = itertools.count()
    monkeypatch.setattr(pace, "time", SimpleNamespace(perf_counter=lambda: 0.1 * next(looks)))
    changes = {"training.max_steps": 100_000, "training.max_seconds": 40.0, "training.warmup_steps": 5}
    timed = result_of(train(tiny("sentiment", changes)))
    assert 5 < timed["total_steps"] < 100_000
    assert (timed["steps"], timed["max_steps"], timed["ended"]) == (timed["total_steps"], 100_000, "time_limit")
    changes = {"training.max_steps": timed["total_steps"], "training.warmup_steps": 5}
    counted = result_of(train(tiny("sentiment", changes)))
    for name in ("validation", "test", "best", "train"):
        assert counted[name] == timed[name], name


def test_where_the_server_s_time_is_over_the_best_network_so_far_is_judged_and_the_result_says_why(tiny, monkeypatch):
    looks = itertools.count()
    monkeypatch.setattr(pace, "time", SimpleNamespace(perf_counter=lambda: 0.1 * next(looks)))
    monkeypatch.setenv("UNROLL_MAX_SECONDS", "40")
    experiment = tiny("sentiment", {"training.max_steps": 5_000, "training.warmup_steps": 5})
    monkeypatch.setattr(run, "check_run", lambda *_: None)  # the estimate was wrong
    directory = train(experiment)
    result = result_of(directory)
    assert (result["state"], result["ended"], result["max_seconds"]) == ("succeeded", "time_limit", None)
    assert 5 < result["steps"] < 5_000 and result["test"]["accuracy"] is not None and result["baselines"]
    assert ending_in_words(result).startswith("stopped by this server's limit of 40 s at ")
    assert (directory / "best.safetensors").exists()


def test_a_preset_gives_the_same_figures_on_a_machine_that_is_thirty_times_as_slow(monkeypatch):
    """Time goes on whenever training looks at it: about a second or half a minute for all of it."""
    experiment = resolve("forecasting", "quick", {"data.id": "nile", "training.device": "cpu"}).experiment
    made = []
    for tick in (0.0005, 0.015):
        looks = itertools.count()
        clock = SimpleNamespace(perf_counter=lambda looks=looks, tick=tick: tick * next(looks))
        monkeypatch.setattr(pace, "time", clock)
        made.append(train(experiment))
    one, two = (result_of(directory) for directory in made)
    assert one["steps"] == experiment.training.max_steps
    assert 10 < two["seconds"] < 60
    assert two["seconds"] > 20 * one["seconds"]
    assert_equal(*made)


@pytest.mark.parametrize("task", one_a_task())
def test_a_run_that_is_stopped_keeps_a_network_that_can_be_used(task, tiny):
    directory = train(tiny(task, {"training.max_steps": 5_000}), make_reporter=StopAt)
    assert status_of(directory)["state"] == "stopped"
    result = result_of(directory)
    assert (result["steps"], result["total_steps"], result["ended"]) == (3, 5_000, "stopped")
    assert result["validation"]
    predictor = load(directory)
    assert (
        predictor.predict() if task == "forecasting" else predictor.predict(["a b ?" if task == "memory" else "Anna"])
    )


def test_patience_ends_a_run_well(tiny):
    changes = {"training.max_steps": 400, "training.learning_rate": 1.0, "training.patience": 7}
    directory = train(tiny("sentiment", {**changes, "training.schedule": "constant"}))
    result = result_of(directory)
    assert result["steps"] >= result["best"]["step"] + 7
    assert (result["steps"] < 400, result["ended"]) == (True, "patience")
    assert status_of(directory)["state"] == "succeeded"


def test_a_loss_that_is_no_number_fails_the_run_with_a_hint(tiny, monkeypatch, tmp_path):
    from core.tasks.classification.binding import ClassificationTask

    learn = ClassificationTask.training_loss
    monkeypatch.setattr(
        ClassificationTask,
        "training_loss",
        lambda task, step, progress: type(learn(task, step))(learn(task, step).loss * float("nan"), 3),
    )
    directory = tmp_path / "run"
    with pytest.raises(RuntimeError, match=r"not a number.*Lower training\.learning_rate"):
        train(tiny("sentiment"), out=directory)
    status = status_of(directory)
    assert status["state"] == "failed"
    assert "not a number" in status["error"]["message"]
    assert "training.learning_rate" in status["error"]["hint"]
    assert "FloatingPointError" in (directory / "log.txt").read_text(encoding="utf-8")


def test_data_that_is_gone_fails_the_run_as_bad_input(tiny, tmp_path):
    experiment = tiny("sentiment").with_values({"data.path": (str(tmp_path / "gone.tsv"),)})
    with pytest.raises(ConfigError) as caught:
        train(experiment)
    assert caught.value.problems[0].field == "data.path"
    assert not (tmp_path / "runs").exists(), "no run was begun"


def test_a_limit_holds_for_a_finished_experiment_too(tiny, monkeypatch, tmp_path):
    experiment = tiny("sentiment")
    monkeypatch.setenv("UNROLL_MAX_STEPS", "5")
    with pytest.raises(ConfigError, match=r"training\.max_steps: expected at most 5"):
        train(experiment)
    assert not (tmp_path / "runs").exists()
