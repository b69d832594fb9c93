"""Words as letters: bounded, of unknown words too, and the same however words are put together."""

import numpy as np
import torch

from core.data.batching import SpelledSequences
from core.data.encoding import encode_all
from core.data.letters import MOST_LETTERS, NUM_LETTERS, Letters, unknown_words
from core.data.text import EOS, UNK, fit_tokenizer

TEXTS = ["the cat sat", "the dog sat down"]


def letters_of(table):
    return [row[row != 0].tolist() for row in table]


def test_letters_are_numbered_by_how_many_words_of_the_vocabulary_have_them():
    tokenizer = fit_tokenizer("word", ["aab ab", "b"], 50)
    letters = Letters(tokenizer)
    # the letter a stands three times in the different words aab, ab and b, and so does b: then by the alphabet
    assert letters_of(letters.spell(["ab", "bz"])) == [[2, 3], [3, 1]]
    assert len(letters.table) == tokenizer.vocab_size
    assert not letters.table[:4].any(), "a special token has no letters"


def test_of_a_long_word_the_first_and_the_last_letters_are_read():
    letters = Letters(fit_tokenizer("word", ["abcdefghijklmnopqrstuvwxyz"], 50))
    long = "a" * 15 + "b" * 15
    (row,) = letters_of(letters.spell([long]))
    (expected,) = letters_of(letters.spell(["a" * 10 + "b" * 10]))
    assert row == expected and len(row) == MOST_LETTERS


def test_letters_beyond_those_that_are_numbered_are_one_unknown_letter():
    words = [chr(0x4E00 + place) for place in range(400)]
    letters = Letters(fit_tokenizer("word", [" ".join(words)], 500))
    assert letters.table.max() == NUM_LETTERS - 1
    assert letters.spell([words[-1]])[0, 0] in (1, NUM_LETTERS - 1) and letters.spell(["~"])[0, 0] == 1


def test_the_unknown_words_of_cut_texts_are_told_in_order():
    tokenizer = fit_tokenizer("word", TEXTS, 50)
    texts = ["the emu sat", "gnu the yak owl"]
    ragged = encode_all(tokenizer, texts, 3)
    assert list(unknown_words(tokenizer, texts, ragged)) == ["emu", "gnu", "yak"]


def test_a_batch_has_ids_a_number_for_each_word_and_its_letters():
    tokenizer = fit_tokenizer("word", TEXTS, 50)
    letters = Letters(tokenizer)
    texts = ["emu cat emu", "gnu"]
    ragged = encode_all(tokenizer, texts, 9)
    unknown = unknown_words(tokenizer, texts, ragged)
    spelled, lengths = SpelledSequences(ragged, letters, unknown, torch.device("cpu"), suffix=(EOS,)).batch(
        np.array([0, 1])
    )
    assert spelled.shape == (2, 4, 2 + MOST_LETTERS) and lengths.tolist() == [4, 2]
    cat = int(tokenizer.encode("cat")[0])
    assert spelled[..., 0].tolist() == [[UNK, cat, UNK, EOS], [UNK, EOS, 0, 0]]
    kinds = spelled[..., 1]
    assert kinds[0, 0] == kinds[0, 2] != kinds[1, 0]
    np.testing.assert_array_equal(spelled[0, 0, 2:], letters.spell(["emu"])[0])
    np.testing.assert_array_equal(spelled[0, 1, 2:], letters.spell(["cat"])[0])
    assert not spelled[1, 2, 2:].any()
