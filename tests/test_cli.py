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
from core.config.limits import Settings
from core.data import catalog
from core.data.downloads import is_here
from core.jobs.status import read_status
from core.jobs.store import RunStore, read_experiment

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


def test_data_sets_are_listed(shell, tmp_path, monkeypatch):
    monkeypatch.setenv("UNROLL_DATA_DIR", str(tmp_path / "empty"))
    code, text, _ = shell("datasets", "--json")
    rows = objects(text)
    assert code == 0
    assert [(row["task"], row["id"]) for row in rows] == [(entry.task, entry.id) for entry in catalog.entries()]
    assert all({"title", "source", "licence", "made", "available", "count"} <= set(row) for row in rows)
    assert [row["available"] for row in rows] == [not entry.files for entry in catalog.entries()]
    assert not any(row["count"] for row in rows if not row["available"])
    code, text, _ = shell("datasets")
    assert len(text.splitlines()) == len(rows)
    assert sum("(made)" in line for line in text.splitlines()) == sum(row["made"] for row in rows)
    assert sum("to be fetched" in line for line in text.splitlines()) == sum(not row["available"] for row in rows)
    assert not (tmp_path / "empty").exists()


def test_a_set_that_is_here_is_loaded_and_counted_when_it_is_named(shell):
    entry = next(entry for entry in catalog.entries() if entry.id == "makemore_names")
    if not is_here(entry, Settings()):
        pytest.skip("makemore_names is not in UNROLL_DATA_DIR")
    (listed,) = [row for row in objects(shell("datasets", "--json")[1]) if row["id"] == entry.id]
    code, text, _ = shell("datasets", "list", entry.id, "--json")
    (shown,) = objects(text)
    assert code == 0
    assert listed["available"]
    assert listed["count"] == shown["count"] == 32_033
    assert [file["url"] for file in shown["files"]] == [file.url for file in entry.files]


def test_a_built_in_set_is_counted_and_not_fetched(shell):
    (shown,) = objects(shell("datasets", "list", "nile", "--json")[1])
    assert (shown["count"], shown["count_of"], shown["files"]) == (100, "years", [])
    assert "built in" in shell("datasets", "get", "nile")[1]
    assert "count: 100" in shell("datasets", "list", "nile")[1]


def test_a_set_that_cannot_be_reached_is_a_failure_with_its_licence_and_advice(shell, tmp_path, monkeypatch):
    monkeypatch.setenv("UNROLL_DATA_DIR", str(tmp_path / "data"))
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    code, text, err = shell("datasets", "get", "trec")
    assert (code, text) == (1, "")
    assert "licence:" in err
    assert "could not be reached" in err
    assert "UNROLL_DATA_DIR" in err


@pytest.mark.parametrize(
    ("variables", "words", "field"),
    [
        ({}, ["get"], "data.id"),
        ({}, ["get", "nothing"], "data.id"),
        ({}, ["list", "nothing"], "data.id"),
        ({}, ["fetch", "trec"], "action"),
        ({"UNROLL_DOWNLOADS": "off"}, ["get", "trec"], "data.id"),
        ({"UNROLL_DOWNLOADS": "list", "UNROLL_DOWNLOAD_IDS": "sst2, sst5"}, ["get", "trec"], "data.id"),
        ({"UNROLL_DOWNLOADS": "list"}, ["get", "trec"], "UNROLL_DOWNLOAD_IDS"),
        ({"UNROLL_DOWNLOAD_IDS": "trec"}, ["get", "trec"], "UNROLL_DOWNLOAD_IDS"),
        ({"UNROLL_DOWNLOADS": "perhaps"}, ["get", "trec"], "UNROLL_DOWNLOADS"),
        ({"UNROLL_MAX_DOWNLOAD_BYTES": "1000"}, ["get", "trec"], "data.id"),
    ],
)
def test_what_is_not_fetched_names_its_field(variables, words, field, shell, tmp_path, monkeypatch):
    monkeypatch.setenv("UNROLL_DATA_DIR", str(tmp_path / "data"))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    code, text, err = shell("datasets", *words)
    assert (code, text) == (2, "")
    assert err.startswith(f"{field}:")
    assert not (tmp_path / "data").exists()


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
    (["runs", "stop", "../.."], ["run"]),
    (["runs", "stop", "tests"], ["run"]),
    (["runs", "resume"], ["run"]),
    (["runs", "resume", "0" * 32, "--steps", "0"], ["--steps"]),
    (["runs", "stop", "0" * 32, "--steps", "3", "--max-bytes", "3"], ["--steps", "--max-bytes"]),
    (["runs", "gc", "0" * 32, "--max-bytes", "-1"], ["run", "--max-bytes"]),
    (["runs", "list", "0" * 32], ["run"]),
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


def test_runs_are_listed_with_what_they_are_and_what_came_out(shell, trained):
    first, second = trained("sentiment"), trained("generation")
    _, text, _ = shell("runs", "--json")
    rows = objects(text)
    assert [(row["run"], row["task"], row["data"], row["state"], row["step"]) for row in rows] == [
        (second.name, "generation", "story.txt", "succeeded", 6),
        (first.name, "sentiment", "reviews.tsv", "succeeded", 6),
    ]
    assert all(row["best"]["metric"] and row["ended"] >= row["created"] for row in rows)
    RunStore(first.parent).update_manager(first.name, name="my first", pinned=True)
    _, text, _ = shell("runs")
    for words in (first.name, "reviews.tsv", "succeeded", "step 6 of 6", "my first", rows[1]["best"]["metric"]):
        assert words in text.splitlines()[1]


def test_a_list_goes_over_what_is_broken(shell, trained):
    directory = trained("sentiment")
    (directory / "experiment.yaml").write_text("task: [")
    (directory / "manager.json").write_text("{")
    code, text, _ = shell("runs", "--json")
    assert code == 0
    assert [(row["run"], row["data"], row["state"]) for row in objects(text)] == [(directory.name, "", "succeeded")]


def test_a_run_is_deleted_by_id_or_by_path_and_its_link_says_so(shell, trained, tiny, tmp_path):
    first, second = trained("sentiment"), train(tiny("sentiment"), out=tmp_path / "elsewhere")
    assert shell("runs", "delete", first.name) == (0, f"delete: {first.name}\n", "")
    assert not first.exists()
    assert shell("runs", "delete", second)[0] == 0
    assert not second.exists()
    code, _, err = shell("runs", "delete", first.name)
    assert code == 2
    assert "It was deleted on 20" in err
    assert shell("runs")[1] == ""


def test_an_active_run_is_not_deleted_but_can_be_stopped(shell, tiny):
    store = RunStore(Settings().runs_dir)
    run_id = store.create(tiny("sentiment"), versions={})
    code, out, err = shell("runs", "delete", run_id)
    assert (code, out) == (2, "")
    assert "queued. Stop it first" in err
    assert json.loads(shell("runs", "stop", run_id, "--json")[1]) == {"run": run_id, "action": "stop"}
    assert read_status(store.path(run_id)).state == "stopped"
    assert shell("runs", "delete", run_id)[0] == 0


def test_a_run_goes_on_by_steps_and_then_to_its_end(shell, tiny):
    store = RunStore(Settings().runs_dir)
    run_id = store.create(tiny("sentiment"), versions={})
    store.request_stop(run_id)
    code, text, err = shell("runs", "resume", run_id, "--steps", "2", "--json")
    assert code == 0, err
    paused = objects(text)[-1]
    assert paused == {"event": "paused", "run": run_id, "state": "stopped", "step": 2, "total_steps": 6}
    assert "step 4 of 6" in shell("runs", "resume", store.path(run_id), "--steps", "2")[1]
    *records, result = objects(shell("runs", "resume", run_id, "--json")[1])
    assert (result["event"], result["state"], result["steps"], result["attempt"]) == ("result", "succeeded", 6, 4)
    assert records
    on_disk = (store.path(run_id) / "metrics.jsonl").read_text(encoding="utf-8")
    assert [row["step"] for row in objects(on_disk) if row.get("split") == "train"] == [1, 2, 3, 4, 5, 6]
    code, _, err = shell("runs", "resume", run_id)
    assert code == 2
    assert err.startswith("run: ")
    assert "Traceback" not in err


def test_a_run_without_its_checkpoint_says_so_and_is_not_resumed_in_silence(shell, tiny):
    store = RunStore(Settings().runs_dir)
    run_id = store.create(tiny("sentiment"), versions={}, pause_at=2)
    store.request_stop(run_id)
    shell("runs", "resume", run_id, "--steps", "2")
    (store.path(run_id) / "last.pt").write_bytes(b"PK broken")
    code, _, err = shell("runs", "resume", run_id)
    assert code in (1, 2)
    assert "last.pt" in err
    assert "Traceback" not in err


def test_room_is_made_and_said(shell, trained, monkeypatch):
    first, second = trained("sentiment"), trained("sentiment")
    assert shell("runs", "gc")[1].startswith("0 runs removed")
    size = RunStore(first.parent).size(second.name)
    monkeypatch.setenv("UNROLL_MAX_RUN_BYTES", str(size + 100))
    swept = json.loads(shell("runs", "gc", "--json")[1])
    assert swept["removed"] == [first.name]
    assert swept["freed_bytes"] > 0
    assert "cleared away" in shell("runs", "stop", first.name)[2]
    assert second.name in shell("runs", "gc", "--max-bytes", "0")[1]
    assert shell("runs", "list")[1] == ""


def test_a_disk_that_refuses_is_said_without_a_traceback(shell, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("UNROLL_STATE_DIR", str(tmp_path / "file"))
    code, _, err = shell("train", "sentiment", "--data", "reviews")
    assert code == 1
    assert "file" in err
    assert "Traceback" not in err


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
