"""What a language model wrote when it was judged: copied from its training text, or going round in circles.

Both are told against held-out text of the same length, because phrases repeat in every language.
"""

from __future__ import annotations

from core.doctor.case import Case, Finding

MUCH = 0.4  # of all tokens: quick and standard presets on documentation have 16 to 19%
MORE = 0.3  # than held-out text has: licences and headings that stand in every file are no fault of the network
ITEMS_COPIED, FEW_ITEMS = 0.5, 20
_UNITS = {"character": "characters", "word": "words", "subword": "pieces"}


def find_copied_text(case: Case) -> Finding | None:
    """Long stretches of what it writes stand in its training text, far more than of held-out text."""
    written = case.evidence.get("written")
    if not written:
        return None
    units, held_out = _UNITS[case.experiment.unit], written["held_out"]
    items, copied_items = written.get("items", 0), written.get("items_copied", 0.0)
    if items >= FEW_ITEMS and copied_items >= ITEMS_COPIED:
        told = (
            f"Of {items:,} whole {written.get('item', 'line')}s that it wrote at temperature 0.8, {copied_items:.0%} stand in "
            "its training text."
        )
    elif written["copied"] >= MUCH and written["copied"] >= held_out["copied"] + MORE:
        told = (
            f"{written['copied']:.0%} of what it wrote at temperature 0.8 stands in its training text in stretches of "
            f"{written['long']} {units} and more, the longest of {written['longest']:,}; of held-out text of the same length "
            f"it is {held_out['copied']:.0%}."
        )
    else:
        return None
    text = f"{told} It learned its text by heart. More text helps most; a higher temperature writes less of it."
    return Finding("copied_text", "It copies its text", text, case.possible(case.dropout, case.smaller()))


def find_loops(case: Case) -> Finding | None:
    """What it writes repeats itself, far more than held-out text does."""
    written = case.evidence.get("written")
    if not written:
        return None
    again, usual = written["repeated"], written["held_out"]["repeated"]
    if again < MUCH or again < usual + MORE:
        return None
    units, size = _UNITS[case.experiment.unit], written["long"] // 2
    text = (
        f"{again:.0%} of the sequences of {size} {units} that it wrote at temperature 0.8 stood in the same text already, where "
        f"held-out text repeats {usual:.0%}. It has learned too little to know what comes next; a higher temperature or a "
        "repetition penalty gets it out of a circle."
    )
    return Finding("loops", "It loops", text, case.possible(case.longer, case.larger()))
