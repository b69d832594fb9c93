"""What networks that read tokens have in common: their layers and vectors, and the way through many texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import numpy as np
from torch import Tensor

from core.config.experiment import ModelConfig
from core.data.batching import Sequences
from core.data.text import PAD
from core.models.feed_forward import FeedForwardStack
from core.models.inputs import Tokens
from core.models.stack import Stack

EVALUATION_BATCH = 256  # texts


def stack_of(model: ModelConfig) -> Stack:
    """What the networks take, from fields of the same names; what nobody set is the stack's own default."""
    return Stack(**_values_of(model, Stack))


def layers_of(model: ModelConfig) -> Stack | FeedForwardStack:
    """As `stack_of`, and layers without memory where the experiment asks for a window of them."""
    return stack_of(model) if model.window is None else FeedForwardStack(**_values_of(model, FeedForwardStack))


def _values_of(model: ModelConfig, stack: type[Stack] | type[FeedForwardStack]) -> dict[str, Any]:
    values = {field.name: getattr(model, field.name) for field in fields(stack)}
    return {name: value for name, value in values.items() if value is not None}


def tokens_of(model: ModelConfig, vocab_size: int, pad_id: int | None = PAD, word_dropout: float = 0.0) -> Tokens:
    """What makes vectors of tokens; `pad_id` is None where nothing is padded."""
    return Tokens(
        vocab_size, model.embedding_dim, model.embedding_dropout, pad_id, word_dropout, scale=model.embedding_scale
    )


def in_batches(texts: Sequences, rows: np.ndarray | None = None) -> Iterator[tuple[np.ndarray, Tensor, Tensor]]:
    """All texts, or the chosen `rows` (N,), those of like length together.

    Returns:
        Of each batch the places (B,) among 0 to N - 1, ids (B, T) on the device and lengths (B,) on the CPU.
    """
    rows = np.arange(len(texts)) if rows is None else rows
    order = np.argsort(texts.lengths[rows], kind="stable")
    for start in range(0, len(order), EVALUATION_BATCH):
        places = order[start : start + EVALUATION_BATCH]
        yield places, *texts.batch(rows[places])
