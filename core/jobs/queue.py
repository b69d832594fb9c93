"""Who is next, and when: the order of the queue as pure functions of who waits and what runs.

Fair between visitors: nobody's second run before somebody's first. The next run is one of the visitor who has the
fewest runs in slots; among equals of the one whose last run ended longest ago, or who had none since people began to
wait; then first in, first out. So visitors take turns, however many runs one of them queues, and each one's own runs
keep their order. Runs without an owner, made by the shell, count as one visitor: the machine's administrator, for whom
the limits of a visitor do not hold. Left out: where the queue is kept and who starts what (manager.py).
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.config.errors import ConfigError
from core.config.limits import Limits

NOBODY = ""
"""The owner of runs that the shell made."""


@dataclass(frozen=True)
class Waiting:
    """A queued run: since when it waits (unix seconds), and how long it will take (seconds; None: unknown)."""

    run_id: str
    owner: str
    queued: float
    expected_seconds: float | None = None


@dataclass(frozen=True)
class Running:
    """A run that holds a slot, and the seconds until it gives it back (None: unknown)."""

    run_id: str
    owner: str
    remaining_seconds: float | None = None


def fair_order(
    waiting: Iterable[Waiting], running: Iterable[Running], turns: Mapping[str, int] | None = None
) -> list[Waiting]:
    """The queue in the order in which it is served, as things stand now.

    Args:
        waiting: The queued runs, in any order.
        running: The runs that hold a slot.
        turns: For each owner who has had a turn since people began to wait, a number that grows with every run that
            ends: the number of their last.
    """
    return _take(waiting, running, turns or {}, math.inf, None)


def startable(
    waiting: Iterable[Waiting],
    running: Sequence[Running],
    slots: int,
    per_visitor: int | None = None,
    turns: Mapping[str, int] | None = None,
) -> list[Waiting]:
    """The runs that can start now, in order.

    Args:
        waiting: The queued runs, in any order.
        running: The runs that hold a slot.
        slots: Runs at the same time.
        per_visitor: Of one visitor at the same time; None is no limit.
        turns: As in `fair_order`.
    """
    return _take(waiting, running, turns or {}, slots - len(running), per_visitor)


def expected_starts(
    waiting: Iterable[Waiting],
    running: Sequence[Running],
    slots: int,
    per_visitor: int | None = None,
    turns: Mapping[str, int] | None = None,
) -> dict[str, float | None]:
    """Seconds until each queued run starts, by its id, if nobody else comes; None where that cannot be known.

    Plays the queue through: whenever a run ends, the next one takes its slot. Arguments as `startable`.
    """
    queues = _by_owner(waiting)
    starts: dict[str, float | None] = {run.run_id: None for queue in queues.values() for run in queue}
    held = Counter(run.owner for run in running)
    last = dict(turns or {})
    turn = max(last.values(), default=0)
    ends = [(_or_never(run.remaining_seconds), run.owner) for run in running]
    heapq.heapify(ends)
    now = 0.0
    while queues:
        open_to = [owner for owner in queues if _has_room(owner, held, per_visitor)]
        if open_to and len(ends) < slots:
            owner = min(open_to, key=lambda name: _claim(queues[name][0], held, last))
            run = _pop(queues, owner)
            starts[run.run_id] = now
            held[owner] += 1
            heapq.heappush(ends, (now + _or_never(run.expected_seconds), owner))
        elif ends and math.isfinite(ends[0][0]):
            now, owner = heapq.heappop(ends)
            held[owner] -= 1
            turn += 1
            last[owner] = turn
        else:  # nothing ends at a time that is known: neither is the rest
            break
    return starts


def check_room(held_up: Iterable[Waiting], owner: str, limits: Limits) -> None:
    """Raise `ConfigError` when one more run of this owner may not wait.

    Args:
        held_up: The queued runs that cannot start at once.
        owner: Whose run it would be.
        limits: How many may wait, in all and of one visitor.
    """
    waiting = Counter(run.owner for run in held_up)
    most, most_each = limits.max_queued, limits.max_queued_per_visitor
    if most is not None and waiting.total() >= most:
        hint = "Try again when some of them have ended."
        raise ConfigError.single("queue", f"at most {most:,} runs that wait", "one more", hint)
    if most_each is not None and owner != NOBODY and waiting[owner] >= most_each:
        hint = "Wait until one of yours has started, or cancel one."
        raise ConfigError.single("queue", f"at most {most_each:,} runs of one visitor that wait", "one more", hint)


def _take(
    waiting: Iterable[Waiting],
    running: Iterable[Running],
    turns: Mapping[str, int],
    most: float,
    per_visitor: int | None,
) -> list[Waiting]:
    """Up to `most` runs in the order in which they take slots, while none is given back."""
    queues = _by_owner(waiting)
    held = Counter(run.owner for run in running)
    heads = [_claim(queue[0], held, turns) for owner, queue in queues.items() if _has_room(owner, held, per_visitor)]
    heapq.heapify(heads)
    taken: list[Waiting] = []
    while heads and len(taken) < most:
        owner = heapq.heappop(heads)[-1]
        taken.append(_pop(queues, owner))
        held[owner] += 1
        if owner in queues and _has_room(owner, held, per_visitor):
            heapq.heappush(heads, _claim(queues[owner][0], held, turns))
    return taken


def _by_owner(waiting: Iterable[Waiting]) -> dict[str, deque[Waiting]]:
    """Each owner's runs, first in, first out."""
    queues: dict[str, deque[Waiting]] = defaultdict(deque)
    for run in sorted(waiting, key=lambda run: (run.queued, run.run_id)):
        queues[run.owner].append(run)
    return dict(queues)


def _pop(queues: dict[str, deque[Waiting]], owner: str) -> Waiting:
    """Take an owner's next run; an owner with none left leaves the queue."""
    run = queues[owner].popleft()
    if not queues[owner]:
        del queues[owner]
    return run


def _claim(run: Waiting, held: Mapping[str, int], turns: Mapping[str, int]) -> tuple[int, int, float, str, str]:
    """The smaller, the sooner it is this run's turn."""
    return held[run.owner], turns.get(run.owner, -1), run.queued, run.run_id, run.owner


def _has_room(owner: str, held: Mapping[str, int], per_visitor: int | None) -> bool:
    return per_visitor is None or owner == NOBODY or held[owner] < per_visitor


def _or_never(seconds: float | None) -> float:
    return math.inf if seconds is None else max(0.0, seconds)
