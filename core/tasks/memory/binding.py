"""A network bound to sequences: it is taught and judged at the steps at which an answer is asked, and nowhere else.

The mean of the loss is over answers; those of one sequence hang together, so chance is told by sequences. Sequences are
read in one direction, so what stands behind the end of a shorter one changes none of its answers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from core.baselines.base import chosen
from core.baselines.sequences import ANSWERERS, SimpleAnswerer, is_asked
from core.config.experiment import Experiment
from core.data.batching import BatchSampler
from core.data.kinds.sequences import words_of
from core.data.prepared import PreparedSequences
from core.insight.stack_evidence import ROWS, stack_evidence
from core.metrics.classes import Graded
from core.models.class_losses import CLASS_LOSSES, shares_of
from core.paired import Paired
from core.tasks.answers import answers_to_examples, rounded
from core.tasks.base import STANDARD_ERROR, Metrics, StepLoss, TaskOfItems
from core.tasks.memory.predictor import NEAR_ENOUGH, MemoryPredictor, build_model, vectors_of
from core.uncertainty import ratio_residuals, standard_error

QUICK_SEQUENCES = 500  # of a quick look at the validation set
NUM_EXAMPLES = 8


@dataclass(frozen=True, eq=False)
class _Judged:
    """Answers to sequences: whether each is right, its loss, and which sequence and step it belongs to, all (M,)."""

    right: np.ndarray
    losses: np.ndarray
    sequences: np.ndarray
    steps: np.ndarray

    @property
    def graded(self) -> Graded:
        return Graded(self.right.astype(np.float64), float(self.losses.mean()) if len(self.losses) else None)

    def by_sequence(self, values: np.ndarray) -> np.ndarray:
        """Sums of values (M,) over the answers of each sequence."""
        return np.bincount(self.sequences, weights=values)


class MemoryTask(TaskOfItems):
    """A network that answers sequences. It offers `batch` and `batch_loss` (`core.tasks.base.RecordableTask`)."""

    empty, selection = "usual_answer", "loss"

    def __init__(self, experiment: Experiment, prepared: PreparedSequences, device: torch.device):
        super().__init__(experiment.description, "sequence")
        self.prepared, self.device = prepared, device
        symbols, classes = prepared.symbols, prepared.classes
        self.model = build_model(experiment, len(symbols), len(classes)).to(device)
        self.predictor = MemoryPredictor(experiment, self.model, symbols, classes, prepared.num_asked, device)
        self.inputs = torch.from_numpy(prepared.inputs["train"]).to(device)
        self.answers = torch.from_numpy(prepared.answers["train"]).to(device)
        self.loss = experiment.training.loss or "cross_entropy"
        self.sampler = BatchSampler(len(self.inputs), experiment.training.batch_size, experiment.training.seed)
        self._baselines: list[SimpleAnswerer] = []

    def training_loss(self, step: int, progress: float = 0.0) -> StepLoss:
        """The loss that the experiment asks for, or the squared error of a number: the mean over answers."""
        return self.batch_loss(self.batch(step))

    def batch(self, step: int) -> tuple[Tensor, ...]:
        """Sequences (B, T) or (B, T, F), and their answers (B, T)."""
        rows = torch.from_numpy(self.sampler.batch(step)).to(self.device)
        return self.inputs[rows], self.answers[rows]

    def batch_loss(self, batch: tuple[Tensor, ...]) -> StepLoss:
        inputs, answers = batch
        outputs, _ = self.model.read(self.model.embedding(vectors_of(inputs, len(self.prepared.symbols))))
        if self.prepared.classes and self.loss == "cross_entropy":
            loss = F.cross_entropy(outputs.float().flatten(0, 1), answers.long().flatten(), ignore_index=-1)
        elif self.prepared.classes:
            known = answers >= 0
            losses = CLASS_LOSSES[self.loss](outputs.float(), answers.long().clamp(min=0))
            loss = (losses * known).sum() / known.sum()
        else:
            known = ~answers.isnan()
            loss = ((outputs[..., 0].float() - answers.nan_to_num(0.0)) ** 2 * known).sum() / known.sum()
        return StepLoss(loss, answers.numel())

    def evaluate(self, split: str, full: bool) -> Metrics:
        if not len(self.prepared.inputs[split]):
            return {}
        judged = self._network(split, None if full else QUICK_SEQUENCES)
        figures = self.figures(judged.graded)
        if full:
            self.judged[split, "network"] = judged
            return figures
        sums, counts = judged.by_sequence(judged.losses), judged.by_sequence(np.ones(len(judged.losses)))
        return {**figures, STANDARD_ERROR: standard_error(ratio_residuals(sums, counts))}

    def _network(self, split: str, most: int | None = None) -> _Judged:
        """The network's answers to a part, or to its first sequences."""
        inputs, answers = self.prepared.inputs[split][:most], self.prepared.answers[split][:most]
        outputs = self.predictor.answers_at(inputs, is_asked(answers))
        return self._judge(
            shares_of(outputs, self.loss).numpy() if self.prepared.classes else outputs[:, 0].numpy(), answers
        )

    def _judge(self, given: np.ndarray, answers: np.ndarray) -> _Judged:
        """Probabilities (M, C) or numbers (M,), as they were given at the steps that are asked."""
        asked = is_asked(answers)
        truth = answers[asked]
        if self.prepared.classes:
            right = given.argmax(axis=1) == truth
            losses = _losses(given, truth, self.loss)
        else:
            errors = np.abs(given.astype(np.float64) - truth)
            right, losses = errors <= NEAR_ENOUGH, errors**2
        return _Judged(right, losses, *np.nonzero(asked))

    def baselines(self, split: str) -> dict[str, Metrics]:
        inputs, answers = self.prepared.inputs[split], self.prepared.answers[split]
        if not len(inputs):
            return {}
        if not self._baselines:
            taught = self.prepared.inputs["train"], self.prepared.answers["train"], len(self.prepared.classes)
            self._baselines = [one().fit(*taught) for one in chosen(ANSWERERS, self.description.baselines)]
        for one in self._baselines:
            self.judged[split, one.name] = self._judge(one.answer(inputs, answers), answers)
        return {one.name: self.figures(self.judged[split, one.name].graded) for one in self._baselines}

    def paired(self, split: str, method: str) -> Paired | None:
        network, other = self.judged.get((split, "network")), self.judged.get((split, method))
        if network is None or other is None:
            return None
        ours, theirs, counts = (
            network.by_sequence(values) for values in (network.right, other.right, other.right >= 0)
        )
        return Paired(self.description.headline, ours, theirs, counts, self.item)

    def details(self) -> dict[str, Any]:
        split = "test" if len(self.prepared.inputs["test"]) else "validation"
        judged = self._network(split)
        counts = np.bincount(judged.steps)
        steps = np.flatnonzero(counts)
        right = np.bincount(judged.steps, weights=judged.right)
        texts = [" ".join(words_of(row, self.prepared.symbols)) for row in self.prepared.inputs[split][:NUM_EXAMPLES]]
        answers = answers_to_examples(self.predictor.experiment, lambda text: self.predictor.predict([text])[0])
        return {
            "split": split,
            "classes": list(self.prepared.classes),
            "by_step": {"steps": (steps + 1).tolist(), "accuracy": rounded((right[steps] / counts[steps]).tolist())},
            "examples": rounded(self.predictor.predict(texts)),
            "answers": answers,
        }

    def evidence(self) -> dict[str, Any]:
        inputs = self.prepared.inputs["validation"][:ROWS]
        if not len(inputs) or self.predictor.experiment.model.window is not None:
            return {}
        vectors = vectors_of(torch.from_numpy(inputs).to(self.device), len(self.prepared.symbols))
        span = float(inputs.shape[1] - 1) if self.prepared.num_asked else None
        return stack_evidence(self.model.recurrent, vectors, None, span)

    def artifacts(self) -> dict[str, str]:
        prepared = self.prepared
        content = {"symbols": prepared.symbols, "classes": prepared.classes, "num_asked": prepared.num_asked}
        return {"tokenizer.json": json.dumps(content, ensure_ascii=False)}


def _losses(shares: np.ndarray, truth: np.ndarray, loss: str) -> np.ndarray:
    """As `CLASS_LOSSES`, of probabilities (M, C), which simple methods give too, and right classes (M,)."""
    if loss == "squared":
        return ((shares - np.eye(shares.shape[1])[truth]) ** 2).sum(axis=1)
    chosen = shares[np.arange(len(truth)), truth]
    losses = -np.log(chosen.clip(1e-12))
    if loss == "cross_entropy":
        return losses
    return losses - np.log((1 - shares).clip(1e-12)).sum(axis=1) + np.log((1 - chosen).clip(1e-12))


bind = MemoryTask
