"""The n-gram models: proper distributions, numbers by hand, and the edges of a text and of the vocabulary."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.baselines.ngram import NGrams
from core.metrics.language import ReadText
from core.metrics.registry import score


def evaluate(models, ids, num_characters):
    metrics = ("loss", "bits_per_char")
    return {name: score(metrics, ReadText(nats, num_characters)) for name, nats in models.nats(ids).items()}


def next_tokens(models, context, order):
    """Probability of every possible next token, from the last ``order - 1`` tokens of a context."""
    before = [int(token) for token in context][max(0, len(context) - order + 1) :]
    vocabulary = range(models._vocab_size)
    return np.array([models.probabilities([*before, token])[order - 1, -1] for token in vocabulary])


def random_text(num_tokens: int, vocab_size: int, seed: int = 0) -> np.ndarray:
    """A text with some structure: squares of a random number are skewed and each token leans on the one before."""
    rng = np.random.default_rng(seed)
    fresh = (vocab_size * rng.random(num_tokens) ** 2).astype(int)
    follows = rng.random(num_tokens) < 0.6
    for i in range(1, num_tokens):
        if follows[i]:
            fresh[i] = (fresh[i - 1] * 3 + 1) % vocab_size
    return fresh


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 300), st.integers(2, 9), st.integers(0, 99), st.lists(st.integers(0, 1), max_size=7))
def test_every_distribution_sums_to_one(num_tokens, vocab_size, seed, context):
    models = NGrams(max_order=5).fit(random_text(num_tokens, vocab_size, seed), vocab_size)
    for order in range(1, 6):
        distribution = next_tokens(models, context, order)
        assert distribution.shape == (vocab_size,)
        assert (distribution > 0).all()
        assert distribution.sum() == pytest.approx(1.0)


def test_distributions_sum_to_one_after_contexts_of_the_text_itself():
    text = random_text(5000, 7)
    models = NGrams().fit(text, 7)
    for end in (0, 1, 3, 17, 4000, 5000):
        for order in range(1, 7):
            assert next_tokens(models, text[:end], order).sum() == pytest.approx(1.0)


def test_reading_a_text_uses_the_same_distributions():
    train, held_out = random_text(3000, 11), random_text(23, 11, seed=5)
    models = NGrams(max_order=4).fit(train, 11)
    table = models.probabilities(held_out)
    for order in range(1, 5):
        for i, token in enumerate(held_out):
            assert table[order - 1, i] == pytest.approx(next_tokens(models, held_out[:i], order)[token])


def test_small_counts_match_hand_computation():
    # a a b a b: 3 a, 2 b; too few for estimated discounts, so 0.5 for a count of one, 0.75 for two, 0.9 for three and
    # more.
    models = NGrams(max_order=2).fit([0, 0, 1, 0, 1], vocab_size=3)
    uniform = (0.9 + 0.75) / 5 / 3
    assert next_tokens(models, [], 1) == pytest.approx([2.1 / 5 + uniform, 1.25 / 5 + uniform, uniform])
    # Pairs: aa once, ab twice, ba once. a follows two different tokens, b one: three pairs in all.
    below = (0.75 + 0.5) / 3 / 3
    lower = np.array([1.25 / 3 + below, 0.5 / 3 + below, below])
    after_a = np.array([0.5 / 3, 1.25 / 3, 0.0]) + (0.5 + 0.75) / 3 * lower
    assert next_tokens(models, [0], 2) == pytest.approx(after_a)
    # Token 2 was never a context: back to the lower order.
    assert next_tokens(models, [2], 2) == pytest.approx(lower)


def test_discounts_are_estimated_from_counts_of_counts():
    # 8 tokens once, 4 twice, 2 three times, 1 four times: n1..n4 = 8, 4, 2, 1, share = 8 / 16
    text = np.concatenate([np.repeat(np.arange(start, stop), n) for start, stop, n in [(0, 8, 1), (8, 12, 2)]])
    text = np.concatenate([text, np.repeat([12, 13], 3), np.repeat(14, 4)])
    models = NGrams(max_order=1).fit(text, 16)
    discounts = (1 - 0.5 * 2 * 4 / 8, 2 - 0.5 * 3 * 2 / 4, 3 - 0.5 * 4 * 1 / 2)
    total = 8 + 8 + 6 + 4
    backoff = (8 * discounts[0] + 4 * discounts[1] + 3 * discounts[2]) / total
    distribution = next_tokens(models, [], 1)
    assert distribution[0] == pytest.approx((1 - discounts[0]) / total + backoff / 16)
    assert distribution[8] == pytest.approx((2 - discounts[1]) / total + backoff / 16)
    assert distribution[14] == pytest.approx((4 - discounts[2]) / total + backoff / 16)
    assert distribution[15] == pytest.approx(backoff / 16)


def test_a_periodic_text_is_learned_by_the_order_that_sees_its_period():
    # After "0 0" comes 1 or 2 depending on one token more.
    text = np.tile([0, 0, 1, 0, 0, 2], 2000)
    losses = {name: row["loss"] for name, row in evaluate(NGrams().fit(text, 3), text[:600], 600).items()}
    assert losses["ngram_1"] == pytest.approx(-(2 / 3) * math.log(2 / 3) - (1 / 3) * math.log(1 / 6), rel=0.01)
    assert losses["ngram_3"] > 0.2
    assert losses["ngram_4"] < 0.01
    assert losses["ngram_6"] < 0.01


def test_noise_is_not_overfitted():
    rng = np.random.default_rng(3)
    models = NGrams().fit(rng.integers(0, 5, 20_000), 5)
    losses = [row["loss"] for row in evaluate(models, rng.integers(0, 5, 5_000), 5_000).values()]
    assert all(math.log(5) - 0.01 < loss < 1.25 * math.log(5) for loss in losses)
    assert losses[0] == pytest.approx(math.log(5), abs=0.005)


def test_the_first_tokens_have_shorter_contexts():
    models = NGrams(max_order=3).fit(random_text(500, 5), 5)
    table = models.probabilities([1, 2, 3])
    assert table[0, 0] == table[1, 0] == table[2, 0]
    assert table[1, 1] == table[2, 1]


def test_each_token_counts_once_and_characters_set_the_bits():
    models = NGrams(max_order=2).fit(random_text(500, 5), 5)
    text = random_text(37, 5, seed=2)
    figures = evaluate(models, text, 74)
    assert list(figures) == ["ngram_1", "ngram_2"]
    expected = -np.log(models.probabilities(text)[1]).sum()
    assert figures["ngram_2"]["loss"] == pytest.approx(expected / 37)
    assert figures["ngram_2"]["bits_per_char"] == pytest.approx(expected / 74 / math.log(2))


def test_a_vocabulary_of_any_size_fits():
    vocab_size = 3_000_000  # to the sixth power this is far beyond 64 bits
    text = np.tile([5, 2_999_999, 17, 1_000_000, 5, 123_456], 50)
    losses = [row["loss"] for row in evaluate(NGrams().fit(text, vocab_size), text, 1).values()]
    assert losses[5] < 0.1 < losses[0]


def test_tokens_unseen_in_training_stay_possible():
    figures = evaluate(NGrams().fit(np.zeros(50, dtype=int), 9), [8, 8, 0, 8], 4)
    assert all(math.isfinite(row["loss"]) for row in figures.values())


def test_texts_shorter_than_the_order_are_fine():
    for length in (1, 2, 5):
        figures = evaluate(NGrams().fit(np.arange(length), 6), [3], 1)
        assert len(figures) == 6
        assert all(row["loss"] > 0 for row in figures.values())


def test_an_empty_held_out_part_is_undefined():
    assert evaluate(NGrams(2).fit([0, 1], 2), [], 0)["ngram_2"]["loss"] is None


def test_only_the_first_max_tokens_are_counted():
    text = random_text(400, 5)
    short = NGrams(3, max_tokens=100).fit(text, 5)
    assert np.array_equal(short.probabilities(text), NGrams(3).fit(text[:100], 5).probabilities(text))


@pytest.mark.parametrize("ids", [[], [0, 5], [-1], [[0, 1]], [0.5]])
def test_misuse_is_refused(ids):
    with pytest.raises(ValueError):
        NGrams().fit(np.array(ids), 5)


def test_models_must_be_fitted_and_have_an_order():
    with pytest.raises(ValueError):
        NGrams().probabilities([0])
    with pytest.raises(ValueError):
        NGrams(0)


def test_every_order_has_its_name_and_label():
    assert list(NGrams.labels()) == list(NGrams().fit([0, 1], 2).nats([0]))
    assert NGrams.labels()["ngram_4"] == "4-gram"
