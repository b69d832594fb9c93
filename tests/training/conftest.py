"""What several tests of training share."""

import math

import pytest

from core.training import pace


@pytest.fixture
def often(monkeypatch):
    """A checkpoint after every step."""
    monkeypatch.setattr(pace, "SAVE_SECONDS", 0.0)
    monkeypatch.setattr(pace, "MOST_FOR_SAVING", math.inf)
