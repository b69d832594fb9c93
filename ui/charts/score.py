"""A tune on a staff, as SVG: notes by their place and length, key, metre and bar lines. Left out: beams, slurs, words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from core.music import Bar, Note, Tune
from ui.charts.theme import role_color

_GAP = 9.0  # pixels between two lines of the staff
_STEP = _GAP / 2
_TOP, _SYSTEM = 44.0, 108.0  # above the first staff, and from one staff to the next
_SHARP_STEPS, _FLAT_STEPS = (10, 7, 11, 8, 5, 9, 6), (6, 9, 5, 8, 4, 7, 3)  # where a key writes its signs
_BOTTOM_STEP = 2  # E, on the lowest line
_CLEF = (
    "M6 30 C-4 22 2 6 10 2 C18 -2 22 8 14 16 C6 24 -2 34 4 42 C10 50 24 46 24 36 C24 28 12 26 10 34 C9 38 12 41 14 40 "
    "M10 -8 L16 56"
)


def score(tune: Tune, dark: bool, width: float = 760.0) -> str:
    """A picture of a tune, the whole of it: what is read of one is bounded (`core.music.MOST_NOTES`).

    Args:
        tune: With a note at least.
        dark: Whether the page is dark.
        width: Pixels.
    """
    ink, systems = role_color("text", dark), list(_systems(tune, width))
    height = _TOP + _SYSTEM * len(systems) - 20
    said = (
        f"Score of {tune.title or 'a tune'}: {len(tune.bars)} bars, key {tune.key}, metre {tune.metre_name or 'free'}."
    )
    title = f'<title>{escape(said)}</title><text x="4" y="18" font-size="15">{escape(tune.title)}</text>'
    parts: list[str] = []
    for number, bars in enumerate(systems):
        parts += _system(tune, bars, _TOP + _SYSTEM * number, width, number == 0)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" '
        f'role="img" font-family="sans-serif" fill="{ink}" stroke="none">{title}{"".join(parts).replace("INK", ink)}</svg>'
    )


def _systems(tune: Tune, width: float) -> Iterator[list[Bar]]:
    """Bars that stand on one staff."""
    room, bars, used = width - _head(tune), [], 0.0  # type: float, list[Bar], float
    for bar in tune.bars:
        wide = _wide(bar)
        if bars and used + wide > room:
            yield bars
            bars, used = [], 0.0
        bars.append(bar)
        used += wide
    if bars:
        yield bars


def _head(tune: Tune) -> float:
    return 72.0 + 9.0 * abs(tune.sharps)


def _wide(bar: Bar) -> float:
    return 18.0 + sum(map(_room, bar.notes))


def _room(note: Note) -> float:
    """Pixels of a note: longer ones get more, but not as many times as they are long."""
    return 14.0 + 9.0 * math.log2(1.0 + 2.0 * float(note.length)) + 12.0 * any(note.signs)


def _system(tune: Tune, bars: Sequence[Bar], top: float, width: float, first: bool) -> Iterator[str]:
    bottom, head = top + 4 * _GAP, _head(tune)
    spread = min(1.6, (width - head - 4) / max(1.0, sum(map(_wide, bars))))
    end = head + spread * sum(map(_wide, bars))
    for line in range(5):
        yield _line(2, top + line * _GAP, end, top + line * _GAP, 0.8)
    yield _clef(top)
    for place in range(abs(tune.sharps)):
        step = (_SHARP_STEPS if tune.sharps > 0 else _FLAT_STEPS)[place]
        yield _sign(36.0 + 9.0 * place, _y(step, bottom), "♯" if tune.sharps > 0 else "♭")
    if first and tune.metre_name:
        above, _, below = tune.metre_name.partition("/")
        x = 46.0 + 9.0 * abs(tune.sharps)
        for text, y in ((above, top + 2 * _GAP - 1), (below, bottom - 1)):
            yield f'<text x="{x:g}" y="{y:g}" font-size="20" font-weight="bold" text-anchor="middle">{escape(text)}</text>'
    x = head
    for bar in bars:
        x += 6.0 * spread
        for note in bar.notes:
            yield from _note(note, x + (15.0 if any(note.signs) else 4.0), bottom)
            x += spread * _room(note)
        x += 12.0 * spread
        yield from _bar_line(bar.line, x, top, bottom)


def _clef(top: float) -> str:
    return (
        f'<path d="{_CLEF}" transform="translate(7 {top - 4:g}) scale(0.92)" fill="none" stroke="INK" stroke-width="1.8" '
        'stroke-linecap="round"/>'
    )


def _note(note: Note, x: float, bottom: float) -> Iterator[str]:
    length = float(note.length)
    if not note.pitches:
        yield from _rest(length, x, bottom)
        return
    heights = [_y(step, bottom) for step in note.steps]
    hollow = length >= 2
    for step, y, sign in zip(note.steps, heights, note.signs, strict=True):
        yield from _ledgers(step, x, bottom)
        look = 'fill="none" stroke="INK" stroke-width="1.6"' if hollow else ""
        yield f'<ellipse cx="{x:g}" cy="{y:g}" rx="5.2" ry="3.9" transform="rotate(-20 {x:g} {y:g})" {look}/>'
        if sign:
            yield _sign(x - 13.0, y, sign)
        if _is_dotted(length):
            yield f'<circle cx="{x + 9:g}" cy="{y - (2 if step % 2 == 0 else 0):g}" r="1.7"/>'
    if length < 4:
        up = sum(note.steps) / len(note.steps) < _BOTTOM_STEP + 4
        at, start = (x + 4.8, max(heights)) if up else (x - 4.8, min(heights))
        tip = (min(heights) - 30) if up else (max(heights) + 30)
        yield _line(at, start, at, tip, 1.3)
        flags = max(0, min(3, math.floor(-math.log2(max(length, 1e-3)))))
        for flag in range(flags if length < 1 else 0):
            y = tip + (8 * flag if up else -8 * flag)
            yield _line(at, y, at + 7, y + (8 if up else -8), 2.0)


def _rest(length: float, x: float, bottom: float) -> Iterator[str]:
    middle = bottom - 2 * _GAP
    if length >= 2:
        yield f'<rect x="{x - 5:g}" y="{middle - (5 if length < 4 else -0):g}" width="11" height="5"/>'
    else:
        yield f'<path d="M{x - 3:g} {middle - 11:g} l7 8 l-5 6 l6 8" fill="none" stroke="INK" stroke-width="2"/>'


def _bar_line(written: str, x: float, top: float, bottom: float) -> Iterator[str]:
    yield _line(x, top, x, bottom, 1.1)
    if "||" in written or "]" in written:
        yield _line(x + 4, top, x + 4, bottom, 2.6 if "]" in written else 1.1)
    for side, has_dots in ((-6, written.startswith(":")), (8, written.endswith(":"))):
        if has_dots:
            yield from (f'<circle cx="{x + side:g}" cy="{top + y * _GAP:g}" r="1.8"/>' for y in (1.5, 2.5))


def _ledgers(step: int, x: float, bottom: float) -> Iterator[str]:
    below = range(_BOTTOM_STEP - 2, step - 1, -2)
    above = range(_BOTTOM_STEP + 10, step + 1, 2)
    for line in (*below, *above):
        yield _line(x - 8, _y(line, bottom), x + 8, _y(line, bottom), 1.0)


def _is_dotted(length: float) -> bool:
    """Whether a length is one and a half times a power of two."""
    return math.isclose(math.log2(max(length, 1e-6) / 1.5) % 1, 0.0, abs_tol=1e-9)


def _y(step: int, bottom: float) -> float:
    return bottom - (step - _BOTTOM_STEP) * _STEP


def _sign(x: float, y: float, sign: str) -> str:
    return f'<text x="{x:g}" y="{y + 5:g}" font-size="16" text-anchor="middle">{sign}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, wide: float) -> str:
    return f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="INK" stroke-width="{wide:g}"/>'
