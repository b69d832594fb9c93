"""What a task is, in one place and without torch: everybody who needs to know something of a task asks its description.

A description stands in `core/tasks/<name>/description.py`, beside the task's `binding` (data, network, loss, metrics) and
`predictor` (a trained network in use). What the screen draws of it is `ui/tasks/<name>.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.config.experiment import Experiment
    from core.config.summary import DataSummary

Values = dict[str, dict[str, Any]]
QUICK_SECONDS = 11.0


def mean_batch(experiment: Experiment, summary: DataSummary) -> float:
    """Tokens of a batch of items of mean length."""
    return experiment.training.batch_size * summary.num_tokens / max(1, summary.num_train)


def one_pass(experiment: Experiment, length: float) -> tuple[float, float]:
    """Steps that wait for each other while every layer and direction reads a sequence, and steps that are fed: none."""
    model = experiment.model
    return length * model.num_layers * (2.0 if model.bidirectional else 1.0), 0.0


@dataclass(frozen=True)
class TaskDescription:
    """A task.

    Attributes:
        name: Of its folder here and of its file in `ui/tasks`.
        kind: The kind of data it reads, a module of `core.data.kinds`.
        traits: What a field may ask for (`of` in `core.config.sections`); the kind is one of them. See `TRAITS`.
        headline: The metric it is judged by.
        sharper: A metric that it is judged by instead wherever figures have it; "" where there is none.
        sharper_reached: As `reached`, of that metric.
        metrics: All that a table of figures shows, the headline first.
        baselines: The simple methods of a task, by name, in the order of a table.
        item: What one item is called: a step, a token, a text, a pair.
        reached: What the network reaches, as a sentence with {value} for the headline's figure and no full stop.
        loss_unit: "nats", or "" where the loss has no unit.
        loss_axis: How an axis names the loss.
        preset: From the name of a preset and the summary of the data to values by section; the cap in seconds is the same
            for every task (`core.config.presets`).
        reasons: From a preset's experiment and the summary of the data to why the preset reads it so: by the label of what
            it decides, a sentence without its full stop.
        count_parameters: Closed form, from the experiment and the summary of its data; equal to the network's own.
        tokens_per_step: Tokens (or time steps) that one training step reads.
        unit: What one token always is; "" where `data.unit` says it, or where no tokens are read.
        weights_passed: The share of its weights that a token passes.
        scan_steps: Of a sequence's length: steps of cells that wait for each other, and steps that are fed what was
            written the step before.
        judging_seconds: About how long a run takes beside its training: to begin, to fit the simple methods and to judge.
        quick_seconds: What `quick` is planned for at most on this data, at the speed of two usual cores in single precision.
        file_defaults: Values of data fields for data that is somebody's own.
        call: What a script calls on the network; {horizon} and {example} are put in.
        is_corrected: Whether a visitor may correct its answers, and let it learn from that.
        keeps_moments: Whether its weights at some moments of training are kept, because a page shows them.
        hub_tag: What the Hugging Face Hub calls such a task; "" where it has no name for it.
        example: What the network is asked in that script, where the data has no example of its own.
    """

    name: str
    kind: str
    traits: frozenset[str]
    headline: str
    metrics: tuple[str, ...]
    baselines: tuple[str, ...]
    item: str
    reached: str
    preset: Callable[[str, DataSummary], Values]
    count_parameters: Callable[[Experiment, DataSummary], int]
    call: str
    hub_tag: str = ""
    example: str = ""
    is_corrected: bool = False
    keeps_moments: bool = False
    reasons: Callable[[Experiment, DataSummary], Mapping[str, str]] = lambda experiment, summary: {}
    tokens_per_step: Callable[[Experiment, DataSummary], float] = mean_batch
    loss_unit: str = "nats"
    loss_axis: str = "Loss, nats per token"
    unit: str = ""
    sharper: str = ""
    sharper_reached: str = ""
    weights_passed: float = 1.0
    scan_steps: Callable[[Experiment, float], tuple[float, float]] = one_pass
    judging_seconds: float = 2.0
    quick_seconds: Callable[[DataSummary], float] = lambda summary: QUICK_SECONDS
    file_defaults: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reads_tokens(self) -> bool:
        """Whether the network reads tokens of a vocabulary, and not numbers."""
        return "tokens" in self.traits

    @property
    def is_asked_texts(self) -> bool:
        """Whether a trained network is asked with texts; otherwise it goes on from the data."""
        return "series" not in self.traits

    def uses(self, of: tuple[str, ...]) -> bool:
        """Whether a field that asks for these traits is one of this task's: any of them will do, and none is all."""
        return not of or not self.traits.isdisjoint({*of})


TRAITS: Mapping[str, str] = {
    "series": "reads series of numbers",
    "text": "reads one long text, or items of it",
    "labelled": "reads texts with a label each",
    "pairs": "reads pairs of texts",
    "tagged": "reads sentences with a label for every word",
    "sequences": "reads sequences of symbols or numbers, step by step",
    "files": "its data may be somebody's own",
    "tokens": "reads tokens of a vocabulary",
    "units": "a token may be a character, a word or a piece of one",
    "cut": "texts that are too long are cut",
    "stream": "reads a long text window by window",
    "two_directions": "may read from the end, too",
    "pooling": "makes one state of those of all steps",
    "decoder": "writes a sequence, step by step",
    "smoothing": "its target may be spread over all classes",
    "classes": "has classes that may be weighted",
    "chain": "gives a sequence of labels, which may be chosen as a whole",
}
"""What fields may ask of a task, in words."""
