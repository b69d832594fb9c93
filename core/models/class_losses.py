"""How wrong scores of classes are, in three ways, and the probabilities that each of them takes the scores for.

Shape letters: C classes.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

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
