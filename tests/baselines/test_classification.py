"""Majority and bag-of-words baselines."""

import math

import pytest

from core.baselines.classification import BagOfEmbeddings, Majority, MostFrequentTag, TfidfLogistic
from core.metrics.classes import Guesses
from core.metrics.registry import score

GOOD = ["a lovely meal", "lovely, warm and kind", "I would go again", "what a treat!", "superb food"]
BAD = ["cold soup", "never again", "rude and slow"]
TEXTS = GOOD + BAD
LABELS = [2] * len(GOOD) + [0] * len(BAD)


def evaluate(method, texts, labels):
    return score(("accuracy", "macro_f1", "loss"), Guesses.of(method.probabilities(texts), labels))


def test_the_majority_matches_hand_computation():
    figures = evaluate(Majority().fit(TEXTS, LABELS, 3), ["x", "y", "z"], [2, 2, 0])
    # shares with one example added to each of three classes: 4/11, 1/11, 6/11
    assert figures["loss"] == pytest.approx(-(2 * math.log(6 / 11) + math.log(4 / 11)) / 3)
    assert figures["accuracy"] == pytest.approx(2 / 3)
    assert figures["macro_f1"] == pytest.approx((0.8 + 0.0) / 2)


def test_words_are_learned():
    majority, tfidf = (
        evaluate(one().fit(TEXTS, LABELS, 3), ["lovely food", "rude, cold soup"], [2, 0])
        for one in (Majority, TfidfLogistic)
    )
    assert (majority["accuracy"], tfidf["accuracy"]) == (0.5, 1.0)
    assert tfidf["loss"] < majority["loss"]


def test_pairs_of_words_are_learned():
    texts, labels = ["not good", "good", "not bad", "bad"] * 5, [0, 1, 1, 0] * 5
    fitted = TfidfLogistic(inverse_regularisation=100.0).fit(texts, labels, 2)
    assert evaluate(fitted, texts, labels)["accuracy"] == 1.0


def test_a_script_without_spaces_is_read_by_characters():
    """Each text is one run of letters, and no run of the held-out part stood in training; single signs decide."""
    subjects, places = ("小猫", "老狗", "大鸟", "白马"), ("桌上", "河边", "山下")
    texts = [f"{who}在{where}{mood}" for who in subjects for where in places for mood in ("高兴", "生气")]
    labels = [0, 1] * (len(texts) // 2)
    fitted = TfidfLogistic().fit(texts, labels, 2)
    assert evaluate(fitted, ["黑羊在家里很高兴", "黑羊在家里很生气"], [0, 1])["accuracy"] == 1.0


def test_a_text_that_is_a_single_word_is_read_by_characters():
    """No name of the held-out set stood in training; their endings decide."""
    names = [f"{start}{end}" for start in ("Ka", "Bo", "Li", "Mu", "Se") for end in ("rov", "nsen")]
    fitted = TfidfLogistic().fit(names, [0, 1] * 5, 2)
    assert evaluate(fitted, ["Terov", "Dunsen"], [0, 1])["accuracy"] == 1.0


def test_order_beyond_pairs_is_invisible():
    texts = ["a b a c a", "a c a b a"]
    first, second = TfidfLogistic().fit(TEXTS + texts, [*LABELS, 0, 2], 3).probabilities(texts)
    assert first == pytest.approx(second)


def test_probabilities_are_distributions_even_without_a_known_word():
    for one in (Majority, TfidfLogistic, MostFrequentTag):
        table = one().fit(TEXTS, LABELS, 3).probabilities(["zzz qqq", "", "lovely"])
        assert table.shape == (3, 3)
        assert table.sum(axis=1) == pytest.approx([1.0, 1.0, 1.0])
        assert table[0] == pytest.approx(table[1])


def test_a_class_missing_from_training_has_no_finite_loss_in_the_regression():
    majority, tfidf = (evaluate(one().fit(TEXTS, LABELS, 3), ["lovely"], [1]) for one in (Majority, TfidfLogistic))
    assert tfidf == {"accuracy": 0.0, "macro_f1": 0.0, "loss": None}
    assert majority["loss"] == pytest.approx(math.log(11))


def test_no_held_out_texts_give_no_figures():
    for one in (Majority, TfidfLogistic, MostFrequentTag):
        figures = evaluate(one().fit(TEXTS, LABELS, 3), [], [])
        assert figures == {"accuracy": None, "macro_f1": None, "loss": None}


@pytest.mark.parametrize(
    ("texts", "labels", "message"),
    [
        (["a", "b"], [1, 1], "two different classes"),
        ([], [], "two different classes"),
        (["", " "], [0, 1], "no word"),
        (["a", "b"], [0, 3], "from 0 to 2"),
        (["a", "b"], [0], "shape"),
        (["a", "b"], [0.0, 1.0], "integers"),
    ],
)
def test_training_data_that_cannot_be_fitted_is_refused(texts, labels, message):
    with pytest.raises(ValueError, match=message):
        TfidfLogistic().fit(texts, labels, 3)


def test_a_word_has_its_most_frequent_tag_and_an_unknown_one_the_most_frequent_of_all():
    words = ["the", "run", "run", "run", "a", "dog", "dog", "will"]
    fitted = MostFrequentTag().fit(words, [0, 1, 1, 2, 0, 1, 2, 2], 3)  # overall 2, 3 and 3: of equals the first
    assert fitted.probabilities(["run", "the", "dog", "xyz"]).argmax(axis=1).tolist() == [1, 0, 1, 1]
    assert evaluate(fitted, ["the", "run", "will"], [0, 2, 2])["accuracy"] == pytest.approx(2 / 3)


def test_terms_that_are_cut_are_counted():
    """Words a, b, c, d and the pairs a b, c d (twos of letters, or they would be no words here)."""
    texts, labels = ["aa bb", "aa bb", "cc dd", "aa"], [0, 0, 1, 1]
    assert TfidfLogistic().fit(texts, labels, 2).terms == (6, 0)
    assert TfidfLogistic(max_features=2).fit(texts, labels, 2).terms == (2, 4)
    assert BagOfEmbeddings(max_features=3).fit(texts, labels, 2).terms == (3, 1)
