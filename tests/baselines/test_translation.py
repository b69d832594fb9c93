"""Copying, dictionary and most frequent sentence as translations."""

import itertools
import random

import numpy as np
import pytest

from core.baselines.translation import TRANSLATORS, TranslationBaselines, _prior

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
    baselines = TranslationBaselines().fit(*phrases(300))
    translations = baselines.translate(["um, six five two!", "um, one!"])
    assert translations["word_for_word"] == ["six cinq deux !", "un !"]


def test_unknown_words_are_copied():
    assert TranslationBaselines().fit(*phrases(200)).translate(["two apples"])["word_for_word"] == ["deux apples"]


def test_word_order_stays_that_of_the_source():
    pairs = [
        ("big dog", "chien grand"),
        ("big cat", "chat grand"),
        ("red dog", "chien rouge"),
        ("red cat", "chat rouge"),
    ]
    src, trg = (list(column) for column in zip(*pairs * 5, strict=True))
    assert TranslationBaselines().fit(src, trg).translate(["big cat"])["word_for_word"] == ["grand chat"]


def test_copy_and_most_frequent():
    translations = TranslationBaselines().fit(["a", "b", "c"], ["x", "y", "y"]).translate(["q", "r"])
    assert translations["copy_source"] == ["q", "r"]
    assert translations["most_frequent"] == ["y", "y"]


def test_the_first_of_equally_frequent_sentences_is_taken():
    assert TranslationBaselines().fit(["a", "b"], ["x", "y"]).translate(["q"])["most_frequent"] == ["x"]


def test_figures_come_for_all_three():
    baselines = TranslationBaselines().fit(*phrases(300))
    figures = baselines.evaluate(*phrases(40, seed=1))
    assert tuple(figures) == TRANSLATORS
    assert figures["word_for_word"]["exact_match"] == 1.0
    assert figures["word_for_word"]["chrf"] > figures["most_frequent"]["chrf"]
    assert figures["copy_source"]["exact_match"] == 0.0
    assert figures["copy_source"]["loss"] is None


def test_rare_words_beyond_the_vocabulary_are_copied():
    src, trg = ["cat", "cat", "cat", "dog"], ["chat", "chat", "chat", "chien"]
    assert TranslationBaselines(max_vocabulary=1).fit(src, trg).translate(["cat dog"])["word_for_word"] == ["chat dog"]


def test_only_as_many_pairs_as_allowed_are_learned_from():
    src, trg = ["cat", "dog"], ["chat", "chien"]
    # A pair of single words makes two links: with the word and with the empty word.
    assert TranslationBaselines(max_links=3).fit(src, trg).translate(["cat dog"])["word_for_word"] == ["chat dog"]
    assert TranslationBaselines(max_links=4).fit(src, trg).translate(["cat dog"])["word_for_word"] == ["chat chien"]


def test_a_pair_too_long_to_learn_from_is_skipped():
    src, trg = ["cat " * 50, "dog"], ["chat " * 50, "chien"]
    baselines = TranslationBaselines(max_links=100).fit(src, trg)
    assert baselines.translate(["cat dog"])["word_for_word"] == ["cat chien"]


def test_link_priors_are_distributions_that_prefer_the_diagonal():
    prior = _prior(5, 3)
    assert prior.shape == (6, 3)
    assert prior.sum(axis=0) == pytest.approx([1.0, 1.0, 1.0])
    assert np.diff(prior[1:, 2]).min() > 0
    assert _prior(0, 2).tolist() == [[1.0, 1.0]]


@pytest.mark.parametrize(("src", "trg"), [(["", ""], ["", ""]), (["a", ""], ["", "x"]), ([" "], ["x"])])
def test_empty_sentences_do_no_harm(src, trg):
    translations = TranslationBaselines().fit(src, trg).translate(["a", ""])
    assert all(len(texts) == 2 for texts in translations.values())


@pytest.mark.parametrize(("src", "trg"), [([], []), (["a"], ["x", "y"])])
def test_training_data_that_does_not_pair_up_is_refused(src, trg):
    with pytest.raises(ValueError):
        TranslationBaselines().fit(src, trg)


def test_the_baselines_must_be_fitted_first():
    with pytest.raises(ValueError, match="fit"):
        TranslationBaselines().translate(["a"])


def test_word_for_word_works_where_words_are_not_divided():
    numbers = {"1": "一", "2": "二", "3": "三", "4": "四", "5": "五", "6": "六"}
    src = [" ".join(pair) for pair in itertools.permutations(numbers, 2)]
    trg = ["".join(numbers[digit] for digit in text.split()) for text in src]
    fitted = TranslationBaselines().fit(src[:-4], trg[:-4])
    assert fitted.translate(["6 1 5 2"])["word_for_word"] == ["六一五二"]
