"""From a finished run to a starter: its weights rounded to half of their bytes, judged as they ship, nothing private."""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import core
from core.config.experiment import Experiment
from core.data import catalog
from core.jobs.files import read_json, write_json, write_text
from core.jobs.folders import METRICS_FILE, read_experiment, remove_tree, size_of
from core.jobs.record import ManagerRecord, read_record, write_record
from core.jobs.starters import MADE_FILE, read_starters
from core.jobs.status import EXPERIMENT_FILE, RESULT_FILE, STATUS_FILE

if TYPE_CHECKING:
    from torch import Tensor

MAX_BYTES = 12_000_000
"""What all starters may take together: everybody who gets Unroll gets them."""
_COPIED = (EXPERIMENT_FILE, METRICS_FILE, "tokenizer.json", "scaler.json")
_PRIVATE = ("uptime", "boot")  # of the machine that trained it


@dataclass(frozen=True)
class Packed:
    """A starter as it ships: its folder, its bytes, and its result with the weights as trained and as they ship."""

    directory: Path
    num_bytes: int
    trained: Mapping[str, Any]
    result: Mapping[str, Any]


def starter_id(directory: Path) -> str:
    """The id of the starter that a run makes, 32 hexadecimal digits: always the same for one experiment on one data.

    It goes by what was written when the run was made, so that a field which experiments get later changes no id.
    """
    import yaml

    said = yaml.safe_load((directory / EXPERIMENT_FILE).read_text(encoding="utf-8"))
    said.pop("versions", None)
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


def pack(work: Path, root: Path) -> Packed:
    """Make a starter of a finished run; it takes the place of those of the same task.

    Args:
        work: The run's folder, which stays as it is.

    Raises:
        ConfigError: The run cannot be read.
        RuntimeError: All starters together would take too much. Nothing has changed.
    """
    from core.training.checkpoint import load_best, save_weights
    from core.training.judging import detail_files, judge_again

    experiment, trained = read_experiment(work), read_json(work / RESULT_FILE)
    if trained is None:
        raise RuntimeError(f"{work} has no result to pack.")
    run_id, weights = starter_id(work), rounded(load_best(work))
    figures, details = judge_again(work, weights)  # in float32, with the values that ship
    result = {**trained, **figures, "run": run_id, "attempt": 1}
    root.mkdir(parents=True, exist_ok=True)
    hidden = root / f".new-{secrets.token_hex(8)}"
    hidden.mkdir()
    try:
        for name in _COPIED:
            if (work / name).exists():
                shutil.copyfile(work / name, hidden / name)
        save_weights(weights, hidden)
        for name, content in detail_files(details).items():
            write_text(hidden / name, content)
        write_text(hidden / RESULT_FILE, json.dumps(result, ensure_ascii=False))
        write_json(hidden / MADE_FILE, _made(work, experiment, result))
        _write_records(work, hidden, experiment.task)
        _replace(hidden, root / run_id, experiment.task)
    finally:
        remove_tree(hidden)
    return Packed(root / run_id, size_of(root / run_id), trained, result)


def rounded(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights as bfloat16, which has the range of float32 and a third of its digits; other numbers stay."""
    import torch

    return {
        name: weight.to(torch.bfloat16) if weight.dtype == torch.float32 else weight for name, weight in weights.items()
    }


def _made(work: Path, experiment: Experiment, result: Mapping[str, Any]) -> dict[str, Any]:
    """How a starter was made, for whoever wonders, and for the test that asks whether its data is still the same."""
    import yaml

    kind, is_known = experiment.description.kind, catalog.is_of_catalogue(experiment.data)
    entry = catalog.find(kind, experiment.data.id) if is_known else None
    return {
        "task": experiment.task,
        **{name: result[name] for name in ("data", "seconds", "device", "threads")},
        "unroll": core.__version__,
        "versions": yaml.safe_load((work / EXPERIMENT_FILE).read_text(encoding="utf-8")).get("versions", {}),
        "data_versions": {name: _version(name) for name in (() if entry is None else entry.depends_on)},
    }


def _version(package: str) -> str:
    import platform

    return platform.python_version() if package == "python" else version(package)


def _write_records(work: Path, directory: Path, task: str) -> None:
    """What manager and worker would have said of a run that nobody owns and that ended well at its first attempt."""
    record, status = read_record(work), read_json(work / STATUS_FILE) or {}
    created = status["heartbeat"] if record is None else record.created
    said = {name: value for name, value in status.items() if name not in _PRIVATE}
    write_json(directory / STATUS_FILE, {**said, "attempt": 1})
    write_record(directory, ManagerRecord(created=created, task=task, state="launched", upload=""))


def _replace(hidden: Path, directory: Path, task: str) -> None:
    """Give a new starter its name, once it is sure that all fit; older ones of its task go."""
    root = directory.parent
    older = [name for name, record in read_starters(root).items() if record.task == task]
    others = [name for name in read_starters(root) if name not in older]
    total = sum(size_of(root / name) for name in others) + size_of(hidden)
    if total > MAX_BYTES:
        raise RuntimeError(f"All starters together would take {total:,} bytes, and may take {MAX_BYTES:,}.")
    for name in {*older, directory.name}:
        remove_tree(root / name)
    hidden.rename(directory)
