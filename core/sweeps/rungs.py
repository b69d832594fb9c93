"""After how many steps the trials of a sweep are compared, so that the worse ones do not go on.

Reference:
    Li, Jamieson et al. (2020), "A system for massively parallel hyperparameter tuning": asynchronous successive halving.
"""

from __future__ import annotations

KEPT = 3
"""Of so many trials at a rung one goes on, and each rung has so many times the steps of the one before."""
_RUNGS = 2


def first_rung(max_steps: int) -> int:
    """Steps up to the first comparison of trials of so many steps."""
    return -(-max_steps // KEPT**_RUNGS)


def rungs(max_steps: int) -> tuple[int, ...]:
    """The steps at which trials are compared before their end; none where they are over sooner.

    The last lies within the first half of the steps, in which the learning rate holds its peak: nothing before it depends on
    the number of steps.
    """
    found = (first_rung(max_steps) * KEPT**place for place in range(_RUNGS))
    return tuple(steps for steps in found if steps < max_steps)


def next_pause(step: int, max_steps: int, *, pruned: bool = True) -> int:
    """Where a trial that has done so many steps is looked at next: at the next rung, or at its end.

    Args:
        pruned: Whether trials are compared on the way at all.
    """
    return next((rung for rung in rungs(max_steps) if pruned and rung > step), max_steps)
