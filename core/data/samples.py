"""Which items of a part a quick look reads: a fixed sample that stands for all of it, wherever in the file things stand.

Every choice is a function of the data alone, the same at every look and for every seed of training, so that looks can
be compared. Items are put in an order (a class in file order, lengths from short to long, a series in time), the order
is cut into stretches of equal length, and one item is drawn from each: no class, length or time is left out, and a
stride cannot fall in step with a season.

Reference: Cochran (1977), "Sampling techniques", chapters 5 (strata) and 8 (systematic samples).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
_SEED = 20_141


def stretches(num_items: int, most: int) -> Rows:
    """At most `most` of the numbers below `num_items`, ascending: one drawn from each of as many equal stretches."""
    if num_items <= most:
        return np.arange(num_items)
    edges = np.arange(most + 1) * num_items // most
    draws = np.random.default_rng([_SEED, num_items, most]).random(most)
    return edges[:-1] + (draws * np.diff(edges)).astype(np.int64)


def by_class(labels: NDArray[np.int64], most: int) -> Rows:
    """About `most` rows, ascending: of each class its share, at least one, from all over the file.

    Args:
        labels: (N,) class numbers.
        most: Rows in all; rounding takes some off, and rare classes may put some on.
    """
    if len(labels) <= most:
        return np.arange(len(labels))
    chosen = []
    for number in np.unique(labels):
        rows = np.flatnonzero(labels == number)
        chosen.append(rows[stretches(len(rows), max(1, len(rows) * most // len(labels)))])
    return np.sort(np.concatenate(chosen))


def by_length(lengths: NDArray[np.int64], most: int) -> Rows:
    """At most `most` rows, ascending, from short to long in the shares that the part has, by the tokens of each, (N,)."""
    mixed = np.random.default_rng([_SEED, len(lengths)]).permutation(len(lengths))  # items of one length in any order
    order = mixed[np.argsort(lengths[mixed], kind="stable")]
    return np.sort(order[stretches(len(order), most)])


def by_series(counts: Rows, most: int) -> Rows:
    """About `most` windows, ascending: of each series as many as of any other, or all that it has, from all its time.

    Args:
        counts: (S,) windows of each series, which are numbered one series after another.
        most: Windows in all; every series with windows has at least one.
    """
    shares = np.zeros(len(counts), dtype=np.int64)
    left, having = max(most, int((counts > 0).sum())), np.flatnonzero(counts)
    for rank, place in enumerate(having[np.argsort(counts[having], kind="stable")]):
        shares[place] = min(counts[place], left // (len(having) - rank))
        left -= shares[place]
    firsts = counts.cumsum() - counts
    chosen = [firsts[place] + stretches(int(counts[place]), int(shares[place])) for place in having]
    return np.concatenate([np.zeros(0, dtype=np.int64), *chosen])


def pieces(num_items: int, number: int, length: int) -> Rows:
    """(number,) where pieces of `length` items begin: one somewhere in each of equal stretches of a long text.

    Raises:
        ValueError: They do not fit side by side.
    """
    edges = np.arange(number + 1) * num_items // number
    room = np.diff(edges) - length + 1
    if (room < 1).any():
        raise ValueError(f"{number} pieces of {length} do not fit into {num_items} items")
    draws = np.random.default_rng([_SEED, num_items, number]).random(number)
    return edges[:-1] + (draws * room).astype(np.int64)
