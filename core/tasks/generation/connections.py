"""How much each token of a text moves the score of one that follows it: one such token, or all of them at once.

Shape letters: T tokens of the text, N of them that are asked about at once, E features of an embedding, V vocabulary.

Reference:
    Madsen, 2019, "Visualizing memorization in RNNs": the connectivity of a character is the norm of this gradient.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from core.data.letters import written_tokens
from core.insight.influence import Influence, as_inputs, gradient_norms, gradient_of, gradients_on, steps_to_end
from core.tasks.options import check_texts, check_whole

if TYPE_CHECKING:
    from core.tasks.generation.predictor import GenerationPredictor

MOST_TRACED = 200  # tokens of a text that is opened up: every step of it is kept
MOST_CONNECTED = 120  # tokens whose connections are all worked out: each is a pass of its own
ROWS = 16  # of them at once


@dataclass(frozen=True)
class Connections:
    """Of a text, which earlier tokens the score of each token hangs on.

    Attributes:
        tokens: What is read, as a person would write it: T.
        outputs: What is asked about: of the tokens the second to the last and, where the network may write, the likeliest
            after them.
        norms: For each output the norm of the gradient of its score, before the softmax, in every token before it: the
            first has 1 number, the second 2.
        is_cut: Whether the text goes on.
    """

    tokens: tuple[str, ...]
    outputs: tuple[str, ...]
    norms: tuple[tuple[float, ...], ...]
    is_cut: bool = False


def traced(network: GenerationPredictor, text: str) -> list[int]:
    """Ids of the beginning of a text that is opened up.

    Raises:
        ConfigError: No text, or a huge one.
    """
    (text,) = check_texts([text])
    return network.tokenizer.encode(text).tolist()[:MOST_TRACED]


def likeliest(network: GenerationPredictor, logits: Tensor) -> int:
    """The likeliest next token that may be written, by logits (V,)."""
    logits = logits.clone()
    logits[list(network.never)] = -torch.inf
    return int(logits.argmax())


def influence(network: GenerationPredictor, text: str, output: int) -> Influence:
    """Of each token of a text on the score, before the softmax, of one that follows it.

    Args:
        text: At most its first `MOST_TRACED` tokens are read.
        output: Which of the second to the last token, from 0; one further is the likeliest after the text.

    Raises:
        ConfigError: No text, or no such output.
    """
    ids = traced(network, text)
    check_whole("output", output, 0, len(ids) - (1 if network.may_write else 2))
    with gradients_on():
        inputs = as_inputs(network.model.embedding(torch.tensor([ids[: output + 1]], device=network.device)))
        logits = network.model.read(inputs, state=_opened(network, text, 1))[0][0, -1]
        token_id = ids[output + 1] if output + 1 < len(ids) else likeliest(network, logits.detach())
        (norms,) = gradient_norms(logits[token_id], (inputs,))
    tokens = written_tokens(network.tokenizer, text, ids[: output + 1])
    return Influence.of_last(tokens, steps_to_end(len(norms)), norms)


def connections(network: GenerationPredictor, text: str) -> Connections:
    """`influence` for every output of a text at once, at most of its first `MOST_CONNECTED` tokens.

    A copy of the text is read for each output, many side by side: no gradient of one reaches another.

    Raises:
        ConfigError: No text.
    """
    whole = traced(network, text)
    ids = whole[:MOST_CONNECTED]
    is_cut = len(whole) > len(ids)
    asked = [*ids[1:], *([whole[len(ids)]] if is_cut else [])]
    follows = network.may_write and not is_cut
    norms: list[tuple[float, ...]] = []
    with gradients_on():
        vectors = network.model.embedding(torch.tensor([ids], device=network.device)).detach()
        for first in range(0, len(asked) + follows, ROWS):
            places = range(first, min(first + ROWS, len(asked) + follows))
            inputs = as_inputs(vectors[:, : places[-1] + 1].repeat(len(places), 1, 1))
            logits = network.model.read(inputs, state=_opened(network, text, len(places)))[0]
            ends = [logits[row, place] for row, place in enumerate(places)]
            for place in places[len(asked) - first :]:
                asked.append(likeliest(network, ends[place - first].detach()))
            total = torch.stack([end[asked[place]] for end, place in zip(ends, places, strict=True)]).sum()
            found = gradient_of(total, (inputs,))[0].norm(dim=-1)
            norms += [tuple(found[row, : place + 1].tolist()) for row, place in enumerate(places)]
    outputs = [*written_tokens(network.tokenizer, text, whole[: len(ids) + is_cut])[1:]]
    if follows:
        outputs.append(network.tokenizer.token(asked[-1]))
    return Connections(tuple(written_tokens(network.tokenizer, text, ids)), tuple(outputs), tuple(norms), is_cut)


def _opened(network: GenerationPredictor, text: str, number: int) -> tuple[Tensor, ...] | None:
    """The state before a text, (L, N, H) each, for gradients."""
    state = network.opened(text)
    return None if state is None else tuple(part.clone().repeat(1, number, 1) for part in state)
