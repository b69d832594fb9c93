"""Whose turn it is: few places, fair between addresses and visitors, one at a time for each visitor.

Who was served last, and who came later, waits longer: whoever was served once is not put behind everybody who has never
been, or new cookies would keep them waiting for ever.
"""

from __future__ import annotations

import itertools
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

_LOOK_SECONDS = 0.2
_REMEMBERED = 1_000


@dataclass(frozen=True)
class Who:
    """Who asks: a visitor, and the address that several may share; "" where nobody is known."""

    visitor: str = ""
    address: str = ""


class Turns:
    """Places for some at a time; next is whose address, then who, has waited or not been served for longest."""

    def __init__(self, places: int):
        if places < 1:
            raise ValueError(f"places must be 1 or more, got {places}")
        self._free = places
        self._changed = threading.Condition()
        self._tickets = itertools.count()
        self._served = 0
        self._waiting: dict[int, tuple[Who, int]] = {}  # and how many had been served when they came
        self._held: Counter[str] = Counter()
        self._last: OrderedDict[str, int] = OrderedDict()

    def take(self, who: Who, waiting: Callable[[], None]) -> None:
        """Wait for a place.

        Args:
            waiting: Called several times a second while others are first; may raise to go away.
        """
        with self._changed:
            ticket = next(self._tickets)
            self._waiting[ticket] = who, self._served
        try:
            while not self._enter(ticket):
                waiting()
        finally:
            with self._changed:
                if self._waiting.pop(ticket, None) is not None:
                    self._changed.notify_all()

    def take_now(self, who: Who) -> bool:
        """Take a place if one is free and nobody waits for it."""
        with self._changed:
            if self._free < 1 or self._waiting or self._held[who.visitor]:
                return False
            self._occupy(who)
            return True

    def give_back(self, who: Who) -> None:
        """Leave a place."""
        with self._changed:
            self._free += 1
            self._held[who.visitor] -= 1
            if not self._held[who.visitor]:
                del self._held[who.visitor]
            self._changed.notify_all()

    def _enter(self, ticket: int) -> bool:
        with self._changed:
            if self._next() != ticket:
                self._changed.wait(_LOOK_SECONDS)
            if self._next() != ticket:
                return False
            self._occupy(self._waiting.pop(ticket)[0])
            self._changed.notify_all()
            return True

    def _next(self) -> int | None:
        """The ticket whose turn it is; None while all places are taken, or all who wait have one."""
        able = [(ticket, who) for ticket, (who, _) in self._waiting.items() if not self._held[who.visitor]]
        if self._free < 1 or not able:
            return None
        since: dict[str, int] = {}
        for ticket, who in able:  # in the order in which they came
            for name in _names(who):
                since.setdefault(name, self._waiting[ticket][1])
        claims = {name: (max(self._last.get(name, -1), came), self._last.get(name, -1)) for name, came in since.items()}
        return min(able, key=lambda one: ([claims[name] for name in _names(one[1])], one[0]))[0]

    def _occupy(self, who: Who) -> None:
        self._free -= 1
        self._held[who.visitor] += 1
        self._served += 1
        for name in _names(who):
            self._last[name] = self._served
            self._last.move_to_end(name)
        while len(self._last) > _REMEMBERED:
            self._last.popitem(last=False)


def _names(who: Who) -> tuple[str, str]:
    """What an address and a visitor go by, the address first."""
    return f"@{who.address}", who.visitor
