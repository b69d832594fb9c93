"""Presets: `quick` is useful after about ten seconds on two CPU cores, `standard` takes minutes, `large` wants a GPU.

A preset is a function of the data: windows follow the season, sizes and steps follow the amount of text. Its budget is a
number of steps, so that the same seed gives the same figures on a slower machine; its seconds are a cap that two quiet
cores do not reach. Where the wait is longer than some seconds, patience is half of the steps.
Left out: what a visitor changes afterwards.
"""

from __future__ import annotations

from typing import Any

from core.config.experiment import DataConfig, Experiment
from core.config.sizes import DEFAULT_FLOPS_PER_SECOND, estimate_seconds
from core.config.summary import DataSummary

Values = dict[str, dict[str, Any]]

QUICK_SECONDS = 11.0
"""What `quick` is planned for, at the speed of two usual cores."""
MAX_SECONDS = {"quick": 180.0, "standard": 1_800.0, "large": None}
"""Nobody waits for longer, however slow the machine: far off, for a busy one is to be later and not worse. `large` may take
as long as it takes."""

MOST_READINGS = 12
"""Times that `standard` reads a text to learn it, where it is not short."""


def preset(task: str, name: str, summary: DataSummary, data: DataConfig) -> Experiment:
    """The set-up that a preset gives for a data set.

    Args:
        task: One of the four tasks.
        name: quick, standard or large.
        summary: Numbers about the prepared data.
        data: What is trained on; fields that the preset decides are overwritten.

    Raises:
        ConfigError: No such task or preset.
    """
    chosen = Experiment.parse({"task": task, "preset": name})
    values = _PRESETS[chosen.task](name, summary)
    raw = data.model_dump() | values.get("data", {})
    experiment = Experiment.parse({"task": task, "preset": name, **values, "data": raw})
    return _shortened(experiment, summary) if name == "quick" else experiment


def _shortened(experiment: Experiment, summary: DataSummary) -> Experiment:
    """With fewer steps where long texts, many columns or many words make each one slow."""
    training = experiment.training
    uncapped = experiment.with_values({"training.max_seconds": None})
    seconds = estimate_seconds(uncapped, summary, DEFAULT_FLOPS_PER_SECOND)
    if seconds <= QUICK_SECONDS:
        return experiment
    steps = max(20, int(training.max_steps * QUICK_SECONDS / seconds) // 10 * 10)
    return experiment.with_values({"training.max_steps": steps})


def decided_fields(task: str, name: str) -> set[str]:
    """Dotted names of the fields whose value comes from the preset, whatever the data section says."""
    values = _PRESETS[task](name, DataSummary(task, num_items=1_000, num_tokens=1_000))
    return {f"{section}.{key}" for section, fields in values.items() for key in fields}


def _forecasting(name: str, summary: DataSummary) -> Values:
    season = summary.season
    train = summary.num_tokens
    horizon = min(season if season > 1 else 4, max(1, train // 8))
    window = max(4, min(2 * season if season > 1 else 8, 104 if name == "quick" else 512, train // 3))
    steps = {"quick": 500, "standard": 3_000, "large": 20_000}[name]
    # A network follows a level that wanders only when it sees changes; where the level stays, changes are mere noise.
    wanders = summary.carry_ratio < 0.9
    difference = ("season" if season > 1 else "last_value") if wanders else "none"
    return {
        "data": {"window_size": window, "horizon": horizon, "difference": difference},
        "model": {
            "cell": "lstm",
            "hidden_size": {"quick": 32, "standard": 128, "large": 512}[name],
            "num_layers": 1 if name == "quick" else 2,
            "shape": "many_to_one",
            "output_dropout": 0.0 if name == "quick" else 0.1,
        },
        "training": {
            "batch_size": 64,
            "learning_rate": (5e-3 if train < 200 else 1e-2) if name == "quick" else 3e-3,
            "max_steps": steps,
            "max_seconds": MAX_SECONDS[name],
            "patience": None if name == "quick" else steps // 2,
        },
    }


def _generation(name: str, summary: DataSummary) -> Values:
    small = summary.num_tokens < 50_000
    # So large a network knows a text by heart once it has read it some twenty times: the rate has to fall before.
    standard = 2_000 if small else min(1_500, max(400, MOST_READINGS * summary.num_tokens // (64 * 128)))
    steps = {"quick": 800 if small else 350, "standard": standard, "large": 30_000}[name]
    hidden = {"quick": 96 if small else 192, "standard": 256 if small else 512, "large": 1_024}[name]
    return {
        "model": {
            "cell": "lstm",
            "hidden_size": hidden,
            "num_layers": {"quick": 1, "standard": 1, "large": 2}[name],
            "embedding_dim": 32 if small else 64,
            "output_dropout": 0.3 if small else {"quick": 0.0, "standard": 0.2, "large": 0.2}[name],
        },
        "training": {
            "batch_size": {"quick": 16 if small else 32, "standard": 64, "large": 128}[name],
            "seq_len": {"quick": 64, "standard": 128, "large": 256}[name],
            "learning_rate": {"quick": 1e-2, "standard": 4e-3, "large": 2e-3}[name],
            "max_steps": steps,
            "max_seconds": MAX_SECONDS[name],
            "patience": steps // 2 if small and name != "quick" else None,
        },
    }


def _sentiment(name: str, summary: DataSummary) -> Values:
    small = summary.num_train < 5_000
    steps = {"quick": 400 if small else 600, "standard": 3_000, "large": 15_000}[name]
    dropout = 0.5 if small else {"quick": 0.0, "standard": 0.2, "large": 0.3}[name]
    return {
        "model": {
            "cell": "lstm",
            "hidden_size": {"quick": 64, "standard": 128, "large": 512}[name],
            "num_layers": 1 if name != "large" else 2,
            "embedding_dim": {"quick": 64, "standard": 128, "large": 256}[name],
            "bidirectional": True,
            "pooling": "mean" if small else "max",
            "embedding_dropout": dropout,
            "output_dropout": dropout,
        },
        "training": {
            "batch_size": 64,
            "learning_rate": 3e-3 if small else {"quick": 1e-2, "standard": 4e-3, "large": 1e-3}[name],
            "max_steps": steps,
            "max_seconds": MAX_SECONDS[name],
            "patience": None if name == "quick" else steps // 2,
            "label_smoothing": 0.05 if small else 0.0,
        },
    }


def _translation(name: str, summary: DataSummary) -> Values:
    return {
        "model": {
            "cell": "lstm",
            "hidden_size": {"quick": 128, "standard": 256, "large": 512}[name],
            "num_layers": 1 if name != "large" else 2,
            "embedding_dim": {"quick": 64, "standard": 128, "large": 256}[name],
            "bidirectional": True,
            "attention": "dot",
            "output_dropout": 0.1 if name == "quick" else 0.2,
        },
        "training": {
            "batch_size": 64,
            "learning_rate": {"quick": 8e-3, "standard": 3e-3, "large": 1e-3}[name],
            "max_steps": {"quick": 250, "standard": 5_000, "large": 40_000}[name],
            "max_seconds": MAX_SECONDS[name],
            "label_smoothing": 0.0 if name == "quick" else 0.1,
        },
    }


_PRESETS = {
    "forecasting": _forecasting,
    "generation": _generation,
    "sentiment": _sentiment,
    "translation": _translation,
}
