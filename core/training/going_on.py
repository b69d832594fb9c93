"""Where a training that goes beyond another one's end begins, and at which rate.

A learning rate that has fallen must not rise again: that undoes what its fall has found. Left out: the training itself
(loop.py), and the files (checkpoint.py, run.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.config.experiment import TrainingConfig
from core.config.schedule import hold_steps
from core.training.optim import progress_at


@dataclass(frozen=True)
class Start:
    """The state to go on from.

    `least_progress` is how far the falling of its rate has come, 0 where it is that of the longer training; `is_last`
    tells whether it is the last state of the training before.
    """

    state: dict[str, Any]
    least_progress: float
    is_last: bool


def choose_start(last: dict[str, Any], held: dict[str, Any] | None, config: TrainingConfig) -> Start:
    """Choose what a longer training begins with.

    While the rate is held nothing depends on the number of steps, so a state of that time is one that the longer training
    would have passed too, bit for bit: the last one where the training before ended that early, otherwise the one that
    was kept at the end of the hold. Where there is none, or the longer training would let its rate fall before it, the
    last state goes on with the rate at which it ended, and falls on from there once the longer schedule is as far: after
    a whole training that is a hundredth of the peak. It refines and cannot destroy; to learn more a higher rate would be
    needed, and a rate that rises over weights and moments that a fallen one has settled throws them out of their place
    (0.00003 to 0.0023 was seen to undo all).

    Args:
        last: State at the end of the training before.
        held: State at the end of its held rate; None where there is none.
        config: The longer training.
    """
    longest = hold_steps(config.max_steps, config)
    planned, step, least = last["total_steps"], last["step"], last.get("least_progress", 0.0)
    is_held = least == 0 and (planned is None or step < hold_steps(planned, config))
    if is_held and step <= longest:
        return Start(last, 0.0, True)
    if held is not None and held["step"] <= longest:
        return Start(held, 0.0, False)
    return Start(last, progress_at(step - 1, planned, config, least), True)
