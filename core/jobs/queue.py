"""The rules of the queue: who is next and when, and who may wait; pure functions of who waits and what runs.

Fair between visitors: nobody's second run before somebody's first. Among visitors who have as many runs in slots, the
addresses from which they come take turns (many cookies at one address are cheap, many addresses are not), and at one
address its visitors: next is whose last run ended longest ago, or who had none since people began to wait; then first
in, first out. So visitors take turns, however many runs one of them queues, and each one's own runs keep their order.
Into a full queue a visitor's first run is let in, and of those who have more than one waiting the longest-waiting second
ones give way: of the address with most first. Where every visitor has one run only, the address with most gives its newest
to an address with fewer.
Runs without an owner, made by the shell, count as one visitor: the machine's administrator, for whom the limits of a
visitor do not hold.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from core.config.errors import ConfigError
from core.config.limits import Limits

NOBODY = ""
"""The owner of runs that the shell made."""
GAVE_WAY = "The queue was full, and this run gave its place to somebody's first one."
GAVE_WAY_HINT = "Resume queues it again. While you have nothing else waiting or training, it is let in."


@dataclass(frozen=True)
class Waiting:
    """A queued run: since when it waits (unix seconds), and how long it will take (seconds; None: unknown).

    `address` is the hash of where its owner asked from, "" where that is not known: all of these are one address.
    """

    run_id: str
    owner: str
    queued: float
    expected_seconds: float | None = None
    address: str = ""


@dataclass(frozen=True)
class Most:
    """Runs in slots at the same time: how many of one visitor, and how many from one address; None is no limit."""

    per_visitor: int | None = None
    per_address: int | None = None


@dataclass(frozen=True)
class Running:
    """A run that holds a slot, and the seconds until it gives it back (None: unknown)."""

    run_id: str
    owner: str
    remaining_seconds: float | None = None
    address: str = ""


def place(address: str) -> str:
    """What an address is called among the turns, beside the owners."""
    return f"@{address}"


def fair_order(
    waiting: Iterable[Waiting], running: Iterable[Running], turns: Mapping[str, int] | None = None
) -> list[Waiting]:
    """The queue in the order in which it is served, as things stand now.

    Args:
        turns: For each owner, and for each address by its `place`, that has had a turn since people began to wait, a
            number that grows with every run that ends: the number of their last.
    """
    return startable(waiting, list(running), math.inf, turns=turns)


def startable(
    waiting: Iterable[Waiting],
    running: Sequence[Running],
    slots: float,
    most: Most | None = None,
    turns: Mapping[str, int] | None = None,
) -> list[Waiting]:
    """The runs that can start now, in order.

    Args:
        most: Of one visitor and from one address at the same time; None is no limit.
        turns: As in `fair_order`.
    """
    queues, held = _by_owner(waiting), _held(running)
    taken: list[Waiting] = []
    while len(taken) < slots - len(running) and (run := _next(queues, held, turns or {}, most or Most())) is not None:
        taken.append(run)
    return taken


def expected_starts(
    waiting: Iterable[Waiting],
    running: Sequence[Running],
    slots: int,
    most: Most | None = None,
    turns: Mapping[str, int] | None = None,
) -> dict[str, float | None]:
    """Seconds until each queued run starts, by its id, if nobody else comes; None where that cannot be known.

    Plays the queue through: whenever a run ends, the next one takes its slot. Arguments as `startable`.
    """
    queues, most = _by_owner(waiting), most or Most()
    starts: dict[str, float | None] = {run.run_id: None for queue in queues.values() for run in queue}
    held = _held(running)
    last = dict(turns or {})
    turn = max(last.values(), default=0)
    ends = [(_or_never(run.remaining_seconds), run.owner, run.address) for run in running]
    heapq.heapify(ends)
    now = 0.0
    while queues:
        run = _next(queues, held, last, most) if len(ends) < slots else None
        if run is not None:
            starts[run.run_id] = now
            heapq.heappush(ends, (now + _or_never(run.expected_seconds), run.owner, run.address))
        elif ends and math.isfinite(ends[0][0]):
            now, owner, address = heapq.heappop(ends)
            turn += 1
            held -= Counter((owner, place(address)))
            last[owner] = last[place(address)] = turn
        else:  # nothing ends at a time that is known: neither is the rest
            break
    return starts


def _next(
    queues: dict[str, deque[Waiting]], held: Counter[str], turns: Mapping[str, int], most: Most
) -> Waiting | None:
    """Take the run whose turn it is out of the queues and count it as held; None where nobody's can be."""
    heads = [queue[0] for queue in queues.values() if _has_room(queue[0], held, most)]
    if not heads:
        return None
    run = min(heads, key=lambda head: _claim(head, held, turns))
    held.update((run.owner, place(run.address)))
    return _pop(queues, run.owner)


def _held(running: Iterable[Running]) -> Counter[str]:
    """How many slots each owner and each address has."""
    return Counter(name for run in running for name in (run.owner, place(run.address)))


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


def _claim(run: Waiting, held: Mapping[str, int], turns: Mapping[str, int]) -> tuple[int, int, int, int, float, str]:
    """The smaller, the sooner it is this run's turn."""
    owner, address = run.owner, place(run.address)
    return held[owner], held[address], turns.get(address, -1), turns.get(owner, -1), run.queued, run.run_id


def _has_room(run: Waiting, held: Mapping[str, int], most: Most) -> bool:
    if run.owner == NOBODY:
        return True
    return (most.per_visitor is None or held[run.owner] < most.per_visitor) and (
        most.per_address is None or held[place(run.address)] < most.per_address
    )


def _or_never(seconds: float | None) -> float:
    return math.inf if seconds is None else max(0.0, seconds)


def make_way(waiting: Sequence[Waiting], busy: Set[str], owner: str, address: str, limits: Limits) -> list[Waiting]:
    """The runs that leave the queue so that one more may wait; none while there is room.

    Args:
        waiting: The queued runs that cannot start at once.
        busy: The owners who have a run in a slot, or one that starts at once.
        address: The hash of where they ask from; "" where that is not known.
        limits: How many may wait: in all, of one visitor, from one address.

    Raises:
        ConfigError: It may not wait; says which limit it is.
    """
    most, most_each, most_there = limits.max_queued, limits.max_queued_per_visitor, limits.max_queued_per_address
    own = [run for run in waiting if run.owner == owner]
    if most_each is not None and owner != NOBODY and len(own) >= most_each:
        hint = "Wait until one of yours has started, or cancel one."
        raise ConfigError.single("queue", f"at most {most_each:,} runs of one visitor that wait", "one more", hint)
    is_first = not own and owner not in busy
    there = [run for run in waiting if run.address == address and run.owner != NOBODY]
    going: list[Waiting] = []
    if most_there is not None and owner != NOBODY and len(there) >= most_there:
        going = _second_of(there, waiting, busy) if is_first else []
        if not going:
            hint = "Try again when some of those have ended, or run Unroll on your own machine."
            expected = f"at most {most_there:,} runs that wait from one network address"
            raise ConfigError.single("queue", expected, "one more", hint)
    if most is not None and len(waiting) - len(going) >= most:
        if is_first:
            going = _second_of(waiting, waiting, busy) or _newest_of_most(waiting, len(there))
        if not is_first or not going:
            hint = "Try again when some of them have ended. A visitor's first run takes the place of somebody's second."
            raise ConfigError.single("queue", f"at most {most:,} runs that wait", "one more", hint)
    return going


def _second_of(candidates: Sequence[Waiting], waiting: Sequence[Waiting], busy: Set[str]) -> list[Waiting]:
    """Of whoever has most waiting, the run that has waited longest and is not its owner's first."""
    first: dict[str, Waiting] = {}
    for run in sorted(waiting, key=_age):
        first.setdefault(run.owner, run)
    seconds = [run for run in candidates if run.owner != NOBODY and (run.owner in busy or run != first[run.owner])]
    by_address, by_owner = Counter(run.address for run in waiting), Counter(run.owner for run in waiting)
    return sorted(seconds, key=lambda run: (-by_address[run.address], -by_owner[run.owner], *_age(run)))[:1]


def _newest_of_most(waiting: Sequence[Waiting], num_there: int) -> list[Waiting]:
    """The newest run from the address with most, where that is left with no fewer than the new run's address then."""
    visitors = [run for run in waiting if run.owner != NOBODY]
    by_address = Counter(run.address for run in visitors)
    most = max(by_address.values(), default=0)
    if most < num_there + 2:
        return []
    return [max((run for run in visitors if by_address[run.address] == most), key=_age)]


def _age(run: Waiting) -> tuple[float, str]:
    return run.queued, run.run_id
