"""The items of a text that a network wrote, and those of its data, cut in the same way: tunes, lines, or one item each."""

from __future__ import annotations

import re

from core.data.prepared import PreparedText
from core.data.sources.text_files import items_of

_TUNE = re.compile(r"^X:", re.MULTILINE)


def item_word(prepared: PreparedText) -> str:
    """What one of the items is called: "tune", "item", or "line" where they are joined to one text."""
    if _are_tunes(prepared):
        return "tune"
    return "item" if prepared.apart else "line"


def known_items(prepared: PreparedText, split: str) -> list[str]:
    """The items of a part, without the blanks around them."""
    if prepared.apart:
        return [item.strip() for item in prepared.items(split)]
    text = prepared.texts[split]
    return [item.strip() for item in (items_of(text) if _are_tunes(prepared) else text.split("\n"))]


def written_items(prepared: PreparedText, text: str, prompt: str = "") -> list[str]:
    """The whole items of a written text as `known_items` has them; none of a text that is no list of items.

    Of joined ones the first and the last may be parts, and are left out; but a tune says where it begins.

    Args:
        prompt: What each item that stands apart begins with; of a tune its middle, perhaps.
    """
    if not prepared.summary.longest:
        return []
    if prepared.apart and _are_tunes(prepared) and prompt.strip() and not prompt.lstrip().startswith("X:"):
        found = [prompt + rest for rest in f"\n{text}".split(f"\n{prompt}")[1:]]
    elif _are_tunes(prepared):
        first = _TUNE.search(text)
        tunes = items_of(text[first.start() :]) if first else []
        found = tunes if prepared.apart else tunes[:-1]
    elif not prepared.apart:
        found = text.split("\n")[1:-1]
    else:
        found = [text] if any("\n" in item.strip() for item in prepared.items("train")) else text.split("\n")
    return [item.strip() for item in found if item.strip()]


def _are_tunes(prepared: PreparedText) -> bool:
    return prepared.summary.longest > 0 and prepared.texts["train"].lstrip("\ufeff \n\r\t").startswith("X:")
