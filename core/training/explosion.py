"""A loss that explodes ends its training: nothing comes back from there, and the time is better spent on a lower rate.

What stands far above its beginning for a while has exploded; a short jump, from which most trainings recover, has not.
"""

from __future__ import annotations

from typing import Any

LEAST_STEPS, LEAST_POINTS = 50, 3  # above the limit in a row
LEAST_RISE = 0.1  # of losses that begin near zero


class LossWatch:
    """Watches the points of a training's loss.

    Attributes:
        first, best: The loss at the first point and the lowest of all; None before there is one.
        above: Steps at which it has stood above its limit, in a row.
    """

    def __init__(self) -> None:
        self.first: float | None = None
        self.best: float | None = None
        self.above: list[int] = []

    def see(self, step: int, loss: float) -> None:
        """Take in a point.

        Raises:
            FloatingPointError: The loss has been above its limit for a while: as far above its first point as that is above
                zero or above the best one, whichever is more.
        """
        if self.first is None or self.best is None:
            self.first = self.best = loss
            return
        limit = self.first + max(abs(self.first), self.first - self.best, LEAST_RISE)
        self.best = min(self.best, loss)
        self.above = [*self.above, step] if loss > limit else []
        if len(self.above) >= LEAST_POINTS and step - self.above[0] >= LEAST_STEPS:
            raise FloatingPointError(
                f"The loss has exploded: it began at {self.first:.3g}, came down to {self.best:.3g} and has stood above "
                f"{limit:.3g} since step {self.above[0]}, at step {step} it is {loss:.3g}."
            )

    def state_dict(self) -> dict[str, Any]:
        """What it has seen, for a checkpoint."""
        return {"first": self.first, "best": self.best, "above": self.above}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from `state_dict`."""
        self.first, self.best, self.above = state["first"], state["best"], state["above"]
