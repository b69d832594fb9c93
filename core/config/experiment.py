"""The whole truth about a run: one `Experiment` of five parts, task, preset, data, model and training.

Values are never clamped or ignored: what cannot be is a `ConfigError` that lists every problem.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import yaml
from pydantic import ValidationError

from core.applications import APPLICATIONS, describe
from core.config.checks import find_contradictions
from core.config.errors import ConfigError, Problem
from core.config.fields import PRESETS, PresetName, Section, asks_for, setting
from core.config.sections import DataConfig, ModelConfig, TrainingConfig, all_fields, sections
from core.config.written import as_written
from core.tasks.description import TaskDescription

__all__ = [
    "PRESETS", "DataConfig", "Experiment", "ModelConfig", "TrainingConfig", "field_names", "is_used", "sections",
    "unknown_field",
]  # fmt: skip

SCHEMA_VERSION = 2

if TYPE_CHECKING:
    Task = str
else:
    Task = Literal[tuple(APPLICATIONS)]


class Experiment(Section):
    """A run, whole. Equal experiments on the same data, machine and thread count give equal figures."""

    task: Task = setting(
        next(iter(APPLICATIONS)), "Task", "What the network is for: the name of a page.", level="hidden"
    )
    preset: PresetName = setting("quick", "Preset", "The set-up that this one started from.", level="hidden")
    data: DataConfig = DataConfig()
    model: ModelConfig = ModelConfig()
    training: TrainingConfig = TrainingConfig()

    @property
    def description(self) -> TaskDescription:
        """The task behind the page."""
        return describe(self.task)

    @property
    def unit(self) -> str:
        """What the network reads at each step: character, word or subword; "" where that is no token."""
        return self.description.unit or (self.data.unit if self.description.reads_tokens else "")

    @classmethod
    def parse(cls, raw: Any) -> Experiment:
        """Build an experiment from plain values.

        Args:
            raw: A mapping with some of the five keys.

        Raises:
            ConfigError: Everything that is wrong with it: unknown names, values out of range, impossible pairs.
        """
        if not isinstance(raw, dict):
            raise ConfigError.single("experiment", "a mapping of sections", type(raw).__name__, "Write it as YAML.")
        try:
            experiment = cls.model_validate(raw)
        except ValidationError as error:
            raise ConfigError([_problem(detail, raw.get("task")) for detail in error.errors()]) from None
        values, task = experiment.every_value(), experiment.task
        problems = [
            _not_used(name, task, values[name])
            for name, field in all_fields().items()
            if not is_used(field, task) and values[name] != field.default
        ]
        problems += find_contradictions(values)
        if problems:
            raise ConfigError(problems)
        return experiment

    @classmethod
    def from_yaml(cls, text: str) -> Experiment:
        """Read what `to_yaml` wrote. Raises `ConfigError` for anything else."""
        try:
            raw = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise ConfigError.single("experiment", "YAML", "text that is not", str(error).split("\n")[0]) from None
        if isinstance(raw, dict):
            raw = _from_first_version(raw) if raw.get("schema_version") == 1 else raw
            if raw.get("schema_version", SCHEMA_VERSION) != SCHEMA_VERSION:
                received = repr(raw["schema_version"])
                hint = "It was written by another version of Unroll."
                raise ConfigError.single("schema_version", str(SCHEMA_VERSION), received, hint)
            raw = {key: value for key, value in raw.items() if key not in ("schema_version", "versions", "fingerprint")}
            raw = as_written(raw, text)
        return cls.parse(raw)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for YAML and JSON, only the fields that the task uses."""
        raw = self.model_dump(mode="json")
        for name, section in sections().items():
            raw[name] = {
                key: value for key, value in raw[name].items() if is_used(section.model_fields[key], self.task)
            }
        return raw

    def to_yaml(self) -> str:
        """The experiment as YAML, with the version of this schema."""
        return yaml.safe_dump({"schema_version": SCHEMA_VERSION, **self.to_dict()}, sort_keys=False, allow_unicode=True)

    def with_values(self, values: dict[str, Any]) -> Experiment:
        """This experiment with some fields changed.

        Args:
            values: Dotted names to values, such as `{"model.hidden_size": 64}`.

        Raises:
            ConfigError: Every unknown name and impossible value.
        """
        raw = self.model_dump(mode="python")
        problems = []
        for name, value in values.items():
            section, _, key = name.partition(".")
            if name not in all_fields():
                problems.append(unknown_field(name, self.task))
            elif not is_used(all_fields()[name], self.task):
                problems.append(_not_used(name, self.task, value))
            else:
                raw[section][key] = value
        try:
            changed = Experiment.parse(raw)
        except ConfigError as error:
            raise ConfigError([*problems, *error.problems]) from None
        if problems:
            raise ConfigError(problems)
        return changed

    def every_value(self) -> dict[str, Any]:
        """Every field by dotted name, also of those that the task does not use."""
        return {f"{name}.{key}": value for name in sections() for key, value in getattr(self, name)}

    def values(self) -> dict[str, Any]:
        """Every field that the task uses, by dotted name."""
        raw = self.to_dict()
        return {f"{section}.{key}": value for section in sections() for key, value in raw[section].items()}


def is_used(field: Any, task: str) -> bool:
    """Whether a task uses a field."""
    return describe(task).uses(asks_for(field))


def field_names(task: str) -> list[str]:
    """Dotted names of every field that a task uses."""
    return [name for name, field in all_fields().items() if is_used(field, task)]


def unknown_field(name: str, task: str) -> Problem:
    """The problem for a name that no section has, with the nearest names that exist."""
    import difflib

    near = difflib.get_close_matches(name, field_names(task), n=3, cutoff=0.5)
    return Problem(name, "a field of data, model or training", "an unknown name", _did_you_mean(near))


def _from_first_version(raw: dict[str, Any]) -> dict[str, Any]:
    """What the first schema wrote, in the words of this one: patience counted evaluations, of which there were twenty."""
    raw = {**raw, "schema_version": SCHEMA_VERSION}
    training = raw.get("training")
    if isinstance(training, dict) and isinstance(training.get("patience"), int):
        steps = training.get("max_steps")
        gap = max(1, steps // 20) if isinstance(steps, int) else 1
        raw["training"] = {**training, "patience": gap * training["patience"]}
    return raw


def _not_used(name: str, task: str, value: Any) -> Problem:
    return Problem(name, f"nothing, {task} does not use it", repr(value), "Leave it out.")


def _did_you_mean(names: list[str]) -> str:
    return f"Did you mean {' or '.join(names)}?" if names else "Leave it out."


def _problem(detail: Any, task: Any) -> Problem:
    """One pydantic error in our four parts."""
    field = ".".join(str(part) for part in detail["loc"]) or "experiment"
    if detail["type"] == "extra_forbidden":
        return unknown_field(field, task if task in APPLICATIONS else next(iter(APPLICATIONS)))
    expected = detail["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    return Problem(field, expected, repr(detail["input"])[:80], "Change it to a value in that range.")
