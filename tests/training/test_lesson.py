"""A run that learns from corrections: it begins with the parent's weights, and says what changed and what got worse."""

import json
import shutil

import numpy as np
import pytest
import torch

from core import load
from core.api import learn
from core.config.errors import ConfigError
from core.data.prepare import prepare
from core.jobs import corrections
from core.jobs.corrections import Correction
from core.jobs.record import read_record
from core.jobs.store import read_experiment
from core.tasks.classification.taught import Taught, mixed
from core.training.checkpoint import load_best
from core.training.lesson import set_aside

RATE = 0.01


def changes_of(directory):
    return json.loads((directory / "changes.json").read_text(encoding="utf-8"))


@pytest.fixture
def parent(trained, monkeypatch):
    """A trained run, and lessons of a few large steps."""
    monkeypatch.setattr(corrections, "STEPS", 40)
    monkeypatch.setattr("core.tasks.classification.taught.TAUGHT_SHARE", 0.25)  # so small a network learns slowly
    monkeypatch.setattr(corrections, "RATE_SHARE", 1.0)
    return trained("sentiment", {"training.max_steps": 30, "training.learning_rate": RATE})


@pytest.fixture
def wrong(parent):
    """Texts that the network of the parent has never seen, with the label that it does not give them."""
    network = load(parent)
    texts = ["zebras sing", "zebras dance loudly", "no zebras"]
    other = dict(zip(network.classes, reversed(network.classes), strict=True))
    return [(row["text"], other[row["label"]]) for row in network.predict(texts)]


def test_the_network_gives_corrected_texts_the_labels_it_was_told(parent, wrong, tmp_path):
    child = learn(parent, wrong, out=tmp_path / "child")
    rows = changes_of(child)["rows"]
    assert [(row["text"], row["label"]) for row in rows] == wrong
    assert all(row["before"] != row["label"] == row["after"] for row in rows)
    assert all(row["sure_before"] < 0.5 < row["sure_after"] for row in rows)
    assert [row["label"] for row in load(child).predict([text for text, _ in wrong])] == [label for _, label in wrong]


def test_vocabulary_labels_and_data_are_the_parent_s(parent, wrong, tmp_path):
    child = learn(parent, wrong, out=tmp_path / "child")
    assert (child / "tokenizer.json").read_text() == (parent / "tokenizer.json").read_text()
    assert read_experiment(child).data == read_experiment(parent).data
    assert read_experiment(child).model == read_experiment(parent).model
    assert read_record(child).parent == parent.name
    before, after = (json.loads((run / "result.json").read_text()) for run in (parent, child))
    assert before["evidence"]["items"] == after["evidence"]["items"]
    assert before["baselines"] == after["baselines"]


def test_it_begins_with_the_parent_s_best_weights(parent, wrong, tmp_path, monkeypatch):
    monkeypatch.setattr(corrections, "STEPS", 1)
    child = learn(parent, wrong, out=tmp_path / "child")
    old, new = load_best(parent), load_best(child)
    assert all(torch.allclose(new[name], old[name], atol=1.1 * RATE) for name in old), "one step away"
    said = load(parent).predict([text for text, _ in wrong])
    before = [(row["before"], row["sure_before"]) for row in changes_of(child)["rows"]]
    expected = [(one["label"], one["probabilities"][label]) for one, (_, label) in zip(said, wrong, strict=True)]
    assert [label for label, _ in before] == [label for label, _ in expected]
    assert [sure for _, sure in before] == pytest.approx([sure for _, sure in expected], abs=1e-5)


def test_what_changed_on_the_validation_set_is_counted_text_by_text(parent, wrong, tmp_path):
    child = learn(parent, wrong, out=tmp_path / "child")
    prepared = prepare("labelled", read_experiment(parent).data)
    texts, labels = prepared.texts["validation"], prepared.labels["validation"]
    right = [
        np.array([row["label"] for row in load(run).predict(texts)]) == np.array(prepared.classes)[labels]
        for run in (parent, child)
    ]
    found = changes_of(child)["validation"]
    assert found["items"] == len(texts)
    assert (found["before"], found["after"]) == (pytest.approx(right[0].mean()), pytest.approx(right[1].mean()))
    assert found["turned_right"]["count"] == (right[1] & ~right[0]).sum()
    assert found["turned_wrong"]["count"] == (right[0] & ~right[1]).sum()
    assert [row["text"] for row in found["turned_wrong"]["texts"]] == [
        texts[place][:400] for place in np.flatnonzero(right[0] & ~right[1])
    ]
    assert found["difference"] == pytest.approx(right[1].mean() - right[0].mean())


def test_a_corrected_text_of_the_validation_or_test_set_is_judged_no_more(parent, tmp_path):
    prepared = prepare("labelled", read_experiment(parent).data)
    told = [(f" {prepared.texts[part][0]} ", prepared.classes[0]) for part in ("validation", "test", "train")]
    child = learn(parent, told, out=tmp_path / "child")
    changes, result = changes_of(child), json.loads((child / "result.json").read_text())
    assert changes["set_aside"] == {"validation": 1, "test": 1}
    assert result["evidence"]["items"] == {
        "train": prepared.counts["train"],
        **{part: prepared.counts[part] - 1 for part in ("validation", "test")},
    }
    assert changes["validation"]["items"] == prepared.counts["validation"] - 1
    judged = json.loads((child / "judged.json").read_text())
    assert prepared.texts["test"][0] not in judged["text"] and judged["total"] == prepared.counts["test"] - 1


def test_without_corrections_the_data_is_as_it_is(parent):
    prepared = prepare("labelled", read_experiment(parent).data)
    assert set_aside(prepared, []) is prepared
    assert set_aside(prepared, [Correction("zebras", "good")]) is prepared


def test_a_second_lesson_keeps_what_the_first_one_taught(parent, wrong, tmp_path):
    first = learn(parent, wrong, out=tmp_path / "first")
    text, label = wrong[0]
    other = next(name for name in load(parent).classes if name != label)
    second = learn(first, [("lions sing", label), (text, other)], out=tmp_path / "second")
    told = {row["text"]: row["label"] for row in changes_of(second)["rows"]}
    assert told == {**dict(wrong), text: other, "lions sing": label}, "the new label counts"
    assert read_experiment(second).training == read_experiment(first).training


def test_a_stopped_lesson_goes_on_and_ends_as_an_unbroken_one(parent, wrong, tmp_path):
    from core.api import resume
    from tests.training.test_run import StopAt

    whole = learn(parent, wrong, out=tmp_path / "whole")
    broken = learn(parent, wrong, out=tmp_path / "broken", make_reporter=StopAt)
    resume(broken)
    assert changes_of(broken)["rows"] == changes_of(whole)["rows"]
    assert changes_of(broken)["validation"] == changes_of(whole)["validation"]


def test_data_that_has_changed_since_is_refused(parent, wrong, tmp_path, own_files):
    path = tmp_path / "reviews.tsv"
    shutil.copyfile(own_files["labelled"][0], path)
    from core import train

    experiment = read_experiment(parent).with_values({"data.path": (str(path),)})
    run = train(experiment, out=tmp_path / "run")
    with path.open("a") as file:
        file.write("zebras are rare\tgood\n")
    with pytest.raises(RuntimeError, match="changed since"):
        learn(run, wrong, out=tmp_path / "child")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "at least one text"),
        ([("zebras", "terrible")], "one of"),
        ([("  ", "good")], "some text"),
        ([("zebras", "good"), (" zebras", "bad")], "one label for one text"),
        ([("z" * 5_001, "good")], "at most 5,000 characters"),
        ([(f"zebra {number}", "good") for number in range(201)], "at most 200 texts"),
    ],
)
def test_corrections_that_cannot_be_are_refused_before_anything_is_made(parent, tmp_path, rows, words):
    with pytest.raises(ConfigError, match=words):
        learn(parent, rows, out=tmp_path / "child")
    assert not (tmp_path / "child").exists()


def test_a_run_that_labels_no_texts_is_refused(trained, tmp_path):
    run = trained("generation", {"training.max_steps": 2, "training.warmup_steps": 0})
    with pytest.raises(ConfigError, match="labels texts"):
        learn(run, [("zebras", "good")], out=tmp_path / "child")


def test_a_tenth_of_the_loss_is_of_corrected_texts():
    assert mixed(2.0, 6.0) == pytest.approx(2.4)


def test_corrected_texts_are_read_in_turn():
    class Numbers:
        device = torch.device("cpu")

        def __len__(self):
            return 5

        def batch(self, rows):
            return torch.from_numpy(rows), torch.ones(len(rows))

    taught = Taught(Numbers(), torch.arange(5) % 2, 3)
    assert [taught.batch(step)[0].tolist() for step in range(3)] == [[0, 1, 2], [3, 4, 0], [1, 2, 3]]
    assert taught.batch(1)[2].tolist() == [1, 0, 0]


def test_a_corrected_text_in_other_letters_or_spaces_is_not_judged_either(parent):
    prepared = prepare("labelled", read_experiment(parent).data)
    first, second = prepared.texts["validation"][0], prepared.texts["test"][1]
    rows = [Correction(first.upper().replace(" ", "  "), "good"), Correction(f" {second.capitalize()} ", "good")]
    left = set_aside(prepared, rows)
    assert left.texts["validation"] == prepared.texts["validation"][1:]
    assert left.texts["test"] == [text for text in prepared.texts["test"] if text != second]
    long = "a long text " * 60
    judged = prepared.without("test", np.arange(1, prepared.counts["test"]))
    judged.texts["test"][0] = long
    assert set_aside(judged, [Correction(long[:400], "good")]).texts["test"] == []
    assert set_aside(judged, [Correction(long[:300], "good")]).texts["test"] == [long]
