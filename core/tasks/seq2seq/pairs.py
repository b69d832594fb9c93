"""Translations beside those of other sources: whether a network reads what it translates."""

from __future__ import annotations

from core.metrics.translations import Translations
from core.paired import Paired, pair_items

MOST_SHIFTED = 200  # texts, evenly spread


def beside_other_sources(written: Translations) -> Paired | None:
    """How like the references the network's translations are, and how like those that it made of other texts.

    A network that has learned to write but not to read writes what fits any text as well as its own. Likeness is chrF,
    which sees more than whole hits, of at most `MOST_SHIFTED` texts; of the other texts the one before stands in.

    Returns:
        None for fewer than two texts.
    """
    number = min(MOST_SHIFTED, len(written.references))
    if number < 2:
        return None
    rows = [place * len(written.references) // number for place in range(number)]
    texts, wanted = ([one[row] for row in rows] for one in (written.hypotheses, written.references))
    own, shifted = Translations(texts, wanted), Translations([texts[-1], *texts[:-1]], wanted)
    return pair_items("chrf", own, shifted, "text")
