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
from core.data.text import EOS, UNK
from core.data.written_items import item_word, known_items, written_items
from core.decoding import generate
from core.models.stepping import TokenSteps
from core.novelty import LONG, MOST_CELLS, MOST_WRITTEN, count_items, look_up, most_looked_up, repeated
from core.sampling import Sampling
from core.tasks.generation.predictor import MOST_ITEMS, GenerationPredictor

TEXTS, LENGTH = 6, 300  # side by side, and tokens of each
TEMPERATURE = 0.8  # as pages and the shell write
assert min(MOST_WRITTEN**2, MOST_CELLS) >= (TEXTS * (LENGTH + 1)) ** 2


def written_evidence(network: GenerationPredictor, prepared: PreparedText, seed: int) -> dict[str, Any] | None:
    """Shares of what the network writes, and of held-out text.

    Returns:
        `tokens` that were looked at; `long`, the length from which a stretch counts; `copied`, the share of tokens that
        stand in such stretches of the training text, and `longest`; `repeated`, the share of sequences half as long that
        the same text had already; `held_out` with the same three of validation; of items `items`, how many were written
        whole, `item`, what one is called, and `items_copied`, the share of these that training has. None where validation
        is too short.
    """
    long = LONG[prepared.tokenizer.unit]
    if prepared.apart:
        names = network.items(MOST_ITEMS, temperature=TEMPERATURE, length=LENGTH, seed=seed)
        written = _some([prepared.tokenizer.encode(name) for name in names])
        usual = _some([prepared.tokenizer.encode(item) for item in prepared.items("validation")[:MOST_ITEMS]])
        items = [name.strip() for name in names]
    else:
        held_out = prepared.ids["validation"]
        length = min(LENGTH, len(held_out) // 2)
        if length < 2 * long:
            return None
        number = min(TEXTS, len(held_out) // length)
        written = _write(network, number, length, seed)
        usual = [held_out[start : start + length] for start in pieces(len(held_out), number, length).tolist()]
        items = [item for text in written for item in written_items(prepared, prepared.tokenizer.decode(text.tolist()))]
    found: dict[str, Any] = {"tokens": sum(map(len, written)), "long": long, **_shares(written, prepared, long)}
    found["held_out"] = _shares(usual, prepared, long)
    if prepared.summary.longest:
        whole = count_items(items, known_items(prepared, "train"), ())
        found["items"], found["item"] = whole.written, item_word(prepared)
        found["items_copied"] = round(whole.in_train / max(1, whole.written), 4)
    return found


def _some(texts: list[np.ndarray]) -> list[np.ndarray]:
    """The first of some texts, as many as are looked up with a gap behind each."""
    ends = np.cumsum([len(text) + 1 for text in texts])
    most = most_looked_up(np.concatenate([np.append(text, UNK) for text in texts])) if texts else 0
    return texts[: int(np.searchsorted(ends, most, side="right"))]


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
    """Of some texts, each by itself but looked up in one pass: with its end behind an item, else an unknown token."""
    end = EOS if prepared.apart else UNK
    joined = np.concatenate([np.append(text, end) for text in texts]) if texts else np.zeros(0, dtype=np.int64)
    cover = look_up(joined, prepared.ids["train"], UNK, EOS).cover()[joined != UNK]
    again = [share for text in texts if (share := repeated(text, long // 2)) is not None]
    return {
        "copied": round(float(np.mean(cover >= long)), 4) if len(cover) else 0.0,
        "longest": int(cover.max(initial=0)),
        "repeated": round(float(np.mean(again)), 4) if again else 0.0,
    }
