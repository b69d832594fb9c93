"""Weights of classes, worked out by hand."""

import pytest
import torch

from core.models.class_losses import class_weights

COUNTS = torch.tensor([6, 2, 1])


def test_nothing_is_weighted_when_nobody_asks():
    assert class_weights("none", COUNTS) is None


def test_balanced_classes_have_equal_sums():
    weights = class_weights("balanced", COUNTS)
    assert weights.tolist() == pytest.approx([9 / 18, 9 / 6, 9 / 3])


def test_the_effective_number_counts_what_further_examples_add():
    """With beta a half, 6, 2 and 1 examples are worth 63/32, 3/2 and 1; the inverses are put to a sum of three."""
    inverse = [32 / 63, 2 / 3, 1.0]
    expected = [3 * one / sum(inverse) for one in inverse]
    assert class_weights("effective", COUNTS, 0.5).tolist() == pytest.approx(expected)


def test_a_beta_near_one_balances_and_one_near_zero_does_nothing():
    balanced = class_weights("balanced", COUNTS)
    near = class_weights("effective", COUNTS, 1 - 1e-9)
    torch.testing.assert_close(near / near.sum(), balanced / balanced.sum())
    torch.testing.assert_close(class_weights("effective", COUNTS, 1e-9), torch.ones(3))


def test_beta_follows_the_largest_class_where_nobody_sets_it():
    """Of 6, 2 and 1 examples beta is 5/6: they are worth 6 (1 - (5/6)^n)."""
    worth = [6 * (1 - (5 / 6) ** n) for n in (6, 2, 1)]
    expected = [3 / one / sum(1 / other for other in worth) for one in worth]
    assert class_weights("effective", COUNTS).tolist() == pytest.approx(expected)


def test_a_class_without_examples_counts_as_one_with_one():
    weights = class_weights("balanced", torch.tensor([4, 0]))
    assert weights.tolist() == pytest.approx([0.5, 2.0])


def test_other_kinds_are_refused():
    with pytest.raises(ValueError, match="balanced"):
        class_weights("equal", COUNTS)
