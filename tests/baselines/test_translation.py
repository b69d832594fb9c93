"""Copying, dictionary and most frequent sentence as translations."""

import itertools
import random

import numpy as np
import pytest

from core.baselines.translation import TRANSLATORS, CopySource, MostFrequent, NearestSource, WordForWord, _prior

DIGITS = {"one": "un", "two": "deux", "three": "trois", "four": "quatre", "five": "cinq", "six": "six"}


def phrases(num_pairs: int, seed: int = 0) -> tuple[list[str], list[str]]:
    """English digits, always with a word that has no counterpart, and their French."""
    rng = random.Random(seed)
    src, trg = [], []
    for _ in range(num_pairs):
        words = rng.choices(list(DIGITS), k=rng.randint(1, 5))
        src.append("um, " + " ".join(words) + "!")
        trg.append(" ".join(DIGITS[word] for word in words) + " !")
    return src, trg


def test_the_dictionary_is_found_and_words_without_counterpart_are_dropped():
    fitted = WordForWord().fit(*phrases(300))
    assert fitted.translate(["um, six five two!", "um, one!"]) == ["six cinq deux !", "un !"]


def test_unknown_words_are_copied():
    assert WordForWord().fit(*phrases(200)).translate(["two apples"]) == ["deux apples"]


def test_word_order_stays_that_of_the_source():
    pairs = [
        ("big dog", "chien grand"),
        ("big cat", "chat grand"),
        ("red dog", "chien rouge"),
        ("red cat", "chat rouge"),
    ]
    src, trg = (list(column) for column in zip(*pairs * 5, strict=True))
    assert WordForWord().fit(src, trg).translate(["big cat"]) == ["grand chat"]


def test_copy_and_most_frequent():
    assert CopySource().fit(["a"], ["x"]).translate(["q", "r"]) == ["q", "r"]
    assert MostFrequent().fit(["a", "b", "c"], ["x", "y", "y"]).translate(["q", "r"]) == ["y", "y"]


def test_the_nearest_source_is_the_one_that_shares_most_pieces():
    src = ["the black cat sleeps", "a dog runs", "the white cat eats", "a dog sleeps"]
    nearest = NearestSource().fit(src, ["1", "2", "3", "4"])
    assert nearest.translate(["the white cat sleeps now and eats", "one dog runs"]) == ["3", "2"]
    assert nearest.translate(src) == ["1", "2", "3", "4"]
    assert nearest.translate([""]) == ["1"], "what shares nothing gets the first"


def test_the_nearest_source_is_found_among_scripts_and_blanks():
    assert NearestSource().fit(["猫が寝る", "犬が走る"], ["cat", "dog"]).translate(["犬が寝た"]) == ["dog"]
    assert NearestSource().fit([" ", ""], ["x", "y"]).translate(["q"]) == ["x"]


def test_of_very_many_sources_those_evenly_spread_are_looked_through():
    src = [f"word{place}" for place in range(10)]
    assert NearestSource(most_sources=2).fit(src, src).translate(["word5", "word9"])[0] == "word5"


def test_the_first_of_equally_frequent_sentences_is_taken():
    assert MostFrequent().fit(["a", "b"], ["x", "y"]).translate(["q"]) == ["x"]


def test_words_of_a_phrase_are_translated_exactly():
    src, trg = phrases(40, seed=1)
    assert WordForWord().fit(*phrases(300)).translate(src) == trg


def test_rare_words_beyond_the_vocabulary_are_copied():
    src, trg = ["cat", "cat", "cat", "dog"], ["chat", "chat", "chat", "chien"]
    assert WordForWord(max_vocabulary=1).fit(src, trg).translate(["cat dog"]) == ["chat dog"]


def test_only_as_many_pairs_as_allowed_are_learned_from():
    src, trg = ["cat", "dog"], ["chat", "chien"]
    # A pair of single words makes two links: with the word and with the empty word.
    assert WordForWord(max_links=3).fit(src, trg).translate(["cat dog"]) == ["chat dog"]
    assert WordForWord(max_links=4).fit(src, trg).translate(["cat dog"]) == ["chat chien"]


def test_a_pair_too_long_to_learn_from_is_skipped():
    src, trg = ["cat " * 50, "dog"], ["chat " * 50, "chien"]
    assert WordForWord(max_links=100).fit(src, trg).translate(["cat dog"]) == ["cat chien"]


def test_link_priors_are_distributions_that_prefer_the_diagonal():
    prior = _prior(5, 3)
    assert prior.shape == (6, 3)
    assert prior.sum(axis=0) == pytest.approx([1.0, 1.0, 1.0])
    assert np.diff(prior[1:, 2]).min() > 0
    assert _prior(0, 2).tolist() == [[1.0, 1.0]]


@pytest.mark.parametrize(("src", "trg"), [(["", ""], ["", ""]), (["a", ""], ["", "x"]), ([" "], ["x"])])
def test_empty_sentences_do_no_harm(src, trg):
    assert all(len(one().fit(src, trg).translate(["a", ""])) == 2 for one in TRANSLATORS.values())


@pytest.mark.parametrize(("src", "trg"), [([], []), (["a"], ["x", "y"])])
def test_training_data_that_does_not_pair_up_is_refused(src, trg):
    for one in (WordForWord, MostFrequent):
        with pytest.raises(ValueError):
            one().fit(src, trg)


def test_word_for_word_works_where_words_are_not_divided():
    numbers = {"1": "一", "2": "二", "3": "三", "4": "四", "5": "五", "6": "六"}
    src = [" ".join(pair) for pair in itertools.permutations(numbers, 2)]
    trg = ["".join(numbers[digit] for digit in text.split()) for text in src]
    assert WordForWord().fit(src[:-4], trg[:-4]).translate(["6 1 5 2"]) == ["六一五二"]
