"""How wrong scores of classes are, in three ways, the probabilities that each of them takes the scores for, and weights
of classes of which some are rare.

Shape letters: C classes.
"""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
from torch import Tensor
from torch.nn import functional as F


def _wanted(scores: Tensor, answers: Tensor) -> Tensor:
    return F.one_hot(answers, scores.shape[-1]).to(scores.dtype)


def _cross_entropy(scores: Tensor, answers: Tensor) -> Tensor:
    return -scores.log_softmax(-1).gather(-1, answers[..., None])[..., 0]


def _squared(scores: Tensor, answers: Tensor) -> Tensor:
    return ((scores.softmax(-1) - _wanted(scores, answers)) ** 2).sum(-1)


def _binary(scores: Tensor, answers: Tensor) -> Tensor:
    return F.binary_cross_entropy_with_logits(scores, _wanted(scores, answers), reduction="none").sum(-1)


CLASS_LOSSES: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = MappingProxyType(
    {"cross_entropy": _cross_entropy, "squared": _squared, "binary": _binary}
)
"""From scores (..., C) and right classes (...), int64, to losses (...).

`cross_entropy` in nats; `squared`: probabilities against 1 and 0, summed over the classes (Brier, 1950); `binary`: a yes or
no for each class, -y log p - (1 - y) log(1 - p), summed over them.
"""


def shares_of(scores: Tensor, loss: str | None) -> Tensor:
    """Probabilities (..., C): of each class by itself for the loss `binary`, else those of all together, which add up to 1."""
    return scores.sigmoid() if loss == "binary" else scores.softmax(-1)


def class_weights(kind: str, counts: Tensor, beta: float | None = None) -> Tensor | None:
    """How much an example of each class counts in a loss.

    Args:
        kind: ``none``, ``balanced`` or ``effective``.
        counts: (C,) training examples of each class; a class without one is taken as having one.
        beta: Of ``effective``, in (0, 1): a class of n examples counts as (1 - beta^n) / (1 - beta) different ones, at
            most 1 / (1 - beta); None: 1 / (1 - beta) is the size of the largest class.

    Returns:
        (C,) float32 on the device of the counts, or None where all count alike. ``balanced``: N / (C n), so that every class
        has the same sum over the training set; a mean over a batch is divided by the weights that it holds, so that small
        batches even out less. ``effective``: in proportion to (1 - beta) / (1 - beta^n), with the sum C.

    Raises:
        ValueError: No such kind.

    Reference:
        King and Zeng, 2001, "Logistic regression in rare events data" (balanced); Cui et al., 2019, "Class-balanced loss
        based on effective number of samples", sections 3.3 and 4.
    """
    if kind == "none":
        return None
    examples = counts.double().clamp(min=1)
    if kind == "balanced":
        return (counts.sum() / (len(counts) * examples)).float()
    if kind == "effective":
        beta = 1 - 1 / max(2.0, float(examples.max())) if beta is None else beta
        weights = (1 - beta) / -torch.expm1(examples * math.log(beta))
        return (weights * (len(counts) / weights.sum())).float()
    raise ValueError(f"class weights: expected none, balanced or effective, got {kind!r}")
