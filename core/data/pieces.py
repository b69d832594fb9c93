"""Long texts in pieces and short ones together, so that no step of many takes much memory or none of them any time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

PIECE = 16_384  # characters read at once: the library takes some hundred bytes for each token of some hundred pieces
GROUP = 16 * PIECE
_BREAKS = "\n.,;:!?。，、！？"  # behind each of these a token ends, whatever follows


def cut_between_tokens(text: str) -> Iterator[str]:
    """Pieces of at most `PIECE` characters, whose tokens one after the other are those of the whole.

    A text of that length without a space or a full stop is cut where it must.
    """
    start = 0
    while len(text) - start > PIECE:
        window = text[start : start + PIECE]
        end = max(window.rfind(" "), *(window.rfind(sign) + 1 for sign in _BREAKS))
        end = end if end > 0 else PIECE
        yield window[:end]
        start += end
    if start < len(text):
        yield text[start:] if start else text


def cut_anywhere(text: str) -> Iterator[str]:
    """Pieces of `GROUP` characters, cut anywhere."""
    if len(text) <= GROUP:
        yield text
        return
    for start in range(0, len(text), GROUP):
        yield text[start : start + GROUP]


def between(text: str, sign: str) -> Iterator[str]:
    """What stands between signs, one at a time: a list of all would take as much memory again as the text."""
    start = 0
    while start < len(text):
        end = text.find(sign, start)
        end = len(text) if end < 0 else end
        yield text[start:end]
        start = end + len(sign)


def together(texts: Iterable[str]) -> Iterator[list[str]]:
    """Texts together until they have some pieces' characters, so that no step is too small or too large."""
    group: list[str] = []
    size = 0
    for text in texts:
        group.append(text)
        size += len(text)
        if size >= GROUP:
            yield group
            group, size = [], 0
    if group:
        yield group
