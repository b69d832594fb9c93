"""Inside a translation: states and gates of both networks, and how much each written token hangs on what was read.

The translation is the greedy one, read anew by the decoder token by token.

Shape letters: B batch, S source length, T target length, E embedding.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from core.data.text import BOS, EOS, Tokenizer
from core.insight.influence import Influence, as_inputs, gradient_norms, gradients_on, steps_to_end
from core.insight.states import layers_of
from core.models.encoder_decoder import EncoderDecoder
from core.tasks.options import check_whole
from core.tasks.seq2seq.search import Search

EOS_TOKEN, BOS_TOKEN = "<eos>", "<bos>"


class Read:
    """A source text and its greedy translation as a network reads them.

    Attributes:
        src, src_lengths: (1, S), (1,).
        src_tokens: S tokens.
        trg_in: What the decoder reads: ``<bos>`` and what was written but the last, (1, T).
        written: Ids of what is written at each step: T.
        trg_tokens: The same as tokens.
    """

    def __init__(
        self, model: EncoderDecoder, src: Tensor, src_lengths: Tensor, src_tokens: list[str], trg_tokenizer: Tokenizer,
        max_length: int,
    ):  # fmt: skip
        self.src, self.src_lengths, self.src_tokens = src, src_lengths, src_tokens
        model.eval()
        with torch.inference_mode():
            found = Search().run(model, src, src_lengths, max_length)
        ids = found.ids[0]
        self.trg_tokens = [trg_tokenizer.token(token_id) for token_id in ids]
        self.written = list(ids)
        if bool(found.finished[0]):
            self.trg_tokens.append(EOS_TOKEN)
            self.written.append(EOS)
        self.trg_in = torch.tensor([[BOS, *self.written[:-1]]], device=src.device)


@torch.inference_mode()
def trace_translation(model: EncoderDecoder, read: Read, may_write: bool) -> dict[str, Any]:
    """Gates and states of the encoder over the source and of the decoder over its greedy translation.

    A network that may not write shows its encoder alone.

    Returns:
        As ``trace_states``; every layer says within which network it is and has tokens of its own. A step of the decoder
        is called by the token that it writes.
    """
    layers = layers_of(model.encoder.trace(model.src_embedding(read.src)), within="encoder", tokens=read.src_tokens)
    if may_write:
        decoder = model.trace_decoder(read.trg_in, model.encode(read.src, read.src_lengths))
        layers += layers_of(decoder, within="decoder", tokens=read.trg_tokens)
    return {"tokens": read.src_tokens, "layers": layers}


def influence_on_token(model: EncoderDecoder, read: Read, place: int) -> dict[str, Influence]:
    """How much the score of a written token hangs on each source token and on each token written before it.

    Args:
        place: Which of the written tokens, from 0.

    Returns:
        `source` and `written`. From a source token to the end of the source and on through the decoder, without
        attention, is one step a token; with attention every source token has a way of its own.

    Raises:
        ConfigError: There is no such token.
    """
    check_whole("output", place, 0, len(read.written) - 1)
    with gradients_on():
        source = as_inputs(model.src_embedding(read.src))
        written = as_inputs(model.trg_embedding(read.trg_in[:, : place + 1]))
        memory = model.read_source(source, read.src_lengths)
        logits, _, _ = model.read_target(written, memory, memory.state)
        on_source, on_written = gradient_norms(logits[0, -1, read.written[place]], (source, written))
    is_direct = model.attention is not None
    ends_twice = model.encoder.bidirectional and not is_direct
    far = [steps + place for steps in steps_to_end(len(read.src_tokens), ends_twice)]
    before = [BOS_TOKEN, *read.trg_tokens[:place]]
    return {
        "source": Influence.of_last(read.src_tokens, far, on_source, is_direct),
        "written": Influence.of_last(before, steps_to_end(place + 1), on_written),
    }
