"""Small traced runs of odd sizes, in double precision, that the tests of this area share."""

import pytest
import torch

from core.models.recurrent import Recurrent

BATCH, STEPS, FEATURES, HIDDEN = 3, 6, 5, 7


@pytest.fixture
def lengths():
    return torch.tensor([4, 6, 1])


@pytest.fixture
def build():
    """Makes a stack; the options are those of Recurrent after the cell."""

    def make(cell, **options):
        torch.manual_seed(0)
        return Recurrent(cell, FEATURES, HIDDEN, **options).double()

    return make


@pytest.fixture
def inputs():
    return torch.randn(BATCH, STEPS, FEATURES, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
