import json
import math

import pytest
import torch
from torch.nn import functional as F

from core.config.errors import ConfigError
from core.data.text import SPECIALS

UNITS = ("character", "word", "subword")


def nats_one_by_one(task, start, ids):
    """Summed -log p of ids, one step at a time with the state carried."""
    task.model.eval()
    total, state = 0.0, None
    with torch.inference_mode():
        for before, after in zip([start, *ids], ids, strict=False):
            logits, state = task.model(torch.tensor([[before]]), state)
            total += float(F.cross_entropy(logits[0].double(), torch.tensor([after])))
    return total


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_held_out_part_is_read_once_with_the_state_carried(cell, bound):
    task = bound("generation", {"model.cell": cell})
    for split, before in (("validation", "train"), ("test", "validation")):
        ids = task.prepared.ids[split].tolist()
        nats = nats_one_by_one(task, int(task.prepared.ids[before][-1]), ids)
        metrics = task.evaluate(split, thorough=True)
        assert metrics["loss"] == pytest.approx(nats / len(ids), rel=1e-5)
        assert metrics["bits_per_char"] == pytest.approx(nats / len(task.prepared.texts[split]) / math.log(2), rel=1e-5)
        assert metrics["perplexity"] == pytest.approx(math.exp(nats / len(ids)), rel=1e-4)


def test_a_quick_look_counts_each_token_once_too(bound):
    task = bound("generation")
    quick, thorough = (task.evaluate("validation", thorough=thorough)["loss"] for thorough in (False, True))
    assert quick == pytest.approx(thorough, rel=0.05)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("prompt", ["Anna sees", "", "\n", "猫"])
def test_streamed_text_equals_predicted_text(unit, prompt, bound):
    predictor = bound("generation", {"data.unit": unit}).predictor
    (row,) = predictor.predict([prompt], length=30, seed=5)
    pieces = list(predictor.stream(prompt, length=30, seed=5))
    assert len(pieces) == 30
    assert "".join(pieces) == row["text"]
    assert row["prompt"] == prompt
    assert not any(special in row["text"] for special in SPECIALS)


def test_the_seed_decides_the_text(bound):
    predictor = bound("generation").predictor
    texts = [predictor.predict(["A"], seed=seed)[0]["text"] for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]
    assert len(texts[0]) == 200


def test_prompts_are_independent_of_each_other(bound):
    predictor = bound("generation").predictor
    together = predictor.predict(["A", "The", ""], length=9)
    assert together == [predictor.predict([prompt], length=9)[0] for prompt in ("A", "The", "")]


def test_without_temperature_the_likeliest_token_is_written(bound):
    predictor = bound("generation").predictor
    text = predictor.predict(["Anna"], temperature=0, length=4, seed=1)[0]["text"]
    written = "Anna"
    for character in text:
        assert predictor.next_tokens(written, 1)[0][0] == character
        written += character
    assert predictor.predict(["Anna"], temperature=1.0, top_k=1, length=4, seed=9)[0]["text"] == text


def test_the_likeliest_tokens_come_first(bound):
    tokens = bound("generation").predictor.next_tokens("An", 1_000)
    shares = [share for _, share in tokens]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1, abs=1e-5)
    assert not {token for token, _ in tokens} & set(SPECIALS)


def test_the_surprise_of_a_text_is_what_the_loss_counts(bound):
    task = bound("generation")
    text = "Anna sees 猫."
    found = task.predictor.surprise(text)
    assert [token for token, _ in found] == [*"Anna sees ", "<unk>", "."]
    ids = task.prepared.tokenizer.encode(text).tolist()
    line_end = int(task.prepared.tokenizer.encode("\n")[0])
    assert sum(nats for _, nats in found) == pytest.approx(nats_one_by_one(task, line_end, ids), rel=1e-5)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"temperature": -0.1}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"temperature": "hot"}, "temperature"),
        ({"length": 0}, "length"),
        ({"length": 5_001}, "length"),
        ({"length": 2.0}, "length"),
        ({"top_k": 0}, "top_k"),
        ({"top_p": 0.0}, "top_p"),
        ({"top_p": 1.1}, "top_p"),
        ({"seed": -1}, "seed"),
    ],
)
def test_an_impossible_option_is_an_error_at_once(options, field, bound):
    predictor = bound("generation").predictor
    for call in (lambda: predictor.predict(["A"], **options), lambda: predictor.stream("A", **options)):
        with pytest.raises(ConfigError) as caught:
            call()
        assert caught.value.problems[0].field == field


def test_a_server_limits_the_length(bound, monkeypatch):
    monkeypatch.setenv("UNROLL_MAX_PREDICTION_TOKENS", "9")
    with pytest.raises(ConfigError):
        bound("generation").predictor.predict(["A"], length=10)


def test_the_state_goes_from_window_to_window(bound):
    task, other = bound("generation"), bound("generation")
    expected = [task.training_loss(step).loss.item() for step in range(3)]
    assert other.training_loss(0).loss.item() == expected[0]
    assert other.training_loss(2).loss.item() != expected[2], "a window was left out"
    later = bound("generation")
    later.training_loss(0), later.training_loss(1)
    other.restore_carried(later.carried())
    assert other.training_loss(2).loss.item() == expected[2]


def test_baselines_are_ngrams_in_the_same_units(bound):
    task = bound("generation")
    found = task.baselines("test")
    assert list(found) == [f"ngram_{n}" for n in range(1, 7)]
    assert set(found["ngram_3"]) == set(task.evaluate("test", thorough=True))


def test_details_and_traces_can_be_shown(bound):
    task = bound("generation")
    assert json.dumps(task.details())
    trace = task.predictor.trace("Anna")
    assert trace["tokens"] == list("Anna")
    assert trace["layers"][0]["values"]["cell state"].shape == (4, 7)
