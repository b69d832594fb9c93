"""Averaged weights: a second set that follows the trained one and forgets slowly what it was.

They are what is judged, kept as the best network and used; training itself goes on with its own. What is averaged are the
weights after each step. Every rule here is known from the step alone, so that a resumed run and a longer one do the same.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from core.config.experiment import TrainingConfig

SPAN = 0.1  # of the steps so far: what an average remembers where nobody names a decay


def share_of_newest(step: int, decay: float | None) -> float:
    """How far the average moves to the weights after a step: 1 after the first, then ever less.

    With a decay d, (1 - d) / (1 - d^step): the usual average a <- d a + (1 - d) w, divided by the sum of its shares, so that
    it does not remember the zero, or the first weights, that it would begin with. Without one it reaches back a tenth of the
    steps so far.

    Args:
        step: Steps done, from 1.

    Reference: Kingma and Ba 2015, section 3 (the correction); Karras et al. 2024, "Analyzing and improving the training
    dynamics of diffusion models", section 3.1 (a span that grows with training).
    """
    if decay is None:
        return min(1.0, 1 / (1 + SPAN * (step - 1)))
    return (1 - decay) / (1 - decay**step)


class Averaged:
    """The averaged weights of a network.

    `ema` forgets exponentially. `mean` is the plain mean of all weights of the second half of the steps,
    in which the learning rate falls where it does.

    Reference: Polyak and Juditsky 1992, "Acceleration of stochastic approximation by averaging" (mean); Tarvainen and Valpola
    2017, "Mean teachers are better role models" (ema); Merity et al. 2018, section 3 (for language models).
    """

    def __init__(self, model: nn.Module, config: TrainingConfig):
        self._model, self._config = model, config
        self._weights: list[torch.Tensor] = [weight for weight in model.parameters() if weight.requires_grad]
        self._means = [weight.detach().clone() for weight in self._weights]
        self.num_averaged = 0

    @torch.no_grad()
    def follow(self, step: int, progress: float) -> None:
        """Take in the weights after a step.

        Args:
            step: Steps done, from 1.
            progress: As `progress_at`, of this step.
        """
        if self._config.averaging == "mean":
            self.num_averaged = self.num_averaged + 1 if progress > 0 else 1
            share = 1 / self.num_averaged
        else:
            self.num_averaged += 1
            share = share_of_newest(step, self._config.averaging_decay)
        torch._foreach_lerp_(self._means, [weight.detach() for weight in self._weights], share)

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """The network has the averaged weights within; before and after its own, in the same places of memory."""
        with torch.no_grad():
            own = [weight.detach().clone() for weight in self._weights]
            torch._foreach_copy_(self._weights, self._means)
        try:
            yield
        finally:
            with torch.no_grad():
                torch._foreach_copy_(self._weights, own)

    def state_dict(self) -> dict[str, Any]:
        """The averages by place, for a checkpoint."""
        return {"means": self._means, "num_averaged": self.num_averaged}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from `state_dict`, whose tensors may be on any device."""
        for mean, saved in zip(self._means, state["means"], strict=True):
            mean.copy_(saved)
        self.num_averaged = state["num_averaged"]
