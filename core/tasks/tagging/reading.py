"""What a tagger says of sentences: the probability of every tag, the tags it chooses, and how sure it is of whole entities.

Shape letters: B batch, T time, C tags, N words of all sentences, S sentences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from core.data.batching import Sequences
from core.models.crf import LinearChain, Scans
from core.models.lengths import real_steps
from core.models.tagger import Tagger
from core.schemes import Span, spans_of
from core.tasks.layers import in_batches


@dataclass(frozen=True)
class Entity:
    """An entity that was found: its type, its words, from which place to behind which, and how sure the network is of it."""

    kind: str
    text: str
    start: int
    end: int
    probability: float


@dataclass(frozen=True)
class Reading:
    """What the network says of all words of some sentences, one sentence after the other.

    Attributes:
        shares: Probability of every tag, (N, C) on the CPU.
        chosen: The tag of every word, (N,): the likeliest one, with a chain that of the likeliest sequence.
        losses: Minus the log-probability of the right tags of each sentence in nats, (S,); empty where none were given.
        logs: The log-probability of each entity that is asked for, by sentence, first word and behind the last word.
    """

    shares: Tensor
    chosen: np.ndarray
    losses: np.ndarray
    logs: dict[tuple[int, int, int], float] = field(default_factory=dict)


@torch.inference_mode()
def read(
    model: Tagger,
    classes: Sequence[str],
    sequences: Sequences,
    rows: np.ndarray | None = None,
    labels: Sequences | None = None,
    with_entities: bool = False,
) -> Reading:
    """What the network says of the chosen sentences.

    Args:
        classes: What the C tags are called.
        sequences: Sentences.
        rows: (S,), which of them; None for all.
        labels: The right tags of `sequences`, where losses are wanted.
        with_entities: Whether the entities that are found are to have probabilities.
    """
    model.eval()
    rows = np.arange(len(sequences)) if rows is None else rows
    shares, chosen = {-1: torch.empty(0, len(classes))}, {-1: np.empty(0, dtype=np.int64)}
    losses, logs = np.zeros(0 if labels is None else len(rows)), {}
    for places, ids, lengths in in_batches(sequences, rows):
        scores, chain = model(ids, lengths).float(), model.chain
        scans = None if chain is None else chain.scan(scores, lengths)
        surely = scores.log_softmax(-1) if scans is None else scans.log_marginals
        tags = (surely.argmax(-1) if chain is None else chain.best(scores, lengths)).cpu().numpy()
        if labels is not None:
            losses[places] = losses_of(model, scores, labels.batch(rows[places])[0], lengths).cpu().numpy()
        on_cpu = surely.exp().cpu()
        for row, (place, length) in enumerate(zip(places.tolist(), lengths.tolist(), strict=True)):
            shares[place], chosen[place] = on_cpu[row, :length], tags[row, :length]
            if not with_entities:
                continue
            real = slice(row, row + 1), slice(0, length)
            own = None if scans is None else Scans(scans.before[real], scans.after[real], scans.total[real[0]])
            for span in spans_of([classes[number] for number in chosen[place].tolist()]):
                log = _log_of(span, chosen[place], scores[real], classes, chain, own)
                logs[place, span.start, span.end] = log
    order = sorted(shares)
    return Reading(torch.cat([shares[at] for at in order]), np.concatenate([chosen[at] for at in order]), losses, logs)


def losses_of(model: Tagger, scores: Tensor, truth: Tensor, lengths: Tensor) -> Tensor:
    """Minus the log-probability (B,) of the right tags (B, T) of each sentence, of scores (B, T, C), in nats."""
    if model.chain is not None:
        return model.chain.loss(scores, truth, lengths)
    real = real_steps(lengths.to(scores.device), scores.shape[1])
    of_words = -scores.log_softmax(-1).gather(2, truth[..., None]).squeeze(2)
    return of_words.masked_fill(~real, 0).sum(dim=1)


def _log_of(
    span: Span,
    chosen: np.ndarray,
    scores: Tensor,
    classes: Sequence[str],
    chain: LinearChain | None,
    scans: Scans | None,
) -> float:
    """The log-probability of an entity of a sentence, scores (1, T, C), which does not go on behind its last word: with a chain
    over all sequences of tags that hold it, else the product over its words and the one behind, which are independent."""
    tags = chosen[span.start : span.end].tolist()
    onward = f"I-{span.kind}"
    not_next = classes.index(onward) if onward in classes else None
    if chain is None or scans is None:
        words = scores[0, span.start : span.end + 1].log_softmax(-1)
        log = words[torch.arange(len(tags)), torch.tensor(tags)].sum()
        if not_next is not None and span.end < scores.shape[1]:
            log = log + torch.log1p(-words[-1, not_next].exp())
        return float(log)
    return float(chain.span_log_probability(scores, scans, span.start, tags, not_next))
