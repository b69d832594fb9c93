"""Majority and bag-of-words baselines."""

import math

import pytest

from core.baselines.classification import ClassificationBaselines

GOOD = ["a lovely meal", "lovely, warm and kind", "I would go again", "what a treat!", "superb food"]
BAD = ["cold soup", "never again", "rude and slow"]
TEXTS = GOOD + BAD
LABELS = [2] * len(GOOD) + [0] * len(BAD)


def test_the_majority_matches_hand_computation():
    figures = ClassificationBaselines().fit(TEXTS, LABELS, 3).evaluate(["x", "y", "z"], [2, 2, 0])["majority"]
    # shares with one example added to each of three classes: 4/11, 1/11, 6/11
    assert figures["loss"] == pytest.approx(-(2 * math.log(6 / 11) + math.log(4 / 11)) / 3)
    assert figures["accuracy"] == pytest.approx(2 / 3)
    assert figures["macro_f1"] == pytest.approx((0.8 + 0.0) / 2)


def test_words_are_learned():
    baselines = ClassificationBaselines().fit(TEXTS, LABELS, 3)
    figures = baselines.evaluate(["lovely food", "rude, cold soup"], [2, 0])
    assert figures["tfidf_logistic"]["accuracy"] == 1.0
    assert figures["majority"]["accuracy"] == 0.5
    assert figures["tfidf_logistic"]["loss"] < figures["majority"]["loss"]


def test_pairs_of_words_are_learned():
    texts, labels = ["not good", "good", "not bad", "bad"] * 5, [0, 1, 1, 0] * 5
    figures = ClassificationBaselines(inverse_regularisation=100.0).fit(texts, labels, 2).evaluate(texts, labels)
    assert figures["tfidf_logistic"]["accuracy"] == 1.0


def test_a_script_without_spaces_is_read_by_characters():
    """Each text is one run of letters, and no run of the held-out part stood in training; single signs decide."""
    subjects, places = ("小猫", "老狗", "大鸟", "白马"), ("桌上", "河边", "山下")
    texts = [f"{who}在{where}{mood}" for who in subjects for where in places for mood in ("高兴", "生气")]
    labels = [0, 1] * (len(texts) // 2)
    fitted = ClassificationBaselines().fit(texts, labels, 2)
    figures = fitted.evaluate(["黑羊在家里很高兴", "黑羊在家里很生气"], [0, 1])
    assert figures["tfidf_logistic"]["accuracy"] == 1.0


def test_order_beyond_pairs_is_invisible():
    texts = ["a b a c a", "a c a b a"]
    probabilities = ClassificationBaselines().fit(TEXTS + texts, [*LABELS, 0, 2], 3).probabilities(texts)
    first, second = probabilities["tfidf_logistic"]
    assert first == pytest.approx(second)


def test_probabilities_are_distributions_even_without_a_known_word():
    tables = ClassificationBaselines().fit(TEXTS, LABELS, 3).probabilities(["zzz qqq", "", "lovely"])
    for table in tables.values():
        assert table.shape == (3, 3)
        assert table.sum(axis=1) == pytest.approx([1.0, 1.0, 1.0])
    assert tables["tfidf_logistic"][0] == pytest.approx(tables["tfidf_logistic"][1])


def test_a_class_missing_from_training_has_no_finite_loss_in_the_regression():
    figures = ClassificationBaselines().fit(TEXTS, LABELS, 3).evaluate(["lovely"], [1])
    assert figures["tfidf_logistic"] == {"accuracy": 0.0, "macro_f1": 0.0, "loss": None}
    assert figures["majority"]["loss"] == pytest.approx(math.log(11))


def test_no_held_out_texts_give_no_figures():
    figures = ClassificationBaselines().fit(TEXTS, LABELS, 3).evaluate([], [])
    assert figures["tfidf_logistic"] == {"accuracy": None, "macro_f1": None, "loss": None}


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
        ClassificationBaselines().fit(texts, labels, 3)


def test_the_baselines_must_be_fitted_first():
    with pytest.raises(ValueError, match="fit"):
        ClassificationBaselines().evaluate(["a"], [0])
