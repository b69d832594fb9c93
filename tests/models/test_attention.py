"""Attention: weights that sum to one, masks that hold, and scores that follow the papers' formulas."""

import math

import pytest
import torch

from core.models import attention
from core.models.attention import ATTENTION_KINDS, PRODUCTS, Attention, AttentionPooling

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
    layer, query, keys = attend(kind, key_size=7 if kind in PRODUCTS else 9, dtype=torch.float64)
    _, weights = layer(query, keys, MASK)
    for row in range(3):
        for position in range(5):
            q = query[row, position]
            scores = []
            for key in keys[row][MASK[row]]:
                if kind == "dot":
                    scores.append(q @ key)
                elif kind == "scaled_dot":
                    scores.append(q @ key / 7**0.5)
                elif kind == "general":
                    scores.append(key @ layer.query_projection.weight @ q)
                else:
                    inner = layer.query_projection(q) + layer.key_projection(key)
                    scores.append(layer.score.weight[0] @ inner.tanh())
            torch.testing.assert_close(weights[row, position, MASK[row]], torch.stack(scores).softmax(0))


@pytest.mark.parametrize("kind", ATTENTION_KINDS)
def test_keys_projected_beforehand_give_the_same(kind):
    layer, query, keys = attend(kind)
    expected, weights = layer(query, keys, MASK)
    projected = layer.project(keys)
    for position in range(5):
        context, now = layer(query[:, position : position + 1], keys, MASK, projected)
        torch.testing.assert_close(context[:, 0], expected[:, position])
        torch.testing.assert_close(now[:, 0], weights[:, position])


@pytest.mark.parametrize("kind", ATTENTION_KINDS)
def test_gradients_are_those_of_the_formula(kind):
    layer, query, keys = attend(kind, dtype=torch.float64)
    query.requires_grad_(), keys.requires_grad_()
    assert torch.autograd.gradcheck(lambda q, k, *_: layer(q, k, MASK), (query, keys, *layer.parameters()))


@pytest.mark.parametrize("block", [1, 60, 10_000])
def test_the_size_of_a_block_changes_neither_weights_nor_gradients(block, monkeypatch):
    layer, query, keys = attend("additive", dtype=torch.float64)
    query.requires_grad_(), keys.requires_grad_()
    found = []
    for size in (attention.BLOCK_ON_CPU, block):
        monkeypatch.setattr(attention, "BLOCK_ON_CPU", size)
        context, weights = layer(query, keys, MASK)
        loss = (context**2).sum() + (weights**3).sum()
        found.append((weights, *torch.autograd.grad(loss, (query, keys, *layer.parameters()))))
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other)


def test_additive_attention_keeps_one_number_for_each_pair_and_feature():
    layer, query, keys = attend("additive")
    kept = {}

    def keep(tensor):
        kept[tensor.data_ptr()] = tensor.numel()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        layer(query, keys, MASK)
    pairs = 3 * 5 * 4 * 7
    assert sum(size for size in kept.values() if size >= pairs) == pairs


@pytest.mark.parametrize("kind", ATTENTION_KINDS)
def test_the_softmax_is_in_single_precision_under_autocast(kind):
    layer, query, keys = attend(kind)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        context, weights = layer(query, keys, MASK)
    assert weights.dtype == torch.float32
    torch.testing.assert_close(weights.sum(-1), torch.ones(3, 5))
    expected, _ = layer(query, keys, MASK)
    torch.testing.assert_close(context.float(), expected, rtol=0.05, atol=0.05)


def test_impossible_arguments_are_refused_by_name():
    with pytest.raises(ValueError, match="'multihead'"):
        Attention("multihead", 7, 7)
    for kind in PRODUCTS:
        with pytest.raises(ValueError, match="query_size 7, got 9"):
            Attention(kind, 7, 9)


def test_pooling_weighs_states_by_what_it_reads_off_each_of_them():
    """With W the identity, b = 0 and v = (2, 0): scores 2 tanh of the first number, of two real states."""
    pooling = AttentionPooling(2)
    with torch.no_grad():
        pooling.projection.weight.copy_(torch.eye(2))
        pooling.projection.bias.zero_()
        pooling.score.weight.copy_(torch.tensor([[2.0, 0.0]]))
    states = torch.tensor([[[1.0, 4.0], [0.0, 8.0], [9.0, 9.0]]])
    pooled, weights = pooling(states, torch.tensor([[True, True, False]]))
    first = 1 / (1 + math.exp(-2 * math.tanh(1.0)))
    assert weights[0].tolist() == pytest.approx([first, 1 - first, 0.0])
    assert pooled[0].tolist() == pytest.approx([first, 4 * first + 8 * (1 - first)])
