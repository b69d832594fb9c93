"""How well texts of a part are translated by how long their sources are: where a bottleneck would show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.metrics.registry import score
from core.metrics.translations import Translations

PARTS, LEAST = 4, 5  # of the texts, and texts of each
FIGURES = ("exact_match", "bleu", "chrf")


def by_source_length(lengths: np.ndarray, judged: Mapping[str, Translations]) -> list[dict[str, Any]]:
    """Figures of the shortest quarter of sources, the next, and so on.

    Sources of one length stay together, so quarters may differ in size, and there are fewer where lengths hardly differ.

    Args:
        lengths: (N,) tokens of each source, without ``<eos>``.
        judged: By method, of the same N texts.

    Returns:
        One `{"low", "high", "pairs", "figures": {method: {metric: figure}}}` each: the fewest and the most tokens of a
        source there, how many there are, and how well they are translated.
    """
    if len(lengths) < LEAST:
        return []
    edges = np.unique(np.quantile(lengths, np.arange(1, PARTS) / PARTS, method="inverted_cdf"))
    groups = np.searchsorted(edges, lengths)  # of each source how many edges are shorter
    found = []
    for group in range(len(edges) + 1):
        rows = np.flatnonzero(groups == group)
        if len(rows) < LEAST:
            continue
        figures = {method: score(FIGURES, _some(texts, rows)) for method, texts in judged.items()}
        ends = {"low": int(lengths[rows].min()), "high": int(lengths[rows].max())}
        found.append({**ends, "pairs": len(rows), "figures": figures})
    return found


def _some(texts: Translations, rows: np.ndarray) -> Translations:
    return Translations([texts.hypotheses[row] for row in rows], [texts.references[row] for row in rows])
