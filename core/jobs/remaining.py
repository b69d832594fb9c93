"""How far a run is and how long it still takes: the same figures on the page, in the shell and in the queue. Pure.

A limit in seconds may make the plan shorter, once: until that is settled what is left is told by whichever end is nearer,
and keeps to that when the plan is fixed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.config.experiment import Experiment
from core.config.schedule import hold_steps
from core.jobs.status import RunStatus

FIRST_SECONDS, FIRST_STEPS = 1.0, 3  # of measuring before a speed is believed: the first steps are slow
_NEAR = 0.5  # share of a limit in seconds that a training may be expected to take before its plan is in doubt


@dataclass(frozen=True)
class Plan:
    """What a run was asked for.

    Attributes:
        max_steps: Steps, at most.
        held: The step at which their number is fixed, whatever the limit in seconds.
        max_seconds: The nearest limit; None where there is none.
    """

    max_steps: int
    held: int
    max_seconds: float | None = None


def plan_of(experiment: Experiment, server_seconds: float | None) -> Plan:
    """The plan of a run, on a server that lets one train for so many seconds; None for as long as it likes."""
    training = experiment.training
    limits = [seconds for seconds in (training.max_seconds, server_seconds) if seconds is not None]
    return Plan(training.max_steps, hold_steps(training.max_steps, training), min(limits, default=None))


def step_seconds(records: Sequence[Mapping[str, Any]]) -> float | None:
    """Seconds of a step with what belongs to it, looks at validation too; None before that can be told.

    Args:
        records: Of training, in order of `step`, each with the `seconds` since its beginning.
    """
    timed = [(one["step"], one["seconds"]) for one in records if isinstance(one.get("seconds"), int | float)]
    if not timed:
        return None
    (first, since), (last, until) = timed[0], timed[-1]
    if last - first < FIRST_STEPS or until - since < FIRST_SECONDS:
        return None
    return float(until - since) / (last - first)


def may_shrink(status: RunStatus, plan: Plan | None, per_step: float | None) -> bool:
    """Whether the limit in seconds may still make the plan shorter."""
    if plan is None or plan.max_seconds is None or status.total_steps != plan.max_steps or status.step >= plan.held:
        return False
    return per_step is None or per_step * plan.max_steps > _NEAR * plan.max_seconds


def share_done(status: RunStatus, plan: Plan | None) -> float:
    """How much is done, 0 to 1: of the steps, or of the seconds where their limit is nearer."""
    if status.state == "succeeded":
        return 1.0
    share = status.share_done or 0.0
    if plan is None or plan.max_seconds is None or status.is_over or not status.seconds:
        return share
    return min(1.0, max(share, status.seconds / plan.max_seconds))


def expected_steps(status: RunStatus, plan: Plan | None, per_step: float | None) -> int | None:
    """Where the steps will end as far as is known: a round number while a limit in seconds may make them fewer."""
    if not status.total_steps or per_step is None or not may_shrink(status, plan, per_step):
        return status.total_steps
    assert plan is not None and plan.max_seconds is not None
    reached = status.step + max(0.0, plan.max_seconds - (status.seconds or 0.0)) / per_step
    unit = 10 ** max(0, len(str(int(reached))) - 1)
    return min(status.total_steps, int(-(-reached // unit)) * unit)


def mean_step_seconds(status: RunStatus) -> float | None:
    """Seconds of a step over the whole run, the slow first ones too; None before the first is reported."""
    return status.seconds / status.step if status.step and status.seconds is not None else None


def seconds_left(status: RunStatus, per_step: float | None, plan: Plan | None = None) -> float | None:
    """Seconds until a run is at its end or at the step that it pauses at, no longer than its limit lets it.

    Args:
        per_step: Seconds of a step: `step_seconds` of its curve or, where nobody reads that, `mean_step_seconds`.
        plan: What it was asked for, where its limit in seconds counts.

    Returns:
        None while the speed or the number of steps is unknown.
    """
    if per_step is None or not status.total_steps:
        return None
    last = status.total_steps if status.pause_at is None else min(status.total_steps, status.pause_at)
    left = per_step * (last - status.step)
    if plan is not None and plan.max_seconds is not None:
        left = min(left, plan.max_seconds - (status.seconds or 0.0))
    return max(0.0, left)
