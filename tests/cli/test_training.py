import json
from pathlib import Path

import pytest

from core.applications import one_a_task
from core.config.experiment import Experiment
from core.console import print_notes
from core.jobs.store import read_experiment
from tests.cli.lines import objects


@pytest.mark.parametrize("task", one_a_task())
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
    for source, data in (("file", "nile"), ("builtin", own_files["series"][0])):
        place = {"path": list(own_files["series"])} if source == "file" else {"id": "nile"}
        experiment = Experiment.parse(
            {"task": "forecasting", "data": {"source": source, "window_size": 9, "horizon": 3, **place},
             "model": {"hidden_size": 7}}
        )  # fmt: skip
        file.write_text(experiment.to_yaml(), encoding="utf-8")
        _, text, err = shell("train", "forecasting", "--config", file, "--data", data, *words, "--json")
        assert all(line.startswith("Note: ") for line in err.splitlines())
        assert objects(text)[-1]["data"] == Path(data).name


@pytest.mark.parametrize("as_json", [["--json"], []])
def test_every_note_of_a_reading_is_told_and_kept_also_from_what_was_prepared_before(as_json, shell, tmp_path):
    file = tmp_path / "moods.csv"
    rows = [
        f"the {'sun' if row % 2 else 'rain'} of day {row},{'glad' if row % 2 else 'sad'},{row}" for row in range(40)
    ]
    file.write_text("\n".join(["what,mood,number", *rows, "no mood here,,41", rows[3]]) + "\n", encoding="utf-8")
    words = [f"--set={name}" for name in ("training.max_steps=2", "model.hidden_size=7", "training.device=cpu")]
    for out in (tmp_path / "fresh", tmp_path / "again"):
        code, _, err = shell("train", "sentiment", "--data", file, *words, "--out", out, *as_json)
        assert code == 0
        reading = json.loads((out / "result.json").read_text(encoding="utf-8"))["reading"]
        assert reading["columns"] == {"text_column": "what", "label_column": "mood"}
        assert reading["classes"] == ["glad", "sad"]
        assert reading["rows"] == 42
        assert reading["dropped"] == {"without a label": 1, "repeating another": 1}
        assert "1 row without a label dropped" in reading["notes"]
        assert [line for line in err.splitlines() if line.startswith("Note: ")] == [
            f"Note: {note}." for note in reading["notes"]
        ]


def test_a_note_is_one_line_that_cannot_steer_a_terminal(capsys):
    print_notes(["left out: 'a\x1b[31m red\u2028name\x07'", "two\nlines"])
    assert capsys.readouterr().err == "Note: left out: 'a[31m red name'.\nNote: two lines.\n"
