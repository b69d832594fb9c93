"""A network that goes on with another text: the run that begins with its weights and its vocabulary.

Such a run is one of its own, with a `parent`. Network, tokens and whether items stand apart are the parent's, or its weights
would mean nothing; the text, its parts and the training are new. What the vocabulary lacks becomes `<unk>`.
Left out: how the new text is read with the old vocabulary (core.training.another_text).
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from core.config.errors import ConfigError
from core.config.experiment import DataConfig, is_used
from core.jobs.corrections import Lesson, lay_start
from core.jobs.folders import read_experiment

STEPS, RATE_SHARE = 300, 0.5
"""Steps, and the share of the parent's learning rate: what is known already should not be washed away at once."""
_OF_THE_NETWORK = ("unit", "vocab_size", "letter_case", "normalization", "strip_accents", "items")


def another_text(directory: Path, data: DataConfig, fingerprint: str, steps: int = STEPS) -> Lesson:
    """The run that goes on from a run's best weights with another text.

    Args:
        directory: Of the run whose network goes on; who asks must be allowed to see rows of it, which it may write.
        data: The text; how it becomes tokens is the parent's.
        fingerprint: Of the text.
        steps: How many.

    Raises:
        ConfigError: The run reads no text that goes on, or is not over.
    """
    parent = read_experiment(directory)
    if not parent.description.uses(("stream",)):
        raise ConfigError.single("run", "a network that writes", parent.task, "Choose a run of a page that writes.")
    if not (directory / "result.json").exists():
        received = "one without final figures"
        raise ConfigError.single("run", "a run that came to its end", received, "Let it train to its end first.")
    fields = {name for name, field in DataConfig.model_fields.items() if is_used(field, parent.task)}
    values = {f"data.{name}": value for name, value in data if name in fields.difference(_OF_THE_NETWORK)}
    training = {
        "training.max_steps": steps,
        "training.learning_rate": RATE_SHARE * parent.training.learning_rate,
        "training.patience": None,
    }
    return Lesson(parent.with_values({**values, **training}), fingerprint, partial(lay_start, directory))
