import json
import subprocess
import sys

import pytest
import torch

import core
import core.api
from core import ConfigError, Experiment, load, train
from core.applications import describe, one_a_task
from core.cli import main
from core.jobs.store import read_experiment

QUESTIONS = {
    "generation": ["Anna sees", "", "The"],
    "sentiment": ["I like the cat", "I hate wombats"],
    "translation": ["Anna has a cat.", "Ben wants a boat."],
    "memory": ["a b ? ?", "h h . ?"],
}


def plain(rows):
    return json.loads(json.dumps(rows))


@pytest.mark.parametrize("task", one_a_task())
def test_a_run_predicts_alike_from_python_from_its_id_and_from_the_shell(task, trained, capsys):
    directory = trained(task)
    ask = QUESTIONS.get(task, ["Anna has a cat"]) if describe(task).is_asked_texts else None
    rows = load(directory).predict(ask) if ask else load(directory).predict()
    assert len(rows) == (len(ask) if ask else len(load(directory).context.targets))
    again = load(directory.name)
    assert (again.predict(ask) if ask else again.predict()) == rows
    words = [word for text in ask or [] for word in ("--text", text)]
    with pytest.raises(SystemExit) as end:
        main(["predict", str(directory), *words, "--json"])
    assert end.value.code == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == plain(rows)


@pytest.mark.parametrize("task", one_a_task())
def test_the_network_that_is_loaded_is_the_best_one(task, trained, tiny):
    from core.data.prepare import prepare
    from core.tasks.registry import bind

    directory = trained(task)
    predictor = load(directory)
    assert predictor.experiment.task == task
    assert predictor.experiment == tiny(task)
    assert not predictor.model.training
    bound = bind(predictor.experiment, prepare(describe(task).kind, predictor.experiment.data), predictor.device)
    bound.model.load_state_dict(predictor.model.state_dict())
    bound.calibrate()
    result = json.loads((directory / "result.json").read_text(encoding="utf-8"))
    assert plain(bound.evaluate("test", full=True)) == result["test"]


def test_options_reach_the_network(trained):
    predictor = load(trained("generation"))
    assert len(predictor.predict(["A"], length=5)[0]["text"]) == 5


def test_a_task_may_be_named_instead_of_an_experiment(tiny_values, tmp_path):
    directory = train("sentiment", preset="quick", values=tiny_values("sentiment"), out=tmp_path / "mine")
    assert directory == tmp_path / "mine"
    assert read_experiment(directory).model.hidden_size == 7
    assert load(tmp_path / "mine").predict("I like it")[0]["label"] in ("good", "bad")


def test_a_new_run_goes_to_the_folder_of_runs(tiny, tmp_path):
    directory = train(tiny("sentiment"))
    assert directory.parent == tmp_path / "runs"
    assert len(directory.name) == 32
    int(directory.name, 16)


def test_an_empty_folder_is_filled_and_another_is_refused(tiny, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    assert train(tiny("sentiment"), out=folder) == folder
    with pytest.raises(ConfigError) as caught:
        train(tiny("sentiment"), out=folder)
    assert caught.value.problems[0].field == "out"


@pytest.mark.parametrize("name", ["0" * 32, "nothing", "../..", ""])
def test_a_run_that_is_not_there_is_an_error(name):
    with pytest.raises(ConfigError) as caught:
        load(name)
    assert caught.value.problems[0].field == "run"


def test_a_run_without_weights_is_an_error(trained):
    directory = trained("sentiment")
    (directory / "best.safetensors").unlink()
    with pytest.raises(ConfigError, match="evaluated once"):
        load(directory)


@pytest.mark.parametrize("task", one_a_task())
def test_a_damaged_file_is_an_error_that_names_it(task, trained):
    directory = trained(task)
    artifact = "scaler.json" if task == "forecasting" else "tokenizer.json"
    for name in ("best.safetensors", artifact, "last.pt", "experiment.yaml"):
        whole = (directory / name).read_bytes()
        for damaged in (b"", b"{}", whole[: len(whole) // 2], b"\xff\x00 noise", None):
            if name == "experiment.yaml" and (damaged is None or damaged in whole or damaged == b"{}"):
                continue  # no run, or another one
            (directory / name).unlink() if damaged is None else (directory / name).write_bytes(damaged)
            with pytest.raises(ConfigError) as caught:
                load(directory, weights="last" if name == "last.pt" else "best")
            problem = caught.value.problems[0]
            assert problem.hint
            if name == artifact:
                assert problem.field == artifact, damaged
        (directory / name).write_bytes(whole)
    assert load(directory).experiment.task == task


def test_weights_of_another_network_are_an_error(trained):
    directory = trained("sentiment")
    other = trained("sentiment", {"model.hidden_size": 5})
    (directory / "best.safetensors").write_bytes((other / "best.safetensors").read_bytes())
    with pytest.raises(ConfigError, match="weights: expected those of this run's network"):
        load(directory)


def test_the_last_weights_can_be_loaded_too(trained):
    directory = trained("sentiment", {"training.max_steps": 20, "training.learning_rate": 0.5})
    best, last = (load(directory, weights=which).model.state_dict() for which in ("best", "last"))
    kept = torch.load(directory / "last.pt", weights_only=True)["model"]
    assert all(torch.equal(last[name], kept[name]) for name in kept)
    assert any(not torch.equal(last[name], best[name]) for name in best)
    with pytest.raises(ConfigError, match="best or last"):
        load(directory, weights="first")
    (directory / "last.pt").unlink()
    with pytest.raises(ConfigError, match="a checkpoint"):
        load(directory, weights="last")


def test_a_run_that_is_not_there_cannot_be_resumed():
    with pytest.raises(ConfigError) as caught:
        core.api.resume("0" * 32)
    assert caught.value.problems[0].field == "run"


def test_the_package_offers_what_it_says():
    assert set(core.__all__) == {"ConfigError", "Experiment", "load", "train"}
    assert core.Experiment is Experiment
    with pytest.raises(AttributeError):
        core.nothing  # noqa: B018


def test_a_notebook_that_asks_core_first_trains_with_the_threads_of_the_shell():
    code = (
        "import os, sys; os.environ.pop('GOMP_SPINCOUNT', None); os.environ['OMP_WAIT_POLICY'] = 'ACTIVE'\n"
        "from core import train\n"
        "assert 'torch' not in sys.modules\n"
        "print(os.environ['GOMP_SPINCOUNT'], os.environ['OMP_WAIT_POLICY'])"  # what somebody chose stays
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said == "2000 ACTIVE\n"
