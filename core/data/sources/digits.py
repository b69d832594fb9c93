"""Handwritten digits as sequences, in the shapes of a recurrent network: what is read when, and what is asked when.

Left out: the table itself (datasets/generators/digits.py says where it is from), dividing it (kinds/sequences.py).

Shape letters: N sequences, T time, F numbers a step.
"""

from __future__ import annotations

import lzma
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np

from core.config.experiment import DataConfig
from core.data.dataset import SequenceSet

SIDE, INK = 8, 16
DIGITS = tuple("0123456789")
NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
END = "."
LETTERS = (*sorted(set("".join(NAMES))), END)
STRIP = 3
"""Digits of a strip."""
BLOCKS, STRIPS = 20, 4_000
_SEED = 0
_Shaped = tuple[np.ndarray, np.ndarray, tuple[str, ...], int]


def read_digits(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The pictures (N, 64) from 0 (paper) to 1 (ink), float32, and what each shows (N,), in an order mixed once for all."""
    rows = np.loadtxt(lzma.decompress(path.read_bytes()).decode().splitlines(), delimiter="\t", skiprows=1)
    rows = rows[np.random.default_rng(_SEED).permutation(len(rows))]
    return (rows[:, :-1] / INK).astype(np.float32), rows[:, -1].astype(np.int8)


def load_digits(path: Path, data: DataConfig, shape: str) -> SequenceSet:
    """The digits in one shape.

    Args:
        shape: A key of `SHAPES`.
    """
    inputs, answers, classes, num_asked = SHAPES[shape](*read_digits(path))
    symbols = tuple(f"pixel {place + 1}" for place in range(inputs.shape[2]))
    return SequenceSet(inputs, answers.astype(np.int8), symbols, classes, num_asked, count=len(inputs))


def _picture(pictures: np.ndarray, digits: np.ndarray) -> _Shaped:
    """One to one: all pixels in one step."""
    return pictures[:, None], digits[:, None], DIGITS, 1


def _rows(pictures: np.ndarray, digits: np.ndarray) -> _Shaped:
    """Many to one: a row of pixels a step, asked after the last."""
    answers = np.full((len(digits), SIDE), -1)
    answers[:, -1] = digits
    return pictures.reshape(-1, SIDE, SIDE), answers, DIGITS, 1


def _name(pictures: np.ndarray, digits: np.ndarray) -> _Shaped:
    """One to many: the picture at the first step and nothing later; a letter a step, as far as the end sign."""
    longest = max(map(len, NAMES)) + 1
    spelled = np.full((len(NAMES), longest), -1)
    for digit, name in enumerate(NAMES):
        spelled[digit, : len(name) + 1] = [LETTERS.index(letter) for letter in name + END]
    return _padded(pictures[:, None], longest), spelled[digits], LETTERS, 0


def _largest(pictures: np.ndarray, digits: np.ndarray) -> _Shaped:
    """Many to many, aligned: a picture a step, and at each the largest digit so far."""
    places = strips(len(digits))
    return pictures[places], np.maximum.accumulate(digits[places], axis=1), DIGITS, 0


def _said_later(pictures: np.ndarray, digits: np.ndarray) -> _Shaped:
    """Many to many, delayed: all pictures first, then as many empty steps at which they are named in their order."""
    places = strips(len(digits))
    answers = np.concatenate((np.full_like(places, -1), digits[places]), axis=1)
    return _padded(pictures[places], 2 * STRIP), answers, DIGITS, STRIP


def strips(number: int) -> np.ndarray:
    """Places of pictures that form strips, (STRIPS, STRIP): a strip's pictures stand in one of 20 blocks of neighbours.

    Blocks follow each other, so that parts cut at a multiple of 5% share no picture, and no strip stands there twice.
    """
    rng, size = np.random.default_rng(_SEED), number // BLOCKS
    found = [
        block * size + np.stack(np.unravel_index(rng.choice(size**STRIP, STRIPS // BLOCKS, replace=False), (size,) * STRIP))
        for block in range(BLOCKS)
    ]  # fmt: skip
    return np.concatenate(found, axis=1).T


def _padded(inputs: np.ndarray, longest: int) -> np.ndarray:
    """Empty steps behind what is read: (N, longest, F)."""
    return np.pad(inputs, [(0, 0), (0, longest - inputs.shape[1]), (0, 0)])


SHAPES: Mapping[str, Callable[[np.ndarray, np.ndarray], _Shaped]] = MappingProxyType(
    {"picture": _picture, "rows": _rows, "name": _name, "largest": _largest, "later": _said_later}
)
"""From pictures (N, 64) and digits (N,) to inputs (M, T, F), answers (M, T), classes, and how many last steps are asked."""
