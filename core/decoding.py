"""From scores for the next token to whole sequences: sampling, greedy search and beam search.

Nothing here knows a model. A network is a ``step``, a function from one token of each of N sequences and a state to the
logits of the next token (N, V), the new state, and the attention weights (N, S) or None. A state is a tuple of tensors
(L, N, H), each with an L of its own. Every step reads what was produced before it and never a true answer, and equal
inputs give equal outputs.

Shape letters: N sequences, B batch, K beam size, T produced steps, S source length, V vocabulary, L layers, H hidden.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.sampling import Draws, Sampling, draw, next_probabilities

RECENT = 64  # produced tokens that a penalty of repetition looks back over

State = tuple[Tensor, ...]
Step = Callable[[Tensor, State], tuple[Tensor, State, Tensor | None]]


@dataclass(frozen=True)
class Decoded:
    """Finished sequences.

    Attributes:
        ids: For each of B rows the tokens produced, without ``<bos>`` and ``<eos>``.
        log_prob: Sum of the log probabilities (natural logarithm) of the tokens, ``<eos>`` included: (B,).
        finished: Whether a row ended with ``<eos>``, rather than at the maximum length: (B,).
        attention: Weights by produced step, the one that produced ``<eos>`` included, zero after it: (B, T, S); None
            for a model without attention.
    """

    ids: list[list[int]]
    log_prob: Tensor
    finished: Tensor
    attention: Tensor | None


def generate(
    step: Step,
    logits: Tensor,
    state: State,
    max_length: int,
    sampling: Sampling,
    *,
    generator: torch.Generator | None = None,
    banned_ids: Sequence[int] = (),
    stop_id: int | None = None,
) -> Iterator[Tensor]:
    """Continues sequences token by token, each produced token being the next input.

    Args:
        step: See the module docstring.
        logits: Scores of the first new token, from the pass over the prompt: (N, V).
        state: The state after the prompt.
        max_length: Tokens to produce, at most.
        sampling: How each is drawn; the penalty reaches back over the last ``RECENT`` produced tokens.
        generator: Source of randomness; None for torch's own. It may be on the CPU for logits on a GPU: then a seed gives
            the same text on both.
        banned_ids: Tokens never produced.
        stop_id: Ends the iteration once every sequence has produced this token, which is then the last one yielded for
            it; None for no such token. What a sequence yields after it means nothing.

    Returns:
        An iterator over tokens (N,).

    Raises:
        ValueError: If an argument is out of range; at the call, not at the first token.
    """
    _check_max_length(max_length)

    def tokens() -> Iterator[Tensor]:
        scores, now = logits, state
        stopped = torch.zeros(logits.shape[0], dtype=torch.bool, device=logits.device)
        banned = torch.tensor(banned_ids, dtype=torch.int64, device=logits.device)
        draws = Draws(generator, len(logits), logits.device)
        recent = logits.new_empty(len(logits), 0, dtype=torch.int64)
        for position in range(max_length):
            ids = draw(next_probabilities(scores.index_fill(-1, banned, -torch.inf), sampling, recent), draws.next())
            if sampling.repetition_penalty != 1:
                recent = torch.cat((recent, ids[:, None]), dim=1)[:, -RECENT:]
            yield ids
            if stop_id is not None:
                stopped = stopped | (ids == stop_id)
                if stopped.all():
                    return
            if position + 1 < max_length:
                with torch.no_grad():
                    scores, now, _ = step(ids, now)

    return tokens()


@torch.no_grad()
def greedy(
    step: Step,
    state: State,
    bos_id: int,
    eos_id: int,
    batch_size: int,
    max_length: int,
    device: torch.device | str,
    banned_ids: Sequence[int] = (),
    min_length: int = 0,
    limits: Tensor | None = None,
) -> Decoded:
    """Takes the most likely token at every step, for a batch of sequences at once.

    Args:
        step: See the module docstring.
        state: The state before the first step: tensors (L, B, H).
        bos_id: The first input.
        eos_id: The token that ends a sequence.
        batch_size: Sequences, B.
        max_length: Tokens to produce, at most, ``<eos>`` included.
        device: Where the state is.
        banned_ids: Tokens never produced; the others' probabilities stay what the model says.
        min_length: Tokens before ``<eos>``, at least, which is banned until then.
        limits: Tokens of each sequence, at most, none above max_length: (B,). A sequence then comes out as it would
            alone; None for max_length.

    Raises:
        ValueError: If max_length is below 1, or min_length not below it.
    """
    _check_max_length(max_length, min_length)
    ids = torch.full((batch_size,), bos_id, device=device)
    log_prob = torch.zeros(batch_size, device=device)
    finished = torch.zeros(batch_size, dtype=torch.bool, device=device)
    over = finished  # ended by <eos> or at its limit
    tokens, attention = [], []
    for position in range(max_length):
        logits, state, weights = step(ids, state)
        banned_now = banned_ids if position >= min_length else (*banned_ids, eos_id)
        best, ids = _ban(_log_softmax(logits), banned_now).max(dim=-1)
        log_prob = log_prob + best.masked_fill(over, 0)
        ids = ids.masked_fill(over, eos_id)
        tokens.append(ids)
        if weights is not None:
            attention.append(weights.masked_fill(over[:, None], 0))
        finished = finished | (~over & (ids == eos_id))
        over = finished if limits is None else finished | (limits <= position + 1)
        if over.all():
            break
    rows = torch.stack(tokens, dim=1).tolist()
    return Decoded(
        [until(row, eos_id) for row in rows], log_prob, finished, torch.stack(attention, dim=1) if attention else None
    )


@torch.no_grad()
def beam(
    step: Step,
    state: State,
    bos_id: int,
    eos_id: int,
    beam_size: int,
    max_length: int,
    length_penalty: float = 0.0,
    banned_ids: Sequence[int] = (),
    min_length: int = 0,
    limits: Tensor | None = None,
) -> Decoded:
    """Keeps the ``beam_size`` best beginnings of every sequence and returns the best ending.

    A finished hypothesis stays in its beam as it is and competes with the others, until none of them can overtake it.
    Rows and hypotheses share one batch: those of row b stand at b * K to b * K + K - 1, and ``step`` sees N = B * K
    sequences in that order at every call.

    Args:
        step, bos_id, eos_id, max_length, banned_ids, min_length, limits: As :func:`greedy`.
        state: The state before the first step, one column for each row: tensors (L, B, H).
        beam_size: Hypotheses kept for each row, K.
        length_penalty: Hypotheses are ranked by log_prob / length ** length_penalty, ``<eos>`` counted: 0 ranks by
            probability, 1 by the mean log probability of a token, which favours longer sequences.

    Returns:
        The best hypothesis of every row; ``log_prob`` is without the penalty.

    Raises:
        ValueError: If an argument is out of range.
    """
    _check_max_length(max_length, min_length)
    if beam_size < 1:
        raise ValueError(f"beam_size: expected at least 1, got {beam_size}")
    if not 0 <= length_penalty < float("inf"):
        raise ValueError(f"length_penalty: expected a finite number of at least 0, got {length_penalty}")
    batch_size, device = state[0].shape[1], state[0].device
    state = tuple(part.repeat_interleave(beam_size, dim=1) for part in state)
    first_of_row = torch.arange(batch_size, device=device)[:, None] * beam_size
    ids = torch.full((batch_size * beam_size,), bos_id, device=device)
    finished = torch.zeros(batch_size, beam_size, dtype=torch.bool, device=device)
    ends = torch.full((batch_size, 1), max_length, device=device) if limits is None else limits[:, None]
    lengths = torch.zeros(batch_size, beam_size, dtype=torch.long, device=device)
    # All hypotheses of a row start equal: only the first may count, or the beam would hold K copies of one.
    log_prob = torch.full((batch_size, beam_size), -torch.inf, device=device)
    log_prob[:, 0] = 0
    tokens = torch.empty(batch_size * beam_size, 0, dtype=torch.long, device=device)
    attention: Tensor | None = None
    for position in range(max_length):
        logits, state, weights = step(ids, state)
        banned_now = banned_ids if position >= min_length else (*banned_ids, eos_id)
        scores = _ban(_log_softmax(logits), banned_now).unflatten(0, (batch_size, beam_size))
        # A finished hypothesis, or one at its limit, goes on in one way only: another <eos>, which costs nothing.
        over = finished | (ends <= position)
        scores = scores.masked_fill(over[..., None], -torch.inf)
        scores[..., eos_id] = scores[..., eos_id].masked_fill(over, 0)
        totals = log_prob[..., None] + scores
        grown = (lengths + ~over)[..., None]
        best = (totals / grown**length_penalty).flatten(1).topk(beam_size, dim=1).indices
        parents, chosen = best // scores.shape[-1], best % scores.shape[-1]
        log_prob = totals.flatten(1).gather(1, best)
        lengths = grown.squeeze(-1).gather(1, parents)
        was_finished, was_over = finished.gather(1, parents), over.gather(1, parents)
        finished = was_finished | (~was_over & (chosen == eos_id))
        origin, ids = (first_of_row + parents).flatten(), chosen.flatten()
        state = tuple(part.index_select(1, origin) for part in state)
        tokens = torch.cat((tokens[origin], ids[:, None]), dim=1)
        if weights is not None:
            new = weights[origin].masked_fill(was_over.flatten()[:, None], 0)[:, None]
            attention = new if attention is None else torch.cat((attention[origin], new), dim=1)
        ranks = log_prob / lengths**length_penalty
        # Log probabilities only fall and weigh least at the maximum length: the best that an unfinished one can become.
        hope = (log_prob / ends**length_penalty).masked_fill(finished, -torch.inf).amax(dim=1)
        settled = ranks.masked_fill(~finished, -torch.inf).amax(dim=1) > hope
        if (settled | (finished | (ends <= position + 1)).all(dim=1)).all():
            break
    winner = ranks.argmax(dim=1)
    rows = first_of_row.squeeze(1) + winner
    if attention is not None:
        attention = attention[rows, : int(lengths.flatten()[rows].max())]  # to the longest of the chosen hypotheses
    ids_of_rows = [until(row, eos_id) for row in tokens[rows].tolist()]
    return Decoded(ids_of_rows, log_prob.flatten()[rows], finished.flatten()[rows], attention)


def _log_softmax(logits: Tensor) -> Tensor:
    """Returns log probabilities in at least single precision: sums of half-precision ones would not be comparable."""
    return logits.to(torch.promote_types(logits.dtype, torch.float32)).log_softmax(dim=-1)


def _ban(scores: Tensor, banned_ids: Sequence[int]) -> Tensor:
    """Returns scores (N, V) in which the banned tokens cannot win."""
    if not banned_ids:
        return scores
    return scores.index_fill(-1, torch.tensor(banned_ids, device=scores.device), -torch.inf)


def until(ids: list[int], eos_id: int) -> list[int]:
    """Ids before the first that ends a sequence."""
    return ids[: ids.index(eos_id)] if eos_id in ids else ids


def _check_max_length(max_length: int, min_length: int = 0) -> None:
    if max_length < 1:
        raise ValueError(f"max_length: expected at least 1, got {max_length}")
    if not 0 <= min_length < max_length:
        raise ValueError(f"min_length: expected from 0 to {max_length - 1}, below max_length, got {min_length}")
