"""How many tokens must be put in, taken out or changed to make one sequence of another.

Reference:
    Levenshtein (1966), "Binary codes capable of correcting deletions, insertions, and reversals"; Wagner and Fischer
    (1974), "The string-to-string correction problem".
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np


def edits(written: Sequence[Hashable], wanted: Sequence[Hashable]) -> int:
    """The fewest insertions, deletions and substitutions, each at a cost of 1, between N and M tokens.

    A row of the table at once: what a cell costs through the one on its left is a running minimum of the costs through the
    row above, each less its own place.
    """
    ids: dict[Hashable, int] = {}
    a, b = (np.array([ids.setdefault(token, len(ids)) for token in side], dtype=np.int64) for side in (written, wanted))
    places = np.arange(len(b) + 1)
    row = places.copy()
    for count, token in enumerate(a, 1):
        through = np.empty_like(row)
        through[0] = count
        through[1:] = np.minimum(row[1:] + 1, row[:-1] + (b != token))
        row = np.minimum.accumulate(through - places) + places
    return int(row[-1])
