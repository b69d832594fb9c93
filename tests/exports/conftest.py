"""Runs to export: the starters, and small networks with other cells and options as they begin, with their data."""

import pytest
import torch

from core.jobs.folders import create_run
from core.jobs.starters import STARTERS_DIR, read_starters
from core.resolve import resolve
from core.tasks.registry import bind
from core.training.checkpoint import save_weights

SMALL = {"model.hidden_size": 7}


@pytest.fixture(scope="session")
def starter():
    """The folder of the starter of a task."""

    def found(task):
        return next(STARTERS_DIR / name for name, record in read_starters(STARTERS_DIR).items() if record.task == task)

    return found


@pytest.fixture
def small_run(tmp_path):
    """A run with these options whose weights are drawn at random, wide enough that every part of the network counts."""

    def made(task, **values):
        resolved = resolve(task, "quick", SMALL | {name.replace("__", "."): value for name, value in values.items()})
        bound = bind(resolved.experiment, resolved.prepared, torch.device("cpu"))
        directory = tmp_path / f"run {len(list(tmp_path.iterdir()))}"
        create_run(directory, resolved.experiment, versions={}, state="launched")
        generator = torch.Generator().manual_seed(3)
        weights = bound.model.state_dict()
        save_weights(
            {name: torch.randn(one.shape, generator=generator) * 0.4 for name, one in weights.items()}, directory
        )
        for name, content in bound.artifacts().items():
            (directory / name).write_text(content, encoding="utf-8")
        return directory

    return made
