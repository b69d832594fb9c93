"""Presets: `quick` is useful after about ten seconds on two CPU cores, `standard` takes minutes, `large` wants a GPU.

A preset is a function of the data: windows follow the season, sizes and steps follow the amount of text. Its budget is a
number of steps, so that the same seed gives the same figures on a slower machine; its seconds are a cap that two quiet
cores do not reach. Where the wait is longer than some seconds, patience is half of the steps.
"""

from __future__ import annotations

from core.applications import APPLICATIONS
from core.config.experiment import DataConfig, Experiment, sections
from core.config.sizes import DEFAULT_FLOPS_PER_SECOND, estimate_seconds
from core.config.summary import DataSummary
from core.tasks.description import Values

MAX_SECONDS = {"quick": 180.0, "standard": 1_800.0, "large": None}
"""The cap of each preset. Nobody waits for longer, however slow the machine: far off, for a busy one is to be later and not
worse. `large` may take as long as it takes."""


def preset(task: str, name: str, summary: DataSummary, data: DataConfig) -> Experiment:
    """The set-up that a preset gives for a data set.

    Args:
        data: What is trained on; fields that the preset decides are overwritten.

    Raises:
        ConfigError: No such task or preset.
    """
    Experiment.parse({"task": task, "preset": name})  # refuses a name that is none
    values = _values(task, name, summary)
    raw = data.model_dump() | values.get("data", {})
    experiment = Experiment.parse({"task": task, "preset": name, **values, "data": raw})
    return _shortened(experiment, summary) if name == "quick" else experiment


def _shortened(experiment: Experiment, summary: DataSummary) -> Experiment:
    """With fewer steps where long texts, many columns or many words make each one slow."""
    training = experiment.training
    uncapped = experiment.with_values({"training.max_seconds": None})
    seconds = estimate_seconds(uncapped, summary, DEFAULT_FLOPS_PER_SECOND)
    planned = experiment.description.quick_seconds(summary)
    if seconds <= planned:
        return experiment
    steps = max(20, int(training.max_steps * planned / seconds) // 10 * 10)
    return experiment.with_values({"training.max_steps": steps})


def _values(task: str, name: str, summary: DataSummary) -> Values:
    """What the task's preset says, and over it what the application changes."""
    application = APPLICATIONS[task]
    values, changes = application.task.preset(name, summary), application.preset_changes.get(name, {})
    layers = {"training": {"max_seconds": MAX_SECONDS[name]}}, values, changes
    return {part: {k: v for one in layers for k, v in one.get(part, {}).items()} for part in sections()}


def decided_fields(task: str, name: str) -> set[str]:
    """Dotted names of the fields whose value comes from the preset, whatever the data section says."""
    values = _values(task, name, DataSummary(APPLICATIONS[task].task.kind, num_items=1_000, num_tokens=1_000))
    return {f"{section}.{key}" for section, fields in values.items() for key in fields}
