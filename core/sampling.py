"""Which token comes next: temperature, the likeliest k, the likeliest share p, repetitions; and the draw itself.

Nothing is sorted unless a share is asked for, and a draw takes one random number, so that writing is as fast as the network.

Shape letters: N sequences, V vocabulary, R recent tokens.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

COLDEST = 1e-6  # below this temperature the likeliest token alone is left
BLOCK = 256  # random numbers drawn at once


@dataclass(frozen=True)
class Sampling:
    """How the next token is drawn.

    Args:
        temperature: Divides the logits: below 1 bolder, above 1 more varied, 0 always the most likely token.
        top_k: Draws among this many most likely tokens only.
        top_p: Draws among the most likely tokens that together reach this probability only, in (0, 1]. Applied after
            temperature and top_k.
        repetition_penalty: Multiplies the log-probability of each recent token: above 1 makes it rarer, 1 changes nothing.

    Raises:
        ValueError: An argument is out of range.

    Reference:
        Fan et al., 2018, "Hierarchical neural story generation", section 5.4 (top k); Holtzman et al., 2020, "The
        curious case of neural text degeneration", section 3.1 (top p); Keskar et al., 2019, "CTRL", section 4.1
        (the penalty; there on the logits, whose sign means nothing, here on the log-probabilities, which are never above 0).
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    repetition_penalty: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.temperature < float("inf"):
            raise ValueError(f"temperature: expected a finite number of at least 0, got {self.temperature}")
        if self.top_k is not None and self.top_k < 1:
            raise ValueError(f"top_k: expected at least 1, got {self.top_k}")
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise ValueError(f"top_p: expected a number in (0, 1], got {self.top_p}")
        if not 1 <= self.repetition_penalty < float("inf"):
            raise ValueError(f"repetition_penalty: expected a number of at least 1, got {self.repetition_penalty}")


class Draws:
    """Random numbers in [0, 1), N a time; a seed gives the same ones on every device and for any number of tokens."""

    def __init__(self, generator: torch.Generator | None, num_sequences: int, device: torch.device):
        self._generator, self._shape, self._device = generator, (BLOCK, num_sequences, 1), device
        self._block, self._used = torch.empty(0), 0

    def next(self) -> Tensor:
        """(N, 1), float64."""
        if self._used == len(self._block):
            where = self._device if self._generator is None else self._generator.device
            drawn = torch.rand(self._shape, generator=self._generator, dtype=torch.float64, device=where)
            self._block, self._used = drawn.to(self._device), 0
        self._used += 1
        return self._block[self._used - 1]


def next_probabilities(logits: Tensor, sampling: Sampling, recent: Tensor | None = None) -> Tensor:
    """The probabilities from which the next token of each sequence is drawn.

    Args:
        logits: (N, V); -inf for what must not come.
        recent: The last tokens of each sequence, int64 (N, R), which the penalty makes rarer.

    Returns:
        (N, V), at least float32; each row sums to 1.
    """
    scores = logits.to(torch.promote_types(logits.dtype, torch.float32))
    if sampling.repetition_penalty != 1 and recent is not None and recent.shape[1]:
        scores = scores.log_softmax(dim=-1)
        seen = torch.zeros_like(scores, dtype=torch.bool).scatter(-1, recent, True)
        scores = torch.where(seen, scores * sampling.repetition_penalty, scores)
    if sampling.temperature < COLDEST:
        return torch.nn.functional.one_hot(scores.argmax(dim=-1), scores.shape[-1]).to(scores.dtype)
    if sampling.temperature != 1:
        # The largest becomes 0 first: a low temperature then gives -inf for the others and never an overflow.
        scores = (scores - scores.amax(dim=-1, keepdim=True)) / sampling.temperature
    if sampling.top_k is not None and sampling.top_k < scores.shape[-1]:
        best, places = scores.topk(sampling.top_k, dim=-1)
        scores = torch.full_like(scores, -torch.inf).scatter(-1, places, best)
    probabilities = scores.softmax(dim=-1)
    if sampling.top_p is None or sampling.top_p == 1:
        return probabilities
    ordered, places = probabilities.sort(dim=-1, descending=True, stable=True)
    # A token stays when those before it do not reach top_p yet, which always keeps the first.
    before = ordered.double().cumsum(dim=-1) - ordered
    kept = torch.zeros_like(probabilities).scatter(-1, places, ordered.masked_fill(before >= sampling.top_p, 0))
    return kept / kept.sum(dim=-1, keepdim=True)


def draw(probabilities: Tensor, numbers: Tensor) -> Tensor:
    """Tokens, int64 (N,), where numbers in [0, 1) (N, 1) fall in the running sums of probabilities (N, V)."""
    sums = probabilities.cumsum(dim=-1, dtype=torch.float64)
    # Never quite the whole sum: what has no probability behind the last that has some stays out.
    return torch.searchsorted(sums, numbers * sums[:, -1:] * (1 - 1e-12), right=True).squeeze(-1)


def sample_next(
    logits: Tensor, sampling: Sampling, generator: torch.Generator | None = None, recent: Tensor | None = None
) -> Tensor:
    """Draws the next token of each sequence: int64 (N,). Arguments as :func:`next_probabilities`."""
    numbers = Draws(generator, len(logits), logits.device).next()
    return draw(next_probabilities(logits, sampling, recent), numbers)
