"""Tasks bound to tiny data."""

import pytest
import torch

from core.applications import describe
from core.data.prepare import prepare
from core.tasks.registry import bind


@pytest.fixture(autouse=True)
def short_trainings(short_baseline):
    """Everything here trains, and little is asked of the simple methods."""


@pytest.fixture
def bound(tiny):
    """Binds a tiny experiment: `bound("sentiment", {"model.cell": "gru"})`."""

    def make(task, changes=None):
        experiment = tiny(task, changes)
        made = bind(experiment, prepare(describe(task).kind, experiment.data), torch.device("cpu"))
        made.model.eval()  # without dropout
        return made

    return make


@pytest.fixture
def loss_of():
    """The training loss of chosen rows, and over how many tokens it is a mean."""

    def measure(task, rows):
        task.sampler.batch = lambda step: rows
        task.model.eval()
        with torch.inference_mode():
            return float(task.training_loss(0).loss)

    return measure
