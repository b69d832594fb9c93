"""A run as a folder for the Hugging Face Hub: its script, and a model card that says what it is and how good.

Nothing is pushed; `huggingface-cli upload OWNER/NAME FOLDER` does that. The card's header follows the Hub's metadata.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from core.compare import same_but_seed, spread
from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.words import plural
from core.data import catalog
from core.exports.plain import read_json_file
from core.exports.script import write_script
from core.figures import baseline_label, headline_metric, leader_first, metric_label, metric_value
from core.jobs.folders import read_experiment
from core.run_title import describe_data, describe_run

CARD = "README.md"
_MOST_BESIDE = 500  # runs that are looked at for other seeds
_CARD = """---
{header}---

# {title}

A recurrent network for {application}, trained with Unroll on {data}. {parameters:,} parameters, {steps:,} steps,
{weights}seed {seed}.

## Use it

`python network.py`, whose first lines say what it needs and what it takes; nothing of Unroll. `model.safetensors` are the weights
in single precision, and the other files are what else it reads.

## Data

{source}

## Figures

On the test set, which was read once, at the end{items}:

{table}

{seeds} The simple methods that were tried with it stand beside it on the same items.{raw}

## Limits

It knows what these data show and nothing else. No part of it was checked for other data, other languages or other times.
"""

_BEFORE_TEMPERATURE = (
    " The loss is that of the scores as they were trained; the script divides them by a temperature found on the validation set, "
    "which makes its shares more honest and changes no class."
)


def write_hub(run: Path, out: Path) -> None:
    """Write a run's script, weights and vocabulary with a model card into a folder.

    Raises:
        ConfigError: As `write_script`.
    """
    write_script(run, out)
    experiment, result = read_experiment(run), read_json_file(run / "result.json") or {}
    (out / CARD).write_text(model_card(experiment, result, _other_seeds(run, experiment)), encoding="utf-8")


def _other_seeds(run: Path, experiment: Experiment) -> list[Mapping[str, Any]]:
    """The test figures of the same owner's runs beside it that differ in the seed alone, one a seed; the newest are looked at."""
    owner = (read_json_file(run / "manager.json") or {}).get("owner")
    found: dict[int, Mapping[str, Any]] = {experiment.training.seed: {}}
    beside = sorted((path for path in run.parent.iterdir() if path != run), key=_age)[:_MOST_BESIDE]
    for path in beside:
        record, result = (read_json_file(path / name) or {} for name in ("manager.json", "result.json"))
        if record.get("owner") != owner or record.get("task") != experiment.task or not result.get("test"):
            continue
        try:
            other = read_experiment(path)
        except ConfigError:  # of another version, or being deleted
            continue
        if same_but_seed(experiment, other):
            found.setdefault(other.training.seed, result["test"])
    return [*found.values()][1:]


def _age(path: Path) -> float:
    return -path.stat().st_mtime if path.exists() else 0.0


def _seeds(task: str, figures: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> str:
    """How far the figures of other seeds lie apart, in a sentence."""
    headline = headline_metric(task, figures) if figures else ""
    values = [value for one in (figures, *others) if isinstance(value := one.get(headline), float)]
    if len(values) < 2:
        return "One training with one seed: others differ by chance, and how far is not known from one."
    mean, deviation, lowest, highest = (
        metric_value(headline, one, task) for one in (*spread(values), min(values), max(values))
    )
    return (
        f"Over {len(values)} seeds, this one among them, {metric_label(headline)} is {mean} on average, with a standard "
        f"deviation of {deviation}, from {lowest} to {highest}."
    )


def model_card(experiment: Experiment, result: Mapping[str, Any], others: Sequence[Mapping[str, Any]] = ()) -> str:
    """The card of a run, as Markdown with a YAML header.

    Args:
        result: Its `result.json`; empty for a run that has not ended, whose card then has no figures.
        others: The test figures of other seeds.
    """
    data = experiment.data
    header: dict[str, Any] = {"library_name": "pytorch", "tags": ["recurrent", experiment.model.cell, experiment.task]}
    if tag := experiment.description.hub_tag:
        header["pipeline_tag"] = tag
    if data.source == "hub":
        header["datasets"] = [data.id]
    compared = result.get("comparison") or {}
    items = compared.get("items")
    return _CARD.format(
        header=yaml.safe_dump(header, sort_keys=False),
        title=describe_run(experiment, result.get("parameters"), result.get("steps")),
        application=experiment.task.replace("_", " "),
        data=describe_data(experiment),
        parameters=result.get("parameters") or 0,
        steps=result.get("steps") or experiment.training.max_steps,
        seed=experiment.training.seed,
        source=source_words(experiment),
        weights=kept_weights(result),
        items=f" ({plural(items, compared.get('item') or 'item')})" if items else "",
        table=_table(experiment.task, result),
        seeds=_seeds(experiment.task, result.get("test") or {}, others),
        raw=_BEFORE_TEMPERATURE if (result.get("evidence") or {}).get("temperature") else "",
    )


def kept_weights(result: Mapping[str, Any]) -> str:
    """Which weights of a run are kept, where they are not its last: "weights of step 35, the best on the validation set, "."""
    step = (result.get("best") or {}).get("step")
    if step is None or step == result.get("steps"):
        return ""
    return f"weights of step {step:,}, the best on the validation set, "


def source_words(experiment: Experiment) -> str:
    data = experiment.data
    if not catalog.is_of_catalogue(data):
        name = f"The data set `{data.id}` of the Hub" if data.source == "hub" else "A file of its owner's"
        return f"{name}; its terms are its publisher's."
    entry = catalog.find(experiment.description.kind, data.id)
    return (
        f"{entry.title}: {entry.summary}\n\nSource: {entry.source.rstrip('.')}. Licence: {entry.licence.rstrip('.')}."
    )


def _table(task: str, result: Mapping[str, Any]) -> str:
    """The test figures of the network and of every simple method, the headline first."""
    network, baselines = result.get("test") or {}, result.get("baselines") or {}
    if not network:
        return "It was not judged: there is no test set, or the run has not ended."
    headline = headline_metric(task, network)
    metrics = [headline, *(name for name, value in network.items() if name != headline and isinstance(value, float))][
        :4
    ]
    order = leader_first({name: figures.get(headline) for name, figures in baselines.items()}, headline)
    rows = [("this network", network), *((baseline_label(name), baselines[name]) for name in order)]
    lines = [["", *map(metric_label, metrics)], ["---"] * (len(metrics) + 1)]
    lines += [[name, *(metric_value(one, figures.get(one), task) for one in metrics)] for name, figures in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
