"""What a run is doing in one line, so that nothing on the screen springs: "up to" while a limit may make the plan shorter.

Left out: how far it is (core.jobs.remaining), drawing (run_panel.py).
"""

from __future__ import annotations

from core.jobs.remaining import Plan, may_shrink, seconds_left
from core.jobs.status import RunStatus
from ui.words import count, duration, rough_duration


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
        return _starting(status)
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


def _starting(status: RunStatus) -> str:
    """What a run that has its place waits for, one after the other."""
    if status.heartbeat_age is None:
        return "Starting · waiting for its process"
    return "Starting · reading the data" if status.phase == "reading" else "Starting · loading what trains it"


def _running(status: RunStatus, plan: Plan | None, per_step: float | None) -> str:
    if status.phase == "scoring":
        return f"Scoring the test set · {count(status.step, 'step')} done"
    left = seconds_left(status, per_step, plan)
    if not status.step:
        return "Training · the first step is on its way"
    steps = _steps(status, up_to=may_shrink(status, plan, per_step))
    if plan is not None and status.total_steps and status.total_steps < plan.max_steps:
        steps += " (time limit)"
    if left is None or status.step in (status.total_steps, status.pause_at):
        return f"Training · {steps}"
    is_busy = status.busy is not None and status.busy > 1
    return f"Training · {steps} · {'this machine is busy, ' if is_busy else ''}{rough_duration(left)} left"


def _steps(status: RunStatus, *, up_to: bool = False) -> str:
    of = f" of {'up to ' if up_to else ''}{status.total_steps:,}" if status.total_steps else ""
    return f"step {status.step:,}{of}"
