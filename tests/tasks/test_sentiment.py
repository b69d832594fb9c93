import json
import math

import numpy as np
import pytest
import torch

from core.config.errors import ConfigError
from core.config.limits import Limits
from core.data.text import EOS, PAD, UNK
from core.metrics.calibration import expected_calibration_error, fit_temperature
from core.tasks.classification.predictor import load_predictor

KINDS = [
    {"model.cell": cell, "model.pooling": pooling, "model.bidirectional": both}
    for cell, pooling, both in (
        ("rnn", "last", True),
        ("lstm", "max", True),
        ("gru", "mean", False),
        ("gru", "attention", True),
    )
]
KINDS.append({"model.cell": "gru", "model.pooling": "mean", "model.character_dim": 3})


@pytest.fixture(params=KINDS, ids=lambda kind: kind["model.pooling"] + "-letters" * ("model.character_dim" in kind))
def task(request, bound):
    return bound("sentiment", {**request.param, "training.label_smoothing": 0.1})


def test_padding_never_counts_in_the_loss(task, loss_of):
    lengths = task.sequences["train"].lengths
    rows = np.array([int(lengths.argmin()), int(lengths.argmax()), 7])
    assert len(set(lengths[rows].tolist())) > 1
    alone = [loss_of(task, rows[place : place + 1]) for place in range(3)]
    assert loss_of(task, rows) == pytest.approx(np.mean(alone), rel=1e-5)


def test_padding_never_counts_in_the_gradient(task):
    lengths = task.sequences["train"].lengths
    rows = np.array([int(lengths.argmin()), int(lengths.argmax()), 7])

    def gradient(chosen):
        task.sampler.batch = lambda step: chosen
        task.model.zero_grad()
        task.training_loss(0).loss.backward()
        return [parameter.grad.clone() for parameter in task.model.parameters()]

    alone = [gradient(rows[place : place + 1]) for place in range(3)]
    for found, *parts in zip(gradient(rows), *alone, strict=True):
        torch.testing.assert_close(found, sum(parts) / 3, rtol=1e-4, atol=1e-6)


def test_padding_never_counts_in_an_evaluation(task, monkeypatch):
    expected = task.evaluate("test", full=True)
    monkeypatch.setattr("core.tasks.layers.EVALUATION_BATCH", 1)
    assert task.evaluate("test", full=True) == pytest.approx(expected, rel=1e-5)


def test_texts_are_classified_alike_alone_and_together(task):
    texts = ["I like the cat of Anna", "hate", "I hate the boat of somebody unknown, really, truly"]
    together = task.predictor.predict(texts)
    for text, row in zip(texts, together, strict=True):
        (alone,) = task.predictor.predict([text])
        assert list(row) == ["text", "label", "probabilities", "unknown", "num_cut"]
        assert row["text"] == text
        assert list(row["probabilities"]) == ["bad", "good"]
        assert sum(row["probabilities"].values()) == pytest.approx(1, abs=1e-6)
        assert row["label"] == max(row["probabilities"], key=row["probabilities"].get)
        assert row["probabilities"] == pytest.approx(alone["probabilities"], abs=1e-6)


def test_case_and_spacing_do_not_matter(task):
    one, other = task.predictor.predict(["i like the cat", " I LIKE the  Cat\n"])
    assert one["probabilities"] == pytest.approx(other["probabilities"], abs=1e-6)


def test_the_metrics_are_those_of_the_predictions(task):
    texts, labels = task.prepared.texts["test"], task.prepared.labels["test"]
    rows = task.predictor.predict(texts)
    metrics = task.evaluate("test", full=True)
    shares = [row["probabilities"][task.prepared.classes[label]] for row, label in zip(rows, labels, strict=True)]
    right = [row["label"] == task.prepared.classes[label] for row, label in zip(rows, labels, strict=True)]
    assert metrics["accuracy"] == pytest.approx(np.mean(right))
    assert metrics["loss"] == pytest.approx(-np.log(shares).mean(), rel=1e-5)
    assert set(metrics) == {"accuracy", "macro_f1", "loss"}
    assert list(task.baselines("test")) == ["majority", "bag_of_embeddings", "tfidf_logistic"]


def test_a_quick_look_at_a_part_sorted_by_label_sees_every_class(bound, monkeypatch):
    """A network that always says the first class is right in the share of that class, not always."""
    monkeypatch.setattr("core.tasks.classification.binding.QUICK_ITEMS", 20)
    task = bound("sentiment")
    labels = task.prepared.labels["train"]
    order = np.argsort(labels, kind="stable")
    labels[:] = labels[order]
    with torch.no_grad():
        for weight in task.model.parameters():
            weight.zero_()
        task.model.output.bias[0] = 3.0
    look = task.evaluate("train", full=False)
    assert look["accuracy"] == pytest.approx(np.mean(labels == 0), abs=0.051)
    other = math.log1p(math.exp(3.0))
    share = look["accuracy"]
    assert look["loss"] == pytest.approx(share * (other - 3) + (1 - share) * other, rel=1e-4)


def test_the_standard_error_of_a_look_is_that_of_its_mean_loss(task):
    rows = task.predictor.predict(task.prepared.texts["validation"])
    classes, labels = task.prepared.classes, task.prepared.labels["validation"]
    losses = [-math.log(row["probabilities"][classes[label]]) for row, label in zip(rows, labels, strict=True)]
    look = task.evaluate("validation", full=False)
    assert look["loss"] == pytest.approx(np.mean(losses), rel=1e-5)
    assert look["standard_error"] == pytest.approx(np.std(losses, ddof=1) / math.sqrt(len(losses)), rel=1e-4)
    assert "standard_error" not in task.evaluate("validation", full=True)


def test_the_reading_of_a_text_has_one_step_a_word(task):
    found = task.predictor.trajectory("I like wombats, Anna")
    assert found["words"] == ["i", "like", "wombats", ",", "anna"]
    assert np.shape(found["probabilities"]) == (5, 2)
    np.testing.assert_allclose(np.sum(found["probabilities"], axis=1), 1, rtol=1e-5)
    assert found["unknown"] == ["wombats", ","]


STACKS = [
    {"model.cell": "lstm"},
    {"model.cell": "lstm", "model.bidirectional": True},
    {"model.cell": "gru", "model.num_layers": 2, "model.bidirectional": True, "model.merge_mode": "max"},
]


@pytest.mark.parametrize("stack", STACKS, ids=["one-way", "both-ways", "two-layers"])
@pytest.mark.parametrize("pooling", ["last", "mean", "max", "attention"])
def test_the_reading_says_after_each_word_what_a_text_that_ends_there_is(pooling, stack, bound):
    predictor = bound("sentiment", {**stack, "model.pooling": pooling}).predictor
    with torch.no_grad():
        for parameter in predictor.model.parameters():
            parameter.mul_(3)  # opinions, so that the end of a text makes a difference
    found = predictor.trajectory("I hate the cat of Anna")
    beginnings = ["I", "I hate", "I hate the", "I hate the cat", "I hate the cat of", "I hate the cat of Anna"]
    expected = [list(row["probabilities"].values()) for row in predictor.predict(beginnings)]
    np.testing.assert_allclose(found["probabilities"], expected, atol=1e-6)
    (alone,) = predictor.predict(beginnings[-1:])
    np.testing.assert_allclose(found["probabilities"][-1], list(alone["probabilities"].values()), atol=1e-6)


def test_a_reading_of_a_text_that_is_cut_ends_with_the_verdict_too(bound):
    predictor = bound("sentiment", {"data.max_length": 3}).predictor
    found = predictor.trajectory("I like the cat of Anna")
    (row,) = predictor.predict(["I like the cat of Anna"])
    np.testing.assert_allclose(found["probabilities"][-1], list(row["probabilities"].values()), atol=1e-6)


def test_a_reading_of_very_many_words_is_refused(bound):
    predictor = bound("sentiment", {"data.max_length": 5_000}).predictor
    with pytest.raises(ConfigError) as caught:
        predictor.trajectory("so " * 1_001)
    assert caught.value.problems[0].field == "text"


@pytest.mark.parametrize(
    "texts", [[""], ["fine", "  \n"], ["x" * 20_001], ["x"] * (Limits().max_prediction_inputs + 1), [3]]
)
def test_texts_that_cannot_be_classified_are_an_error(texts, task):
    with pytest.raises(ConfigError) as caught:
        task.predictor.predict(texts)
    assert caught.value.problems[0].field == "text"


def test_a_text_longer_than_the_network_reads_is_cut(bound):
    predictor = bound("sentiment", {"data.max_length": 3}).predictor
    one, other = predictor.predict(["I like the cat of Anna", "I like the"])
    assert one["probabilities"] == pytest.approx(other["probabilities"], abs=1e-6)
    assert len(predictor.trajectory("I like the cat of Anna")["words"]) == 3


def test_details_and_traces_can_be_shown(task):
    details = json.loads(json.dumps(task.details()))
    assert np.sum(details["confusion"]) == len(task.prepared.texts["test"])
    trace = task.predictor.trace("I like it")
    assert trace["tokens"] == ["i", "like", "it", "<eos>"], "unknown ones as they were typed"
    assert trace["layers"][0]["values"]["hidden state"].shape == (4, 7)


def test_balanced_classes_weigh_as_much_as_each_other_in_the_loss_and_in_what_is_kept(bound, loss_of):
    even = {"training.label_smoothing": 0.0}
    plain, task = (bound("sentiment", {"training.class_weights": kind, **even}) for kind in ("none", "balanced"))
    labels = task.prepared.labels["train"]
    counts = np.bincount(labels)
    assert task.weights.tolist() == pytest.approx((len(labels) / (2 * counts)).tolist())
    assert task.selection == "macro_f1" and plain.selection == "loss"
    assert task.evaluate("validation", full=False)["standard_error"] is None
    task.weights[:] = torch.tensor([3.0, 1.0])
    rows = np.array([*np.flatnonzero(labels == 0)[:1], *np.flatnonzero(labels == 1)[:3]])
    alone = [loss_of(plain, rows[place : place + 1]) for place in range(4)]
    assert loss_of(task, rows) == pytest.approx((3 * alone[0] + sum(alone[1:])) / 6, rel=1e-5)


def test_the_weights_of_words_are_shares_and_are_there_with_attention_alone(bound):
    predictor = bound("sentiment", {"model.pooling": "attention"}).predictor
    found = predictor.attention("I like the cat")
    assert found["words"] == ["i", "like", "the", "cat", "<eos>"]
    assert sum(found["weights"]) == pytest.approx(1) and min(found["weights"]) > 0
    with torch.no_grad():
        predictor.model.attention.score.weight.zero_()
    assert predictor.attention("I like the cat")["weights"] == pytest.approx([0.2] * 5)
    assert bound("sentiment", {"model.pooling": "max"}).predictor.attention("I like the cat") is None


def test_words_are_dropped_in_training_alone_and_never_the_end_of_a_text(bound):
    model = bound("sentiment", {"training.word_dropout": 0.5}).model
    ids = torch.tensor([[4, 5, 6, 7] * 50 + [EOS, PAD]])
    dropped = model.train().embedding.drop_words(ids)
    assert dropped[0, -2:].tolist() == [EOS, PAD]
    assert 60 < int((dropped == UNK).sum()) < 140
    assert torch.equal(dropped[dropped != UNK], ids[dropped != UNK])
    assert torch.equal(model.eval().embedding.drop_words(ids), ids)


def test_a_temperature_changes_how_sure_it_is_and_no_answer(task):
    before = task.predictor.predict(["I like the cat", "I hate the boat of Anna"])
    task.predictor.temperature = 3.0
    after = task.predictor.predict(["I like the cat", "I hate the boat of Anna"])
    for one, other in zip(before, after, strict=True):
        assert one["label"] == other["label"]
        good, bad = one["probabilities"]["good"], one["probabilities"]["bad"]
        expected = (good / bad) ** (1 / 3)
        assert other["probabilities"]["good"] / other["probabilities"]["bad"] == pytest.approx(expected, rel=1e-4)


def test_the_loss_of_the_figures_is_the_one_without_a_temperature_as_the_simple_methods_have_none(task):
    before = task.evaluate("test", full=True)
    task.predictor.temperature = 3.0
    assert task.evaluate("test", full=True) == before
    told = task.details()["calibration"]
    assert told["before"]["loss"] == pytest.approx(before["loss"], rel=1e-5) != told["after"]["loss"]


def test_the_curve_of_training_tells_the_loss_without_weights_and_smoothing(bound, loss_of):
    plain, other = (
        bound("sentiment", {"training.class_weights": kind, "training.label_smoothing": smoothing})
        for kind, smoothing in (("none", 0.0), ("balanced", 0.2))
    )
    rows = np.arange(5)
    other.weights[:] = torch.tensor([3.0, 1.0])
    expected = loss_of(plain, rows)
    assert loss_of(other, rows) != pytest.approx(expected, rel=1e-3)
    told = other.training_loss(0).told
    assert float(told) == pytest.approx(expected, rel=1e-5) and not told.requires_grad
    assert plain.training_loss(0).told is None


def test_the_temperature_is_that_of_the_validation_set_and_details_tell_the_error_with_and_without(task):
    task.calibrate()
    labels = task.prepared.labels["validation"]
    scores = task.predictor.scores(task.sequences["validation"])
    assert task.predictor.temperature == fit_temperature(scores, labels)
    assert task.evidence()["temperature"] == task.predictor.temperature
    task.predictor.temperature = 4.0
    told = task.details()["calibration"]
    assert told["temperature"] == 4.0
    rows = task.predictor.predict(task.prepared.texts["test"])
    sure = [max(row["probabilities"].values()) for row in rows]
    right = [
        row["label"] == task.prepared.classes[label]
        for row, label in zip(rows, task.prepared.labels["test"], strict=True)
    ]
    assert told["after"]["error"] == pytest.approx(expected_calibration_error(sure, right), abs=1e-6)
    assert sum(one["count"] for one in told["before"]["bins"]) == len(rows)


def test_a_run_is_used_with_the_temperature_of_its_result(task, tmp_path):
    for name, content in task.artifacts().items():
        (tmp_path / name).write_text(content)

    def loaded():
        return load_predictor(task.predictor.experiment, tmp_path, torch.device("cpu")).temperature

    assert loaded() == 1.0
    (tmp_path / "result.json").write_text(json.dumps({"evidence": {"temperature": 1.7}}))
    assert loaded() == 1.7
    for broken in ("{", "[]", json.dumps({"evidence": {"temperature": -1}}), json.dumps({"evidence": {}})):
        (tmp_path / "result.json").write_text(broken)
        assert loaded() == 1.0


def test_embeddings_start_with_the_spread_that_is_asked_for(bound):
    wide, small = (bound("sentiment", {"model.embedding_scale": scale}).model for scale in (1.0, 0.1))
    torch.testing.assert_close(small.embedding.weight, 0.1 * wide.embedding.weight)
    torch.testing.assert_close(small.output.weight, wide.output.weight)


def test_with_letters_an_unknown_word_is_more_than_unknown(bound):
    predictor = bound("sentiment", {"model.character_dim": 5}).predictor
    one, other = predictor.predict(["I like wombats", "I like zzz"])
    assert one["unknown"] == ["wombats"] and other["unknown"] == ["zzz"]
    assert one["probabilities"] != other["probabilities"]
    found = predictor.trajectory("zzz like wombats zzz")
    (last,) = predictor.predict(["zzz like wombats zzz"])
    np.testing.assert_allclose(found["probabilities"][-1], list(last["probabilities"].values()), atol=1e-6)
    assert predictor.trace("I like zzz")["layers"][0]["values"]["hidden state"].shape[0] == 4
    assert len(predictor.influence("I like zzz", 0)[""].norms) == 4


@pytest.mark.parametrize("text", ["😀😀 ‍", "שלום עולם", "x" * 9_000, "so " * 5_000, "."])
def test_texts_of_any_kind_are_read_with_their_letters(text, bound):
    predictor = bound("sentiment", {"model.character_dim": 3, "model.pooling": "attention"}).predictor
    (row,) = predictor.predict([text])
    assert sum(row["probabilities"].values()) == pytest.approx(1, abs=1e-5)


def test_a_run_with_letters_is_loaded_from_its_vocabulary(bound, tmp_path):
    task = bound("sentiment", {"model.character_dim": 3})
    for name, content in task.artifacts().items():
        (tmp_path / name).write_text(content)
    again = load_predictor(task.predictor.experiment, tmp_path, torch.device("cpu"))
    again.model.load_state_dict(task.model.state_dict())
    text = ["I hate the zzz"]
    assert again.predict(text)[0]["probabilities"] == pytest.approx(task.predictor.predict(text)[0]["probabilities"])


def test_what_is_pooled_is_what_the_answer_is_made_of_in_batches_and_alone(task):
    texts = ["I like the cat of Anna", "hate", "I hate the boat"]
    states = np.stack([task.predictor.state_of(text) for text in texts])
    with torch.no_grad():
        shares = task.model.answer(torch.from_numpy(states)).softmax(-1).numpy()
    expected = [list(row["probabilities"].values()) for row in task.predictor.predict(texts)]
    np.testing.assert_allclose(shares, expected, atol=1e-5)


def test_the_map_holds_training_texts_where_the_network_puts_them(task):
    found = task.details()["map"]
    rows = [task.prepared.texts["train"].index(text) for text in found["texts"][:3]]
    for place, row in enumerate(rows):
        state = task.predictor.state_of(task.prepared.texts["train"][row])
        own = np.array(found["directions"]) @ (state - np.array(found["mean"]))
        np.testing.assert_allclose(own, found["places"][place], atol=1e-2)
    assert set(found["texts"]) <= set(task.prepared.texts["train"])


def test_what_a_text_has_beyond_what_is_read_is_counted_and_changes_no_answer(bound):
    predictor = bound("sentiment", {"data.max_length": 3}).predictor
    whole, beginning = predictor.predict(["I like the shoe of nobody at all", "I like the"])
    assert (whole["num_cut"], beginning["num_cut"]) == (5, 0)
    assert whole["probabilities"] == pytest.approx(beginning["probabilities"])
    assert predictor.trajectory("I like the shoe of nobody at all")["num_cut"] == 5
