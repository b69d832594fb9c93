"""How an encoder-decoder uses what it has read: one step of attention in numbers, the way of the gradient back to each source
word, and what its own words do to it.

Shape letters: B batch, S source length, T target length, H hidden, K features of a value, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.insight.influence import as_inputs, gradients_on
from core.models.encoder_decoder import EncoderDecoder
from core.models.inputs import Tokens
from core.models.stack import Stack

UNITS, NUMBERS = 64, 32  # of the untrained networks, and of a word's vector


@dataclass(frozen=True)
class Looks:
    """Attention at every step of a decoder, as arrays in float64.

    Attributes:
        queries: States of the decoder, (T, H).
        keys: What each query is compared with, (S, H).
        values: What is averaged: the encoder's states, (S, K).
        scores: (T, S).
        weights: Their softmax, (T, S).
        contexts: Weighted sums of the values, (T, K).
    """

    queries: np.ndarray
    keys: np.ndarray
    values: np.ndarray
    scores: np.ndarray
    weights: np.ndarray
    contexts: np.ndarray


@torch.inference_mode()
def looks_of(model: EncoderDecoder, src: Tensor, src_lengths: Tensor, trg_in: Tensor) -> Looks:
    """Every step of attention while a target is read.

    Args:
        model: A network with attention and without input feeding, whose queries are the decoder's own states.
        src: One source, (1, S).
        src_lengths: (1,).
        trg_in: What the decoder reads, (1, T).

    Raises:
        ValueError: For another network.

    Reference:
        Luong et al., 2015, "Effective approaches to attention-based neural machine translation", equations 5 to 8.
    """
    if model.attention is None or model.input_feeding:
        raise ValueError("looks_of: expected a network with attention and without input feeding")
    model.eval()
    memory = model.encode(src, src_lengths)
    queries, _ = model.decoder(model.trg_embedding(trg_in), state=memory.state)
    scores = model.attention.scores(queries, memory.keys)
    contexts, weights = model.attention(queries, memory.outputs, memory.mask, memory.keys)
    parts = (queries, memory.keys, memory.outputs, scores, weights, contexts)
    return Looks(*(part[0].double().cpu().numpy() for part in parts))


@dataclass(frozen=True)
class Written:
    """A target as a decoder reads its beginning and scores what is right.

    Attributes:
        read: Ids that the decoder read, T.
        likeliest: Ids that it holds for the likeliest next ones, T.
        losses: Negative log-probability of the right token at each step, in nats, (T,).
    """

    read: list[int]
    likeliest: list[int]
    losses: np.ndarray


@torch.inference_mode()
def write_on(
    model: EncoderDecoder,
    src: Tensor,
    src_lengths: Tensor,
    right: Sequence[int],
    begin: int,
    own: bool,
    mistake: int = 0,
) -> Written:
    """Has a decoder read the right words or its own, and tells the loss of the right word at every step.

    Args:
        model: The network.
        src: One source, (1, S).
        src_lengths: (1,).
        right: The right target, T ids, `<eos>` at its end.
        begin: The id that begins every target.
        own: Whether the decoder reads what it wrote itself; else the right words (teacher forcing).
        mistake: The step, from 1, after which it reads its second choice in place of what it would read; 0 for none.
    """
    model.eval()
    memory = model.encode(src, src_lengths)
    step, state, last = model.stepper(memory), memory.state, begin
    read, likeliest, losses = [], [], []
    for place, wanted in enumerate(right):
        logits, state, _ = step(torch.tensor([last], device=src.device), state)
        first, second = logits[0].topk(2).indices.tolist()
        read.append(last)
        likeliest.append(first)
        losses.append(-float(logits[0].double().log_softmax(-1)[wanted]))
        last = first if own else wanted
        if place + 1 == mistake:
            last = second if last == first else first
    return Written(read, likeliest, np.array(losses))


def untrained(src_vocab_size: int, trg_vocab_size: int, attention: str, seed: int = 0) -> EncoderDecoder:
    """An encoder-decoder before any training, LSTMs of one direction; the same seed gives the same layers with any attention."""
    src, trg = Tokens(src_vocab_size, NUMBERS), Tokens(trg_vocab_size, NUMBERS)
    model = EncoderDecoder(Stack("lstm", UNITS), src, trg, trg_vocab_size, attention)
    generator = torch.Generator().manual_seed(seed)
    for recurrent in (model.encoder, model.decoder):
        recurrent.reset_parameters(generator)
    with torch.no_grad():
        for tokens in (src, trg):
            tokens.weight.normal_(generator=generator)
        for name, part in model.named_parameters():
            if not name.startswith(("encoder.", "decoder.", "src_", "trg_")):
                part.uniform_(-(part.shape[-1] ** -0.5), part.shape[-1] ** -0.5, generator=generator)
    return model.eval()


def gradients_at_source(
    model: EncoderDecoder, src: Tensor, src_lengths: Tensor, trg_in: Tensor, written: Sequence[int]
) -> np.ndarray:
    """Norm of the gradient of each written word's score at the vector of each source word, (T, S).

    Args:
        model: The network.
        src: One source, (1, S).
        src_lengths: (1,).
        trg_in: What the decoder reads, (1, T).
        written: T ids, whose scores are followed back.
    """
    with gradients_on():
        source = as_inputs(model.src_embedding(src))
        memory = model.read_source(source, src_lengths)
        logits, _, _ = model.read_target(model.trg_embedding(trg_in), memory, memory.state)
        scores = logits[0, range(len(written)), list(written)]
        return np.array([torch.autograd.grad(score, source, retain_graph=True)[0][0].double().norm(dim=-1).tolist()
                         for score in scores])  # fmt: skip
