"""Who may wait: whether one more run is let into the queue, and whose give way to it when the queue is full.

A visitor's first run is let in, and of those who have more than one waiting the longest-waiting second ones give way.
Cookies cost nothing, so who has most is counted by address first: whoever comes with many cookies takes places from
their own address. Where every visitor has one run only, the address with most gives its newest to an address with fewer.
Left out: the order in which runs start (queue.py), and what is done to a run that gives way (manager.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence, Set

from core.config.errors import ConfigError
from core.config.limits import Limits
from core.jobs.queue import NOBODY, Waiting

GAVE_WAY = "The queue was full, and this run gave its place to somebody's first one."
GAVE_WAY_HINT = "Resume queues it again. While you have nothing else waiting or training, it is let in."


def make_way(waiting: Sequence[Waiting], busy: Set[str], owner: str, address: str, limits: Limits) -> list[Waiting]:
    """The runs that leave the queue so that one more may wait; none while there is room.

    Args:
        waiting: The queued runs that cannot start at once.
        busy: The owners who have a run in a slot, or one that starts at once.
        owner: Whose the new run is.
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
