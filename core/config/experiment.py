"""The whole truth about a run: one `Experiment` of five parts, task, preset, data, model and training.

A field says once what it is: its label, help, range, choices and the tasks that use it. Forms, the shell,
links and exported files are drawn from that, so a new hyper-parameter is one field here. Values are never
clamped or ignored: what cannot be is a `ConfigError` that lists every problem.
Left out: impossible pairs (checks.py), presets (presets.py), closed-form sizes (sizes.py), what a field does.
"""

from __future__ import annotations

from typing import Any, Literal

import yaml
from pydantic import ValidationError

from core.config.checks import find_contradictions
from core.config.errors import ConfigError, Problem
from core.config.fields import PRESETS, TASKS, TEXT_TASKS, PresetName, Section, Task, field_tasks, setting

__all__ = [
    "PRESETS", "TASKS", "DataConfig", "Experiment", "ModelConfig", "TrainingConfig", "field_names", "field_tasks",
    "sections", "unknown_field",
]  # fmt: skip

SCHEMA_VERSION = 1


class DataConfig(Section):
    """What is trained on, and how it is cut up."""

    source: Literal["builtin", "file", "upload"] = setting(
        "builtin", "Source", "Where the data comes from: shipped with Unroll, a file, or an upload.", level="hidden"
    )
    id: str | None = setting(None, "Data", "Which built-in data set or upload.", level="hidden")
    path: tuple[str, ...] = setting((), "Path", "A file, a folder, or two parallel files (shell only).", level="hidden")
    split: tuple[float, float, float] = setting(
        (0.8, 0.1, 0.1), "Split", "Shares of the data for training, validation and test.", level="hidden"
    )
    time_column: str | None = setting(
        None, "Time column", "The column that holds the time.", tasks=("forecasting",), level="hidden"
    )
    target_columns: tuple[str, ...] = setting(
        (), "Target columns", "The columns to forecast.", tasks=("forecasting",), level="hidden"
    )
    text_column: str | None = setting(
        None, "Text column", "The column that holds the text.", tasks=("sentiment",), level="hidden"
    )
    label_column: str | None = setting(
        None, "Label column", "The column that holds the label.", tasks=("sentiment",), level="hidden"
    )
    src_language: str | None = setting(
        None, "From", "The language that is read.", tasks=("translation",), level="hidden"
    )
    trg_language: str | None = setting(
        None, "Into", "The language that is written.", tasks=("translation",), level="hidden"
    )
    language: str | None = setting(
        None, "Language", "The language of the names.", tasks=("generation",), level="hidden"
    )
    unit: Literal["character", "word", "subword"] = setting(
        "character", "Unit", "What one token is: a character, a word, or a piece of a word.", tasks=TEXT_TASKS
    )
    vocab_size: int = setting(
        8_000,
        "Vocabulary size",
        "The most tokens to keep; rarer ones become <unk>.",
        tasks=TEXT_TASKS,
        ge=8,
        le=100_000,
    )
    max_length: int = setting(
        256, "Longest text", "Longer texts are cut to this many tokens.", tasks=("sentiment", "translation"), ge=2
    )
    window_size: int = setting(
        24, "Window size", "How many past steps the network reads.", tasks=("forecasting",), level="basic", ge=1
    )
    horizon: int = setting(
        4, "Horizon", "How many steps ahead it forecasts.", tasks=("forecasting",), level="basic", ge=1
    )
    difference: Literal["none", "last_value", "season"] = setting(
        "none",
        "Difference",
        "What is subtracted from each value first: nothing, the value before, or the one a season earlier.",
        tasks=("forecasting",),
    )


class ModelConfig(Section):
    """The network."""

    cell: Literal["rnn", "lstm", "gru"] = setting(
        "lstm", "Cell", "The recurrent cell: simple RNN, LSTM or GRU.", level="basic"
    )
    hidden_size: int = setting(128, "Hidden size", "Numbers in the hidden state.", level="basic", ge=1, le=4_096)
    num_layers: int = setting(1, "Layers", "Recurrent layers stacked on each other.", level="basic", ge=1, le=8)
    embedding_dim: int = setting(
        64, "Embedding size", "Numbers that stand for one token.", tasks=TEXT_TASKS, ge=1, le=2_048
    )
    bidirectional: bool = setting(
        False,
        "Bidirectional",
        "Also read from the end to the start; in translation the encoder does.",
        tasks=("forecasting", "sentiment", "translation"),
    )
    merge_mode: Literal["concat", "sum", "average", "max"] | None = setting(
        None,
        "Merge mode",
        "How two directions become one; concat when not set.",
        tasks=("forecasting", "sentiment", "translation"),
    )
    nonlinearity: Literal["tanh", "relu"] | None = setting(
        None, "Nonlinearity", "The squashing function of a simple RNN; tanh when not set."
    )
    shape: Literal["many_to_one", "many_to_many"] = setting(
        "many_to_one",
        "Shape",
        "Forecast all steps from the end of the window, or the next step at every step.",
        tasks=("forecasting",),
    )
    pooling: Literal["last", "mean", "max"] = setting(
        "last", "Pooling", "How the states of all words become one.", tasks=("sentiment",)
    )
    attention: Literal["none", "dot", "general", "additive"] = setting(
        "dot", "Attention", "How the decoder looks back at the source.", tasks=("translation",), level="basic"
    )
    dropout: float = setting(
        0.0, "Dropout between layers", "Share of values zeroed between layers while training.", ge=0.0, le=0.9
    )
    embedding_dropout: float = setting(
        0.0, "Dropout on inputs", "Share of embedding values zeroed while training.", tasks=TEXT_TASKS, ge=0.0, le=0.9
    )
    output_dropout: float = setting(
        0.0, "Dropout on outputs", "Share of recurrent outputs zeroed while training.", ge=0.0, le=0.9
    )


class TrainingConfig(Section):
    """How the weights are found."""

    batch_size: int = setting(64, "Batch size", "Sequences in one training step.", level="basic", ge=1)
    seq_len: int = setting(
        128, "Sequence length", "Tokens between two cuts of the gradient.", tasks=("generation",), level="basic", ge=1
    )
    learning_rate: float = setting(
        3e-3, "Learning rate", "The size of the largest step.", level="basic", gt=0.0, le=10.0
    )
    max_steps: int = setting(1_000, "Steps", "Training steps in all.", level="basic", ge=1)
    max_seconds: float | None = setting(
        None, "Time limit (s)", "Fewer steps are planned when these would take longer.", gt=0.0
    )
    optimizer: Literal["adamw", "adam", "sgd"] = setting("adamw", "Optimizer", "The rule that moves the weights.")
    schedule: Literal["constant", "linear", "cosine"] = setting(
        "cosine", "Schedule", "How the learning rate falls after the warm-up."
    )
    warmup_steps: int = setting(20, "Warm-up steps", "Steps over which the learning rate rises.", ge=0)
    weight_decay: float = setting(0.01, "Weight decay", "Pull of the weights towards zero.", ge=0.0, le=1.0)
    max_grad_norm: float | None = setting(
        1.0, "Gradient clipping", "Largest norm of the gradient; empty switches clipping off.", gt=0.0
    )
    label_smoothing: float = setting(
        0.0,
        "Label smoothing",
        "Share of the target spread over all classes.",
        tasks=("sentiment", "translation"),
        ge=0.0,
        lt=1.0,
    )
    teacher_forcing_ratio: float = setting(
        1.0,
        "Teacher forcing",
        "Share of training batches in which the decoder reads the true words, not its own.",
        tasks=("translation",),
        ge=0.0,
        le=1.0,
    )
    patience: int | None = setting(
        None, "Patience", "Stop after this many evaluations without a better validation score; empty never does.", ge=1
    )
    seed: int = setting(0, "Seed", "The same seed gives the same run.", ge=0, le=2**31 - 1)
    device: Literal["auto", "cpu", "cuda", "mps"] = setting("auto", "Device", "Where to train.")
    precision: Literal["auto", "fp32", "bf16"] = setting(
        "auto", "Precision", "Size of the numbers; bf16 is faster where the processor or GPU has it."
    )


class Experiment(Section):
    """A run, whole. Equal experiments on the same data, machine and thread count give equal figures."""

    task: Task = setting("forecasting", "Task", "What the network is for.", level="hidden")
    preset: PresetName = setting("quick", "Preset", "The set-up that this one started from.", level="hidden")
    data: DataConfig = DataConfig()
    model: ModelConfig = ModelConfig()
    training: TrainingConfig = TrainingConfig()

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
        problems = find_contradictions(experiment)
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
            if raw.get("schema_version", SCHEMA_VERSION) != SCHEMA_VERSION:
                received = repr(raw["schema_version"])
                hint = "It was written by another version of Unroll."
                raise ConfigError.single("schema_version", str(SCHEMA_VERSION), received, hint)
            raw = {key: value for key, value in raw.items() if key not in ("schema_version", "versions", "fingerprint")}
        return cls.parse(raw)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for YAML and JSON, only the fields that the task uses."""
        raw = self.model_dump(mode="json")
        for name, section in sections().items():
            raw[name] = {
                key: value for key, value in raw[name].items() if self.task in field_tasks(section.model_fields[key])
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
            if section not in sections() or key not in sections()[section].model_fields:
                problems.append(unknown_field(name, self.task))
            elif self.task not in field_tasks(sections()[section].model_fields[key]):
                problems.append(Problem(name, f"nothing, {self.task} does not use it", repr(value), "Leave it out."))
            else:
                raw[section][key] = value
        try:
            changed = Experiment.parse(raw)
        except ConfigError as error:
            raise ConfigError([*problems, *error.problems]) from None
        if problems:
            raise ConfigError(problems)
        return changed

    def values(self) -> dict[str, Any]:
        """Every field that the task uses, by dotted name."""
        raw = self.to_dict()
        return {f"{section}.{key}": value for section in sections() for key, value in raw[section].items()}


def sections() -> dict[str, type[Section]]:
    """The three sections of an experiment by name."""
    return {"data": DataConfig, "model": ModelConfig, "training": TrainingConfig}


def field_names(task: str) -> list[str]:
    """Dotted names of every field that a task uses."""
    return [
        f"{name}.{key}"
        for name, section in sections().items()
        for key, field in section.model_fields.items()
        if task in field_tasks(field)
    ]


def unknown_field(name: str, task: str) -> Problem:
    """The problem for a name that no section has, with the nearest names that exist."""
    import difflib

    near = difflib.get_close_matches(name, field_names(task), n=3, cutoff=0.5)
    return Problem(name, "a field of data, model or training", "an unknown name", _did_you_mean(near))


def _did_you_mean(names: list[str]) -> str:
    return f"Did you mean {' or '.join(names)}?" if names else "Leave it out."


def _problem(detail: Any, task: Any) -> Problem:
    """One pydantic error in our four parts."""
    field = ".".join(str(part) for part in detail["loc"]) or "experiment"
    if detail["type"] == "extra_forbidden":
        return unknown_field(field, task if task in TASKS else TASKS[0])
    expected = detail["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    return Problem(field, expected, repr(detail["input"])[:80], "Change it to a value in that range.")
