"""What the heads of the shipped neural Turing machine do while it copies one sequence, as numbers of every equation.

Shape letters: T steps, N rows of the memory, 2 heads (write, read), W rows of a window.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from core.insight.copied import trained
from core.insight.copying import sequences
from core.models.neural_turing_machine import EMPTY, Addressing

HEADS = ("write", "read")
STAGES = ("last", "content", "gated", "shifted", "weights")
AROUND = np.arange(-3, 4)


@dataclass(frozen=True)
class Copy:
    """One sequence of `length` vectors, copied; T is 2 length + 1.

    Attributes:
        inputs: Bits and, last, the mark, (T, BITS + 1).
        targets: (length, BITS).
        chances: Of a 1 in each bit that is said, (length, BITS).
        weights: What each head used, by its name, (T, N).
        numbers: What stands in the equations, at the row where a head's weight is largest; by name (T, 2). `row` counts
            from 1; `next` and `before` are `gated` at the rows after and before it.
        memory: At the same rows, of the first number there, what stands in the equations of writing and reading; by name
            (T, 2), or (T, 1) where it belongs to no row.
        windows: By head: `rows` from 1 (T, W + 1), three to each side of that row, and every stage of the weights there
            (T, W + 1). The last column is all other rows together, its row NaN.
    """

    inputs: np.ndarray
    targets: np.ndarray
    chances: np.ndarray
    weights: Mapping[str, np.ndarray]
    numbers: Mapping[str, np.ndarray]
    memory: Mapping[str, np.ndarray]
    windows: Mapping[str, Mapping[str, np.ndarray]]

    @property
    def wrong(self) -> np.ndarray:
        """Which bits are said wrongly, (length, BITS)."""
        return (self.chances > 0.5) != (self.targets > 0.5)

    @property
    def first_row(self) -> int:
        """The row into which the first vector is written, from 1."""
        return int(self.numbers["row"][0, 0])

    @property
    def begins_at(self) -> int:
        """The row at which the read head begins, when the mark is read, from 1."""
        return int(self.numbers["row"][len(self.targets), 1])


@torch.no_grad()
def copy(length: int, rows: int, seed: int) -> Copy:
    """Let the shipped machine, with a memory of so many rows, copy random vectors drawn with a seed."""
    x, bits = sequences(length, 1, torch.Generator().manual_seed(seed))
    steps = trained(rows).trace(x)
    heads = {name: [getattr(one, name) for one in steps] for name in HEADS}
    each = [_numbers(found) for found in heads.values()]
    at = np.stack([one["row"].astype(int) - 1 for one in each], axis=1)
    stored = torch.cat([one.memory for one in steps]).numpy()[:, :, 0]
    earlier = np.concatenate([np.full((1, rows), EMPTY), stored[:-1]])
    written, read_with = (np.take_along_axis(_stacked(heads[name], "weights"), at, 1) for name in HEADS)
    later = np.take_along_axis(stored, at, 1)
    total = (stored * _stacked(heads["read"], "weights")).sum(1, keepdims=True)
    memory = {
        "earlier": np.take_along_axis(earlier, at, 1),
        "later": later,
        "written": written,
        "erase": np.stack([one.erase[0, :1].numpy() for one in steps]),
        "add": np.stack([one.add[0, :1].numpy() for one in steps]),
        "read_with": read_with,
        "elsewhere": total - later * read_with,
        "found": total,
    }
    return Copy(
        inputs=x[0].numpy(),
        targets=bits[0].numpy(),
        chances=torch.sigmoid(torch.cat([one.logits for one in steps]))[length + 1 :].numpy(),
        weights={name: _stacked(found, "weights") for name, found in heads.items()},
        numbers={name: np.stack([one[name] for one in each], axis=1) for name in each[0]},
        memory=memory,
        windows={name: _window(found) for name, found in heads.items()},
    )


def _stacked(found: list[Addressing], name: str) -> np.ndarray:
    return np.concatenate([getattr(one, name).numpy() for one in found])


def _numbers(found: list[Addressing]) -> dict[str, np.ndarray]:
    """Each of (T,), for one head."""
    rows = {name: _stacked(found, name) for name in (*STAGES, "likeness")}
    strength, gate, sharpening = (_stacked(found, name) for name in ("strength", "gate", "sharpening"))
    shift = _stacked(found, "shift")
    at, steps, count = rows["weights"].argmax(1), np.arange(len(found)), rows["weights"].shape[1]
    return {
        "row": at + 1.0,
        "strength": strength[:, 0],
        "exponentials": np.exp(strength * rows["likeness"]).sum(1),
        "gate": gate[:, 0],
        "back": shift[:, 0],
        "stay": shift[:, 1],
        "on": shift[:, 2],
        "next": rows["gated"][steps, (at + 1) % count],
        "before": rows["gated"][steps, at - 1],
        "sharpening": sharpening[:, 0],
        "powers": ((rows["shifted"] + 1e-12) ** sharpening).sum(1),
        **{name: rows[name][steps, at] for name in rows},
    }


def _window(found: list[Addressing]) -> dict[str, np.ndarray]:
    weights = _stacked(found, "weights")
    places = (weights.argmax(1)[:, None] + AROUND) % weights.shape[1]
    shown = {"rows": np.column_stack([places + 1.0, np.full(len(found), np.nan)])}
    for name in STAGES:
        near = np.take_along_axis(_stacked(found, name), places, 1)
        shown[name] = np.column_stack([near, 1 - near.sum(1)])
    return shown
