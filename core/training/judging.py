"""What a trained network is worth: its figures on the parts that it was not trained on, beside the simple methods'.

Left out: how it was trained, which a result says besides (run.py), and writing anything.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.config.experiment import Experiment
from core.config.plain_files import read_plain
from core.data.prepare import prepare
from core.data.prepared import Prepared
from core.data.report import reading_of
from core.evidence import comparison
from core.tasks.base import BoundTask
from core.tasks.registry import bind
from core.training.devices import choose_device
from core.training.evidence import evidence_of


def judge(task: BoundTask, experiment: Experiment, prepared: Prepared, weights: dict[str, Tensor]) -> dict[str, Any]:
    """The figures of a result. The test set is read here.

    Args:
        task: With the network, which keeps the weights.
        experiment: That the task is of.
        prepared: Its data.
        weights: To judge; none of them leaves those that the network has.
    """
    if weights:
        task.model.load_state_dict(weights)
    task.model.eval()
    with torch.inference_mode():
        validation, test = task.evaluate("validation", thorough=True), task.evaluate("test", thorough=True)
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
    prepared = prepare(experiment.task, experiment.data)
    task = bind(experiment, prepared, choose_device(experiment.training.device))
    figures = judge(task, experiment, prepared, weights)
    return figures, task.details()
