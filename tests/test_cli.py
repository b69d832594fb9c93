import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core import train
from core.cli import main
from core.config.experiment import TASKS, Experiment
from core.data import catalog
from core.jobs.store import read_experiment

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = [sys.executable, "-m", "core"]


@pytest.fixture
def shell(capsys):
    """Runs a command in this process and returns exit code, standard output and standard error."""

    def run(*words):
        try:
            code = main([str(word) for word in words])
        except SystemExit as end:
            code = end.code
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def options(tiny_values, own_files):
    """The words that train a tiny experiment of a task."""

    def make(task, changes=None):
        values = tiny_values(task, changes)
        places = values.pop("data.path")
        words = [word for place in places for word in ("--data", place)]
        return [*words, *(word for name, value in values.items()
                          for word in ("--set", f"{name}={'null' if value is None else json.dumps(value)}"))]  # fmt: skip

    return make


def objects(text):
    return [json.loads(line, parse_constant=pytest.fail) for line in text.splitlines()]


@pytest.mark.parametrize("task", TASKS)
def test_training_prints_its_records_and_last_the_result(task, shell, options, tmp_path):
    out = tmp_path / "run"
    code, text, _ = shell("train", task, *options(task), "--out", out, "--json")
    assert code == 0
    *records, result = objects(text)
    assert records == objects((out / "metrics.jsonl").read_text(encoding="utf-8"))
    assert result["event"] == "result"
    on_disk = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert {**result, "total_seconds": 0} == {**on_disk, "total_seconds": 0}
    assert result["total_seconds"] >= on_disk["total_seconds"], "the whole process"
    assert result["data"] == " ".join(
        Path(word).name for word in options(task)[1 : 4 if task == "translation" else 2 : 2]
    )


def test_without_json_a_short_table_is_printed(shell, options, tmp_path):
    code, text, err = shell("train", "sentiment", *options("sentiment"), "--out", tmp_path / "run")
    assert code == 0
    assert "Traceback" not in err
    for words in (
        "sentiment on reviews.tsv: 6 steps",
        "accuracy",
        "the network",
        "tfidf_logistic",
        str(tmp_path / "run"),
    ):
        assert words in text


def test_a_table_without_a_test_part_is_no_accident(shell, options, tmp_path):
    words = options("sentiment", {"data.split": [0.8, 0.2, 0.0]})
    code, _, _ = shell("train", "sentiment", *words, "--out", tmp_path / "run")
    assert code == 0


def test_data_sets_are_listed(shell):
    code, text, _ = shell("datasets", "--json")
    rows = objects(text)
    assert code == 0
    assert [(row["task"], row["id"]) for row in rows] == [(entry.task, entry.id) for entry in catalog.entries()]
    assert all({"title", "source", "licence", "made", "available"} <= set(row) for row in rows)
    code, text, _ = shell("datasets")
    assert len(text.splitlines()) == len(rows)
    assert sum("(made)" in line for line in text.splitlines()) == sum(row["made"] for row in rows)


BAD = [
    (["train", "tagging"], ["task"]),
    (["train", "sentiment", "--data", "nothing"], ["data.path"]),
    (["train", "sentiment", "--preset", "fast"], ["preset"]),
    (["train", "sentiment", "--set", "model.hidden_size"], ["--set"]),
    (["train", "sentiment", "--config", "nothing.yaml"], ["config"]),
    (
        ["train", "sentiment", "--preset", "fast", "--set", "model.hiden_size=3", "--set", "training.seed=x"],
        ["preset", "model.hiden_size", "training.seed"],
    ),
    (["train", "sentiment", "--data", "reviews", "--max-seconds", "-1"], ["training.max_seconds"]),
    (["predict", "nothing"], ["run"]),
    (["runs", "dance"], ["action"]),
    (["runs", "stop"], ["run"]),
    (["runs", "stop", "nothing"], ["run"]),
    (["runs", "delete", "0" * 32], ["run"]),
]


@pytest.mark.parametrize(("words", "fields"), BAD, ids=[" ".join(words) for words, _ in BAD])
def test_bad_input_is_named_field_by_field(words, fields, shell):
    code, out, err = shell(*words)
    assert code == 2
    assert out == ""
    assert [line.split(": ")[0] for line in err.splitlines()] == fields


@pytest.mark.parametrize("words", [["dance"], ["train"], ["train", "sentiment", "--colour", "red"]])
def test_a_wrong_use_of_the_shell_is_bad_input_too(words, shell):
    code, _, err = shell(*words)
    assert code == 2
    assert "Traceback" not in err


def test_a_variable_that_cannot_be_is_bad_input(shell, monkeypatch):
    monkeypatch.setenv("UNROLL_MAX_STEPS", "many")
    code, _, err = shell("train", "sentiment")
    assert code == 2
    assert err.startswith("UNROLL_MAX_STEPS: ")


def test_a_folder_with_something_in_it_is_refused(shell, options, tmp_path):
    (tmp_path / "precious.txt").write_text("mine")
    code, _, err = shell("train", "sentiment", *options("sentiment"), "--out", tmp_path)
    assert code == 2
    assert err.startswith("out: ")
    assert [path.name for path in tmp_path.iterdir() if path.name != "state"] == ["precious.txt"]


def test_a_training_that_fails_says_why(shell, options, monkeypatch, tmp_path):
    from core.tasks.sentiment import SentimentTask

    def break_down(*_):
        raise FloatingPointError("The loss is not a number any more at step 1.")

    monkeypatch.setattr(SentimentTask, "training_loss", break_down)
    code, _, err = shell("train", "sentiment", *options("sentiment"), "--out", tmp_path / "run")
    assert code == 1
    assert "not a number" in err
    assert "Lower training.learning_rate" in err
    assert "Traceback" not in err
    assert json.loads((tmp_path / "run" / "status.json").read_text())["state"] == "failed"


def test_an_experiment_file_trains_the_same_again_and_options_change_it(shell, options, tmp_path):
    shell("train", "sentiment", *options("sentiment"), "--out", tmp_path / "one", "--json")
    again = ["--config", tmp_path / "one" / "experiment.yaml"]
    _, text, _ = shell("train", "sentiment", *again, "--out", tmp_path / "two", "--json")
    first = json.loads((tmp_path / "one" / "result.json").read_text())
    assert objects(text)[-1]["test"] == first["test"]
    assert read_experiment(tmp_path / "two") == read_experiment(tmp_path / "one")
    shell("train", "sentiment", *again, "--set", "model.hidden_size=5", "--out", tmp_path / "three", "--json")
    expected = read_experiment(tmp_path / "one").with_values({"model.hidden_size": 5})
    assert read_experiment(tmp_path / "three") == expected
    code, _, err = shell("train", "generation", *again)
    assert (code, err.split(": ")[0]) == (2, "task")


def test_other_data_than_in_the_experiment_file_is_taken(shell, options, tmp_path, own_files):
    words = ["--set", "training.max_steps=2", "--set", "training.warmup_steps=5", "--set", "training.device=cpu"]
    file = tmp_path / "experiment.yaml"
    for source, data in (("file", "nile"), ("builtin", own_files["forecasting"][0])):
        place = {"path": list(own_files["forecasting"])} if source == "file" else {"id": "nile"}
        experiment = Experiment.parse(
            {"task": "forecasting", "data": {"source": source, "window_size": 9, "horizon": 3, **place},
             "model": {"hidden_size": 7}}
        )  # fmt: skip
        file.write_text(experiment.to_yaml(), encoding="utf-8")
        _, text, err = shell("train", "forecasting", "--config", file, "--data", data, *words, "--json")
        assert err == ""
        assert objects(text)[-1]["data"] == Path(data).name


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1e-3", 0.001), ("true", True), ("null", None), ("[0.8, 0.1, 0.1]", [0.8, 0.1, 0.1]), ("no", "no"), ("7", 7),
        ("lstm", "lstm"), ("a=b", "a=b"), ("", None),
    ],
)  # fmt: skip
def test_a_value_means_what_it_looks_like(typed, value):
    from core.cli import _assignments

    assert _assignments([f"x.y={typed}"]) == {"x.y": value}


@pytest.fixture
def trained(tiny):
    return lambda task: train(tiny(task))


def test_texts_come_from_a_file_too(shell, trained, tmp_path):
    directory = trained("sentiment")
    (tmp_path / "texts.txt").write_text("\ufeffI like it\n\nI hate it\n", encoding="utf-8")
    code, text, _ = shell("predict", directory, "--text", "one", "--input", tmp_path / "texts.txt", "--json")
    assert code == 0
    assert [row["text"] for row in objects(text)] == ["one", "I like it", "I hate it"]


@pytest.mark.parametrize(
    ("task", "words", "field"),
    [
        ("sentiment", [], "text"),
        ("sentiment", ["--text", "x", "--set", "temperature=1"], "temperature"),
        ("sentiment", ["--input", "nothing.txt"], "input"),
        ("sentiment", ["--text", " "], "text"),
        ("generation", ["--text", "x", "--set", "length=0"], "length"),
        ("forecasting", ["--text", "x"], "text"),
        ("forecasting", ["--set", "horizon=0"], "horizon"),
        ("translation", ["--text", "x", "--set", "beam_size=99"], "beam_size"),
    ],
)
def test_a_prediction_that_cannot_be_is_bad_input(task, words, field, shell, trained):
    code, out, err = shell("predict", trained(task), *words)
    assert (code, out) == (2, "")
    assert err.startswith(f"{field}: ")


def test_options_of_a_prediction_are_used(shell, trained):
    code, text, _ = shell("predict", trained("generation"), "--text", "A", "--set", "length=5", "--json")
    assert code == 0
    assert len(objects(text)[0]["text"]) == 5


def test_runs_are_listed_and_deleted(shell, trained):
    first, second = trained("sentiment"), trained("generation")
    _, text, _ = shell("runs", "--json")
    assert [(row["run"], row["task"], row["state"], row["step"]) for row in objects(text)] == [
        (second.name, "generation", "succeeded", 6),
        (first.name, "sentiment", "succeeded", 6),
    ]
    assert shell("runs", "delete", first.name)[0] == 0
    assert not first.exists()
    assert len(shell("runs", "list")[1].splitlines()) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_training_and_keeps_what_was_learned(number, options, tmp_path):
    out = tmp_path / "run"
    words = [
        "train",
        "sentiment",
        *options("sentiment", {"training.max_steps": 1_000_000}),
        "--out",
        str(out),
        "--json",
    ]
    process = subprocess.Popen([*SCRIPT, *words], cwd=ROOT, stdout=-1, stderr=-1, text=True)
    first = process.stdout.readline()
    assert json.loads(first)["step"] == 1
    process.send_signal(number)
    rest, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    result = objects(rest)[-1]
    assert result["event"] == "result"
    assert 0 < result["steps"] < result["total_steps"] == 1_000_000
    assert result["validation"]["accuracy"] is not None
    assert json.loads((out / "status.json").read_text())["state"] == "stopped"
    assert (out / "best.safetensors").exists()
    assert (out / "last.pt").exists()


def test_the_shell_as_it_is_called(own_files, tmp_path):
    def run(*words, **variables):
        return subprocess.run(
            [*SCRIPT, *words], cwd=ROOT, capture_output=True, text=True, timeout=60, env={**os.environ, **variables}
        )

    listed = run("datasets", "--json")
    assert listed.returncode == 0
    assert len(objects(listed.stdout)) == len(catalog.entries())
    bad = run("train", "sentiment", "--set", "model.hidden_size=-3", "--data", "nothing")
    assert bad.returncode == 2
    assert bad.stdout == ""
    assert "Traceback" not in bad.stderr
    assert re.match(r"data\.path: expected .*\n", bad.stderr)
    helped = run("train", "--help", COLUMNS="200")
    assert helped.returncode == 0
    assert "--max-seconds" in helped.stdout


def test_the_shell_answers_before_torch_is_there():
    code = """
import sys
from core.cli import main
try:
    main(["datasets"])
except SystemExit:
    print("torch" in sys.modules)
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.stdout.splitlines()[-1] == "False", ended.stderr
