"""What a trained network is worth: its figures on the parts that it was not trained on, beside the simple methods'.

What can be said of why it is no better comes from `evidence_of`: small, plain numbers, measured once, on fixed samples of
the validation set.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.config.experiment import DataConfig, Experiment
from core.config.plain_files import read_plain
from core.data.prepare import prepare
from core.data.prepared import Prepared
from core.data.report import reading_of, report
from core.jobs.corrections import CHANGES_FILE
from core.paired import comparison
from core.tasks.base import BoundTask
from core.tasks.registry import bind
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
    prepared = prepare(experiment.description.kind, experiment.data)
    task = bind(experiment, prepared, choose_device(experiment.training.device))
    figures = judge(task, experiment, prepared, weights)
    return figures, task.details()


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
