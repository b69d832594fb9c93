"""A linear-chain conditional random field: the tags of a sentence chosen and judged as a whole.

The score of a sequence of tags is the sum of what the network gives each tag at its word (emissions), of what each pair of
neighbours is worth (transitions), and of the first and the last tag. Sums over all sequences come from two scans over the
words, and every scan is one loop over time with everything else batched. Rows are padded at their ends; padding changes
nothing. What may not follow each other scores `FORBIDDEN`, so far below anything learned that its probability is exactly 0.

Shape letters: B batch, T time, C tags.

Reference:
    Lafferty, McCallum and Pereira (2001), "Conditional random fields: probabilistic models for segmenting and labeling
    sequence data"; Huang et al. (2015), "Bidirectional LSTM-CRF models for sequence tagging"; Rabiner (1989), "A tutorial on
    hidden Markov models", section III (both scans and Viterbi).
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn

from core.models.lengths import real_steps

FORBIDDEN = -1e4


class Scans(NamedTuple):
    """What both scans over a batch found.

    Attributes:
        before: (B, T, C), log-sum of the scores of all beginnings up to a word that end in a tag, its emission included.
        after: (B, T, C), log-sum of all endings behind a word with a tag, its emission left out.
        total: (B,), log-sum over all sequences of tags: the log-partition.
    """

    before: Tensor
    after: Tensor
    total: Tensor

    @property
    def log_marginals(self) -> Tensor:
        """(B, T, C): the logarithm of the probability of every tag at every word; at padding it means nothing."""
        return self.before + self.after - self.total[:, None, None]


class LinearChain(nn.Module):
    """Scores of neighbouring tags, of first and of last ones, and what follows from them.

    Args:
        num_tags: C.
        follows: bool (C, C), True where a tag (row) may be followed by another (column); None allows everything.
        starts, ends: bool (C,), what a sentence may begin and end with.

    Raises:
        ValueError: A mask of another shape, or one that leaves no sequence.
    """

    _follows: Tensor
    _starts: Tensor
    _ends: Tensor

    def __init__(
        self,
        num_tags: int,
        follows: Tensor | None = None,
        starts: Tensor | None = None,
        ends: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.transitions = nn.Parameter(torch.zeros(num_tags, num_tags))
        self.first = nn.Parameter(torch.zeros(num_tags))
        self.last = nn.Parameter(torch.zeros(num_tags))
        masks = {"follows": follows, "starts": starts, "ends": ends}
        for (name, mask), score in zip(masks.items(), (self.transitions, self.first, self.last), strict=True):
            found = torch.ones(score.shape, dtype=torch.bool) if mask is None else mask.to(torch.bool)
            if found.shape != score.shape:
                raise ValueError(f"{name}: expected {tuple(score.shape)}, got {tuple(found.shape)}")
            if not found.any():
                raise ValueError(f"{name}: expected at least one tag that may, got none")
            self.register_buffer(f"_{name}", found, persistent=False)

    def scores(self) -> tuple[Tensor, Tensor, Tensor]:
        """Transitions (C, C), first (C,) and last (C,), `FORBIDDEN` where something may not be."""
        parts = ((self.transitions, self._follows), (self.first, self._starts), (self.last, self._ends))
        transitions, first, last = (score.masked_fill(~mask, FORBIDDEN) for score, mask in parts)
        return transitions, first, last

    def path_score(self, emissions: Tensor, tags: Tensor, lengths: Tensor) -> Tensor:
        """The score (B,) of one sequence of tags each.

        Args:
            emissions: Scores of the tags of every word, (B, T, C).
            tags: int64 (B, T); any tag at padding.
            lengths: Real words of each row, int64 (B,), at least 1.
        """
        transitions, first, last = self.scores()
        lengths = lengths.to(emissions.device)
        real = real_steps(lengths, emissions.shape[1])
        at_words = emissions.gather(2, tags[..., None]).squeeze(2).masked_fill(~real, 0).sum(dim=1)
        between = transitions[tags[:, :-1], tags[:, 1:]].masked_fill(~real[:, 1:], 0).sum(dim=1)
        ending = tags.gather(1, (lengths - 1)[:, None]).squeeze(1)
        return at_words + between + first[tags[:, 0]] + last[ending]

    def log_partition(self, emissions: Tensor, lengths: Tensor) -> Tensor:
        """The log-sum (B,) of the scores of all sequences of tags; arguments as of `path_score`."""
        transitions, first, last = self.scores()
        real = real_steps(lengths.to(emissions.device), emissions.shape[1])
        total = first + emissions[:, 0]
        for step in range(1, emissions.shape[1]):
            total = torch.where(real[:, step, None], _ahead(total, transitions) + emissions[:, step], total)
        return torch.logsumexp(total + last, dim=1)

    def loss(self, emissions: Tensor, tags: Tensor, lengths: Tensor) -> Tensor:
        """Minus the log-probability (B,) of the right tags of each sentence, in nats; arguments as of `path_score`."""
        return self.log_partition(emissions, lengths) - self.path_score(emissions, tags, lengths)

    def scan(self, emissions: Tensor, lengths: Tensor) -> Scans:
        """Both scans, forward and backward; arguments as of `path_score`. Gradients go through."""
        transitions, first, last = self.scores()
        real = real_steps(lengths.to(emissions.device), emissions.shape[1])
        ahead = [first + emissions[:, 0]]
        for step in range(1, emissions.shape[1]):
            ahead.append(
                torch.where(real[:, step, None], _ahead(ahead[-1], transitions) + emissions[:, step], ahead[-1])
            )
        back = [last.expand_as(ahead[0])]
        for step in range(emissions.shape[1] - 1, 0, -1):
            found = torch.logsumexp(transitions + (emissions[:, step] + back[-1])[:, None, :], dim=2)
            back.append(torch.where(real[:, step, None], found, back[-1]))
        total = torch.logsumexp(ahead[-1] + last, dim=1)
        return Scans(torch.stack(ahead, dim=1), torch.stack(back[::-1], dim=1), total)

    def best(self, emissions: Tensor, lengths: Tensor) -> Tensor:
        """The sequence of tags with the highest score (Viterbi), int64 (B, T), 0 at padding; arguments as of `path_score`."""
        transitions, first, last = self.scores()
        real = real_steps(lengths.to(emissions.device), emissions.shape[1])
        total, choices = first + emissions[:, 0], []
        for step in range(1, emissions.shape[1]):
            highest, choice = (total[:, :, None] + transitions).max(dim=1)
            total = torch.where(real[:, step, None], highest + emissions[:, step], total)
            choices.append(choice)
        tag = (total + last).argmax(dim=1)
        found = [tag]
        for step in range(emissions.shape[1] - 1, 0, -1):
            before = choices[step - 1].gather(1, tag[:, None]).squeeze(1)
            tag = torch.where(real[:, step], before, tag)  # at padding the last real tag waits
            found.append(tag)
        return torch.stack(found[::-1], dim=1).masked_fill(~real, 0)

    def span_log_probability(
        self, emissions: Tensor, scans: Scans, start: int, tags: list[int], not_next: int | None = None
    ) -> Tensor:
        """The log-probability () that a row has these tags from a word on, and that a certain tag does not come next.

        The sum over all sequences that hold the span: what leads to its first tag, the span itself, and what may follow.

        Args:
            emissions: Of one sentence without padding, (1, T, C).
            scans: Of these.
            start: The place of the first word of the span.
            tags: Of its words.
            not_next: The tag with which the span would go on; None where anything may follow.

        Reference:
            Culotta and McCallum (2004), "Confidence estimation for information extraction" (constrained forward-backward).
        """
        transitions, _, _ = self.scores()
        end = start + len(tags) - 1
        found = scans.before[0, start, tags[0]]
        for place, (one, other) in enumerate(pairwise(tags), start + 1):
            found = found + transitions[one, other] + emissions[0, place, other]
        if end + 1 < emissions.shape[1] and not_next is not None:
            onward = transitions[tags[-1]] + emissions[0, end + 1] + scans.after[0, end + 1]
            keep = torch.ones_like(onward, dtype=torch.bool)
            keep[not_next] = False
            rest = torch.logsumexp(onward[keep], dim=0)
        else:
            rest = scans.after[0, end, tags[-1]]
        return found + rest - scans.total[0]


def _ahead(total: Tensor, transitions: Tensor) -> Tensor:
    """Log-sums (B, C) one word on, before its emission."""
    return torch.logsumexp(total[:, :, None] + transitions, dim=1)
