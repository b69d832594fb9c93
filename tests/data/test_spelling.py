"""Spelling what a vocabulary lacks: a proper distribution, and no way for a small vocabulary to look better."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest

from core.baselines.ngram import NGrams
from core.config.summary import DataSummary
from core.data.encoding import encode_text
from core.data.prepared import PreparedText
from core.data.spelling import Spelling, SpellingCosts
from core.data.text import UNK, fit_tokenizer
from core.metrics.language import ReadText
from core.metrics.registry import score

TEXT = "the owl and the cat went to sea in a pea green boat, they took some honey and plenty of money. " * 3
HELD_OUT = "the pig and the fowl went to the wood where a ring was at the end of his nose: Ω."


def prepared(unit, vocab_size, train=TEXT, held_out=HELD_OUT):
    tokenizer = fit_tokenizer(unit, [train], vocab_size)
    texts = {"train": train, "validation": held_out, "test": ""}
    ids = {name: encode_text(tokenizer, text) for name, text in texts.items()}
    return PreparedText(DataSummary("generation", 1, 1), "", tokenizer, texts, ids, counts={})


def bits_of_counted_tokens(unit, vocab_size):
    """Bits a character of the training text under the frequencies of its own tokens, and the share of unknown ones."""
    data = prepared(unit, vocab_size)
    ids = data.ids["train"]
    counts = Counter(ids.tolist())
    nats = -sum(number * math.log(number / len(ids)) for number in counts.values())
    spelling = float(SpellingCosts(data).of("train").sum())
    read = ReadText(np.array([nats]), len(TEXT), spelling)
    return score(["bits_per_char"], read)["bits_per_char"], counts[UNK] / len(ids)


def test_a_spelling_worked_out_by_hand():
    # "ab ab c": a 2, b 2, c 1, space 2, 3 words; with "any other" and the end 6 symbols: 10 counted and 6 added.
    nats = Spelling("ab ab c", num_words=3).nats(["b", " cb", "ñ"])
    end, other = 4 / 16, 1 / 16 / (0x110000 - 4)
    assert np.exp(-nats) == pytest.approx([3 / 16 * end, 3 / 16 * 2 / 16 * 3 / 16 * end, other * end])
    # Single characters have no end: 7 counted and 5 added.
    assert np.exp(-Spelling("ab ab c").nats(["b", "ñ"])) == pytest.approx([3 / 12, 1 / 12 / (0x110000 - 4)])


def test_what_is_in_the_vocabulary_is_never_spelled():
    # Of twelve equal parts a, b and the space have three each, c has two, and any other the last.
    nats = Spelling("ab ab c", ["a", " "]).nats(["b", "c"])
    assert np.exp(-nats) == pytest.approx([3 / 6, 2 / 6])
    nats = Spelling("ab ab c", ["a", " a"], num_words=3).nats(["b"])
    known = 3 / 16 * 4 / 16 + 3 / 16 * 3 / 16 * 4 / 16
    assert np.exp(-nats) == pytest.approx([3 / 16 * 4 / 16 / (1 - known)])


@pytest.mark.parametrize("vocabulary", ["", "a", "Ωb"])
@pytest.mark.parametrize("text", ["", "aab", "naïve Ω \U0010ffff"])
def test_all_unknown_characters_together_have_probability_one(text, vocabulary):
    unknown = [character for character in map(chr, range(0x110000)) if character not in vocabulary]
    assert np.exp(-Spelling(text, list(vocabulary)).nats(unknown)).sum() == pytest.approx(1)


def test_all_words_together_have_probability_one():
    spelling = Spelling("aab", num_words=9)  # an end is likely, so that long words hardly matter
    words = {length: ["".join(word) for word in itertools.product("ab", repeat=length)] for length in range(1, 12)}
    found = sum(np.exp(-spelling.nats(some)).sum() for some in words.values())
    # 3 characters, 9 ends and one more of each of 4 symbols; words that hold another character are left.
    of_known, end = 5 / 16, 10 / 16
    assert found == pytest.approx(end * sum(of_known**length for length in range(1, 12)))
    assert sum(end * (1 - end) ** length for length in range(200)) == pytest.approx(1)


def test_an_unknown_word_pays_for_its_space_and_its_letters_where_it_stands():
    data = prepared("word", 8, train="a b a b a b c d", held_out="a ba c")
    costs = SpellingCosts(data).of("validation")
    assert data.tokenizer.pieces() == [" a", " b", " c", " d"]
    spelling = Spelling("a b a b a b c d", data.tokenizer.pieces(), num_words=8)
    known = (data.ids["validation"] != UNK).tolist()
    words = zip(known, (" a", " ba", " c"), strict=True)
    expected = [0.0 if is_known else spelling.nats([word])[0] for is_known, word in words]
    assert costs.tolist() == pytest.approx(expected)
    assert not known[1]


@pytest.mark.parametrize(
    ("unit", "sizes"),
    [("word", (8, 9, 12, 17, 25, 60)), ("character", (8, 9, 12, 17, 22, 60)), ("subword", (8, 9, 12, 17, 22, 27))],
)
def test_a_smaller_vocabulary_alone_never_looks_better(unit, sizes):
    """Without any model: merging tokens into <unk> and spelling them costs what their own frequencies save, or more.

    The cost above that of all tokens by their frequencies is the share of <unk> times the divergence of spelling from
    the frequencies of what it stands for, which by its chain rule only grows with more of them.
    """
    found = [bits_of_counted_tokens(unit, size) for size in sizes]
    assert found[0][1] > 0.3, "the smallest one leaves much out"
    assert found[-1][1] == 0, "the largest one leaves nothing out"
    for (fewer, unknown), (more, still_unknown) in itertools.pairwise(found):
        assert unknown >= still_unknown
        assert fewer >= more - 1e-12


@pytest.mark.parametrize(("unit", "vocab_size"), [("word", 8), ("word", 60), ("character", 9), ("subword", 9)])
def test_ngrams_pay_for_spelling(unit, vocab_size):
    data = prepared(unit, vocab_size)
    ids = data.ids["validation"]
    spelling = SpellingCosts(data).of("validation")
    unknown = int((ids == UNK).sum())
    assert unknown and int((spelling > 0).sum()) == unknown
    models = NGrams(2).fit(data.ids["train"], data.tokenizer.vocab_size)
    nats = -np.log(models.probabilities(ids)).sum(axis=1) + spelling.sum()
    found = models.nats(ids)
    for order in (1, 2):
        read = ReadText(found[f"ngram_{order}"], len(HELD_OUT), spelling)
        assert score(["bits_per_char"], read)["bits_per_char"] == pytest.approx(
            nats[order - 1] / len(HELD_OUT) / math.log(2)
        )
