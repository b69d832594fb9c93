"""What networks that read tokens have in common: their layers and vectors, and the way through many texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.config.experiment import Experiment, ModelConfig
from core.config.limits import Settings
from core.data.batching import Sequences, SpelledSequences
from core.data.letters import NUM_LETTERS, Letters
from core.data.prepared import Ragged
from core.data.text import PAD, Tokenizer
from core.data.vectors import read_vectors, vectors_path, vocabulary_of
from core.models.feed_forward import FeedForwardStack
from core.models.inputs import InputEncoder, SpelledTokens, Tokens
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
        vocab_size, model.embedding_dim, model.embedding_dropout, pad_id, word_dropout,
        scale=model.embedding_scale, locked=model.locked_dropout, row_dropout=model.row_dropout,
    )  # fmt: skip


def words_of(experiment: Experiment, vocab_size: int) -> Tokens | SpelledTokens:
    """What makes vectors of the words of texts: their own, and with `model.character_dim` of their letters, too."""
    model = experiment.model
    words = tokens_of(model, vocab_size, word_dropout=experiment.training.word_dropout)
    return SpelledTokens(words, NUM_LETTERS, model.character_dim) if model.character_dim else words


def start_from_vectors(embedding: InputEncoder, experiment: Experiment, tokenizer: Tokenizer) -> dict[str, int] | None:
    """Give the words of a vocabulary the vectors of the experiment's file, frozen where it says so.

    Returns:
        How many words of the vocabulary were `found` there, and how many `words` it has; None without a file.

    Raises:
        ConfigError: The file is not here, or holds no such vectors.
    """
    model = experiment.model
    if model.vectors is None:
        return None
    path = vectors_path(model.vectors, Settings().state_dir)
    found = read_vectors(path, vocabulary_of(tokenizer), model.embedding_dim)
    words = embedding.words if isinstance(embedding, SpelledTokens) else embedding
    assert isinstance(words, Tokens), "what reads words"
    weight = words.weight
    with torch.no_grad():
        weight[torch.from_numpy(found.ids).to(weight.device)] = torch.from_numpy(found.values).to(weight)
    weight.requires_grad_(not model.frozen_vectors)
    return {"found": len(found.ids), "words": found.num_words}


def sequences_of(
    ragged: Ragged, letters: Letters | None, unknown: Iterable[str], device: torch.device, suffix: tuple[int, ...] = ()
) -> Sequences:
    """Texts on the device as the network reads them: as ids, or with the letters of each word.

    Args:
        letters: Of the vocabulary; None where the network reads none, and `unknown` is not asked for.
        unknown: The word behind each `<unk>` among the ids, in order.
    """
    if letters is None:
        return Sequences(ragged, device, suffix=suffix)
    return SpelledSequences(ragged, letters, unknown, device, suffix=suffix)


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
