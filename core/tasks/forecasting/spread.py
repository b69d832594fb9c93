"""The distribution that a forecaster gives, in the network's own units: counts go into them and back here alone.

Shape letters: N windows, H steps, C columns, P parameters, Q levels, K draws.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Generator, Tensor

from core.models.likelihoods import LIKELIHOODS
from core.tasks.forecasting.context import SeriesContext

NUM_PATHS = 200  # sample paths of a forecast
FEWEST_PATHS = 25
_MOST_STEPS = 2_000_000  # of all sample paths together, while there are more than the fewest


class Spread:
    """A network's likelihood on its series.

    Args:
        likelihood: Its name.
        context: With the scale of every column.
        columns: Places of the columns that the network forecasts; not used where it reads one series at a time.
    """

    def __init__(self, likelihood: str, context: SeriesContext, columns: Sequence[int]):
        self.likelihood = LIKELIHOODS[likelihood]
        scaler, each = context.scaler, context.each
        places = slice(None) if each else list(columns)
        shape = (-1, 1, 1) if each else (1, 1, -1)
        self._each = each
        self._center, self._unit = (
            torch.tensor(np.array(values)[places], dtype=torch.float32).view(shape)
            for values in (scaler.mean, scaler.std)
        )

    @property
    def is_point(self) -> bool:
        """Whether there is none: the network gives one value."""
        return self.likelihood.num_parameters == 1

    def ready(self, parameters: Tensor, series: np.ndarray | Tensor | None = None) -> Tensor:
        """Parameters (N, H, C, P) as the other methods take them: of counts in their own units.

        Args:
            parameters: From the network.
            series: (N,) number of the series of each window, where the network reads one at a time.
        """
        if not self.likelihood.counts:
            return parameters
        center, _ = self._own(series, parameters.device)
        return self.likelihood.with_scale(parameters, (1 + center).clamp(min=1).expand(parameters.shape[:-1]))

    def loss(self, parameters: Tensor, truth: Tensor, series: Tensor | None = None) -> Tensor:
        """Of each truth (N, H, C)."""
        if self.likelihood.counts:
            center, unit = self._own(series, truth.device)
            truth = (truth * unit + center).round().clamp(min=0)
        return self.likelihood.loss(parameters, truth)

    def median(self, parameters: Tensor, series: np.ndarray | None = None) -> Tensor:
        """(N, H, C); of counts whose gradient is wanted the mean, for the median has none."""
        if self.likelihood.counts and parameters.requires_grad:
            return self._scaled(self.likelihood.mean(parameters), series)
        return self._scaled(self.likelihood.median(parameters), series)

    def quantiles(self, parameters: Tensor, levels: Sequence[float], series: np.ndarray | None = None) -> Tensor:
        """(Q, N, H, C)."""
        return self._scaled(self.likelihood.quantiles(parameters, levels), series)

    def sample(self, parameters: Tensor, num: int, generator: Generator, series: np.ndarray | None = None) -> Tensor:
        """(K, N, H, C)."""
        return self._scaled(self.likelihood.sample(parameters, num, generator), series)

    def _scaled(self, values: Tensor, series: np.ndarray | None) -> Tensor:
        if not self.likelihood.counts:
            return values
        center, unit = self._own(series, values.device)
        return (values - center) / unit

    def _own(self, series: np.ndarray | Tensor | None, device: torch.device) -> tuple[Tensor, Tensor]:
        center, unit = self._center.to(device), self._unit.to(device)
        if not self._each:
            return center, unit
        assert series is not None, "counts of one series need to know of which"
        at = torch.as_tensor(series, device=device)
        return center[at], unit[at]


def num_paths(num_windows: int, horizon: int) -> int:
    """Sample paths of each forecast: fewer where there are very many forecasts."""
    return max(FEWEST_PATHS, min(NUM_PATHS, _MOST_STEPS // max(1, num_windows * horizon)))


def summed_widths(offsets: Tensor, num_together: int) -> Tensor:
    """How far quantiles lie from their median where a forecast longer than trained goes on from its own end.

    What is not known at the end of one block is not known in the next: independent, so squares add up.

    Args:
        offsets: (Q, N, H, C) from the median, of blocks one after another.
        num_together: Steps of a block.
    """
    blocks = list(offsets.split(num_together, dim=2))
    for place in range(1, len(blocks)):
        before = blocks[place - 1][:, :, -1:]
        blocks[place] = blocks[place].sign() * (blocks[place] ** 2 + before**2).sqrt()
    return torch.cat(blocks, dim=2)
