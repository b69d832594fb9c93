"""Items that stand apart: names that each begin with a start token and end with a stop token, never joined."""

import itertools

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core.baselines.ngram import NGrams
from core.config.errors import ConfigError
from core.data.batching import Sequences
from core.data.dataset import TextSet
from core.data.kinds import kind_of
from core.data.text import BOS, EOS, PAD, SPECIALS
from core.tasks.generation.apart import ItemBatches, read_items, sampled, sequences

NAMES = {"data.id": "country_names", "data.items": "apart"}


@pytest.fixture
def task(bound):
    return bound("generation", NAMES)


def alone(model, ids):
    """The nats of an item's tokens and of its stop token, one step at a time from a state of zero."""
    model.eval()
    nats, state = [], None
    with torch.inference_mode():
        for before, after in itertools.pairwise([BOS, *ids]):
            logits, state = model(torch.tensor([[before]]), state)
            nats.append(float(F.cross_entropy(logits[0].double(), torch.tensor([after]))))
    return nats


def test_every_item_ends_with_its_stop_token_and_is_its_text(task):
    prepared = task.prepared
    assert prepared.apart
    for split in ("train", "validation", "test"):
        ids, offsets = prepared.ids[split], prepared.offsets[split]
        texts = [prepared.tokenizer.decode(ids[a : b - 1].tolist()) for a, b in itertools.pairwise(offsets)]
        if split == "train":  # others may hold characters that the training set lacks
            assert texts == prepared.items(split)
        assert (ids[offsets[1:] - 1] == EOS).all()
        assert (ids == EOS).sum() == len(prepared.items(split))
        assert not np.isin(ids, [PAD, BOS]).any()


def test_a_part_costs_what_its_items_cost_one_by_one(task):
    ids, offsets = task.prepared.ids["validation"], task.prepared.offsets["validation"]
    nats = [sum(alone(task.model, ids[a:b].tolist())) for a, b in itertools.pairwise(offsets)]
    figures = task.evaluate("validation", full=True)
    assert figures["loss"] == pytest.approx(sum(nats) / len(ids), rel=1e-5)
    characters = sum(len(item) + 1 for item in task.prepared.items("validation"))  # each ends once
    assert len(task.prepared.texts["validation"]) == characters


def test_nothing_of_one_item_is_known_in_the_next(task):
    """Whatever stands before an item, and however long its neighbours in a batch are, it costs the same."""
    items = sequences(task.prepared, "validation", task.device)
    rows = np.arange(len(items))
    forwards, backwards = read_items(task.model, items, rows), read_items(task.model, items, rows[::-1].copy())
    for one, other in zip(forwards, backwards[::-1], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_a_long_item_is_read_in_pieces_as_in_one(task, monkeypatch):
    items = sequences(task.prepared, "validation", task.device)
    whole = read_items(task.model, items, np.arange(5))
    monkeypatch.setattr("core.tasks.generation.apart.CHUNK", 3)
    for one, other in zip(read_items(task.model, items, np.arange(5)), whole, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_a_batch_counts_its_real_tokens_and_no_padding(task):
    inputs, targets, lengths = task.batch(0)
    assert (inputs[:, 0] == BOS).all()
    real = targets != PAD
    assert real.sum(dim=1).tolist() == lengths.tolist()
    logits, _ = task.model(inputs)
    by_hand = F.cross_entropy(logits[real], targets[real])
    assert task.batch_loss((inputs, targets, lengths)).loss.item() == pytest.approx(by_hand.item(), rel=1e-5)


def test_every_item_is_read_once_a_pass_up_to_its_length(task):
    batches = ItemBatches(task.prepared, batch_size=7, seq_len=4, seed=0, device=task.device)
    number = len(task.prepared.items("train"))
    read = [batches.batch(step) for step in range(-(-number // 7))]
    assert sum(len(inputs) for inputs, *_ in read) == number
    assert max(inputs.shape[1] for inputs, *_ in read) == 4
    first = sorted(int(row[0]) for _, targets, _ in read for row in targets)
    assert first == sorted(task.prepared.ids["train"][task.prepared.offsets["train"][:-1]].tolist())


def test_a_quick_look_reads_short_and_long_items(task):
    rows = sampled(task.prepared, "validation", 60)
    lengths = np.diff(task.prepared.offsets["validation"])
    assert 0 < len(rows) < len(lengths)
    assert lengths[rows].mean() == pytest.approx(lengths.mean(), rel=0.4)
    assert set(task.evaluate("validation", full=False)) >= {"loss", "standard_error"}


def test_what_is_written_begins_with_the_prompt_and_has_no_special_token(task):
    items = task.predictor.items(40, "S", temperature=1.5, length=30, seed=3)
    assert len(items) == 40
    assert all(item.startswith("S") for item in items)
    assert not any(special in item for item in items for special in SPECIALS)
    assert len(set(items)) > 1
    assert items == task.predictor.items(40, "S", temperature=1.5, length=30, seed=3), "a seed writes the same"


def test_an_item_ends_with_its_stop_token(task):
    """A network that is sure of the end writes nothing, one that never ends writes as much as it may."""
    with torch.no_grad():
        task.model.output.weight.zero_()
        task.model.output.bias.zero_()
        task.model.output.bias[EOS] = 50.0
    assert task.predictor.items(3, "Sw") == ["Sw"] * 3
    assert task.predictor.predict(["Sw"])[0]["text"] == ""
    with torch.no_grad():
        task.model.output.bias[EOS] = -50.0
    assert [len(item) for item in task.predictor.items(3, "", length=9)] == [9] * 3


def test_joined_items_are_one_text_as_before(bound):
    task = bound("generation", {**NAMES, "data.items": "joined"})
    assert not task.prepared.apart
    assert not (task.prepared.ids["train"] == EOS).any()
    inputs, targets = task.batch(0)
    assert (inputs[:, 1:] == targets[:, :-1]).all()


def prepare(content, **fields):
    from core.config.experiment import DataConfig

    return kind_of("text").prepare(content, "0", DataConfig(items="apart", **fields), lambda *_: None)


def test_every_line_of_a_file_is_an_item_once():
    lines = [f"name {number}" for number in range(20)]
    prepared = prepare(TextSet("\n".join([*lines, "", "  name 3  ", "   "])))
    found = [item for split in ("train", "validation", "test") for item in prepared.items(split)]
    assert sorted(found) == sorted(lines)
    assert prepared.summary.num_train == len(prepared.items("train"))
    assert prepared.summary.longest == 8, "seven characters and the stop token"


def test_every_tune_of_abc_music_is_an_item():
    tunes = [f"X: {number}\nT:Tune\nK:D\n|:A{'B' * number}:|" for number in range(1, 13)]
    prepared = prepare(TextSet("\n\n".join(tunes) + "\n"))
    found = [item for split in ("train", "validation", "test") for item in prepared.items(split)]
    assert sorted(found) == sorted(tunes)


def test_an_item_of_two_parts_stays_in_the_later_one():
    names = [f"n{number}" for number in range(30)]
    parts = {"train": names[:20], "validation": names[15:25], "test": [*names[24:30], names[29]]}
    prepared = prepare(TextSet(parts={name: "\n".join(part) for name, part in parts.items()}))
    assert [len(prepared.items(split)) for split in ("train", "validation", "test")] == [15, 9, 6]


def test_a_handful_of_items_is_refused_in_words():
    with pytest.raises(ConfigError, match="at least 10 items"):
        prepare(TextSet("one\ntwo\n\nthree"))


def test_a_start_is_the_context_of_first_tokens_and_never_predicted():
    """Of items ab, ab, ba, bigrams by hand: after the start a twice of three; nothing of an end is known at a start."""
    items = [[0, 1, 2], [0, 1, 2], [1, 0, 2]]
    ids, offsets = np.concatenate(items), np.array([0, 3, 6, 9])
    models = NGrams(max_order=3).fit(ids, 3, offsets)
    table = models.probabilities(ids, offsets)
    assert table.shape == (3, 9)
    alone = [models.probabilities(np.array(item), np.array([0, 3])) for item in items]
    np.testing.assert_allclose(table, np.concatenate(alone, axis=1))
    first = [models.probabilities(np.array([token]), np.array([0, 1]))[1, 0] for token in range(3)]
    assert sum(first) == pytest.approx(1.0), "no share of it goes to the start"
    # Modified Kneser-Ney with the discounts of small texts: 2 - 0.75 of 3 for a, 1 - 0.5 for b, the rest by the unigram,
    # which counts the different tokens before each of a, b, stop: {start, b}, {start, a}, {a, b}, each less 0.75 of 6.
    below = (2 - 0.75) / 6 + (3 * 0.75) / 6 / 3
    assert first[0] == pytest.approx((2 - 0.75) / 3 + (0.75 + 0.5) / 3 * below)
    assert first[2] == pytest.approx((0.75 + 0.5) / 3 * below)


def test_items_on_the_device_are_those_of_the_part(task):
    items = sequences(task.prepared, "test", task.device)
    assert isinstance(items, Sequences)
    tokens, lengths = items.batch(np.array([0]))
    start, end = task.prepared.offsets["test"][:2]
    assert tokens[0].tolist() == [BOS, *task.prepared.ids["test"][start:end].tolist()]
    assert lengths.tolist() == [end - start + 1]


def test_items_do_not_go_on_learning_from_each_other(task):
    with pytest.raises(ConfigError, match=r"data\.items"):
        task.evaluate_adapting("test")


def test_presets_read_as_many_tokens_a_step_of_short_items_as_of_one_text():
    """Names of seven characters: 293 of them are 2,048 tokens, and at most 256 are read at once."""
    from core.config.summary import DataSummary
    from core.tasks.generation.description import preset

    names = DataSummary("text", 228_000, 183_000, num_train=26_143, longest=16)
    tunes = DataSummary("text", 400_000, 320_000, num_train=800, longest=2_900)
    quick, standard = (preset(name, names)["training"] for name in ("quick", "standard"))
    assert (quick["batch_size"], quick["seq_len"]) == (256, 16)
    assert standard["max_steps"] == 12 * 183_000 // (256 * 7)
    assert (preset("quick", tunes)["training"]["batch_size"], preset("quick", tunes)["training"]["seq_len"]) == (
        32,
        1_024,
    )
    assert preset("standard", names)["model"]["hidden_size"] == 256


def test_an_item_says_whether_it_ended_by_itself_or_was_cut(task):
    options = {"length": 5, "temperature": 1.0, "seed": 2}
    items = task.predictor.ended_items(40, **options)
    assert [item for item, _ in items] == task.predictor.items(40, **options)
    assert {has_ended for _, has_ended in items} == {True, False}
    assert all(len(item) == 5 for item, has_ended in items if not has_ended)
    assert all(len(item) < 5 for item, has_ended in items if has_ended)


def test_training_leaves_behind_how_long_nearly_all_items_are(task):
    prepared = task.prepared
    lengths = np.sort([len(item) + 1 for item in prepared.items("train")])
    most = task.details()["item_length"]
    assert 0.95 <= (lengths <= most).mean() < 1
