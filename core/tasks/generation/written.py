"""What a language model writes at ordinary temperature, against held-out text of the same length: copied, and repeated.

A text that knows its language repeats phrases of its training text too, so that shares alone say nothing: each stands
beside the same share of as many tokens that nobody wrote. Only numbers are kept, no text.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from core.data.prepared import PreparedText
from core.data.samples import pieces
from core.data.text import UNK
from core.decoding import generate
from core.models.stepping import TokenSteps
from core.novelty import LONG, MOST_WRITTEN, ItemShares, count_items, look_up, repeated
from core.sampling import Sampling
from core.tasks.generation.predictor import MOST_ITEMS, GenerationPredictor

TEXTS, LENGTH = 6, 300  # side by side, and tokens of each
TEMPERATURE = 0.8  # as pages and the shell write
assert TEXTS * (LENGTH + 1) <= MOST_WRITTEN


def written_evidence(network: GenerationPredictor, prepared: PreparedText, seed: int) -> dict[str, Any] | None:
    """Shares of what the network writes, and of held-out text.

    Returns:
        `tokens` that were looked at; `long`, the length from which a stretch counts; `copied`, the share of tokens that
        stand in such stretches of the training text, and `longest`; `repeated`, the share of sequences half as long that
        the same text had already; `held_out` with the same three of validation; where lines are items `items`, how many
        were written whole, and `items_copied`, the share of these that training has. None where validation is too short.
    """
    long = LONG[prepared.tokenizer.unit]
    if prepared.apart:
        names = network.items(MOST_ITEMS, temperature=TEMPERATURE, length=LENGTH, seed=seed)
        written = _some([prepared.tokenizer.encode(name) for name in names])
        usual = _some([prepared.tokenizer.encode(item) for item in prepared.items("validation")[:MOST_ITEMS]])
        whole: ItemShares | None = count_items(names, prepared.items("train"), ())
    else:
        held_out = prepared.ids["validation"]
        length = min(LENGTH, len(held_out) // 2)
        if length < 2 * long:
            return None
        number = min(TEXTS, len(held_out) // length)
        written = _write(network, number, length, seed)
        usual = [held_out[start : start + length] for start in pieces(len(held_out), number, length).tolist()]
        whole = items_of_lines(prepared, written)
    found = {"tokens": sum(map(len, written)), "long": long, **_shares(written, prepared, long)}
    items = {"items": whole.written, "items_copied": round(whole.in_train / max(1, whole.written), 4)} if whole else {}
    return {**found, "held_out": _shares(usual, prepared, long), **items}


def items_of_lines(prepared: PreparedText, written: list[np.ndarray]) -> ItemShares | None:
    """Whole lines of texts, where each line of the training text is an item."""
    if not prepared.summary.longest:
        return None
    lines = [line for text in written for line in prepared.tokenizer.decode(text.tolist()).split("\n")[1:-1]]
    return count_items(lines, prepared.texts["train"].split("\n"), ())


def _some(texts: list[np.ndarray]) -> list[np.ndarray]:
    """The first of some texts, as many as are looked up with a gap behind each."""
    ends = np.cumsum([len(text) + 1 for text in texts])
    return texts[: int(np.searchsorted(ends, MOST_WRITTEN, side="right"))]


@torch.inference_mode()
def _write(network: GenerationPredictor, number: int, length: int, seed: int) -> list[np.ndarray]:
    """N texts of T tokens from a new line on."""
    logits, state = network._read(network.beginning_ids(""))
    network.model.eval()
    tokens = generate(
        TokenSteps(network.model), logits.repeat(number, 1), tuple(part.repeat(1, number, 1) for part in state), length,
        Sampling(TEMPERATURE), generator=torch.Generator().manual_seed(seed), banned_ids=network.never,
    )  # fmt: skip
    return list(torch.stack(list(tokens), dim=1).cpu().numpy())


def _shares(texts: list[np.ndarray], prepared: PreparedText, long: int) -> dict[str, float | int]:
    """Of some texts, each by itself but looked up in one pass, with an unknown token behind each."""
    joined = np.concatenate([np.append(text, UNK) for text in texts]) if texts else np.zeros(0, dtype=np.int64)
    cover = look_up(joined, prepared.ids["train"], UNK).cover()[joined != UNK]
    again = [share for text in texts if (share := repeated(text, long // 2)) is not None]
    return {
        "copied": round(float(np.mean(cover >= long)), 4) if len(cover) else 0.0,
        "longest": int(cover.max(initial=0)),
        "repeated": round(float(np.mean(again)), 4) if again else 0.0,
    }
