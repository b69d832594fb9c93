"""How long the learning rate is held, and what that means for budgets and for going on.

A training warms up, holds its peak rate, then lets it fall. Until the hold ends nothing that it does depends on the
number of steps in all: not the rate, not when the curve is written, not when validation is looked at. So a limit in
seconds may become a number of steps there, and a longer training may begin there.

Reference: Hu et al. 2024, "MiniCPM", section 4 (warm-up, hold, decay).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from core.config.sections import TrainingConfig

HOLD_SHARE = 0.5  # of all steps


def hold_share(config: TrainingConfig) -> float:
    """The share of all steps that does not depend on their number: all of them where nothing falls or begins after a half."""
    is_even = (
        config.schedule == "constant" and config.teacher_forcing_schedule == "constant" and config.averaging != "mean"
    )
    return 1.0 if is_even else HOLD_SHARE


def hold_steps(total_steps: int, config: TrainingConfig) -> int:
    """The first steps of so many, whose learning rate and everything else are those of any longer training."""
    return min(total_steps, max(config.warmup_steps, math.ceil(hold_share(config) * total_steps)))


def steps_with_hold(step: int, config: TrainingConfig) -> int:
    """The most steps in all of which the first `step` are those that `hold_steps` gives, but for a warm-up."""
    return int(step / hold_share(config))


def ending_in_words(result: Mapping[str, Any]) -> str:
    """Why a training ended before its steps were done, such as "stopped by the limit of 60 s at 420 of 450 steps".

    Args:
        result: `result.json`, or what is left of one.

    Returns:
        "" where all steps were done, somebody stopped it, or nothing is known.
    """
    done, asked, seconds = (result.get(name) for name in ("steps", "max_steps", "max_seconds"))
    if not isinstance(done, int) or not isinstance(asked, int):
        return ""
    at = f"at {done:,} of {asked:,} steps"
    if result.get("ended") == "patience":
        return f"validation did not improve any more, ended {at}"
    if result.get("ended") == "time_limit" and isinstance(seconds, int | float):
        return f"stopped by the limit of {seconds:,.4g} s {at}"
    if result.get("ended") == "time_limit" and isinstance(server := result.get("server_seconds"), int | float):
        return f"stopped by this server's limit of {server:,.4g} s {at}"
    return ""
