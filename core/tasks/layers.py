"""The recurrent layers and the vectors of tokens that an experiment asks for, for every task."""

from __future__ import annotations

from dataclasses import fields

from core.config.experiment import ModelConfig
from core.data.text import PAD
from core.models.inputs import Tokens
from core.models.stack import Stack


def stack_of(model: ModelConfig) -> Stack:
    """What the networks take, from fields of the same names; what nobody set is the stack's own default."""
    values = {field.name: getattr(model, field.name) for field in fields(Stack)}
    return Stack(**{name: value for name, value in values.items() if value is not None})


def tokens_of(model: ModelConfig, vocab_size: int, pad_id: int | None = PAD) -> Tokens:
    """What makes vectors of tokens; `pad_id` is None where nothing is padded."""
    return Tokens(vocab_size, model.embedding_dim, model.embedding_dropout, pad_id)
