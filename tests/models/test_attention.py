"""Attention: weights that sum to one, masks that hold, and scores that follow the papers' formulas."""

import pytest
import torch

from core.models.attention import ATTENTION_KINDS, Attention

MASK = torch.tensor([[True, True, False, False], [True, True, True, True], [True, False, False, False]])


def attend(kind, query_size=7, key_size=7, dtype=torch.float32):
    torch.manual_seed(0)
    layer = Attention(kind, query_size, key_size).to(dtype)
    query, keys = torch.randn(3, 5, query_size, dtype=dtype), torch.randn(3, 4, key_size, dtype=dtype)
    return layer, query, keys


@pytest.mark.parametrize("kind", ATTENTION_KINDS)
def test_weights_sum_to_one_over_the_real_keys(kind):
    layer, query, keys = attend(kind)
    context, weights = layer(query, keys, MASK)
    assert context.shape == (3, 5, 7) and weights.shape == (3, 5, 4)
    torch.testing.assert_close(weights.sum(-1), torch.ones(3, 5))
    assert not weights[~MASK[:, None, :].expand(3, 5, 4)].any()
    assert (weights[2, :, 0] == 1).all()


@pytest.mark.parametrize("kind", ATTENTION_KINDS)
def test_masked_keys_change_nothing(kind):
    layer, query, keys = attend(kind)
    other = keys.masked_fill(~MASK[..., None], 1e4)
    for one, same in zip(layer(query, keys, MASK), layer(query, other, MASK), strict=True):
        torch.testing.assert_close(one, same)


def test_the_context_is_the_weighted_mean_of_the_keys():
    layer, query, keys = attend("general", key_size=9)
    context, weights = layer(query, keys, MASK)
    torch.testing.assert_close(context[1, 3], sum(weights[1, 3, s] * keys[1, s] for s in range(4)))


@pytest.mark.parametrize("kind", ATTENTION_KINDS)
def test_scores_follow_their_formula(kind):
    layer, query, keys = attend(kind, key_size=7 if kind == "dot" else 9, dtype=torch.float64)
    _, weights = layer(query, keys, MASK)
    for row in range(3):
        for position in range(5):
            q = query[row, position]
            scores = []
            for key in keys[row][MASK[row]]:
                if kind == "dot":
                    scores.append(q @ key)
                elif kind == "general":
                    scores.append(key @ layer.query_projection.weight @ q)
                else:
                    inner = layer.query_projection(q) + layer.key_projection(key)
                    scores.append(layer.score.weight[0] @ inner.tanh())
            torch.testing.assert_close(weights[row, position, MASK[row]], torch.stack(scores).softmax(0))


def test_the_softmax_is_in_single_precision_under_autocast():
    layer, query, keys = attend("dot")
    with torch.autocast("cpu", dtype=torch.bfloat16):
        _, weights = layer(query, keys, MASK)
    assert weights.dtype == torch.float32


def test_impossible_arguments_are_refused_by_name():
    with pytest.raises(ValueError, match="'multihead'"):
        Attention("multihead", 7, 7)
    with pytest.raises(ValueError, match="query_size 7, got 9"):
        Attention("dot", 7, 9)
