"""Made memory tasks: sequences whose answer needs something that was read many steps before.

The three yardsticks by which recurrent networks are compared: the adding problem (two marked numbers, far apart), the
copy task (ten symbols, said again after a pause) and delayed recall (one symbol, asked for after noise); one of order
(which of two symbols came first); and two in which a state must be kept up to date at every step: parity, and the
dinner schedule. A memoryless answer has a known score in each, given with the task.
Every array comes out of its seed, which may be several numbers: `(seed, step)` gives each training step a batch of its own.

Left out: the scores of networks.
"""

from collections.abc import Sequence

import numpy as np

ADDING_VARIANCE = 1 / 6
"""Mean squared error of always answering 1 in the adding problem: the variance of a sum of two."""

COPY_LENGTH = 10
COPY_VOCAB_SIZE = 10
COPY_BLANK, COPY_DELIMITER = 0, 9
"""The copy task's symbols are 1 to 8."""

NUM_DISHES = 3
SUNNY, RAINY = 3, 4
"""The dinner schedule's weather; lower ids are dishes."""

Seed = int | Sequence[int]


def adding_problem(num_steps: int, count: int, seed: Seed = 0) -> tuple[np.ndarray, np.ndarray]:
    """Makes sequences of numbers of which two are marked; the answer is the sum of these two.

    Any two places are as likely to be marked as any other two.

    Args:
        num_steps: T, at least 2.
        count: number of sequences N, at least 1.
        seed: 0 or more, or several such numbers.

    Returns:
        Inputs (N, T, 2), float32: a number drawn uniformly from 0 to 1, and its mark, 0 or 1. Sums (N,), float32.

    Raises:
        ValueError: for an argument out of range.

    Reference:
        Hochreiter and Schmidhuber, 1997, "Long short-term memory", section 5.4 (numbers from -1 to 1 and sequences of
        unequal length there); in this form in Bai, Kolter and Koltun, 2018, "An empirical evaluation of generic
        convolutional and recurrent networks for sequence modeling", section 4.
    """
    _check("num_steps", num_steps, 2)
    rng = _generator(count, seed)
    numbers = rng.random((count, num_steps), dtype=np.float32)
    rows, first, second = np.arange(count), *_two_places(rng, num_steps, count)
    marks = np.zeros_like(numbers)
    marks[rows, first] = marks[rows, second] = 1
    return np.stack((numbers, marks), axis=-1), numbers[rows, first] + numbers[rows, second]


def copy_task(delay: int, count: int, seed: Seed = 0) -> tuple[np.ndarray, np.ndarray]:
    """Makes sequences of ten symbols, a pause and a sign from which on the ten symbols must be said again.

    Every symbol is asked for `delay + 10` steps after it was read.

    Args:
        delay: length of the pause, its last step being the sign, at least 1.
        count: number of sequences N, at least 1.
        seed: 0 or more, or several such numbers.

    Returns:
        Ids (N, delay + 20), int64: ten symbols from 1 to 8, `delay - 1` blanks (0), eleven delimiters (9). Targets of
        the same shape: blanks, and the ten symbols at the end.

    Raises:
        ValueError: for an argument out of range.

    Reference:
        Bai, Kolter and Koltun, 2018, "An empirical evaluation of generic convolutional and recurrent networks for
        sequence modeling", section 4; after Hochreiter and Schmidhuber, 1997.
    """
    _check("delay", delay, 1)
    rng = _generator(count, seed)
    symbols = rng.integers(1, COPY_DELIMITER, size=(count, COPY_LENGTH))
    ids = np.full((count, delay + 2 * COPY_LENGTH), COPY_BLANK, dtype=np.int64)
    ids[:, :COPY_LENGTH] = symbols
    ids[:, COPY_LENGTH + delay - 1 :] = COPY_DELIMITER
    targets = np.full_like(ids, COPY_BLANK)
    targets[:, -COPY_LENGTH:] = symbols
    return ids, targets


def copy_memoryless_loss(delay: int) -> float:
    """Cross-entropy in nats a step of the best answer without memory: blanks known, each symbol a guess among eight."""
    return COPY_LENGTH * float(np.log(COPY_DELIMITER - 1)) / (delay + 2 * COPY_LENGTH)


def delayed_recall(delay: int, count: int, seed: Seed = 0, num_symbols: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Makes sequences of one symbol, noise, and a sign on which the symbol is asked for.

    The noise has an alphabet of its own, as large, so that it disturbs a memory but is never mistaken for the symbol.
    Without memory the best accuracy is `1 / num_symbols`.

    Args:
        delay: steps of noise, at least 0.
        count: number of sequences N, at least 1.
        seed: 0 or more, or several such numbers.
        num_symbols: symbols to be told apart, at least 2.

    Returns:
        Ids (N, delay + 2), int64: one below `num_symbols`, `delay` ids of noise below `2 * num_symbols`, and the sign,
        `2 * num_symbols`. Symbols (N,), int64.

    Raises:
        ValueError: for an argument out of range.
    """
    _check("delay", delay, 0)
    _check("num_symbols", num_symbols, 2)
    rng = _generator(count, seed)
    symbols = rng.integers(num_symbols, size=(count, 1))
    noise = rng.integers(num_symbols, 2 * num_symbols, size=(count, delay))
    sign = np.full((count, 1), 2 * num_symbols)
    return np.concatenate((symbols, noise, sign), axis=1), symbols[:, 0]


def symbol_order(num_steps: int, count: int, seed: Seed = 0, num_symbols: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Makes noise in which two special symbols stand once each, at random places; the answer is which came first.

    All sequences hold both, so that who only counts symbols is right half of the time.

    Args:
        num_steps: T, at least 2.
        count: number of sequences N, at least 1.
        seed: 0 or more, or several such numbers.
        num_symbols: different symbols of the noise, at least 1.

    Returns:
        Ids (N, T), int64: noise below `num_symbols`, the special symbols `num_symbols` and `num_symbols + 1`. Labels
        (N,), int64: 0 where the lower one came first, 1 elsewhere.

    Raises:
        ValueError: for an argument out of range.

    Reference:
        A simpler form of the temporal order problem in Hochreiter and Schmidhuber, 1997, "Long short-term memory",
        section 5.6.
    """
    _check("num_steps", num_steps, 2)
    _check("num_symbols", num_symbols, 1)
    rng = _generator(count, seed)
    ids = rng.integers(num_symbols, size=(count, num_steps))
    rows, lower, higher = np.arange(count), *_two_places(rng, num_steps, count)
    ids[rows, lower], ids[rows, higher] = num_symbols, num_symbols + 1
    return ids, (higher < lower).astype(np.int64)


def parity(num_steps: int, count: int, seed: Seed = 0) -> tuple[np.ndarray, np.ndarray]:
    """Makes bits; the answer at every step is whether the number of ones so far is odd.

    One bit of memory is enough, but it must be right at every step: whoever sees only some of the bits is right half of
    the time.

    Args:
        num_steps: T, at least 1.
        count: number of sequences N, at least 1.
        seed: 0 or more, or several such numbers.

    Returns:
        Bits (N, T), int64. Answers of the same shape: 1 where the ones so far are odd in number.

    Raises:
        ValueError: for an argument out of range.

    Reference:
        Minsky and Papert, 1969, "Perceptrons", chapter 3, as a network meets it that reads bit by bit.
    """
    _check("num_steps", num_steps, 1)
    bits = _generator(count, seed).integers(2, size=(count, num_steps))
    return bits, bits.cumsum(axis=1) % 2


def dinner_schedule(num_days: int, count: int, seed: Seed = 0) -> tuple[np.ndarray, np.ndarray]:
    """Makes the first dinner and then the weather of each day; the answer is the dinner of every day.

    On a sunny day the cook goes on to the next dish of the cycle 0, 1, 2, 0; on a rainy day there is yesterday's again.

    Args:
        num_days: days with weather after the first dinner, D, at least 1.
        count: number of sequences N, at least 1.
        seed: 0 or more, or several such numbers.

    Returns:
        Ids (N, 1 + D), int64: a dish, below `NUM_DISHES`, then `SUNNY` or `RAINY`. Dishes of the same shape, the first
        one the dish that was given.

    Raises:
        ValueError: for an argument out of range.
    """
    _check("num_days", num_days, 1)
    rng = _generator(count, seed)
    first = rng.integers(NUM_DISHES, size=(count, 1))
    is_sunny = rng.integers(2, size=(count, num_days))
    dishes = np.concatenate((first, first + is_sunny.cumsum(axis=1)), axis=1) % NUM_DISHES
    return np.concatenate((first, np.where(is_sunny, SUNNY, RAINY)), axis=1), dishes


def _two_places(rng: np.random.Generator, num_steps: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Two different places in each of `count` sequences: the second is the first moved on, round the end if need be."""
    first = rng.integers(num_steps, size=count)
    return first, (first + rng.integers(1, num_steps, size=count)) % num_steps


def _generator(count: int, seed: Seed) -> np.random.Generator:
    _check("count", count, 1)
    _check("seed", int(np.min(seed)), 0)
    return np.random.default_rng(seed)


def _check(name: str, value: int, least: int) -> None:
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")
