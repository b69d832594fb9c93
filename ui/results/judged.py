"""A sentence whose words are coloured by the label that the network gives to what it has read so far.

Drawn as text, so that it is there at once, breaks where the page does and is read out; words come from outside and are
no markup. Left out: how sure it is after each word (`trajectory_chart`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ui.charts.labels import is_spelled, visible
from ui.foreign import foreign

_GROUNDS = ("orange", "blue", "green", "red", "yellow", "gray")  # in the order of the hues of classes in charts


def judged_words(path: Mapping[str, Any]) -> str:
    """The words as Markdown, each on the ground of its label so far, bold where the label turns, and what this means.

    Args:
        path: `words` (T), `probabilities` (T, C) after each and `classes` (C), as a classifier's `trajectory` has them.
    """
    verdicts = [max(range(len(row)), key=row.__getitem__) for row in path["probabilities"]]
    grounds = _grounds(verdicts, len(path["classes"]))
    between = "" if is_spelled(path["words"]) else " "
    turns = [before not in (None, verdict) for before, verdict in zip([None, *verdicts], verdicts, strict=False)]
    words = between.join(
        _on(grounds[verdict], foreign(word if word.strip() else visible(word), 60), turn)
        for word, verdict, turn in zip(path["words"], verdicts, turns, strict=True)
    )
    key = " · ".join(_on(grounds[one], foreign(path["classes"][one], 40)) for one in sorted(grounds))
    return f"{words}\n\n:small[{key}{' · **bold**: the label turns here' if any(turns) else ''}]"


def _on(ground: str, words: str, bold: bool = False) -> str:
    return f":{ground}-background[:{ground}[{f'**{words}**' if bold else words}]]"


def _grounds(verdicts: Sequence[int], num_classes: int) -> dict[int, str]:
    """The ground of every label that occurs: its own where there are few classes, else in the order of the sentence."""
    found = list(dict.fromkeys(verdicts))
    places = found if num_classes <= len(_GROUNDS) else range(len(found))
    return {one: _GROUNDS[place % len(_GROUNDS)] for one, place in zip(found, places, strict=True)}
