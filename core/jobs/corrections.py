"""Learn from ten: what a visitor corrects of a trained network, and the run that goes on from its weights with that.

Such a run is one of its own, with a `parent`. It begins with the parent's best weights, keeps its data, vocabulary and
labels, and trains for a few seconds. What was corrected lies in the run's folder: it is somebody's own, is in no link and no
experiment, and is shown to those alone who may see rows of the run (RunStore.sees_rows).
Left out: how it is learned and what came of it (core.training.lesson), the list that a page keeps (drafts.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from core.config.errors import ConfigError, Problem
from core.config.experiment import Experiment
from core.jobs.files import read_json, write_json
from core.jobs.folders import Lay, read_experiment, share_file
from core.jobs.reopening import fingerprint_of

CORRECTIONS_FILE = "corrections.json"
START_FILE = "start.safetensors"
START_VOCABULARY = "start.json"
CHANGES_FILE = "changes.json"

MAX_CORRECTIONS = 200
MAX_CHARACTERS = 5_000  # of a text
STEPS, SECONDS = 60, 30.0
RATE_SHARE = 0.3
"""The learning rate is this share of the parent's: enough for ten texts, and less is forgotten (docs/benchmarks.md)."""


@dataclass(frozen=True)
class Correction:
    """A text, and the label that it should have had."""

    text: str
    label: str


@dataclass(frozen=True)
class Lesson:
    """A run to be made: what it trains, on which data, and what lies in its folder from the start."""

    experiment: Experiment
    fingerprint: str
    lay: Lay


def check_corrections(rows: Iterable[Correction], classes: Sequence[str]) -> list[Correction]:
    """The corrections without blanks around them, each text once.

    Raises:
        ConfigError: None or too many, an empty or long text, a label that the network does not have, one text with two labels.
    """
    rows = [Correction(row.text.strip(), row.label) for row in rows]
    if not rows:
        raise ConfigError.single(
            "corrections", "at least one text with its label", "none", "Correct a prediction first."
        )
    problems: list[Problem] = []
    labels: dict[str, str] = {}
    for number, row in enumerate(rows, 1):
        problems += _problems(f"corrections, row {number}", row, classes)
        if labels.setdefault(row.text, row.label) != row.label:
            received = f"{labels[row.text]!r} and {row.label!r} for {row.text[:60]!r}"
            hint = "Remove one of the two."
            problems.append(Problem(f"corrections, row {number}", "one label for one text", received, hint))
    if len(labels) > MAX_CORRECTIONS:
        hint = "Remove some; that many are a data set to train on."
        problems.append(Problem("corrections", f"at most {MAX_CORRECTIONS} texts", f"{len(labels):,}", hint))
    if problems:
        raise ConfigError(problems[:20])
    return [Correction(text, label) for text, label in labels.items()]


def _problems(field: str, row: Correction, classes: Sequence[str]) -> list[Problem]:
    found = []
    if not row.text:
        found.append(Problem(field, "some text", "nothing", "Type a sentence."))
    if len(row.text) > MAX_CHARACTERS:
        found.append(
            Problem(field, f"at most {MAX_CHARACTERS:,} characters", f"{len(row.text):,}", "Shorten the text.")
        )
    if row.label not in classes:
        known = ", ".join(classes[:10]) + (" ..." if len(classes) > 10 else "")
        found.append(
            Problem(field, f"one of {known}", repr(row.label)[:60], "It can learn no new label from a few texts.")
        )
    return found


def classes_of(directory: Path) -> tuple[str, ...]:
    """The labels that the network of a run gives to texts.

    Raises:
        ConfigError: It labels no texts, or has no weights yet.
    """
    experiment = read_experiment(directory)
    content = read_json(directory / "tokenizer.json")
    if not experiment.description.is_corrected or content is None or "classes" not in content:
        hint = "Correct a run of a page that labels texts."
        raise ConfigError.single("run", "a trained network that labels texts", f"one of {experiment.task}", hint)
    return tuple(content["classes"])


def read_corrections(directory: Path) -> list[Correction]:
    """What a run was corrected with, the corrections of its parents among it; nothing for any other run."""
    content = read_json(directory / CORRECTIONS_FILE)
    return [] if content is None else [Correction(row["text"], row["label"]) for row in content["rows"]]


def has_corrections(directory: Path) -> bool:
    """Whether somebody's corrections lie in a run's folder."""
    return (directory / CORRECTIONS_FILE).exists()


def begins_with_weights(directory: Path) -> bool:
    """Whether a run begins with another's weights, and may give away what that one has read."""
    return has_corrections(directory) or (directory / START_FILE).exists()


def refuse_corrected(directory: Path) -> None:
    """Raise `ConfigError` for a run that began with another's weights, which is not made longer."""
    if has_corrections(directory):
        hint = "Correct it again, or continue the run that it comes from."
        raise ConfigError.single(
            "run", "a run that learned from its data alone", "one that learned from corrections", hint
        )
    if begins_with_weights(directory):
        hint = "Go on with a text again, which begins with the weights of this run."
        raise ConfigError.single("run", "a run that began by itself", "one that began with another's weights", hint)


def lesson(directory: Path, rows: Iterable[Correction]) -> Lesson:
    """The run that learns from corrections of a run's network.

    What that network was corrected with before is learned again; where both name a text, the new label counts.

    Args:
        directory: Of the run that is corrected; who asks must be allowed to see rows of it.
        rows: What is right instead.

    Raises:
        ConfigError: As `check_corrections` and `classes_of`, or the run is not over.
    """
    classes = classes_of(directory)
    new = check_corrections(rows, classes)
    named = {row.text for row in new}
    every = check_corrections([*(row for row in read_corrections(directory) if row.text not in named), *new], classes)
    if not (directory / "result.json").exists():
        received = "one without final figures"
        raise ConfigError.single("run", "a run that came to its end", received, "Let it train to its end first.")
    parent = read_experiment(directory)
    known = fingerprint_of(directory)
    content = {"rows": [{"text": row.text, "label": row.label} for row in every], "num_new": len(new)}
    return Lesson(_shortened(parent, directory), known, partial(_lay, directory, content))


def _shortened(parent: Experiment, directory: Path) -> Experiment:
    """A few seconds; a run that was corrected before has these values already."""
    if has_corrections(directory):
        return parent
    rate = RATE_SHARE * parent.training.learning_rate
    return parent.with_values(
        {
            "training.learning_rate": rate,
            "training.max_steps": STEPS, "training.max_seconds": SECONDS, "training.warmup_steps": 5, "training.patience": None,
        }
    )  # fmt: skip


def _lay(parent: Path, content: dict[str, Any], directory: Path) -> None:
    """Put what such a run begins with into its new folder. Raises `ConfigError` where the parent has no weights."""
    lay_start(parent, directory)
    write_json(directory / CORRECTIONS_FILE, content)


def lay_start(parent: Path, directory: Path) -> None:
    """Put a run's weights and vocabulary into a new folder. Raises `ConfigError` where it has none."""
    try:
        share_file(parent / "best.safetensors", directory / START_FILE)
        share_file(parent / "tokenizer.json", directory / START_VOCABULARY)
    except FileNotFoundError:
        hint = "Train it a little longer."
        raise ConfigError.single("run", "a run with a network", repr(parent.name), hint) from None
