"""How far a run is, so that nothing on the screen springs: steps, share done, time left, and what it is doing in words.

A limit in seconds may make the plan shorter, once: until that is settled the page says "up to", tells what is left by
whichever end is nearer, and keeps to that when the plan is fixed. Pure functions. Left out: drawing (run_panel.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.config.experiment import Experiment
from core.config.schedule import hold_steps
from core.jobs.status import RunStatus
from ui.words import count, duration, rough_duration

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


def seconds_left(status: RunStatus, plan: Plan | None, per_step: float | None) -> float | None:
    """Expected rest of the training, no longer than its limit in seconds; None before it is known."""
    if per_step is None or not status.total_steps or status.step >= status.total_steps:
        return None
    left = per_step * (status.total_steps - status.step)
    if plan is not None and plan.max_seconds is not None:
        left = min(left, plan.max_seconds - (status.seconds or 0.0))
    return max(0.0, left)


def state_line(
    status: RunStatus,
    place: int | None,
    starts_in: float | None = None,
    plan: Plan | None = None,
    per_step: float | None = None,
) -> str:
    """What the run is doing in one line, such as "Training · step 620 of 1,000 · about 5 s left".

    Args:
        status: The run.
        place: Of a queued run, 1 for the next.
        starts_in: Seconds until a queued run starts, as far as can be expected.
        plan: What it was asked for, where that is known.
        per_step: From `step_seconds`.
    """
    if status.state == "queued":
        line = f"Waiting · place {place} in the queue" if place else "Waiting to start"
        return line if starts_in is None else f"{line} · starts in {rough_duration(starts_in)}"
    if status.state == "starting":
        return "Starting"
    if status.state == "running":
        return _running(status, plan, per_step)
    steps = _steps(status)
    spent = f" in {duration(status.seconds)}" if status.seconds else ""
    if status.state == "succeeded":
        where = f" on the {status.device.upper() if status.device == 'cpu' else 'GPU'}" if status.device else ""
        where += f" with {count(status.threads, 'thread')}" if status.threads else ""
        if status.ending:
            return f"{status.ending[0].upper()}{status.ending[1:]}{where}"
        return f"Finished · {count(status.step, 'step')}{spent}{where}"
    if status.state == "stopped":
        return f"Stopped · {steps}{spent}" if status.step else "Stopped before it started"
    return f"{'Failed' if status.state == 'failed' else 'Lost'} · {steps}" if status.step else status.state.capitalize()


def _running(status: RunStatus, plan: Plan | None, per_step: float | None) -> str:
    if status.phase == "scoring":
        return f"Scoring the test set · {count(status.step, 'step')} done"
    left = seconds_left(status, plan, per_step)
    steps = _steps(status, up_to=may_shrink(status, plan, per_step))
    if plan is not None and status.total_steps and status.total_steps < plan.max_steps:
        steps += " (time limit)"
    if left is None:
        return f"Training · {steps}"
    is_busy = status.busy is not None and status.busy > 1
    return f"Training · {steps} · {'this machine is busy, ' if is_busy else ''}{rough_duration(left)} left"


def _steps(status: RunStatus, *, up_to: bool = False) -> str:
    of = f" of {'up to ' if up_to else ''}{status.total_steps:,}" if status.total_steps else ""
    return f"step {status.step:,}{of}"
