"""What a task must offer: to the training loop, and to whoever uses the trained network.

A new task is a folder in this package: `description`, `binding` with `bind`, `predictor` with `load_predictor`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast, runtime_checkable

from torch import Tensor, nn

from core.data.prepared import PreparedLabelled
from core.metrics.registry import score
from core.paired import Paired, pair_items
from core.tasks.description import TaskDescription

Metrics = dict[str, Any]  # metric name to number; None where a metric is undefined
TAUGHT_SHARE = 0.1
"""The share of a step's loss that is of corrected texts; the rest is of the training set, so that it is not forgotten."""
TAUGHT_LOSS = "taught_loss"
"""In a quick look's metrics of a run that learns from corrections: that mix, with validation for the training set."""
STANDARD_ERROR = "standard_error"  # in a quick look's metrics: that of the metric which selects


@dataclass(frozen=True)
class StepLoss:
    """One training step's loss.

    Attributes:
        loss: What is made smaller: the mean over items, a tensor ().
        num_tokens: How many items or tokens it read.
        told: What the curve shows, without a gradient, where that is another figure: the loss as the validation set has it,
            without weights of classes and without smoothing. None: the loss itself.
    """

    loss: Tensor
    num_tokens: int
    told: Tensor | None = None


class BoundTask(Protocol):
    """An experiment bound to data and a network on a device."""

    model: nn.Module
    selection: str  # the validation metric that chooses the best weights
    empty: str  # the method that a network comes down to which has learned nothing, for `paired`

    def training_loss(self, step: int, progress: float = 0.0) -> StepLoss:
        """The loss of the batch of this step. May carry a state from the step before.

        Args:
            step: Counted from 0; with the seed it decides the batch.
            progress: The share done of the steps after the warm-up and after `HOLD_SHARE` of all, when the learning
                rate falls, in [0, 1]. It is 0 while the rate is held, so that a budget in seconds can still be turned
                into steps: whatever changes in the course of training goes by it.
        """

    def carried(self) -> dict[str, Any]:
        """Tensors that go from step to step besides the weights, for a checkpoint."""

    def restore_carried(self, carried: dict[str, Any]) -> None: ...

    def evaluate(self, split: str, full: bool) -> Metrics:
        """Metrics on a part: of all of it when `full`, else of a quick look at a fixed sample of it.

        A quick look, by which the best weights are chosen while training, also has the `standard_error` of the metric
        that selects: how far chance in the choice of the items moves it. None where it cannot be told.
        """

    def calibrate(self) -> None:
        """What is found on the validation set once training has ended, before anything is judged."""

    def baselines(self, split: str) -> dict[str, Metrics]:
        """The simple methods on the same items; fitted on the training set only, once."""

    def paired(self, split: str, method: str) -> Paired | None:
        """Scores of the network and of a method on the items of a part, for the task's headline.

        Args:
            split: Of which `evaluate`, thoroughly, and `baselines` have just been asked.
            method: A baseline, or the `empty` model.

        Returns:
            None where there is no such method.
        """

    def sample(self) -> str | None:
        """A short text from the network as it is now, or None where there is none to show."""

    def details(self) -> dict[str, Any]:
        """What the screen shows beside the figures, once training has ended."""

    def evidence(self) -> dict[str, Any]:
        """Plain numbers about the trained network that figures do not tell, for `core.doctor`.

        Measured once, on a small fixed sample of the validation set; empty where that is. None where undefined.
        """

    def artifacts(self) -> dict[str, str]:
        """Files that prediction needs besides weights and experiment: name to JSON."""


class Stateless:
    """What most tasks do: carry nothing from step to step, calibrate nothing, and write nothing."""

    def carried(self) -> dict[str, Any]:
        return {}

    def restore_carried(self, carried: dict[str, Any]) -> None:
        pass

    def calibrate(self) -> None:
        pass

    def sample(self) -> str | None:
        return None


class TaskOfItems(Stateless):
    """What tasks have in common whose items are judged one by one.

    Args:
        item: What the headline is compared over, see `Paired`.
    """

    def __init__(self, description: TaskDescription, item: str = "text"):
        self.description, self.item = description, item
        self.metrics = description.metrics
        self.judged: dict[tuple[str, str], Any] = {}  # of a whole part, by part and method

    def figures(self, judged: Any, split: str = "", method: str = "network") -> Metrics:
        """The figures of what is judged, which is kept for `paired` where its part is named."""
        if split:
            self.judged[split, method] = judged
        return dict(score(self.metrics, judged))

    def simple_on_validation(self, metric: str) -> dict[str, float | None]:
        """A figure of every simple method on the validation set, for the evidence of a run.

        A run that goes on has them from its checkpoint: they are judged anew then.
        """
        if not any(split == "validation" and method != "network" for split, method in self.judged):
            cast(BoundTask, self).baselines("validation")
        return {
            method: score([metric], judged)[metric]
            for (split, method), judged in self.judged.items()
            if split == "validation" and method != "network"
        }

    def paired(self, split: str, method: str) -> Paired | None:
        network, other = self.judged.get((split, "network")), self.judged.get((split, method))
        return pair_items(self.description.headline, network, other, self.item)


@runtime_checkable
class CorrectableTask(BoundTask, Protocol):
    """A task that can go on learning from texts which somebody corrected (core.training.lesson).

    Attributes:
        prepared: Its data.
        predictor: Says what the network says of texts.
        judged: What was judged thoroughly, by part and method.
    """

    prepared: PreparedLabelled
    predictor: Any
    judged: dict[tuple[str, str], Any]

    def learn(self, texts: Sequence[str], labels: Sequence[str]) -> None:
        """From now on train on these texts too, and choose the weights by `TAUGHT_LOSS`."""


@runtime_checkable
class RecordableTask(BoundTask, Protocol):
    """A task whose steps can be recorded on a GPU and played again, because they compute from tensors alone.

    `training_loss(step, progress)` is `batch_loss(batch(step))`. Tasks that need lengths on the CPU, or toss a coin
    on it, do not offer this.
    """

    def batch(self, step: int) -> tuple[Tensor, ...]:
        """What the step reads, on the device; forgets a carried state that the step must not see."""

    def batch_loss(self, batch: tuple[Tensor, ...]) -> StepLoss:
        """The loss of a batch. Asks the device for nothing, and does the same whenever the shapes are the same."""


@runtime_checkable
class AdaptingTask(BoundTask, Protocol):
    """A task whose network can go on learning from what it is judged on, once that has been judged."""

    def evaluate_adapting(self, split: str) -> tuple[Metrics, dict[str, Any]]:
        """Metrics of a whole part, read that way, and the settings that were chosen for it; empty for an empty part."""
