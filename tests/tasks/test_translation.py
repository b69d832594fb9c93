import json

import numpy as np
import pytest
import torch

from core.config.errors import ConfigError
from core.data.text import BOS, EOS

KINDS = [
    {"model.cell": cell, "model.attention": attention, "model.bidirectional": both}
    for cell, attention, both in (
        ("lstm", "dot", True), ("gru", "general", True), ("rnn", "additive", False), ("lstm", "none", False),
    )
]  # fmt: skip
SOURCES = ["Anna has a cat.", "Ben", "Hugo wants a boat, a tree and a lamp of somebody unknown."]


@pytest.fixture(params=KINDS, ids=lambda kind: kind["model.attention"])
def task(request, bound):
    made = bound("translation", {**request.param, "model.output_dropout": 0.0})
    with torch.no_grad():
        made.model.output.bias[EOS] += 1.5  # untrained networks hardly ever end by themselves
    return made


def teacher_forced(task, source, ids):
    """log p(ids | source), the whole target given."""
    src, src_lengths = task.predictor._sequences([source]).batch(np.array([0]))
    trg_in = torch.tensor([[BOS, *ids[:-1]]])
    with torch.inference_mode():
        log_probs = task.model(src, src_lengths, trg_in)[0].double().log_softmax(-1)
    return float(log_probs[torch.arange(len(ids)), torch.tensor(ids)].sum())


@pytest.mark.parametrize("beam_size", [1, 4])
def test_the_score_is_the_log_probability_of_the_translation(task, beam_size):
    rows = task.predictor.predict(SOURCES, beam_size=beam_size)
    ended = 0
    for source, row in zip(SOURCES, rows, strict=True):
        assert list(row) == ["src", "trg", "score"]
        src, lengths = task.predictor._sequences([source]).batch(np.array([0]))
        with torch.inference_mode():
            decoded = task.predictor._decode(src, lengths, beam_size)
        ids = [*decoded.ids[0], EOS] if bool(decoded.finished[0]) else decoded.ids[0]
        ended += bool(decoded.finished[0])
        assert row["trg"] == task.prepared.trg_tokenizer.decode(decoded.ids[0])
        assert row["score"] == pytest.approx(teacher_forced(task, source, ids), abs=1e-4)
    assert ended


def test_a_wider_beam_finds_nothing_less_likely(task):
    greedy, wide = (task.predictor.predict(SOURCES, beam_size=size) for size in (1, 8))
    assert all(one["score"] <= other["score"] + 1e-5 for one, other in zip(greedy, wide, strict=True))


@pytest.mark.parametrize("beam_size", [1, 3])
def test_texts_are_translated_alike_alone_and_together(task, beam_size):
    together = task.predictor.predict(SOURCES, beam_size=beam_size)
    for source, row in zip(SOURCES, together, strict=True):
        (alone,) = task.predictor.predict([source], beam_size=beam_size)
        assert (row["src"], row["trg"]) == (source, alone["trg"])
        assert row["score"] == pytest.approx(alone["score"], abs=1e-4)


@pytest.mark.parametrize("ratio", [1.0, 0.0])
def test_padding_never_counts_in_the_loss(bound, loss_of, ratio):
    task = bound("translation", {"training.teacher_forcing_ratio": ratio, "training.label_smoothing": 0.1})
    trg = task.trg["train"].lengths
    rows = np.array([int(trg.argmin()), int(trg.argmax()), 5])
    task.src["train"].lengths[rows[0]] -= 2  # sources of unequal length
    task.trg["train"].lengths[rows[0]] -= 2
    tokens = task.trg["train"].lengths[rows] - 1
    alone = [loss_of(task, rows[place : place + 1]) for place in range(3)]
    assert loss_of(task, rows) == pytest.approx(np.dot(alone, tokens) / tokens.sum(), rel=1e-5)


def test_the_loss_of_a_part_is_the_mean_over_its_target_tokens(task):
    src, trg = task.prepared.src_texts["test"], task.prepared.trg_texts["test"]
    total, count = 0.0, 0
    for source, target in zip(src, trg, strict=True):
        ids = [*task.prepared.trg_tokenizer.encode(target).tolist(), EOS]
        total, count = total - teacher_forced(task, source, ids), count + len(ids)
    metrics = task.evaluate("test", thorough=True)
    assert metrics["loss"] == pytest.approx(total / count, rel=1e-5)
    assert set(metrics) == {"bleu", "chrf", "exact_match", "loss", "signature"}
    assert list(task.baselines("test")) == ["copy_source", "word_for_word", "most_frequent"]


def test_teacher_forcing_decides_what_the_decoder_reads(bound):
    losses = {}
    for ratio in (0.0, 1.0):
        task = bound("translation", {"training.teacher_forcing_ratio": ratio})
        losses[ratio] = [task.training_loss(step).loss.item() for step in range(3)]
    half = bound("translation", {"training.teacher_forcing_ratio": 0.5})
    found = [half.training_loss(step).loss.item() for step in range(12)]
    assert losses[0.0] != losses[1.0]
    assert all(loss in (losses[0.0][step], losses[1.0][step]) for step, loss in enumerate(found[:3]))


def test_an_explanation_is_the_translation_with_its_attention(task):
    for source in SOURCES[:2]:
        found = task.predictor.explain(source)
        (row,) = task.predictor.predict([source])
        assert (found["trg"], found["score"]) == (row["trg"], pytest.approx(row["score"], abs=1e-5))
        assert found["src_tokens"][-1] == "<eos>"
        if task.model.attention is None:
            assert found["weights"] is None
            continue
        assert np.shape(found["weights"]) == (len(found["trg_tokens"]), len(found["src_tokens"]))
        np.testing.assert_allclose(np.sum(found["weights"], axis=1), 1, rtol=1e-5)


def test_words_that_training_never_had_are_named(task):
    assert task.predictor.explain("Anna has a wombat.")["unknown"] == ["wombat"]


@pytest.mark.parametrize("beam_size", [0, 21, 2.0, True])
def test_an_impossible_beam_is_an_error(beam_size, task):
    with pytest.raises(ConfigError) as caught:
        task.predictor.predict(["Ben"], beam_size=beam_size)
    assert caught.value.problems[0].field == "beam_size"


def test_a_quick_look_is_the_thorough_one_on_small_data(task):
    quick, thorough = (task.evaluate("validation", thorough=thorough) for thorough in (False, True))
    assert quick == {name: value for name, value in thorough.items() if name != "signature"}


def test_details_and_traces_can_be_shown(task):
    details = json.loads(json.dumps(task.details()))
    assert [row["src"] for row in details["examples"]] == task.prepared.src_texts["test"][:12]
    trace = task.predictor.trace("Anna has")
    assert trace["tokens"] == ["Anna", "has", "<eos>"]
    assert trace["layers"][0]["values"]["hidden state"].shape == (3, 7)
