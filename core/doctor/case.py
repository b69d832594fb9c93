"""What is known of a run when it is examined, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.limits import Limits
from core.config.words import plural
from core.figures import best_baseline, headline_metric, is_share, smaller_is_better
from core.verdict import has_barely_learned, standing

SMOOTH = 5  # records whose middle one stands for them: batches differ
NEARLY_PERFECT = 0.95  # of all items
FAR = 0.2  # worse than the best simple method, as a share of its figure; 0.1 of all items
USUAL_RATE = 3e-3  # presets of small networks have it, or a little more
USUAL_STEPS = 200  # fewer than any preset
FEW_WINDOWS = 30  # fewer, which overlap, say little: it is told how many there were
FEW_UNITS, SMALL = 4, 16  # hidden sizes: too small for most, and no cure if it gets smaller
MOST_FACTOR = 1.3  # of the expected time: a machine may be slower the next time


@dataclass(frozen=True)
class Remedy:
    """What a button does: its words, and the values that a new run has changed, by dotted field."""

    label: str
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class Finding:
    """Something that is wrong.

    Attributes:
        name: Which of the findings it is.
        title: Its name in words.
        text: A sentence or two for a visitor, with the evidence in numbers.
        remedy: What may help; None where nothing here does.
        others: What else may.
    """

    name: str
    title: str
    text: str
    remedy: Remedy | None = None
    others: tuple[Remedy, ...] = ()

    @property
    def remedies(self) -> tuple[Remedy, ...]:
        """All that may help, the likeliest first."""
        return self.others if self.remedy is None else (self.remedy, *self.others)


@dataclass(frozen=True)
class Case:
    """A run that is over. Attributes as the arguments of `diagnose`; `result` is empty where there is none."""

    experiment: Experiment
    result: Mapping[str, Any]
    train: Sequence[Mapping[str, Any]]
    validation: Sequence[Mapping[str, Any]]
    failure: str = ""
    limits: Limits | None = None

    @property
    def evidence(self) -> Mapping[str, Any]:
        """What was measured when the run was judged; empty for one of an older version."""
        return self.result.get("evidence") or {}

    @property
    def is_good(self) -> bool:
        """Whether the network has learned something and is better than every simple method by more than chance, or as
        good as right."""
        if "comparison" not in self.result:
            return self._beats_the_best_baseline
        found = self.result["comparison"]
        if not found or has_barely_learned(found):
            return False
        where = standing(found["interval"])
        figure = (self.result.get("test") or {}).get(found["metric"]) or 0.0
        return where == "better" or (where == "unclear" and is_share(found["metric"]) and figure >= NEARLY_PERFECT)

    @property
    def _beats_the_best_baseline(self) -> bool:
        """The same of a run of a version that did not ask how sure it is."""
        metric = headline_metric(self.experiment.task, self.result.get("test"))
        ours, best = (
            (self.result.get("test") or {}).get(metric),
            best_baseline(self.result.get("baselines") or {}, metric),
        )
        if ours is None or best is None:
            return False
        return bool(ours < best[1] if smaller_is_better(metric) else ours > best[1])

    @property
    def is_far_behind(self) -> bool:
        """Whether the network is clearly and much worse than the best simple method, or has barely learned."""
        found = self.result.get("comparison")
        if not found or found["interval"] is None:
            return False
        metric = found["metric"]
        room = (
            FAR / 2 if is_share(metric) else FAR * abs((self.result["test"].get(metric) or 0.0) + found["difference"])
        )
        return found["interval"][1] < -room or has_barely_learned(found)

    @property
    def training_fell(self) -> tuple[float, float]:
        """The first training loss and the last; there must be one."""
        losses = [loss for _, loss in self.losses(self.train)]
        return losses[0], median(losses[-SMOOTH:])

    @property
    def is_finished(self) -> bool:
        """Whether it was judged after a training that nobody stopped."""
        return bool(self.result) and self.result.get("ended") != "stopped"

    @property
    def steps(self) -> int:
        """Steps that were done."""
        last = self.train[-1]["step"] if self.train else 0
        return int(self.result.get("steps") or last)

    def losses(self, records: Sequence[Mapping[str, Any]]) -> list[tuple[int, float]]:
        """Step and loss of each record that has one."""
        return [(record["step"], float(record["loss"])) for record in records if record.get("loss") is not None]

    def seconds_for(self, steps: int) -> float:
        """How long so many steps take, at the speed of this run; 0 where it is not known."""
        done, seconds = self.result.get("steps"), self.result.get("seconds")
        return steps * float(seconds) / int(done) if done and seconds else 0.0

    @property
    def server_seconds(self) -> float | None:
        """The server's limit for a training; None where there is none."""
        return self.result.get("server_seconds") if self.limits is None else self.limits.max_seconds

    def possible(self, *remedies: Remedy | None) -> Remedy | None:
        """The first remedy with which a run could start: values that go together, within the limits, and not as before."""
        for remedy in remedies:
            if remedy is None:
                continue
            before = self.experiment.values()
            if all(before.get(name) == value for name, value in remedy.changes.items()):
                continue
            try:
                changed = self.experiment.with_values(dict(remedy.changes))
            except ConfigError:
                continue
            most = None if self.limits is None else self.limits.max_steps
            if most is None or changed.training.max_steps <= most:
                return remedy
        return None

    def train_for(self, steps: int) -> Remedy | None:
        """So many steps, with the time that they take; None where the server gives less."""
        changes: dict[str, Any] = {"training.max_steps": steps}
        needed, own = MOST_FACTOR * self.seconds_for(steps), self.experiment.training.max_seconds
        if self.server_seconds is not None:
            if needed > self.server_seconds:
                return None
            changes["training.max_seconds"] = self.server_seconds
        elif own is not None and needed > own:
            changes["training.max_seconds"] = None
        return Remedy(f"Train for {steps:,} steps", changes)

    @property
    def longer(self) -> Remedy | None:
        """Three times as many steps, or as many as any preset has."""
        steps = self.experiment.training.max_steps
        return self.train_for(max(3 * steps, USUAL_STEPS))

    @property
    def is_short(self) -> bool:
        """Whether it did fewer steps than any preset."""
        return self.steps < USUAL_STEPS

    def slower(self, divisor: int = 10) -> Remedy:
        """A smaller learning rate."""
        share = {3: "a third", 10: "a tenth"}[divisor]
        rate = float(f"{self.experiment.training.learning_rate / divisor:.3g}")
        return Remedy(f"Train with {share} of the learning rate", {"training.learning_rate": rate})

    @property
    def faster(self) -> Remedy | None:
        """A usual learning rate; None where it is no smaller already."""
        if self.experiment.training.learning_rate >= USUAL_RATE:
            return None
        return Remedy(f"Train with a learning rate of {USUAL_RATE:g}", {"training.learning_rate": USUAL_RATE})

    @property
    def dropout(self) -> Remedy | None:
        """More dropout; None where it is half already."""
        model = self.experiment.model
        if model.output_dropout >= 0.5:
            return None
        share = 0.3 if model.output_dropout < 0.2 else 0.5
        changes: dict[str, float] = {"model.output_dropout": share}
        if self.experiment.description.reads_tokens:
            changes["model.embedding_dropout"] = max(share, model.embedding_dropout)
        return Remedy(f"Train with {share:.0%} dropout", changes)

    def smaller(self) -> Remedy | None:
        """Half the hidden size; None where it is small already."""
        size = self.experiment.model.hidden_size
        return Remedy(f"Train with hidden size {size // 2}", {"model.hidden_size": size // 2}) if size > SMALL else None

    @property
    def has_few_units(self) -> bool:
        """Whether the hidden size is too small for most of what can be learned."""
        return self.experiment.model.hidden_size <= FEW_UNITS

    @property
    def over_windows(self) -> str:
        """Such as " (over 7 windows)" where validation had so few; "" where it had enough, or it is not known."""
        windows = self.evidence.get("windows")
        return f" (over {plural(windows, 'window')})" if windows and windows < FEW_WINDOWS else ""

    def larger(self) -> Remedy:
        """Twice the hidden size, or a small network's usual one."""
        size = SMALL if self.has_few_units else 2 * self.experiment.model.hidden_size
        return Remedy(f"Train with hidden size {size}", {"model.hidden_size": size})
