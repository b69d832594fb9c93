"""Inside a translation: states and gates of both networks, and how much each written token hangs on what was read.

The translation is the greedy one, read anew by the decoder token by token. Left out: the search (search.py), what the
states are (core.insight).

Shape letters: B batch, S source length, T target length, E embedding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from core.data.text import BOS, EOS
from core.insight.influence import Influence, as_inputs, gradient_norms, gradients_on, steps_to_end
from core.insight.states import layers_of
from core.tasks.options import check_may_write, check_texts, check_whole
from core.tasks.seq2seq.search import Search

if TYPE_CHECKING:
    from core.tasks.seq2seq.predictor import Seq2SeqPredictor

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

    def __init__(self, predictor: Seq2SeqPredictor, text: str):
        (text,) = check_texts([text])
        self.src, self.src_lengths = predictor._sequences([text]).batch(np.array([0]))
        self.src_tokens = predictor._src_tokens(text)
        predictor.model.eval()
        with torch.inference_mode():
            found = Search().run(predictor.model, self.src, self.src_lengths, predictor.experiment.data.max_length)
        ids = found.ids[0]
        self.trg_tokens = [predictor.trg_tokenizer.token(token_id) for token_id in ids]
        self.written = list(ids)
        if bool(found.finished[0]):
            self.trg_tokens.append(EOS_TOKEN)
            self.written.append(EOS)
        self.trg_in = torch.tensor([[BOS, *self.written[:-1]]], device=self.src.device)


@torch.inference_mode()
def trace_translation(predictor: Seq2SeqPredictor, text: str) -> dict[str, Any]:
    """Gates and states of the encoder over the source and of the decoder over its greedy translation.

    A network that may not write shows its encoder alone.

    Returns:
        As ``trace_states``; every layer says within which network it is and has tokens of its own. A step of the decoder
        is called by the token that it writes.
    """
    read, model = Read(predictor, text), predictor.model
    layers = layers_of(model.encoder.trace(model.src_embedding(read.src)), within="encoder", tokens=read.src_tokens)
    if predictor.may_write:
        decoder = model.trace_decoder(read.trg_in, model.encode(read.src, read.src_lengths))
        layers += layers_of(decoder, within="decoder", tokens=read.trg_tokens)
    return {"tokens": read.src_tokens, "layers": layers}


def written_tokens(predictor: Seq2SeqPredictor, text: str) -> list[str]:
    """The tokens of the greedy translation, ``<eos>`` among them where it was written.

    Raises:
        ConfigError: A text that cannot be translated, or a network that may not write.
    """
    check_may_write(predictor.may_write)
    return Read(predictor, text).trg_tokens


def influence_on_token(predictor: Seq2SeqPredictor, text: str, place: int) -> dict[str, Influence]:
    """How much the score of a written token hangs on each source token and on each token written before it.

    Args:
        predictor: The trained network.
        text: The source.
        place: Which of the written tokens, from 0.

    Returns:
        `source` and `written`. From a source token to the end of the source and on through the decoder, without
        attention, is one step a token; with attention every source token has a way of its own.

    Raises:
        ConfigError: A text that cannot be translated, no such token, or a network that may not write.
    """
    check_may_write(predictor.may_write)
    read, model = Read(predictor, text), predictor.model
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
