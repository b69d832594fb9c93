"""The recurrent layers and the vectors of tokens that an experiment asks for, for every task."""

from __future__ import annotations

from core.config.experiment import ModelConfig
from core.data.text import PAD
from core.models.inputs import Tokens
from core.models.stack import Stack


def stack_of(model: ModelConfig) -> Stack:
    """What the networks take, from what a visitor configured."""
    return Stack(
        cell=model.cell,
        hidden_size=model.hidden_size,
        num_layers=model.num_layers,
        bidirectional=model.bidirectional,
        merge_mode=model.merge_mode or "concat",
        dropout=model.dropout,
        nonlinearity=model.nonlinearity or "tanh",
        weight_dropout=model.weight_dropout,
        initialization=model.initialization,
        forget_bias=model.forget_bias,
        initial_state=model.initial_state,
        residual=model.residual,
    )


def tokens_of(model: ModelConfig, vocab_size: int, pad_id: int | None = PAD) -> Tokens:
    """What makes vectors of tokens; `pad_id` is None where nothing is padded."""
    return Tokens(vocab_size, model.embedding_dim, model.embedding_dropout, pad_id)
