"""Which words made a network say what it says: gradient times input, integrated gradients, occlusion, with their signs.

All explain one number, the log odds of a label, log p / (1 - p): what a softmax leaves open, a constant added to all scores,
does not change it. They are right to the letter and may still mislead: whether the words they point at count is measured in
faithfulness.py. Left out: the weights of a pooling by attention, which the network itself has.

Shape letters: N rows, T steps, W words (the first W steps; what follows, the sign at the end, is part of no explanation),
E embedding, C classes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.insight.influence import as_inputs, gradient_of, gradients_on

Score = Callable[[Tensor, Tensor], Tensor]
"""From vectors (N, T, E) and lengths (N,) to logits (N, C)."""

STEPS = (32, 128, 512)
"""Points at which gradients are integrated; the next number of them where the sum is not close enough."""
CLOSE = 0.01
"""Share of the difference by which the sum of integrated gradients may miss it before more points are taken."""
_MOST_AT_ONCE, _MOST_IN_ALL = 8_192, 65_536  # vectors of a batch, and of all points of a way but the fewest


@dataclass(frozen=True)
class Integrated:
    """Integrated gradients of a text.

    Attributes:
        values: (W,) what each word adds to the log odds, in nats.
        difference: The log odds of the text less those of the blank one, which the values add up to.
        num_steps: Points of the path at which gradients were taken.
    """

    values: np.ndarray
    difference: float
    num_steps: int


def log_odds(logits: Tensor, label: int) -> Tensor:
    """The log odds of a label, (N,) in nats, of logits (N, C) of at least two classes."""
    others = torch.cat([logits[:, :label], logits[:, label + 1 :]], dim=1)
    return logits[:, label] - others.logsumexp(dim=1)


def gradient_times_input(score: Score, vectors: Tensor, label: int, num_words: int) -> np.ndarray:
    """The gradient of the log odds at each word's vector, times that vector: (W,) in nats.

    It is what each word adds if the network were the straight line that touches it at this text.

    Args:
        vectors: Of the whole text, (1, T, E).

    Reference:
        Shrikumar et al., 2016, "Not just a black box: learning important features through propagating activation
        differences", section 2.3.
    """
    with gradients_on():
        inputs = as_inputs(vectors)
        (gradient,) = gradient_of(log_odds(score(inputs, _full(inputs)), label).sum(), (inputs,))
    products: np.ndarray = (gradient[0] * inputs.detach()[0]).sum(dim=-1)[:num_words].cpu().numpy()
    return products


def integrated_gradients(score: Score, vectors: Tensor, label: int, num_words: int) -> Integrated:
    """What each word adds to the log odds on the straight way from a text of blanks to this one.

    The blank text has a vector of zeros at every word, and the same sign at its end. The integral is taken by
    Gauss and Legendre's rule, with more points until its sum is close to the difference or the text is too long for more.

    Args:
        vectors: Of the whole text, (1, T, E).

    Reference:
        Sundararajan et al., 2017, "Axiomatic attribution for deep networks", equation 1; completeness, proposition 1.
    """
    blank = vectors.detach().clone()
    blank[:, :num_words] = 0.0
    with torch.no_grad():
        ends = log_odds(score(torch.cat([vectors, blank]), _full(vectors).expand(2)), label)
    difference = float(ends[0] - ends[1])
    way = (vectors - blank)[0].double()
    affordable = [steps for steps in STEPS if steps == STEPS[0] or steps * vectors.shape[1] <= _MOST_IN_ALL]
    for num_steps in affordable:
        values = (_mean_gradient(score, blank, vectors, label, num_steps) * way).sum(dim=-1)
        if abs(float(values.sum()) - difference) <= CLOSE * max(1.0, abs(difference)):
            break
    return Integrated(values[:num_words].cpu().numpy(), difference, num_steps)


def _mean_gradient(score: Score, start: Tensor, end: Tensor, label: int, num_steps: int) -> Tensor:
    """The mean of the gradients on the straight way between two texts: (T, E) in float64.

    Points are cubes of Gauss and Legendre's, closest near the blank text: what a cell normalises turns there within a
    thousandth of the way, and may still be missed.
    """
    places, weights = np.polynomial.legendre.leggauss(num_steps)
    cubed = (places + 1) / 2
    shares, parts = torch.from_numpy(cubed**3).to(start), torch.from_numpy(3 * cubed**2 * weights / 2).to(end.device)
    total = torch.zeros(end.shape[1:], dtype=torch.float64, device=end.device)
    for chosen in torch.arange(num_steps, device=end.device).split(max(1, _MOST_AT_ONCE // end.shape[1])):
        with gradients_on():
            inputs = as_inputs(start + shares[chosen, None, None] * (end - start))
            (gradient,) = gradient_of(log_odds(score(inputs, _full(inputs)), label).sum(), (inputs,))
        total += (parts[chosen, None, None] * gradient).sum(dim=0)
    return total


def _full(vectors: Tensor) -> Tensor:
    """Lengths of rows without padding, (N,) on the CPU."""
    return torch.full((len(vectors),), vectors.shape[1])


def one_left_out(num_words: int) -> np.ndarray:
    """Which words stay when each is left out once: bool (W, W)."""
    return ~np.eye(num_words, dtype=bool)


def occlusion(whole: Tensor, without: Tensor, label: int) -> np.ndarray:
    """How much lower the log odds are without each word, (W,) in nats: what it adds as far as it alone is missing.

    Args:
        whole: Logits of the text, (1, C).
        without: Logits of the text without each word, (W, C).

    Reference:
        Zeiler and Fergus, 2014, "Visualizing and understanding convolutional networks", section 4.2; of words Li et al.,
        2016, "Understanding neural networks through representation erasure", equation 2.
    """
    changes: np.ndarray = (log_odds(whole, label) - log_odds(without, label)).double().cpu().numpy()
    return changes
