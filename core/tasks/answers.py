"""Answers that a trained network leaves behind, so that the first look at it asks nobody and loads nothing.

They are what its predictor says of the catalogue's examples.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.config.experiment import Experiment
from core.data import catalog

DIGITS = 5


def answers_to_examples(experiment: Experiment, ask: Callable[[str], Any]) -> list[Any]:
    """What a network says of each example of its data, as plain values; nothing for somebody's own data.

    Args:
        ask: From a text to the answer.
    """
    return [rounded(ask(text)) for text in catalog.given_examples(experiment.description.kind, experiment.data)]


def rounded(value: Any) -> Any:
    """Plain values with their numbers rounded to `DIGITS`, which no picture tells apart."""
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    return [rounded(each) for each in value] if isinstance(value, list | tuple) else value
