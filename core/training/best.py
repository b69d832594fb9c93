"""The best network so far: which validation score chose it, and its weights.

Left out: when it is looked for (loop.py), where its weights are written (run.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from core.tasks.base import Metrics


@dataclass
class Best:
    """The best validation score so far and the weights that gave it, on the CPU."""

    metric: str
    mode: str
    value: float | None = None
    step: int = 0
    weights: dict[str, Tensor] = field(default_factory=dict)

    def offer(self, metrics: Metrics, step: int, model: torch.nn.Module) -> bool:
        """Keep the model's weights when the score is better than before."""
        value = metrics.get(self.metric)
        if value is None:
            return False
        if self.value is not None and (value >= self.value if self.mode == "min" else value <= self.value):
            return False
        self.value, self.step = float(value), step
        self.weights = {name: weight.detach().to("cpu", copy=True) for name, weight in model.state_dict().items()}
        return True

    def summary(self) -> dict[str, Any]:
        """What status and result say of it."""
        return {"metric": self.metric, "value": self.value, "step": self.step}

    def state_dict(self) -> dict[str, Any]:
        """Everything, for a checkpoint."""
        return {**self.summary(), "weights": self.weights}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from `state_dict`."""
        self.value, self.step, self.weights = state["value"], state["step"], state["weights"]
