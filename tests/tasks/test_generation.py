import dataclasses
import json
import math
from collections import Counter

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core.config.errors import ConfigError
from core.config.limits import Limits
from core.data.prepare import prepare
from core.data.text import SPECIALS, UNK
from core.tasks.registry import bind

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
        metrics = task.evaluate(split, full=True)
        assert metrics["loss"] == pytest.approx(nats / len(ids), rel=1e-5)
        assert metrics["bits_per_char"] == pytest.approx(nats / len(task.prepared.texts[split]) / math.log(2), rel=1e-5)
        assert metrics["perplexity"] == pytest.approx(math.exp(nats / len(ids)), rel=1e-4)


def test_pieces_read_side_by_side_are_read_as_each_alone(bound, monkeypatch):
    monkeypatch.setattr("core.tasks.generation.binding.CHUNK", 4)
    task = bound("generation")
    ids, starts = task.prepared.ids["validation"], [0, 11, 18, 30]
    alone = [nats_one_by_one(task, int(ids[start]), ids[start + 1 : start + 8].tolist()) for start in starts]
    assert task._read_pieces(ids, np.array(starts), 7).sum(axis=1) == pytest.approx(alone, rel=1e-5)


def test_a_quick_look_at_a_short_part_reads_nearly_all_of_it(bound):
    task = bound("generation")
    quick, full = (task.evaluate("validation", full=full)["loss"] for full in (False, True))
    assert quick == pytest.approx(full, rel=0.05)


@pytest.mark.parametrize("unit", ["character", "word"])
def test_an_unknown_token_costs_its_spelling_too(unit, bound):
    """With an indifferent network and four tokens: log 8 for each, and for an unknown one an add-one unigram."""
    task = bound("generation", {"data.unit": unit, "data.vocab_size": 8})
    for parameter in task.model.output.parameters():
        torch.nn.init.zeros_(parameter)
    texts, tokenizer, is_word = task.prepared.texts, task.prepared.tokenizer, unit == "word"
    counts, num_words = Counter(texts["train"]), is_word * len(task.prepared.ids["train"])
    total = len(texts["train"]) + num_words + len(counts) + 1 + is_word

    def probability(piece):
        end = (num_words + 1) / total if is_word else 1.0
        return end * math.prod((counts[letter] + 1) / total for letter in piece)

    left = 1 - sum(map(probability, tokenizer.pieces()))
    unknown = tokenizer.unknown_pieces(texts["test"])
    tokens = tokenizer.encode(texts["test"]).tolist()
    assert len(unknown) == tokens.count(UNK) > len(tokens) / 3
    nats = len(tokens) * math.log(8) - sum(math.log(probability(piece) / left) for piece in unknown)
    figures = task.evaluate("test", full=True)
    assert figures["loss"] == pytest.approx(math.log(8), rel=1e-5)
    assert figures["perplexity"] == pytest.approx(8, rel=1e-5)
    assert figures["bits_per_char"] == pytest.approx(nats / len(texts["test"]) / math.log(2), rel=1e-5)
    assert task.baselines("test")["ngram_1"]["bits_per_char"] > 2.5, "unigrams of characters need four bits"
    assert task.evaluate("validation", full=False)["bits_per_char"] > 2.5


def test_the_figures_that_are_compared_are_those_of_the_table(bound):
    task = bound("generation", {"data.unit": "word", "data.vocab_size": 8})
    network, others = task.evaluate("test", full=True), task.baselines("test")
    pair = task.paired("test", "ngram_1")
    assert pair.figure == pytest.approx(others["ngram_1"]["bits_per_char"])
    assert pair.difference().value == pytest.approx(others["ngram_1"]["bits_per_char"] - network["bits_per_char"])


def test_a_quick_look_reads_pieces_from_all_over_the_validation_part(bound, monkeypatch):
    """The part begins with one endless word and goes on with a text: both count, in their shares."""
    monkeypatch.setattr("core.tasks.generation.binding.QUICK_TOKENS", 128)
    monkeypatch.setattr("core.tasks.generation.binding.SHORTEST_PIECE", 16)
    task = bound("generation")
    tokens = task.prepared.ids["train"]
    easy, half = np.full(640, tokens[0]), tokens[:640]
    task.prepared.ids["validation"] = np.concatenate([easy, half])
    task.prepared.texts["validation"] = "x" * 1280
    with torch.no_grad():
        for weight in task.model.parameters():
            weight.zero_()
        bias = next(weight for name, weight in reversed(list(task.model.named_parameters())) if "bias" in name)
        bias[int(tokens[0])] = 8.0
    dear = -math.log(1 / (math.exp(8.0) + len(bias) - 1))
    share = np.mean(np.concatenate([easy, half]) == tokens[0])
    mean = share * (dear - 8.0) + (1 - share) * dear
    look = task.evaluate("validation", full=False)
    assert look["loss"] == pytest.approx(mean, rel=0.15)
    assert look["loss"] == task.evaluate("validation", full=False)["loss"], "the same pieces at every look"
    assert 0 < look["standard_error"] < mean
    assert "standard_error" not in task.evaluate("validation", full=True)


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


def test_what_of_a_prompt_training_never_had_is_named(bound):
    rows = bound("generation").predictor.predict(["Anna sees 猫, 猫 and 犬", "Anna", ""], length=3)
    assert [row["unknown"] for row in rows] == [["猫", ",", "犬"], [], []]
    (row,) = bound("generation", {"data.unit": "word"}).predictor.predict(["Anna sees Zoe and Zoe"], length=3)
    assert row["unknown"] == ["Zoe", "and"]


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


def test_one_line_ends_with_the_piece_that_ends_it(bound):
    predictor = bound("generation").predictor
    whole = list(predictor.stream("Anna", length=300, seed=3, temperature=1.5))
    line = list(predictor.stream("Anna", length=300, seed=3, temperature=1.5, one_line=True))
    assert line == whole[: whole.index("\n") + 1]


def test_a_penalty_keeps_what_was_written_lately_from_coming_again(bound):
    predictor = bound("generation").predictor
    penalised = predictor.predict(["A"], temperature=0, length=8, repetition_penalty=5.0)[0]["text"]
    assert len(set(penalised)) > len(set(predictor.predict(["A"], temperature=0, length=8)[0]["text"]))


def test_what_is_drawn_from_follows_the_options(bound):
    predictor = bound("generation").predictor
    plain = dict(predictor.next_tokens("An", 1_000))
    cold = dict(predictor.next_tokens("An", 1_000, predictor.sampling(0.5, top_k=2)))
    best, second = sorted(plain.values(), reverse=True)[:2]
    assert sorted(cold.values(), reverse=True)[:2] == pytest.approx(
        [best**2 / (best**2 + second**2), second**2 / (best**2 + second**2)], rel=1e-4
    )
    assert sum(share > 0 for share in cold.values()) == 2


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
        ({"length": Limits().max_prediction_tokens + 1}, "length"),
        ({"length": 2.0}, "length"),
        ({"top_k": 0}, "top_k"),
        ({"top_p": 0.0}, "top_p"),
        ({"top_p": 1.1}, "top_p"),
        ({"seed": -1}, "seed"),
        ({"repetition_penalty": 0.5}, "repetition_penalty"),
        ({"one_line": 1}, "one_line"),
        ({"one_line": "yes"}, "one_line"),
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


def gradients(task, loss):
    """The gradient of a loss by every weight."""
    task.model.zero_grad()
    loss.backward()
    return {name: parameter.grad.clone() for name, parameter in task.model.named_parameters()}


def loss_by_hand(task, ids, cut_at=()):
    """Mean -log p of ids[1:], one token at a time from the start; the gradient is cut before these places."""
    nats, state = [], None
    for place in range(len(ids) - 1):
        if place in cut_at:
            state = tuple(part.detach() for part in state)
        logits, state = task.model(torch.tensor([[ids[place]]]), state)
        nats.append(F.cross_entropy(logits[0], torch.tensor([ids[place + 1]])))
    return torch.stack(nats).mean()


@pytest.fixture
def on_first_tokens(tiny):
    """Binds an experiment whose training set is the first tokens of the text."""

    def make(num_tokens, changes):
        experiment = tiny("generation", changes)
        prepared = prepare("text", experiment.data)
        train = prepared.ids["train"][:num_tokens]
        prepared = dataclasses.replace(prepared, ids={**prepared.ids, "train": train})
        task = bind(experiment, prepared, torch.device("cpu"))
        task.model.eval()
        return task, train.tolist()

    return make


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_window_over_the_whole_text_gives_the_gradient_of_full_backpropagation(cell, on_first_tokens):
    task, ids = on_first_tokens(36, {"model.cell": cell, "training.batch_size": 1, "training.seq_len": 35})
    found = gradients(task, task.training_loss(0).loss)
    expected = gradients(task, loss_by_hand(task, ids))
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient, rtol=1e-4, atol=1e-6)


def test_between_windows_the_state_goes_on_and_the_gradient_does_not(on_first_tokens):
    task, ids = on_first_tokens(36, {"training.batch_size": 1, "training.seq_len": 7})
    losses = torch.stack([task.training_loss(step).loss for step in range(5)])
    full, cut = loss_by_hand(task, ids), loss_by_hand(task, ids, cut_at=range(7, 35, 7))
    assert losses.mean().item() == pytest.approx(full.item(), rel=1e-5)
    found, expected, uncut = gradients(task, losses.mean()), gradients(task, cut), gradients(task, full)
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient, rtol=1e-4, atol=1e-6)
    assert any((found[name] - uncut[name]).abs().max() > 1e-5 for name in uncut)


def test_the_state_starts_afresh_with_every_pass(on_first_tokens):
    task, _ = on_first_tokens(100, {})
    number = task.stream.steps_per_pass
    found = [task.training_loss(step).loss.item() for step in range(number + 2)]
    other, _ = on_first_tokens(100, {})
    assert other.training_loss(number).loss.item() == found[number]
    assert on_first_tokens(100, {})[0].training_loss(number + 1).loss.item() != found[number + 1]


def test_a_sliding_window_starts_from_zero_and_counts_what_follows_its_last_token(bound):
    task = bound("generation", {"training.truncation": "slide"})
    for step in (0, 1, 7):
        inputs, targets = task.stream.window(step)
        assert inputs.shape == (3, 11)
        with torch.inference_mode():
            logits, _ = task.model(inputs)
        expected = F.cross_entropy(logits[:, 10], targets)
        outcome = task.training_loss(step)
        assert outcome.loss.item() == pytest.approx(expected.item(), rel=1e-5)
        assert outcome.num_tokens == 33
        assert task.carried() == {"state": None}


def test_sliding_windows_depend_on_nothing_but_seed_and_step(bound):
    slide = {"training.truncation": "slide"}
    task, other = bound("generation", slide), bound("generation", slide)
    expected = [task.training_loss(step).loss.item() for step in range(5)]
    other.restore_carried(task.carried())
    assert [other.training_loss(step).loss.item() for step in (4, 2, 3)] == [expected[step] for step in (4, 2, 3)]
    of_another_seed = bound("generation", {**slide, "training.seed": 1})
    assert not torch.equal(of_another_seed.batch(0)[0], task.batch(0)[0])


def test_the_variant_of_training_does_not_change_how_a_network_is_judged(bound):
    carry, slide = bound("generation"), bound("generation", {"training.truncation": "slide"})
    slide.model.load_state_dict(carry.model.state_dict())
    assert slide.evaluate("test", full=True) == carry.evaluate("test", full=True)


def test_baselines_are_ngrams_in_the_same_units(bound):
    task = bound("generation")
    found = task.baselines("test")
    assert list(found) == [f"ngram_{n}" for n in range(1, 7)]
    assert set(found["ngram_3"]) == set(task.evaluate("test", full=True))


def test_details_and_traces_can_be_shown(bound):
    task = bound("generation")
    assert json.dumps(task.details())
    trace = task.predictor.trace("Anna")
    assert trace["tokens"] == list("Anna")
    assert trace["layers"][0]["values"]["cell state"].shape == (4, 7)


@pytest.mark.parametrize("unit", ["character", "subword"])
def test_a_text_is_read_after_the_end_of_a_line(unit, bound):
    """A state of zeros was followed by one letter of the training text alone, so what it says of any other means nothing."""
    network = bound("generation", {"data.unit": unit}).predictor
    line, ids = (network.tokenizer.encode(text).tolist() for text in ("\n", "the cat"))
    assert line and UNK not in line
    assert network.beginning_ids("the cat") == [*line, *ids]
    assert network.beginning_ids("") == line
    already = network.tokenizer.encode("\nthe cat").tolist()
    assert network.beginning_ids("\nthe cat") == already
    with torch.inference_mode():
        logits, _ = network.model(torch.tensor([[*line, *ids]]))
        state = network.opened("the cat")
        after, _ = network.model(torch.tensor([ids]), state)
    assert torch.allclose(after[0, -1], logits[0, -1], atol=1e-5)


def test_before_a_text_of_a_network_that_knows_no_new_line_stands_nothing(bound):
    network = bound("generation").predictor
    known = network.tokenizer.encode
    network.tokenizer.encode = lambda text: np.where(known(text) == known("\n")[0], UNK, known(text))
    assert network.before("the cat") == [] and network.opened("the cat") is None
    assert network.beginning_ids("the cat") == known("the cat").tolist()


def test_beside_what_is_drawn_from_stands_what_the_network_believes(bound):
    predictor = bound("generation").predictor
    own, drawn = predictor.beginning("An"), predictor.beginning("An", temperature=0.5)
    assert "believed" not in own
    believed = dict(own["next"])
    assert [believed[token] for token, _ in drawn["next"]] == pytest.approx(drawn["believed"])
    (first, a), (second, b) = drawn["next"][:2]
    assert a / b == pytest.approx((believed[first] / believed[second]) ** 2, rel=1e-4), "p to the power of 1 / 0.5"
