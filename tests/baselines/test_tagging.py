"""The regression on what a word looks like: features by hand, and what it can and cannot know."""

import numpy as np
import pytest

from core.baselines import tagging
from core.baselines.tagging import FeatureRegression, features, shape


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("McDonald", "XxXx"),
        ("U.S.", "X.X."),
        ("1990s", "dx"),
        ("don't", "x'x"),
        ("--", "-"),
        ("שלום", "x"),
        ("\n", "\n"),
    ],
)
def test_the_shape_of_a_word_keeps_each_run_once(word, wanted):
    assert shape(word) == wanted


def test_a_word_is_known_by_its_form_its_ends_and_its_neighbours():
    found = set(features(["The", "Cats", "sleep"], 1))
    assert {"w=Cats", "l=cats", "s=Xx", "e1=s", "e4=cats", "b1=c", "b4=cats"} <= found
    assert {"-1=the", "1=sleep", "-1s=Xx", "1e=eep", "1+=sleep|cats", "-1+1=the|sleep"} <= found
    assert {"-2=\n", "2=\n"} <= found, "beyond the ends stands what no word can be"
    assert "e5=cats" not in found


SENTENCES = [["the", f"w{k}s", "runs"] for k in range(30)] + [["they", "run", f"w{k}ly"] for k in range(30)]
TAGS = [0, 1, 2] * 30 + [3, 2, 4] * 30


def test_words_that_it_never_read_get_the_tag_of_their_ending_and_place():
    method = FeatureRegression().fit(SENTENCES, TAGS, 6)
    table = method.probabilities([["the", "newones", "runs"], ["they", "run", "strangely"]])
    assert table.argmax(axis=1).tolist() == [0, 1, 2, 3, 2, 4]
    assert table.sum(axis=1) == pytest.approx(np.ones(6))
    assert (table > 0).all(), "a tag that training lacks stays possible"


def test_it_is_the_same_twice():
    first, again = (FeatureRegression().fit(SENTENCES, TAGS, 5).probabilities(SENTENCES[:3]) for _ in range(2))
    assert (first == again).all()


def test_with_one_tag_it_names_it_and_without_words_it_says_nothing():
    method = FeatureRegression().fit([["a", "b"]], [1, 1], 3)
    assert method.probabilities([["c"]]).argmax(axis=1).tolist() == [1]
    assert method.probabilities([]).shape == (0, 3)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="one a word"):
        FeatureRegression().fit([["a", "b"]], [1], 3)
    with pytest.raises(ValueError, match="0 to 2"):
        FeatureRegression().fit([["a", "b"]], [1, 3], 3)


def test_of_a_long_training_set_sentences_from_all_over_it_are_read(monkeypatch):
    monkeypatch.setattr(tagging, "MOST_WORDS", 60)
    sentences, tags = tagging._part_of(SENTENCES, np.array(TAGS))
    assert sentences == SENTENCES[::3]
    assert tags.tolist() == [tag for place in range(0, 60, 3) for tag in TAGS[3 * place : 3 * place + 3]]
