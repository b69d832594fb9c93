"""What several tests of training share."""

import math
import sys

import pytest

from core.training import pace


@pytest.fixture(autouse=True)
def short_trainings(short_baseline):
    """Everything here trains, and little is asked of the simple methods."""


@pytest.fixture
def no_compiler(monkeypatch):
    """torch's compiler, and what it calculates shapes with, cannot be imported: every training would pay a second for it."""
    for name in ("torch._dynamo", "torch.fx.experimental.symbolic_shapes"):
        monkeypatch.setitem(sys.modules, name, None)


@pytest.fixture
def often(monkeypatch):
    """A checkpoint after every step."""
    monkeypatch.setattr(pace, "SAVE_SECONDS", 0.0)
    monkeypatch.setattr(pace, "MOST_FOR_SAVING", math.inf)


@pytest.fixture(autouse=True)
def short_samples(monkeypatch):
    """What a language model writes at each look is short: it takes longer than the training otherwise."""
    monkeypatch.setattr("core.tasks.generation.binding.SAMPLE_LENGTH", 20)
    monkeypatch.setattr("core.tasks.generation.binding.DETAILS_LENGTH", 50)
