"""From what somebody asks for to a resolved experiment: data, preset, then every field they changed.

The page, the shell and `core.train` all come through here, so that one set of checks and limits holds for all.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.applications import APPLICATIONS, describe, one_a_task
from core.config.checks import find_contradictions
from core.config.errors import ConfigError, Problem
from core.config.experiment import PRESETS, DataConfig, Experiment, field_names, is_used, unknown_field
from core.config.limits import Limits, Settings
from core.config.presets import decided_fields, preset
from core.config.sizes import DEFAULT_FLOPS_PER_SECOND, chained_tags, count_parameters, estimate_seconds
from core.config.summary import DataSummary
from core.config.words import plural
from core.data import catalog
from core.data.prepare import prepare
from core.data.prepared import Prepared, PreparedSequences, PreparedSeries, PreparedText
from core.data.progress import ProgressCallback, quiet
from core.data.sources.inputs import listing
from core.data.sources.series_columns import MAX_DEFAULT_TARGETS
from core.data.sources.uploads import check_data_reader
from core.data.vectors import check_vectors_reader
from core.data.windows import difference_lag, window_pairs
from core.models.likelihoods import LIKELIHOODS


@dataclass(frozen=True)
class Resolved:
    """An experiment that can run, the preset of that data it started from, and the data it runs on."""

    experiment: Experiment
    start: Experiment
    prepared: Prepared

    @property
    def summary(self) -> DataSummary:
        return self.prepared.summary


def check_task(task: str) -> None:
    """Raise `ConfigError` for a task that does not exist."""
    if task not in APPLICATIONS:
        raise ConfigError.single("task", f"one of {', '.join(APPLICATIONS)}", repr(task), "Choose one of these.")


def with_built_in_data() -> list[str]:
    """The first application of every task that has something to learn from without a download."""
    return [task for task in one_a_task() if resolve_data(task, {}).source == "builtin"]


def resolve_data(task: str, values: dict[str, Any]) -> DataConfig:
    """The data section: the defaults of the data set, then what was asked for.

    Args:
        values: Dotted names to values; names outside `data.` are left alone.

    Raises:
        ConfigError: No such data set, or impossible values.
    """
    check_task(task)
    asked = {name.removeprefix("data."): value for name, value in values.items() if name.startswith("data.")}
    source = asked.get("source") or ("file" if asked.get("path") else None)
    if source in (None, "builtin", "catalogue"):
        entry = catalog.find(describe(task).kind, asked.get("id") or next(iter(APPLICATIONS[task].data), None))
        source = source or entry.source_kind
        catalog.check_source(entry, source)
        defaults = {**entry.defaults, "id": entry.id}
    else:
        defaults = dict(describe(task).file_defaults)
    raw = {key: value for key, value in asked.items() if value is not None}
    if raw.get("static_columns"):  # which only a network for each can tell apart
        defaults.setdefault("many_series", "each")
    if raw.get("path"):
        paths = (raw["path"],) if isinstance(raw["path"], str) else raw["path"]
        raw["path"] = tuple(str(Path(path).expanduser().resolve()) for path in paths)
    known = {key for key, field in DataConfig.model_fields.items() if is_used(field, task)}
    unknown = [_unusable(key, task) for key in raw if key not in known]
    usable = {key: value for key, value in raw.items() if key in known}
    try:
        data = Experiment.parse({"task": task, "data": {**defaults, **usable, "source": source}}).data
    except ConfigError as error:
        raise ConfigError([*unknown, *error.problems]) from None
    fixed = {name.removeprefix("data.") for name in catalog.unused_fields(describe(task).kind, data)}
    unknown += [
        Problem(f"data.{name}", f"nothing, {data.id} does not use it", repr(getattr(data, name)), "Leave it out.")
        for name in sorted(fixed) if getattr(data, name) != DataConfig.model_fields[name].default
    ]  # fmt: skip
    if unknown:
        raise ConfigError(unknown)
    return data


def _unusable(key: str, task: str) -> Problem:
    if key in DataConfig.model_fields:
        return Problem(f"data.{key}", f"nothing, {task} does not use it", "a value", "Leave it out.")
    return unknown_field(f"data.{key}", task)


def resolve(
    task: str,
    preset_name: str,
    values: dict[str, Any],
    settings: Settings | None = None,
    limits: Limits | None = None,
    *,
    actor: str | None = None,
    tell: ProgressCallback = quiet,
) -> Resolved:
    """Resolve what was asked for into an experiment that can run.

    Args:
        values: Dotted names to values, `{"data.id": "co2", "model.hidden_size": 64}`.
        settings: Where things are; from the environment when None.
        limits: The most that may be asked for; likewise.
        actor: Who asks, as an owner's hash: an upload is for its owner alone. None is the shell, which may read all.
        tell: Told how far the data is.

    Raises:
        ConfigError: Every problem at once: names, ranges, contradictions, data, limits.
    """
    settings, limits = settings or Settings(), limits or Limits()
    try:
        data = resolve_data(task, values)
    except ConfigError as error:
        if task not in APPLICATIONS:
            raise
        raise ConfigError([*error.problems, *_other_problems(task, preset_name, values)]) from None
    if preset_name not in PRESETS:
        raise ConfigError(_other_problems(task, preset_name, values))
    check_data_reader(data, settings.state_dir, actor)
    check_vectors_reader(values.get("model.vectors"), settings.state_dir, actor)
    each = data if "data.many_series" in values else data.model_copy(update={"many_series": "each"})
    try:
        prepared = prepare(describe(task).kind, data, settings, limits, tell)
    except ConfigError as error:  # what each series has of its own only a network for each can read
        if each is data or {problem.field for problem in error.problems} != {"data.many_series"}:
            raise
        data, prepared = each, prepare(describe(task).kind, each, settings, limits, tell)
    if each is not data and _is_of_many_series(prepared, data):
        data, prepared = each, prepare(describe(task).kind, each, settings, limits, tell)
    start = _within(preset(task, preset_name, prepared.summary, data), limits)
    experiment = start.with_values({name: value for name, value in values.items() if name not in _DATA_CHOICES})
    check_run(experiment, prepared, limits)
    return Resolved(experiment, start, prepared)


def _is_of_many_series(prepared: Prepared, data: DataConfig) -> bool:
    """Whether many series stand below each other and nobody said which to forecast: then each is, by itself."""
    each = {f"data.{key}": value for key, value in data} | {"data.many_series": "each"}
    if not isinstance(prepared, PreparedSeries) or find_contradictions(each):
        return False
    names = {str(name) for name in prepared.series.frame.columns}
    is_long = "value_column" in prepared.series.columns
    return is_long and len(names) > MAX_DEFAULT_TARGETS and not names.intersection(data.target_columns)


def _within(start: Experiment, limits: Limits) -> Experiment:
    """A preset asks for no more seconds than this server gives: nobody chose them."""
    most, planned = limits.max_seconds, start.training.max_seconds
    if most is None or planned is None or planned <= most:
        return start
    return start.with_values({"training.max_seconds": most})


# Already in the data section that the preset starts from.
_DATA_CHOICES = ("data.source", "data.id", "data.path")


def _other_problems(task: str, preset_name: str, values: dict[str, Any]) -> list[Problem]:
    """What is wrong besides the data section, when that cannot be resolved."""
    problems = []
    if preset_name not in PRESETS:
        hint = "Choose one of these."
        problems.append(Problem("preset", f"one of {', '.join(PRESETS)}", repr(preset_name), hint))
        preset_name = PRESETS[0]
    rest = {name: value for name, value in values.items() if not name.startswith("data.")}
    some_data = DataSummary(describe(task).kind, num_items=1_000, num_tokens=1_000)
    try:
        preset(task, preset_name, some_data, DataConfig()).with_values(rest)
    except ConfigError as error:
        problems.extend(error.problems)
    return problems


def check_run(experiment: Experiment, prepared: Prepared, limits: Limits) -> None:
    """Raise `ConfigError` for everything that keeps the experiment from running on this data and server."""
    problems: list[Problem] = []
    for check in (lambda: check_limits(experiment, prepared.summary, limits), lambda: check_data(experiment, prepared)):
        try:
            check()
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)


def check_limits(experiment: Experiment, summary: DataSummary, limits: Limits) -> None:
    """Raise `ConfigError` for everything that asks for more than this server gives."""
    training, used = experiment.training, field_names(experiment.task)
    asked = [
        ("model.hidden_size", "parameters", count_parameters(experiment, summary), limits.max_parameters),
        ("training.max_steps", "steps", training.max_steps, limits.max_steps),
        ("training.batch_size", "sequences in a batch", training.batch_size, limits.max_batch_size),
        ("training.seq_len", "tokens", training.seq_len, limits.max_seq_len),
        ("data.window_size", "steps", experiment.data.window_size, limits.max_seq_len),
        ("data.horizon", "steps", experiment.data.horizon, limits.max_seq_len),
        ("data.delay", "steps", experiment.data.delay, limits.max_seq_len),
        ("data.max_length", "tokens", experiment.data.max_length, limits.max_seq_len),
        ("training.max_seconds", "seconds", training.max_seconds or 0, limits.max_seconds),
        ("model.output_layer", "tags", chained_tags(experiment.model, summary.num_classes), limits.max_chained_tags),
    ]
    problems = [
        Problem(field, f"at most {most:,} {unit}", f"{value:,} {unit}", "Choose a smaller value.")
        for field, unit, value, most in asked
        if most is not None and value > most and field in used
    ]
    if limits.max_seconds is not None and training.max_seconds is None:
        seconds = estimate_seconds(experiment, summary, DEFAULT_FLOPS_PER_SECOND)
        if seconds > limits.max_seconds:
            expected, hint = f"at most {limits.max_seconds:,.0f} seconds", "Set it, or train fewer steps."
            received = f"no limit, which would take about {seconds:,.0f}"
            problems.append(Problem("training.max_seconds", expected, received, hint))
    if problems:
        raise ConfigError(problems)


def check_data(experiment: Experiment, prepared: Prepared) -> None:
    """Raise `ConfigError` when the data is too short for the windows or sequences asked for."""
    data, counts = experiment.data, prepared.counts
    problems: list[Problem] = []

    def refuse(field: str, expected: str, received: str, hint: str) -> None:
        problems.append(Problem(field, expected, received, hint))

    if isinstance(prepared, PreparedSeries):
        lag = difference_lag(data, prepared.summary.season)
        needed, shorter = data.window_size + data.horizon + lag, "Choose a shorter window or horizon."
        received = f"{data.window_size} + {data.horizon} + {lag} = {needed}"
        if needed > counts["train"]:
            steps = plural(counts["train"], "step")
            room = counts["train"] - needed + data.horizon
            if room > 0 and data.horizon > data.window_size:
                expected = f"at most {plural(room, 'step')} after a window of {data.window_size:,} in the training set"
                refuse("data.horizon", expected, f"{data.horizon:,}", shorter)
            else:
                expected = f"window, horizon and difference of at most {steps}, the training set"
                refuse("data.window_size", expected, received, shorter)
        for part in ("validation", "test"):
            if 0 < counts[part] < data.horizon:
                expected = f"at most {plural(counts[part], 'step')}, the {part} set"
                hint = "Choose a shorter horizon or a larger part in data.split."
                refuse("data.horizon", expected, f"{data.horizon}", hint)
        if not problems and not len(window_pairs(prepared, data, "train")):
            expected = "a window and a horizon that fit into the training set of one series without its empty ends"
            refuse("data.window_size", expected, received, shorter)
        if data.difference == "season" and prepared.summary.season == 1:
            expected = "none or last_value, this series has no season"
            refuse("data.difference", expected, "season", "Choose another.")
        low = [name for name, value in _lowest(prepared, prepared.boundaries[0]).items() if value <= 0]
        if data.transform != "none" and low:
            received = f"others in {listing(low, 3)}"
            refuse("data.transform", "training values above zero", received, "Set it to none, or choose other columns.")
        below = [name for name, value in _lowest(prepared, prepared.boundaries[0]).items() if value < 0]
        if data.non_negative and below:
            received = f"values below zero in {listing(below, 3)}"
            refuse("data.non_negative", "training values from zero up", received, "Leave it off.")
        fed_back = experiment.model.shape == "many_to_many"
        if LIKELIHOODS[experiment.model.likelihood].counts and (others := _not_counts(prepared, fed_back)):
            received, hint = (
                f"others in {listing(others, 4)}",
                "Choose gaussian, student_t or quantile, or other columns.",
            )
            refuse("model.likelihood", "whole numbers from 0, which counts are", received, hint)
    loss = experiment.training.loss
    if isinstance(prepared, PreparedSequences) and not prepared.classes and loss not in (None, "squared"):
        refuse("training.loss", f"squared: the answers of {data.id} are numbers", str(loss), "Leave it out.")
    if isinstance(prepared, PreparedText) and counts["train"] < 2:
        refuse("data.path", "at least two tokens to train on", str(counts["train"]), "Bring more text.")
    if problems:
        raise ConfigError(problems)


def _not_counts(prepared: PreparedSeries, every: bool) -> tuple[str, ...]:
    """Columns that hold anything but whole numbers from 0 and gaps: of those to forecast, or of every one."""
    frame, targets = prepared.series.frame, list(prepared.series.target_columns)
    frame = frame if every else frame[targets]
    holds = (frame.isna() | ((frame >= 0) & (frame == frame.round()))).all()
    return tuple(str(name) for name, only_counts in holds.items() if not only_counts)


def _lowest(prepared: PreparedSeries, num_rows: int) -> dict[str, float]:
    """The lowest known value of each column to forecast in the first rows."""
    return dict(prepared.series.frame[list(prepared.series.target_columns)].iloc[:num_rows].min())


def command_line(experiment: Experiment, start: Experiment, files: Mapping[str, Sequence[str]] | None = None) -> str:
    """The line that trains this experiment from a shell; only what differs from data set and preset is spelt out, and a
    visitor's files by their own names, which `files` has by upload: a shell knows no ids of a server."""
    parts = ["python -m core train", experiment.task]
    data = experiment.data
    name = f"hub:{data.id}" if data.source == "hub" else data.id
    places = data.path or (files or {}).get(name or "") or ((name,) if name else ())
    parts += [part for place in places for part in ("--data", shlex.quote(Path(place).as_posix()))]
    parts += ["--preset", experiment.preset]
    vectors = (files or {}).get(experiment.model.vectors_upload or "")
    values, before = experiment.values() | ({"model.vectors": vectors[0]} if vectors else {}), start.values()
    of_data_set = resolve_data(experiment.task, {name: values[name] for name in _DATA_CHOICES})
    for name, value in of_data_set.model_dump(mode="json").items():
        if f"data.{name}" not in decided_fields(experiment.task, experiment.preset):
            before[f"data.{name}"] = value
    for name, value in values.items():
        if name not in _DATA_CHOICES and value != before[name]:
            parts += ["--set", shlex.quote(f"{name}={format_value(value)}")]
    return " ".join(parts)


def format_value(value: Any) -> str:
    """A value as `--set` and links read it: YAML's own short form."""
    import yaml

    line = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=float("inf"))
    return line.removesuffix("\n").removesuffix("\n...").strip()
