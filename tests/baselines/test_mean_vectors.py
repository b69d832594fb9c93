"""The mean of learned vectors: its gradient against differences, and what it can and cannot learn."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from core.baselines.classification import BagOfEmbeddings
from core.baselines.mean_vectors import MeanVectors

SHARES = csr_matrix(np.array([[0.5, 0.5, 0.0], [0.0, 0.25, 0.75], [1.0, 0.0, 0.0]]))
LABELS = np.array([0, 2, 1])


def loss(model):
    return -np.log(model.probabilities(SHARES)[np.arange(3), LABELS]).mean()


def test_its_gradient_is_that_of_the_cross_entropy():
    model = MeanVectors(3, 3)
    model.output = np.random.default_rng(1).normal(size=model.output.shape)
    found = model.gradients(SHARES, LABELS)
    for part, gradient in zip((model.vectors, model.output, model.bias), found, strict=True):
        place = tuple(0 for _ in part.shape)
        before, step = part[place], 1e-5
        part[place] = before + step
        above = loss(model)
        part[place] = before - step
        slope = (above - loss(model)) / (2 * step)
        part[place] = before
        assert gradient[place] == pytest.approx(slope, rel=1e-5, abs=1e-9)


def test_untaught_it_gives_every_class_the_same():
    assert MeanVectors(3, 4).probabilities(SHARES) == pytest.approx(np.full((3, 4), 0.25))


def test_words_are_learned_and_their_order_is_not():
    texts, labels = (
        [f"{word} {rest}" for word in ("good", "bad") for rest in "abcdefghij"] * 3,
        ([0] * 10 + [1] * 10) * 3,
    )
    fitted = BagOfEmbeddings().fit(texts, labels, 2)
    shares = fitted.probabilities(["good x", "x good", "bad a"])
    assert shares.argmax(axis=1).tolist() == [0, 0, 1]
    assert shares[0] == pytest.approx(shares[1])


def test_a_text_without_a_known_word_gets_what_the_bias_says():
    fitted = BagOfEmbeddings().fit(["good a", "bad b"] * 20, [0, 1] * 20, 2)
    one, other = fitted.probabilities(["zzz", ""])
    assert one == pytest.approx(other)
    assert one.sum() == pytest.approx(1)


def test_the_same_texts_give_the_same_figures():
    texts, labels = ["good a", "bad b", "good c"] * 20, [0, 1, 0] * 20
    one, other = (BagOfEmbeddings().fit(texts, labels, 2).probabilities(texts) for _ in range(2))
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(("texts", "labels"), [(["a", "b"], [1, 1]), ([" ", ""], [0, 1])])
def test_what_nothing_can_be_learned_from_is_refused(texts, labels):
    with pytest.raises(ValueError, match="training"):
        BagOfEmbeddings().fit(texts, labels, 2)
