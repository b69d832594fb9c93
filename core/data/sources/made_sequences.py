"""Made sequences as a data section asks for them: of one delay, or of every delay up to it; and the right answers to any.

Left out: the generators themselves (core.data.made.sequences), dividing what is made (kinds/sequences.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from core.config.experiment import DataConfig
from core.data.dataset import SequenceSet
from core.data.made.sequences import COPY_LENGTH, NUM_DISHES, SUNNY

MOST_SEQUENCES = 25_000
MOST_STEPS = 5_000_000
"""Of all sequences together: where they are long, there are fewer."""
LEAST_DELAY = 2
LETTERS = tuple("abcdefgh")
_DECIMALS = 2  # of numbers, so that what is read can be written down exactly
_SEED = 0

Generator = Callable[[int, int, Sequence[int]], tuple[np.ndarray, np.ndarray]]
"""From a delay, a number of sequences and a seed to inputs and targets, of every step or of each sequence."""


def load_sequences(
    make: Generator, data: DataConfig, symbols: tuple[str, ...], classes: tuple[str, ...], num_asked: int
) -> SequenceSet:
    """Sequences of `data.delay`, or as many of each delay up to it, mixed.

    Args:
        make: The generator.
        symbols, classes, num_asked: As `SequenceSet` has them. Without classes the answer is the sum of marked numbers.
    """
    delays = range(LEAST_DELAY if data.delays == "up_to" else data.delay, data.delay + 1)
    count = max(len(delays), min(MOST_SEQUENCES, MOST_STEPS // (data.delay + 2 * COPY_LENGTH)))
    counts = [count // len(delays) + (place < count % len(delays)) for place in range(len(delays))]
    made = [make(delay, number, (_SEED, delay)) for delay, number in zip(delays, counts, strict=True)]
    longest = max(inputs.shape[1] for inputs, _ in made)
    if classes:
        inputs = np.concatenate([_padded(ids, longest, -1).astype(np.int8) for ids, _ in made])
        lowest = symbols.index(classes[0]) if classes[0] in symbols else 0
        answers = [_at_steps(targets - lowest, ids.shape[1], num_asked, longest, -1) for ids, targets in made]
    else:
        rounded = [(numbers * (10**_DECIMALS)).round() / 10**_DECIMALS for numbers, _ in made]
        inputs = np.concatenate([_padded(numbers, longest, np.nan).astype(np.float32) for numbers in rounded])
        answers = [
            _at_steps(numbers.prod(axis=2).sum(axis=1), numbers.shape[1], num_asked, longest, np.nan) for numbers in rounded
        ]  # fmt: skip
    order = np.random.default_rng(_SEED).permutation(count) if len(delays) > 1 else np.arange(count)
    found = np.concatenate(answers).astype(np.int8 if classes else np.float32)
    return SequenceSet(inputs[order], found[order], symbols, classes, num_asked, count=count)


def _padded(values: np.ndarray, longest: int, filler: float) -> np.ndarray:
    """(N, T, ...) to (N, longest, ...)."""
    rest = [(0, 0)] * (values.ndim - 2)
    return np.pad(values, [(0, 0), (0, longest - values.shape[1]), *rest], constant_values=filler)


def _at_steps(targets: np.ndarray, num_steps: int, num_asked: int, longest: int, filler: float) -> np.ndarray:
    """Targets of each sequence (N,) or of all its steps (N, T), at the steps that are asked: (N, longest)."""
    found = np.full((len(targets), longest), filler)
    first = num_steps - num_asked if num_asked else 0
    found[:, first:num_steps] = targets[:, None] if targets.ndim == 1 else targets[:, first:]
    return found


def right_answers(data_id: str | None, inputs: np.ndarray) -> list[int | float | None]:
    """What should be answered at each step of a sequence, by the numbers of classes; None where nothing is to be said.

    Args:
        data_id: Which set of the catalogue it is like.
        inputs: One sequence as a set has it: ids (T,), or numbers (T, F). It may be one that the set never holds.
    """
    found: list[int | float | None] = [None] * len(inputs)
    solve = _SOLVED.get(data_id or "recall")
    answers = [] if solve is None or not len(inputs) else solve(inputs)
    found[len(inputs) - len(answers) :] = answers
    return found


def _recall(ids: np.ndarray) -> list[int | float | None]:
    return [int(ids[0])] if ids[0] < len(LETTERS) else []


def _copy(ids: np.ndarray) -> list[int | float | None]:
    said = (ids[:COPY_LENGTH] - 1).tolist()
    return said if len(ids) >= 2 * COPY_LENGTH and all(0 <= letter < len(LETTERS) for letter in said) else []


def _sum(numbers: np.ndarray) -> list[int | float | None]:
    return [float(numbers.astype(np.float64).prod(axis=1).sum())]


def _parity(bits: np.ndarray) -> list[int | float | None]:
    return (bits.astype(np.int64).cumsum() % 2).tolist()


def _dinner(ids: np.ndarray) -> list[int | float | None]:
    """From the first dish on, which may be told later than at the first step, or again."""
    dish, found = None, []
    for one in ids.tolist():
        if one < NUM_DISHES:
            dish = one
        elif dish is not None:
            dish = (dish + (one == SUNNY)) % NUM_DISHES
        found.append(dish)
    return found


_SOLVED: Mapping[str, Callable[[np.ndarray], list[int | float | None]]] = MappingProxyType(
    {"recall": _recall, "copy": _copy, "adding": _sum, "parity": _parity, "dinner": _dinner}
)
