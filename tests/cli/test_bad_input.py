"""What cannot be is said in words, and where."""

import json

import pytest

BAD = [
    (["train", "speech"], ["task"]),
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
    from core.tasks.classification.binding import ClassificationTask

    def break_down(*_):
        raise FloatingPointError("The loss is not a number any more at step 1.")

    monkeypatch.setattr(ClassificationTask, "training_loss", break_down)
    code, _, err = shell("train", "sentiment", *options("sentiment"), "--out", tmp_path / "run")
    assert code == 1
    assert "not a number" in err
    assert "Lower training.learning_rate" in err
    assert "Traceback" not in err
    assert json.loads((tmp_path / "run" / "status.json").read_text())["state"] == "failed"


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1e-3", 0.001), ("true", True), ("null", None), ("[0.8, 0.1, 0.1]", [0.8, 0.1, 0.1]), ("no", "no"), ("7", 7),
        ("lstm", "lstm"), ("a=b", "a=b"), ("", None),
    ],
)  # fmt: skip
def test_a_value_means_what_it_looks_like(typed, value):
    from core.cli.asked import assignments

    assert assignments([f"x.y={typed}"]) == {"x.y": value}


def test_a_disk_that_refuses_is_said_without_a_traceback(shell, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("UNROLL_STATE_DIR", str(tmp_path / "file"))
    code, _, err = shell("train", "sentiment", "--data", "reviews")
    assert code == 1
    assert "file" in err
    assert "Traceback" not in err
