"""What a forecaster's numbers stand for: a forecast, or the distribution of what comes.

Each turns raw outputs into parameters whose first is a location, and from parameters gives loss, median, mean, quantiles
and draws. Locations and scales are in the network's own units; the negative binomial's are counts in units of a scale
that `with_scale` multiplies in. Quantiles never cross. torch is imported when something is computed.

Shape letters: P parameters, Q levels, K draws; ... stands for batch, steps and targets.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from statistics import NormalDist
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from core.models.cells.lazily import torch

if TYPE_CHECKING:
    from torch import Generator, Tensor

SMALLEST = 1e-3  # of a scale: a series without noise must not reward certainty without end
MOST_COUNTED = 1_000  # counts that are added up one by one; beyond, they are as good as continuous


class Point:
    """A forecast without a spread: the median, trained by the mean absolute error."""

    name, num_parameters = "point", 1
    counts = False  # whether it is of whole numbers from 0
    is_density = False  # whether its loss is that of a density, whatever unit its values have

    def parameters(self, raw: Tensor) -> Tensor:
        """Parameters (..., P) of raw outputs (..., P): the location as it is, the others where they may lie."""
        return raw

    def with_scale(self, parameters: Tensor, scale: Tensor) -> Tensor:
        """Parameters of counts that are `scale` (...) times as large; nothing changes for what is no count."""
        return parameters

    def rescaled(self, parameters: Tensor, center: Tensor, unit: Tensor) -> Tensor:
        """Parameters of ``center + unit * x`` instead of x; center and unit (...)."""
        location = center + unit * parameters[..., 0]
        return torch.stack([location, *(unit * one for one in parameters[..., 1:].unbind(-1))], dim=-1)

    def moved(self, parameters: Tensor, location: Tensor) -> Tensor:
        """The same around another location (...)."""
        return torch.cat([location[..., None], parameters[..., 1:]], dim=-1)

    def loss(self, parameters: Tensor, truth: Tensor) -> Tensor:
        """Of each truth (...)."""
        return (parameters[..., 0] - truth).abs()

    def median(self, parameters: Tensor) -> Tensor:
        """(...)."""
        return parameters[..., 0]

    def mean(self, parameters: Tensor) -> Tensor:
        """(...)."""
        return parameters[..., 0]

    def quantiles(self, parameters: Tensor, levels: Sequence[float]) -> Tensor:
        """(Q, ...) of levels between 0 and 1, ascending."""
        return parameters[..., 0].expand(len(levels), *parameters.shape[:-1])

    def sample(self, parameters: Tensor, num: int, generator: Generator) -> Tensor:
        """(K, ...) draws."""
        return parameters[..., 0].expand(num, *parameters.shape[:-1])


class Gaussian(Point):
    """A normal distribution, trained by its negative log-likelihood.

    Reference: Salinas et al. (2020), "DeepAR", International Journal of Forecasting 36, section 3.1.
    """

    name, num_parameters = "gaussian", 2
    is_density = True

    def parameters(self, raw: Tensor) -> Tensor:
        """Mean and standard deviation."""
        return torch.stack([raw[..., 0], torch.nn.functional.softplus(raw[..., 1]) + SMALLEST], dim=-1)

    def loss(self, parameters: Tensor, truth: Tensor) -> Tensor:
        location, scale = parameters.unbind(-1)
        return ((truth - location) / scale) ** 2 / 2 + scale.log() + math.log(2 * math.pi) / 2

    def quantiles(self, parameters: Tensor, levels: Sequence[float]) -> Tensor:
        location, scale = parameters.unbind(-1)
        return torch.stack([location + NormalDist().inv_cdf(level) * scale for level in levels])

    def sample(self, parameters: Tensor, num: int, generator: Generator) -> Tensor:
        location, scale = parameters.unbind(-1)
        return location + scale * _normal(location, num, generator)


class StudentT(Point):
    """Student's t, whose tails are as heavy as its degrees of freedom, more than 2, are few.

    Reference: the density as in Lange, Little and Taylor (1989), "Robust statistical modeling using the t distribution".
    """

    name, num_parameters = "student_t", 3
    is_density = True

    def parameters(self, raw: Tensor) -> Tensor:
        """Location, scale and degrees of freedom."""
        return torch.stack(
            [
                raw[..., 0],
                torch.nn.functional.softplus(raw[..., 1]) + SMALLEST,
                2.01 + torch.nn.functional.softplus(raw[..., 2]),
            ],
            dim=-1,
        )

    def rescaled(self, parameters: Tensor, center: Tensor, unit: Tensor) -> Tensor:
        moved = super().rescaled(parameters[..., :2], center, unit)
        return torch.cat([moved, parameters[..., 2:]], dim=-1)

    def loss(self, parameters: Tensor, truth: Tensor) -> Tensor:
        location, scale, freedom = parameters.unbind(-1)
        squared = ((truth - location) / scale) ** 2
        normalizer = torch.lgamma(freedom / 2) - torch.lgamma((freedom + 1) / 2) + (freedom * math.pi).log() / 2
        return normalizer + scale.log() + (freedom + 1) / 2 * torch.log1p(squared / freedom)

    def quantiles(self, parameters: Tensor, levels: Sequence[float]) -> Tensor:
        location, scale, freedom = parameters.unbind(-1)
        return torch.stack([location + scale * student_quantile(level, freedom) for level in levels])

    def sample(self, parameters: Tensor, num: int, generator: Generator) -> Tensor:
        location, scale, freedom = parameters.unbind(-1)
        squares = 2 * torch._standard_gamma((freedom / 2).expand(num, *freedom.shape).contiguous(), generator)
        return location + scale * _normal(location, num, generator) * (freedom / squares).sqrt()


class Quantiles(Point):
    """Quantiles at fixed levels: the median, and from it the steps up and down to the next, so that they never cross.

    Between levels they lie on a straight line, which goes on as far beyond the outermost.

    Reference: Koenker and Bassett (1978), "Regression quantiles"; for a horizon Wen et al. (2017), "A multi-horizon
        quantile recurrent forecaster".
    """

    name = "quantile"
    levels = (0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975)
    num_parameters = len(levels)
    middle = levels.index(0.5)

    def parameters(self, raw: Tensor) -> Tensor:
        """The median, the steps down from it one by one, and the steps up."""
        return torch.cat([raw[..., :1], torch.nn.functional.softplus(raw[..., 1:])], dim=-1)

    def values(self, parameters: Tensor) -> Tensor:
        """(..., P) the quantiles at `levels`."""
        median, down, up = parameters.split([1, self.middle, self.num_parameters - 1 - self.middle], dim=-1)
        return torch.cat([median - down.cumsum(-1).flip(-1), median, median + up.cumsum(-1)], dim=-1)

    def loss(self, parameters: Tensor, truth: Tensor) -> Tensor:
        """Twice the mean pinball loss, which is the CRPS and compares with an absolute error."""
        levels = torch.tensor(self.levels, device=truth.device, dtype=truth.dtype)
        above = truth[..., None] - self.values(parameters)
        return 2 * torch.maximum(levels * above, (levels - 1) * above).mean(-1)

    def _knots(self, parameters: Tensor) -> tuple[Tensor, Tensor]:
        """Levels from 0 to 1 and the quantiles there."""
        values = self.values(parameters)
        below, above = self.levels[0], 1 - self.levels[-1]
        down = (values[..., 1] - values[..., 0]) * below / (self.levels[1] - below)
        up = (values[..., -1] - values[..., -2]) * above / (self.levels[-1] - self.levels[-2])
        ends = (values[..., :1] - down[..., None], values[..., -1:] + up[..., None])
        levels = torch.tensor((0.0, *self.levels, 1.0), device=values.device, dtype=values.dtype)
        return levels, torch.cat([ends[0], values, ends[1]], dim=-1)

    def mean(self, parameters: Tensor) -> Tensor:
        levels, values = self._knots(parameters)
        return torch.trapezoid(values, levels, dim=-1)

    def quantiles(self, parameters: Tensor, levels: Sequence[float]) -> Tensor:
        knots, values = self._knots(parameters)
        found = []
        for level in levels:
            above = int(np.searchsorted((0.0, *self.levels, 1.0), level).clip(1, len(knots) - 1))
            share = (level - knots[above - 1]) / (knots[above] - knots[above - 1])
            found.append(values[..., above - 1] + share * (values[..., above] - values[..., above - 1]))
        return torch.stack(found)

    def sample(self, parameters: Tensor, num: int, generator: Generator) -> Tensor:
        knots, values = self._knots(parameters)
        shape = (num, *parameters.shape[:-1])
        at = torch.rand(shape, generator=generator, device=generator.device, dtype=values.dtype).to(values.device)
        above = torch.searchsorted(knots, at).clamp(1, len(knots) - 1)
        every = values.expand(num, *values.shape)
        low, high = (every.gather(-1, place[..., None])[..., 0] for place in (above - 1, above))
        return low + (at - knots[above - 1]) / (knots[above] - knots[above - 1]) * (high - low)


class NegativeBinomial(Point):
    """Counts from 0, trained by their negative log-likelihood: the mean, and how far the variance exceeds it.

    The variance is ``mean + dispersion * mean ** 2``. The scale multiplies the mean and divides the dispersion by its root.

    Reference: Salinas et al. (2020), "DeepAR", section 3.1 and 3.3.
    """

    name, num_parameters = "negative_binomial", 2
    counts = is_density = True

    def parameters(self, raw: Tensor) -> Tensor:
        """Mean and dispersion of counts in units of their scale."""
        return torch.nn.functional.softplus(raw) + 1e-4

    def with_scale(self, parameters: Tensor, scale: Tensor) -> Tensor:
        mean, dispersion = parameters.unbind(-1)
        return torch.stack([scale * mean, dispersion / scale.sqrt()], dim=-1)

    def loss(self, parameters: Tensor, truth: Tensor) -> Tensor:
        mean, dispersion = parameters.unbind(-1)
        shape, share = 1 / dispersion, dispersion * mean
        ways = torch.lgamma(truth + shape) - torch.lgamma(shape) - torch.lgamma(truth + 1)
        return -(ways - shape * torch.log1p(share) + truth * (share.log() - torch.log1p(share)))

    def median(self, parameters: Tensor) -> Tensor:
        return self.quantiles(parameters, (0.5,))[0]

    def quantiles(self, parameters: Tensor, levels: Sequence[float]) -> Tensor:
        """The smallest counts whose probability to be reached is the level at least."""
        mean, dispersion = parameters.double().unbind(-1)
        large = mean + 8 * (mean + dispersion * mean**2).sqrt() > MOST_COUNTED
        found = torch.empty(len(levels), *mean.shape, dtype=torch.float64, device=mean.device)
        found[:, ~large] = _counted(mean[~large], dispersion[~large], levels)
        found[:, large] = _as_gamma(mean[large], dispersion[large], levels)
        return found.to(parameters.dtype)

    def sample(self, parameters: Tensor, num: int, generator: Generator) -> Tensor:
        mean, dispersion = (one.expand(num, *one.shape).contiguous() for one in parameters.unbind(-1))
        return torch.poisson(torch._standard_gamma(1 / dispersion, generator) * dispersion * mean, generator)


Likelihood = Point
LIKELIHOODS: Mapping[str, Likelihood] = MappingProxyType(
    {one.name: one for one in (Point(), Quantiles(), Gaussian(), StudentT(), NegativeBinomial())}
)


def _normal(like: Tensor, num: int, generator: Generator) -> Tensor:
    drawn = torch.randn((num, *like.shape), generator=generator, device=generator.device, dtype=like.dtype)
    return drawn.to(like.device)


def student_quantile(level: float, freedom: Tensor) -> Tensor:
    """Quantiles of Student's t with degrees of freedom (...), 2 or more, right to three digits.

    Between nodes evenly apart in 1 / freedom, of which 0 is the normal distribution.
    """
    nodes = torch.tensor(_student_nodes(level), dtype=freedom.dtype, device=freedom.device)
    at = 2 * (len(nodes) - 1) / freedom.clamp(min=2)
    below = at.floor().long().clamp(max=len(nodes) - 2)
    return nodes[below] + (at - below) * (nodes[below + 1] - nodes[below])


@cache
def _student_nodes(level: float, num: int = 128) -> tuple[float, ...]:
    """The quantile at 1 / freedom = 0, 1 / (2 num), ... 1 / 2.

    With ``t = sqrt(freedom) tan(angle)`` the density is a power of the cosine, which is summed up and inverted.
    """
    found = [NormalDist().inv_cdf(level)]
    for place in range(1, num + 1):
        freedom = 2 * num / place
        # Where the cosine's power is gone there is nothing left to sum up.
        angles = np.linspace(0.0, min(math.pi / 2, 40 / math.sqrt(freedom)), 8_001)
        density = np.cos(angles).clip(0.0) ** (freedom - 1)
        summed = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
        angle = float(np.interp(abs(2 * level - 1), summed / summed[-1], angles))
        found.append(math.copysign(math.sqrt(freedom) * math.tan(angle), level - 0.5))
    return tuple(found)


def _counted(mean: Tensor, dispersion: Tensor, levels: Sequence[float]) -> Tensor:
    """(Q, N) by adding up the probabilities of 0, 1, 2 ... of N negative binomials."""
    share = dispersion * mean / (1 + dispersion * mean)
    probability = torch.exp(-torch.log1p(dispersion * mean) / dispersion)
    reached = probability.clone()
    wanted = torch.tensor(levels, dtype=mean.dtype, device=mean.device)[:, None]
    found = torch.zeros(len(levels), len(mean), dtype=mean.dtype, device=mean.device)
    for count in range(20 * MOST_COUNTED):
        below = reached < wanted
        if not below.any():
            break
        found += below
        probability = probability * share * (count + 1 / dispersion) / (count + 1)
        reached = reached + probability
    return found


def _as_gamma(mean: Tensor, dispersion: Tensor, levels: Sequence[float]) -> Tensor:
    """(Q, N) of gamma distributions with the mean and variance of N negative binomials, found by halving, as whole numbers."""
    variance = mean + dispersion * mean**2
    shape, scale = mean**2 / variance, variance / mean
    wanted = torch.tensor(levels, dtype=mean.dtype, device=mean.device)[:, None].expand(-1, len(mean))
    low = torch.zeros_like(wanted)
    high = (mean + 40 * variance.sqrt()).expand_as(wanted) / scale
    for _ in range(60):
        middle = (low + high) / 2
        below = torch.special.gammainc(shape.expand_as(middle), middle) < wanted
        low, high = torch.where(below, middle, low), torch.where(below, high, middle)
    return (high * scale).round()
