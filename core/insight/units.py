"""Which units of a network go along with something in a text, and where else they do what they do at one place of it.

Left out: reading the text (core/tasks/generation/units.py), what may be asked of its characters (probes.py).

Shape letters: L layers, T steps, H hidden, U units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

ALIKE_SHARE = 0.75
"""At every step of a span that looks like another, so many of the other's units are on."""
MOST_ALIKE = 10


@dataclass(frozen=True)
class Ranked:
    """How a unit goes along with a probe.

    Attributes:
        layer, unit: From 0.
        kind: Which of its states, such as "cell state".
        correlation: Pearson's, from -1 to 1.
    """

    layer: int
    unit: int
    kind: str
    correlation: float


def correlations(values: np.ndarray, probe: np.ndarray) -> np.ndarray:
    """Pearson's correlation of each unit with a probe.

    Args:
        values: (L, T, H).
        probe: (T,).

    Returns:
        (L, H); 0 where a unit or the probe never changes.
    """
    probe = probe - probe.mean()
    centred = values - values.mean(axis=1, keepdims=True)
    lengths = np.sqrt((centred**2).sum(axis=1) * (probe**2).sum())
    products = np.einsum("lth,t->lh", centred, probe)
    return np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 1e-9)


def rank_units(states: Mapping[str, np.ndarray], probe: np.ndarray, most: int = 10) -> list[Ranked]:
    """The units that go along with a probe best, each by the state of it that does so most, the best first.

    Args:
        states: By name, each (L, T, H).
        probe: (T,).
        most: How many.

    Reference: Karpathy, Johnson and Li, 2015, "Visualizing and understanding recurrent networks", section 4.2.
    """
    kinds = list(states)
    found = np.stack([correlations(states[kind].astype(np.float64), probe) for kind in kinds])  # (kinds, L, H)
    best = np.abs(found).argmax(axis=0)
    chosen = np.take_along_axis(found, best[None], axis=0)[0]
    order = np.argsort(-np.abs(chosen), axis=None, kind="stable")[:most]
    places = zip(*np.unravel_index(order, chosen.shape), strict=True)
    return [
        Ranked(int(layer), int(unit), kinds[best[layer, unit]], float(chosen[layer, unit])) for layer, unit in places
    ]


def on_exactly_there(values: np.ndarray, begin: int, end: int, threshold: float) -> list[int]:
    """Units above a threshold at every step of a span and neither right before nor right behind it.

    Args:
        values: (T, H) of a layer.
        begin, end: The first and the last step of the span.

    Raises:
        ValueError: If the span is none of T steps.

    Reference: Strobelt et al., 2018, "LSTMVis: A tool for visual analysis of hidden state dynamics in recurrent
        neural networks", section 4.
    """
    if not 0 <= begin <= end < len(values):
        raise ValueError(f"span: expected steps from 0 to {len(values) - 1}, got {begin} to {end}")
    on = values > threshold
    found = on[begin : end + 1].all(axis=0)
    for beside in (begin - 1, end + 1):
        if 0 <= beside < len(values):
            found &= ~on[beside]
    return np.flatnonzero(found).tolist()


@dataclass(frozen=True)
class Alike:
    """A span in which units do what they do in another.

    Attributes:
        begin, end: Its first and last step.
        share: Of the units, how many are on, on average over its steps.
    """

    begin: int
    end: int
    share: float


def spans_alike(
    values: np.ndarray, units: Sequence[int], begin: int, end: int, threshold: float, most: int = MOST_ALIKE
) -> list[Alike]:
    """Other spans in which most of some units are above a threshold: most of them first, then those of the nearest length.

    Args:
        values: (T, H) of a layer.
        units: Those that are on in the span from step begin to step end.
        most: How many spans.
    """
    if not units:
        return []
    shares = (values[:, list(units)] > threshold).mean(axis=1)
    is_on = np.concatenate([[False], shares >= ALIKE_SHARE, [False]]).astype(np.int8)
    edges = np.diff(is_on)
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
    found = [
        Alike(int(first), int(last), float(shares[first : last + 1].mean()))
        for first, last in zip(starts, ends, strict=True)
        if last < begin or first > end
    ]
    length = end - begin + 1
    return sorted(found, key=lambda one: (-one.share, abs(one.end - one.begin + 1 - length), one.begin))[:most]
