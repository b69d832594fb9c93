"""What several tests of training share."""

import math

import pytest

from core.training import pace


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
