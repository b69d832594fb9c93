"""How far chance in the choice of items moves a figure: standard errors of means and of ratios, Student's t."""

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray


def ratio_residuals(totals: ArrayLike, counts: ArrayLike) -> NDArray[np.float64]:
    """What each item adds to the sampling error of the ratio sum(totals) / sum(counts).

    Args:
        totals: (N,) such as the summed loss of each item.
        counts: (N,) such as its tokens; some above 0. All ones make the ratio a mean.

    Returns:
        (N,), of sum 0: for `standard_error`.

    Reference: Cochran (1977), "Sampling techniques", section 6.3 (ratio estimates).
    """
    total, count = np.asarray(totals, dtype=np.float64), np.asarray(counts, dtype=np.float64)
    return np.asarray((total - total.sum() / count.sum() * count) / count.sum())


def standard_error(residuals: ArrayLike, groups: ArrayLike | None = None, num_means: int = 1) -> float | None:
    """Standard error of a mean or ratio from the residuals of its items.

    Args:
        residuals: (N,) from `ratio_residuals`, or the sum of several such.
        groups: (N,) whole numbers from 0: items of one group are not independent and count as one.
        num_means: Means that were taken off the residuals: the degrees of freedom that they cost.

    Returns:
        In the unit of the figure; None where there are no more groups than means, or a residual is not finite.
    """
    sums = np.asarray(residuals, dtype=np.float64)
    if groups is not None:
        numbers = np.unique(np.asarray(groups), return_inverse=True)[1].ravel()
        sums = np.bincount(numbers, weights=sums).astype(np.float64)
    if len(sums) <= num_means:
        return None
    error = math.sqrt(len(sums) / (len(sums) - num_means) * float((sums**2).sum()))
    return error if math.isfinite(error) else None


def t_quantile(probability: float, freedom: int) -> float:
    """The quantile of Student's t with so many degrees of freedom, right to three digits from a half to 0.99.

    Not scipy's: its library asks for memory when it is loaded, and waits for ever in a training that has none left.

    Args:
        probability: From 0.5 on.
        freedom: 1 or more.

    Reference: Abramowitz and Stegun (1964), 26.7.5; for one and two degrees of freedom in closed form.
    """
    if freedom == 1:
        return math.tan(math.pi * (probability - 0.5))
    if freedom == 2:
        return (2 * probability - 1) / math.sqrt(2 * probability * (1 - probability))
    z = NormalDist().inv_cdf(probability)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160,
    )
    return sum(term / freedom**power for power, term in enumerate(terms))
