"""The measurements of attention: which words stand for which, and figures that a seed gives again."""

from core.claims.experiments import attention
from core.claims.experiments.on_the_fly import Scale

TINY = Scale(num_pairs=620, parameters=60_000, steps=3)


def test_words_that_stand_once_on_either_side_are_linked():
    src, trg = ["Tuesday", ",", "December", "25", ",", "2074"], ["25", "décembre", "2074"]
    assert attention.known_links(src, trg) == {0: 3, 1: 2, 2: 5}
    assert attention.known_links(["Mar", "1", ",", "1999"], ["1er", "mars", "1999"]) == {0: 1, 1: 0, 2: 3}


def test_words_that_stand_twice_or_have_no_single_word_are_not_linked():
    src = ["two", "hundred", "and", "seventy", "-", "two"]
    assert attention.known_links(src, ["deux", "cent", "soixante", "-", "douze"]) == {}
    assert attention.known_links(["five", "thousand"], ["cinq", "mille"]) == {0: 0, 1: 1}


def test_quality_is_told_for_each_quarter_of_the_lengths():
    found = attention.by_length("encoder-decoder with attention", TINY, 0)
    assert list(found) == list(attention.QUARTERS) and all(0 <= share <= 1 for share in found.values())


def test_an_untrained_network_is_misaligned_and_a_seed_gives_the_same_figure_again():
    found = attention.alignment_error("dates", TINY, 0)
    assert 0.3 < found["attention"] <= 1 and 0 <= found["diagonal"] <= 1
    attention.trained.cache_clear()
    assert attention.alignment_error("dates", TINY, 0) == found
