"""What a translation run keeps as evidence: whether its network looks at the source, and where.

Measured on a sample of the validation set, the true words given (teacher forcing).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from core.data.batching import Sequences
from core.data.samples import by_length
from core.data.text import PAD
from core.insight.stack_evidence import ROWS, stack_evidence
from core.models.encoder_decoder import EncoderDecoder

MOST_PAIRS = 64
SHORTEST = 3  # source tokens, `<eos>` among them: with fewer there is nowhere else to look


def translation_evidence(model: EncoderDecoder, sources: Sequences, targets: Sequences) -> dict[str, Any]:
    """Figures of how the source counts, and what `stack_evidence` gives of the encoder; nothing without any pairs.

    `source_effect` is by how many nats a token the loss rises when each pair gets the source of another one.
    `attention_focus` is the share of attention that the position most looked at in a source has, `attention_end` that
    of its `<eos>`: means over sources of `SHORTEST` tokens and more, None without attention.
    """
    lengths = sources.lengths
    if not len(lengths):
        return {}
    rows = by_length(lengths, MOST_PAIRS)
    src, src_lengths = sources.batch(rows)
    trg, _ = targets.batch(rows)
    with torch.no_grad():
        memory = model.encode(src, src_lengths)
        logits, _, weights = model.decode(trg[:, :-1], memory, memory.state)
        others = model(src.roll(1, dims=0), src_lengths.roll(1), trg[:, :-1])
        inputs = model.src_embedding(src[:ROWS])
    span = float(np.median(lengths)) / (2 if model.encoder.bidirectional else 1) if weights is None else None
    effect = _loss(others, trg) - _loss(logits, trg)
    return {
        "source_effect": effect if len(rows) > 1 and np.isfinite(effect) else None,
        **_attention(weights, src_lengths, trg),
        **stack_evidence(model.encoder, inputs, src_lengths[:ROWS], span),
    }


def _loss(logits: Tensor, trg: Tensor) -> float:
    """The mean loss of target tokens, in nats."""
    return float(F.cross_entropy(logits.flatten(0, 1).float(), trg[:, 1:].flatten(), ignore_index=PAD))


def _attention(weights: Tensor | None, src_lengths: Tensor, trg: Tensor) -> dict[str, float | None]:
    """Where attention (B, T, S) lies, averaged over the written tokens of each pair."""
    is_long = src_lengths >= SHORTEST
    if weights is None or not bool(is_long.any()):
        return {"attention_focus": None, "attention_end": None}
    real = trg[:, 1:].ne(PAD).float()[..., None]
    looks = ((weights.float() * real).sum(dim=1) / real.sum(dim=1)).cpu()  # (B, S)
    ends = looks.gather(1, src_lengths[:, None] - 1)[:, 0]
    return {
        "attention_focus": float(looks.amax(dim=1)[is_long].mean()),
        "attention_end": float(ends[is_long].mean()),
    }
