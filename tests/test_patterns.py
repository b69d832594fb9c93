"""Whatever a pattern meets, twice the text takes about twice the time: nobody's text keeps a reader busy for long."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from core.data.sources.numbers import _DECIMAL_COMMA, _THOUSANDS, _THOUSANDS_COMMA
from core.data.sources.roles import KINDS
from core.data.sources.time_columns import _CLOCK, _SURE_CLOCK
from core.data.sources.timestamps import _OFFSET, _ZONE
from tests.pattern_texts import Use, hard_texts, patterns_of

LENGTH = 6_000  # characters; of one alone 30,000
MOST = 3.2  # times as long for twice the text: 2 where time follows it, 4 where it follows its square
FLOOR = 0.004  # seconds of processor below which a measurement says nothing
SECONDS = 2  # of processor, and a measurement is given up: it grows faster than any pattern may

BOUNDED: dict[str, tuple[int, str]] = {
    "core.data.sources.headers: '(?<=\\\\S)\\\\s*[(\\\\[{<].*[)\\\\]}>]\\\\s*$'": (
        80,
        "names of columns, tables._named",
    ),
}
"""Patterns that may take longer, as no text they meet has more characters: how many, and where that is seen to."""

BUILT: dict[str, list[str]] = {
    "core.bounded.work: pattern": [],  # a visitor's own, of any kind: looked for by a process that is ended
    "core.data.sources.numbers: form": [_DECIMAL_COMMA, _THOUSANDS_COMMA],
    "core.data.sources.numbers: _THOUSANDS.replace('S', re.escape(sign))": [
        _THOUSANDS.replace("S", re.escape(sign)) for sign in ".,"
    ],
    "core.data.sources.time_columns: form": [_CLOCK, _SURE_CLOCK],
    "core.data.normalization: pattern": ["([\u0301\u0323]{30})(?=[\u0301\u0323]{10})"],
    "core.data.sources.timestamps: pattern.pattern": [_ZONE.pattern, _OFFSET.pattern],
    "core.data.sources.roles: self.called": [kind.called for kind in KINDS if kind.called],
    "core.data.sources.roles: str(kind.called)": [kind.called for kind in KINDS if kind.called],
}
"""Patterns that are put together where they are used, by the source of the expression."""


def test_every_pattern_that_is_put_together_at_its_use_is_in_the_table() -> None:
    unknown = {use.place for package in ("core", "ui") for use in patterns_of(package) if use.pattern is None}
    assert unknown == set(BUILT)


@pytest.mark.parametrize("package", ["core", "ui"])
def test_twice_the_text_takes_a_pattern_about_twice_the_time(package: str) -> None:
    uses = [
        Use(use.place, pattern, use.method)
        for use in patterns_of(package)
        for pattern in ([use.pattern] if use.pattern else map(re.compile, BUILT.get(use.place, [])))
    ]
    assert uses
    slow = {f"{use.place} ({use.method})": text for use in uses if (text := _too_slow(use))}
    assert not slow


def _too_slow(use: Use) -> str:
    """The first text that takes a pattern too long; "" where none does."""
    assert use.pattern is not None
    most, _ = BOUNDED.get(use.place, (None, ""))
    for start, unit, end in hard_texts(use.pattern):
        length = most or (5 * LENGTH if len(unit) == 1 and not start else LENGTH)
        small, large = (_text(use.pattern, start, unit, end, size) for size in (length // 2, length))
        words = f"{start[:80]!r} and {unit!r} again and again, then {end!r}"
        try:
            with _given_up():
                if (growth := _grows(use, small, large)) >= MOST:
                    return f"{growth:.1f} times: {words}"
        except TimeoutError:
            return f"no end to {words}"
    return ""


def _text(pattern: re.Pattern[Any], start: str, unit: str, end: str, length: int) -> Any:
    text = (start + unit * (length // len(unit)))[: length - 1] + end
    return text.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else text


def _grows(use: Use, small: Any, large: Any) -> float:
    """How many times as long the larger text takes, at the best of three."""
    growth = 0.0
    for _ in range(3):
        seconds = _seconds(use, large)
        growth = seconds / max(FLOOR, _seconds(use, small)) if seconds > FLOOR else 0.0
        if growth < MOST:
            break
    return growth


def _seconds(use: Use, text: Any) -> float:
    assert use.pattern is not None
    asked: Callable[..., Any] = getattr(use.pattern, use.method)
    given = (text[:0], text) if use.method == "sub" else (text,)
    before = time.thread_time()
    found = asked(*given)
    if use.method == "finditer":
        for _ in found:
            pass
    return time.thread_time() - before


@contextmanager
def _given_up() -> Iterator[None]:
    """Raise `TimeoutError` when processor time is up: patterns look for signals while they search."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
