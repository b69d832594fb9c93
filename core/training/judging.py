"""What a trained network is worth: its figures on the parts that it was not trained on, beside the simple methods'.

What can be said of why it is no better comes from `evidence_of`: small, plain numbers, measured once, on fixed samples of
the validation set.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.config.errors import ConfigError
from core.config.experiment import DataConfig, Experiment
from core.config.plain_files import read_plain
from core.data.prepared import Prepared
from core.data.report import reading_of, report
from core.jobs.corrections import CHANGES_FILE
from core.paired import comparison
from core.tasks.base import AdaptingTask, BoundTask
from core.tasks.registry import bind
from core.training.another_text import prepare_run
from core.training.checkpoint import load_best
from core.training.devices import choose_device

DETAILS_FILE = "details.json"
APART = {
    "backtest": "backtest.json",
    "judged": "judged.json",
    "changes": CHANGES_FILE,
}  # name among the details to file


def judge(task: BoundTask, experiment: Experiment, prepared: Prepared, weights: dict[str, Tensor]) -> dict[str, Any]:
    """The figures of a result. The test set is read here.

    Args:
        task: With the network, which keeps the weights.
        weights: To judge; none of them leaves those that the network has.
    """
    if weights:
        task.model.load_state_dict(weights)
    task.model.eval()
    task.calibrate()
    with torch.inference_mode():
        validation, test = task.evaluate("validation", full=True), task.evaluate("test", full=True)
    baselines = task.baselines("test")
    return {
        "validation": validation,
        "test": test,
        "baselines": baselines,
        "comparison": comparison(experiment.task, baselines, lambda method: task.paired("test", method), task.empty),
        "evidence": evidence_of(task, prepared, experiment.data),
        "reading": reading_of(prepared),
    }


def judge_again(directory: Path, weights: dict[str, Tensor]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Figures and details of a run's network with other weights, such as rounded ones.

    Raises:
        ConfigError: There is no such run, or its data or its device is not here.
    """
    experiment = Experiment.from_yaml(read_plain(directory / "experiment.yaml").decode("utf-8"))
    prepared = prepare_run(directory, experiment)
    task = bind(experiment, prepared, choose_device(experiment.training.device))
    figures = judge(task, experiment, prepared, weights)
    return figures, task.details()


def judge_adapting(directory: Path, device: str = "auto") -> dict[str, Any]:
    """A run's best network on the last part it has, as it is and as it goes on learning from what it reads.

    Returns:
        `part` (test, or validation where there is none), `static` and `dynamic` metrics, the `settings` of the latter and
        the `seconds` that it took.

    Raises:
        ConfigError: No such run, no weights yet, another kind of task, or nothing to judge it on.
    """
    experiment = Experiment.from_yaml(read_plain(directory / "experiment.yaml").decode("utf-8"))
    prepared = prepare_run(directory, experiment)
    task = bind(experiment, prepared, choose_device(device))
    if not isinstance(task, AdaptingTask):
        raise ConfigError.single(
            "run", "a network that writes", experiment.task, "Choose a run that reads one long text."
        )
    part = next((part for part in ("test", "validation") if prepared.counts[part]), None)
    if part is None:
        raise ConfigError.single("data.split", "a part that is held out", "none", "Train with one.")
    task.model.load_state_dict(load_best(directory))
    task.model.eval()
    with torch.inference_mode():
        static = task.evaluate(part, full=True)
    began = time.perf_counter()
    dynamic, settings = task.evaluate_adapting(part)
    seconds = round(time.perf_counter() - began, 3)
    return {"part": part, "static": static, "dynamic": dynamic, "settings": settings, "seconds": seconds}


def detail_files(details: Mapping[str, Any]) -> dict[str, str]:
    """The files that hold the details of a run: what only some views draw lies apart, so that the others wait for less."""
    apart = {file: details[name] for name, file in APART.items() if name in details}
    rest = {name: value for name, value in details.items() if name not in APART}
    return {name: json.dumps(content, ensure_ascii=False) for name, content in {**apart, DETAILS_FILE: rest}.items()}


def evidence_of(task: BoundTask, prepared: Prepared, data: DataConfig) -> dict[str, Any]:
    """What a result keeps beside its figures so that it can be said what is wrong with the run.

    Returns:
        `items`, how much each part holds; `vocabulary` and `unknown` by side, the number of known tokens and the share
        of unknown ones in each part; and what the task measures. What cannot be told is None or not there.
    """
    vocabularies = report(prepared, data).vocabularies
    return _finite(
        {
            "items": dict(prepared.counts),
            "vocabulary": {side: vocabulary.size for side, vocabulary in vocabularies.items()},
            "unknown": {side: dict(vocabulary.unknown) for side, vocabulary in vocabularies.items()},
            **task.evidence(),
        }
    )


def _finite(value: Any) -> Any:
    """The same, with None for every number that is none, which JSON does not have."""
    if isinstance(value, Mapping):
        return {key: _finite(one) for key, one in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
