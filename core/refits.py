"""Networks trained anew on the way through a rolling test: from which origins on, what each trains, and what that changes.

Each is an ordinary run: the set-up of the first one with the data cut at its origin, the last rows before it the validation
set. So nothing says which runs belong together but their experiments. Pure; no torch. Left out: training them (core.rolling
in the shell, the queue on the page).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.backtests import NETWORK, Backtest, joined
from core.bootstrap import Difference, paired_difference
from core.config.errors import ConfigError
from core.config.experiment import Experiment

MOST_REFITS = 8
"""On the page; each is a training of its own that waits for its turn."""


@dataclass(frozen=True)
class Refits:
    """A rolling test by a network that was trained once and by others trained anew, from the first of these on.

    Attributes:
        kept: Forecasts of the first network.
        anew: From the same origins, each by the latest network that was trained before it.
        begins: The origins at which networks were trained anew, as rows.
    """

    kept: Backtest
    anew: Backtest
    begins: tuple[int, ...]

    def difference(self) -> Difference | None:
        """By how much the mean absolute error falls by training anew, with its interval; above zero it does fall."""
        truth, known = self.kept.truth, np.isfinite(self.kept.truth)
        once, anew = (
            np.where(known, np.abs(one.methods[NETWORK] - truth), 0.0).sum(axis=1) for one in (self.kept, self.anew)
        )
        apart = int(np.diff(self.kept.origins).min()) if len(self.kept.origins) > 1 else 1
        return paired_difference(once, anew, known.sum(axis=1), block=max(1, -(-self.kept.horizon // apart)))


def refitted(experiment: Experiment, origin: int, num_validation: int, num_rows: int) -> Experiment:
    """The experiment that is trained on the rows before an origin, the last of them its validation set.

    Its test set begins at the origin; seed and set-up are the same.
    """
    train = (origin - num_validation) / num_rows
    split = (train, num_validation / num_rows, 1 - train - num_validation / num_rows)
    return experiment.model_copy(update={"data": experiment.data.model_copy(update={"split": split})})


def evenly(origins: Sequence[int], number: int) -> list[int]:
    """So many of the origins, the first among them, that lie evenly among all.

    Raises:
        ConfigError: More than there are, or none.
    """
    if not 1 <= number <= len(origins):
        raise ConfigError.single("refit", f"a number from 1 to {len(origins)}", str(number), "Choose fewer trainings.")
    return [origins[place] for place in np.linspace(0, len(origins), number, endpoint=False).astype(int).tolist()]


def new_origins(test: Backtest, number: int) -> list[int]:
    """Origins of the test set at which to train anew: evenly behind its first one, up to which the run's own network knows.

    Raises:
        ConfigError: More than the test set has origins for, more than `MOST_REFITS`, or none.
    """
    found = test.since(test.test_from).origins.tolist()
    most = min(MOST_REFITS, len(found) - 1)
    if not 1 <= number <= most:
        raise ConfigError.single("refit", f"a number from 1 to {most}", str(number), "Choose fewer trainings.")
    return evenly(found, number + 1)[1:]


def origin_of(base: Experiment, other: Experiment, num_validation: int, num_rows: int) -> int | None:
    """The origin at which another experiment trains this one anew; None where it is something else."""
    origin = round((other.data.split[0] + other.data.split[1]) * num_rows)
    again = refitted(base, origin, num_validation, num_rows)
    is_one = other.task == base.task and {**other.values(), "data.split": None} == {**base.values(), "data.split": None}
    same = np.allclose(other.data.split, again.data.split, rtol=0, atol=0.25 / num_rows)
    return origin if is_one and same and other.data.split != base.data.split else None


def beside(test: Backtest, others: Mapping[int, Backtest]) -> Refits | None:
    """The forecasts of networks trained anew beside those of the first one, from origins that both kept.

    Args:
        test: Of the first network.
        others: Rolling tests of the same series by networks trained anew, by the row of their origin.

    Returns:
        None where they share no origin.
    """
    begins = sorted(origin for origin, other in others.items() if list(other.time) == list(test.time))
    kept: list[Backtest] = []
    anew: list[Backtest] = []
    for place, begin in enumerate(begins):
        end = begins[place + 1] if place + 1 < len(begins) else len(test.time)
        own = test.origins[(test.origins >= begin) & (test.origins < end)]
        _, mine, theirs = np.intersect1d(own, others[begin].origins, return_indices=True)
        if len(mine):
            kept.append(test.at(np.searchsorted(test.origins, own[mine])))
            anew.append(others[begin].at(theirs))
    if not kept:
        return None
    units: dict[str, Any] = {name: getattr(test, name) for name in ("scale", "squared_scale", "test_from", "time")}
    return Refits(joined(kept), replace(joined(anew), **units), tuple(begins))


def rows_both_ways(kept: Sequence[Backtest], anew: Sequence[Backtest]) -> list[dict[str, Any]]:
    """Every forecast as a row, as `Backtest.rows` has them, which also says whether its network was trained anew."""
    return [
        {**row, "refitted": way} for way, tests in ((False, kept), (True, anew)) for one in tests for row in one.rows()
    ]
