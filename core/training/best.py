"""The best network so far: which validation score chose it, its weights, and when training last got anywhere.

Any better score chooses the weights; only one that is better by more than chance would make it counts as progress.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from core.metrics.registry import metric
from core.tasks.base import STANDARD_ERROR, Metrics


@dataclass
class Best:
    """The best validation score so far and the weights that gave it, on the CPU.

    Attributes:
        metric: The score that is looked at.
        value, step: The best score and when it came.
        progress_value, progress_step: The last score that was better than the one before it here by more than the
            standard error of the look, and when it came; the first score counts. Patience runs from there: small steps
            that add up to more than chance are progress, small steps that do not are none.
        weights: Those of the best score.
        is_inherited: It was found by the training that this one goes on from, after the step where it does.
    """

    metric: str
    value: float | None = None
    step: int = 0
    progress_value: float | None = None
    progress_step: int = 0
    weights: dict[str, Tensor] = field(default_factory=dict)
    is_inherited: bool = False

    def offer(self, metrics: Metrics, step: int, model: torch.nn.Module) -> bool:
        """Keep the model's weights when the score is better than before.

        Args:
            metrics: Of a look at the validation set, with the `standard_error` of the score where that is known.
        """
        value = metrics.get(self.metric)
        if value is None:
            return False
        if self.progress_value is None or self._gain(value, self.progress_value) > (metrics.get(STANDARD_ERROR) or 0.0):
            self.progress_value, self.progress_step = float(value), step
        if self.value is not None and self._gain(value, self.value) <= 0:
            return False
        self.value, self.step = float(value), step
        self.weights = {name: weight.detach().to("cpu", copy=True) for name, weight in model.state_dict().items()}
        return True

    def is_better_than(self, other: Best) -> bool:
        """Whether this score is better than another one of the same metric; none at all is the worst."""
        return self.value is not None and (other.value is None or self._gain(self.value, other.value) > 0)

    def _gain(self, value: float, before: float) -> float:
        return before - value if metric(self.metric).smaller_is_better else value - before

    def summary(self) -> dict[str, Any]:
        """What status and result say of it."""
        said = {"metric": self.metric, "value": self.value, "step": self.step}
        return {**said, "inherited": True} if self.is_inherited else said

    def state_dict(self) -> dict[str, Any]:
        """Everything, for a checkpoint."""
        progress = {"progress_value": self.progress_value, "progress_step": self.progress_step}
        return {**self.summary(), **progress, "weights": self.weights}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from `state_dict`; in those of earlier versions every better score was progress."""
        self.value, self.step, self.weights = state["value"], state["step"], state["weights"]
        self.progress_value = state.get("progress_value", self.value)
        self.progress_step = state.get("progress_step", self.step)
