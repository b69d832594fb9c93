"""The way of a sentence into a batch is that of training; and two sentences of the same words are two to a network only."""

import numpy as np
import pytest
import torch

from core.applications import APPLICATIONS
from core.claims.experiments.twins import accuracy
from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.data.prepare import prepare
from core.data.text import BOS, EOS, PAD, UNK, fit_tokenizer
from core.insight.word_numbers import (
    batch_of,
    by_product,
    check_sentence,
    fresh_table,
    pieces_of,
    unknown_words,
    with_spaces,
)
from core.insight.word_order import compare, trained, untrained
from core.resolve import resolve_data
from core.tasks.seq2seq.binding import Seq2SeqTask

PAIRS = [("a b c", "x y"), ("a b", "x y z z"), ("c", "z"), ("b a c a", "x"), ("c c", "y x")]


def tokenizers():
    return tuple(fit_tokenizer("word", texts, 30) for texts in zip(*PAIRS, strict=True))


def test_the_decoder_reads_begin_and_target_and_writes_target_and_end():
    batch = batch_of(tokenizers(), PAIRS, 10, 5)
    assert batch.reads.shape == batch.writes.shape == (5, 5)
    assert (batch.reads[:, 0] == BOS).all() and torch.equal(batch.reads[:, 1:][batch.writes[:, 1:] != PAD],
                                                            batch.writes[:, :-1][batch.writes[:, 1:] != PAD])  # fmt: skip
    for row, length in enumerate(batch.trg_lengths.tolist()):
        assert batch.writes[row, length - 1] == EOS and (batch.writes[row, length:] == PAD).all()
    source, target = PAIRS[batch.rows[0]]
    assert batch.src_lengths[0] == len(source.split()) + 1 and batch.trg_lengths[0] == len(target.split()) + 1
    assert batch.padding == pytest.approx(1 - (17 + 15) / (25 + 25))


def test_the_batch_is_the_one_that_training_takes():
    data = resolve_data(APPLICATIONS["translation"].name, {"data.id": "numbers"})
    values = {
        "task": "translation",
        "data": data.model_dump(),
        "training": {"batch_size": 3, "max_steps": 2, "seed": 0},
    }
    experiment = Experiment.parse(values)
    prepared = prepare("pairs", experiment.data)
    task = Seq2SeqTask(experiment, prepared, torch.device("cpu"))
    pairs = list(zip(prepared.src_texts["train"], prepared.trg_texts["train"], strict=True))
    tokens = (prepared.src_tokenizer, prepared.trg_tokenizer)
    batch = batch_of(tokens, pairs, experiment.data.max_length, 3)
    rows = task.sampler.batch(batch.number)
    assert np.array_equal(batch.rows, rows) and 0 in rows
    assert torch.equal(batch.src, task.src["train"].batch(rows)[0])
    words = task.trg["train"].batch(rows)[0]
    assert torch.equal(batch.reads, words[:, :-1]) and torch.equal(batch.writes, words[:, 1:])


def test_an_unknown_word_stands_as_it_was_written_and_has_the_id_of_unknown():
    written, ids = pieces_of(tokenizers()[0], "b quite a", 10)
    assert written == ["b", "quite", "a", "<eos>"] and ids[1] == UNK and ids[-1] == EOS


def test_a_word_that_is_known_with_a_space_only_is_not_called_unknown_without_saying_so():
    tokenizer = fit_tokenizer("word", ["a kitchen and the cat."], 30)
    assert unknown_words(tokenizer, "kitchen-and the zebra . cat.") == [
        "-", "and (without its space)", "zebra", ". (after a space)",
    ]  # fmt: skip
    assert with_spaces(tokenizer, tokenizer.encode("the cat.").tolist()) == ["▁the", "▁cat", "."]


def test_the_row_of_the_embedding_is_the_one_hot_vector_times_it():
    weights = fresh_table(7, 3)
    assert torch.equal(by_product(5, weights), weights[5]) and not weights[PAD].any()
    assert torch.equal(fresh_table(7, 3), weights)


def test_batches_of_like_length_hold_less_padding():
    pairs = [(" ".join("a" * (1 + row % 9)), "x y") for row in range(60)]
    sorted_ones, others = (batch_of(tokenizers(), pairs, 20, 4, by_length).padding for by_length in (True, False))
    assert sorted_ones < others


@pytest.mark.parametrize("text", ["", "   ", "a" * 301])
def test_no_sentence_and_a_long_one_are_refused(text):
    with pytest.raises(ConfigError, match="1 to 300 characters"):
        check_sentence("first", text)


def read(first, second, cell="rnn"):
    return compare(first, second, untrained(first, second, cell))


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_sentences_of_the_same_words_have_one_bag_and_two_last_states(cell):
    found = read("One two three two.", "Two three two one.", cell)
    assert found.same_bag and found.bags_apart[-1] == 0 and found.bags_apart[0] > 0 and found.positive is None
    assert found.words == ["one", "two", "three", "."] and found.places[0] == [[1], [2, 4], [3], [5]]
    assert found.apart.shape == (6,) and found.apart[-1] > 0.01
    assert not read("one two", "one two two", cell).same_bag


def test_a_sentence_that_has_ended_keeps_its_state():
    found = read("one two three four", "one two")
    assert found.apart[0] == 0 and np.array_equal(found.states[1][2], found.states[1][4])


def test_a_bag_is_the_sum_of_the_vectors_so_far():
    reader = untrained("one two", "two one", "rnn")
    vectors = reader.model.embedding.weight[reader.tokenizer.encode("one two")].detach().double().numpy()
    bags = compare("one two", "two one", reader).bags
    assert np.allclose(bags[0], [vectors[0], vectors.sum(axis=0), vectors.sum(axis=0)])


def test_the_last_answer_is_that_of_the_whole_sentence_and_states_are_the_networks_own():
    reader, text = trained(), "They always kept their word and they never kept us waiting."
    found = compare(text, "They never kept their word", reader)
    ids = torch.tensor([[*reader.tokenizer.encode(text).tolist(), EOS]])
    with torch.inference_mode():
        share = reader.model(ids, torch.tensor([ids.shape[1]])).softmax(-1)[0, reader.classes.index("positive")]
        outputs, _ = reader.model.recurrent(reader.model.embedding(ids))
    assert found.positive[0, -1] == pytest.approx(share.item(), abs=1e-6)
    assert np.allclose(found.states[0], outputs[0], atol=1e-6)
    assert found.positive[1, 5] == found.positive[1, -1]


def test_words_that_the_network_does_not_know_are_counted_as_they_are_written():
    found = compare("They kept a zorb", "They kept a glimp", trained())
    assert found.unknown == ["zorb", "glimp"] and not found.same_bag and found.bags_apart[-1] == 0


def test_the_network_that_ships_is_right_on_unseen_twins():
    assert accuracy(trained().model) >= 0.95
