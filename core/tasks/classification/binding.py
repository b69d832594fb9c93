"""A sequence classifier reads a text and names its class.

Texts end with `<eos>`, so that even an empty one has a step to read. Metrics and baselines use the same texts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from core.baselines.base import chosen
from core.baselines.classification import CLASSIFIERS, SimpleClassifier
from core.config.experiment import Experiment
from core.data.batching import BatchSampler
from core.data.encoding import encode_all
from core.data.prepared import PreparedLabelled, Ragged
from core.data.samples import by_class
from core.data.text import UNK
from core.insight.sentence_map import MOST_TEXTS, map_of
from core.insight.stack_evidence import ROWS, stack_evidence
from core.metrics.calibration import fit_temperature
from core.metrics.classes import Guesses, per_class, scale_of
from core.metrics.registry import metric
from core.models.class_losses import class_weights
from core.tasks.answers import answers_to_examples
from core.tasks.base import STANDARD_ERROR, TAUGHT_LOSS, Metrics, StepLoss, TaskOfItems
from core.tasks.classification.errors import accuracy_by
from core.tasks.classification.predictor import ClassificationPredictor, build_model
from core.tasks.classification.taught import Taught, mixed
from core.tasks.judged import judged_items, trust
from core.tasks.layers import start_from_vectors
from core.uncertainty import ratio_residuals, standard_error

QUICK_ITEMS = 1_000  # texts of a quick look at the validation set
NUM_EXAMPLES = 8


class ClassificationTask(TaskOfItems):
    """A classifier bound to labelled texts."""

    empty = "majority"

    def __init__(self, experiment: Experiment, prepared: PreparedLabelled, device: torch.device):
        super().__init__(experiment.description)
        training = experiment.training
        self.prepared, self.smoothing = prepared, training.label_smoothing
        self.model = build_model(experiment, prepared.tokenizer.vocab_size, len(prepared.classes)).to(device)
        self.vectors = start_from_vectors(self.model.embedding, experiment, prepared.tokenizer)
        self.predictor = ClassificationPredictor(experiment, self.model, prepared.tokenizer, prepared.classes, device)
        self.sequences = {
            name: self.predictor.sequences(part, prepared.texts[name]) for name, part in prepared.ids.items()
        }
        self.labels = torch.from_numpy(prepared.labels["train"]).to(device)
        counts = torch.bincount(self.labels, minlength=len(prepared.classes))
        self.weights = class_weights(training.class_weights, counts, training.effective_beta)
        # By the loss a network that overlooks rare classes would be the best.
        self.selection = "loss" if self.weights is None else "macro_f1"
        lengths = self.sequences["train"].lengths
        self.sampler = BatchSampler(len(lengths), training.batch_size, training.seed, lengths)
        self.taught: Taught | None = None
        self._baselines: list[SimpleClassifier] = []
        self.scale = scale_of(prepared.classes)
        if self.scale is None:
            self.metrics = tuple(name for name in self.metrics if not metric(name).needs_order)

    def learn(self, texts: Sequence[str], labels: Sequence[str]) -> None:
        number = {label: place for place, label in enumerate(self.prepared.classes)}
        ids = encode_all(self.predictor.tokenizer, texts, self.predictor.experiment.data.max_length)
        right = torch.tensor([number[label] for label in labels])
        self.taught = Taught(self.predictor.sequences(ids, texts), right, self.predictor.experiment.training.batch_size)
        self.selection = TAUGHT_LOSS

    def training_loss(self, step: int, progress: float = 0.0) -> StepLoss:
        rows = self.sampler.batch(step)
        ids, lengths = self.sequences["train"].batch(rows)
        labels = self.labels[torch.from_numpy(rows).to(self.labels.device)]
        scores = self.model(ids, lengths).float()
        loss = F.cross_entropy(scores, labels, self.weights, label_smoothing=self.smoothing)
        is_plain = self.weights is None and not self.smoothing and self.taught is None
        told = None if is_plain else F.cross_entropy(scores.detach(), labels)
        num_tokens = int(self.sequences["train"].lengths[rows].sum())
        if self.taught is not None:
            ids, lengths, labels = self.taught.batch(step)
            of_taught = F.cross_entropy(self.model(ids, lengths).float(), labels, label_smoothing=self.smoothing)
            loss, num_tokens = mixed(loss, of_taught), num_tokens + int(lengths.sum())
        return StepLoss(loss, num_tokens, told)

    def calibrate(self) -> None:
        """Finds the temperature on the validation set; without one, or where it has no best one, it stays 1."""
        labels = self.prepared.labels["validation"]
        self.predictor.temperature = 1.0
        if len(labels):
            self.predictor.temperature = fit_temperature(self.predictor.scores(self.sequences["validation"]), labels)

    def evaluate(self, split: str, full: bool) -> Metrics:
        labels = self.prepared.labels[split]
        if not len(labels):
            return {}
        rows = np.arange(len(labels)) if full else by_class(labels, QUICK_ITEMS)
        labels = labels[rows]
        # As trained, without the temperature: the simple methods have none either. No answer hangs on it.
        scores = self.predictor.scores(self.sequences[split], rows)
        losses = F.cross_entropy(scores, torch.from_numpy(labels), reduction="none")
        predicted = scores.argmax(-1).numpy()
        guesses = Guesses(labels, predicted, len(self.prepared.classes), float(losses.mean()), scale=self.scale)
        if full:
            return self.figures(guesses, split)
        if self.taught is not None:
            of_taught = float(F.cross_entropy(self.predictor.scores(self.taught.sequences), self.taught.labels))
            return {**self.figures(guesses), TAUGHT_LOSS: mixed(float(losses.mean()), of_taught)}
        error = None
        if self.weights is None:
            error = standard_error(ratio_residuals(losses.numpy(), np.ones(len(rows))))
        return {**self.figures(guesses), STANDARD_ERROR: error}

    def baselines(self, split: str) -> dict[str, Metrics]:
        texts, labels = self.prepared.texts, self.prepared.labels
        if not texts[split]:
            return {}
        if not self._baselines:
            methods, num_classes = chosen(CLASSIFIERS, self.description.baselines), len(self.prepared.classes)
            self._baselines = [method().fit(texts["train"], labels["train"], num_classes) for method in methods]
        tables = {one.name: one.probabilities(texts[split]) for one in self._baselines}
        return {
            name: self.figures(Guesses.of(table, labels[split], self.scale), split, name)
            for name, table in tables.items()
        }

    def details(self) -> dict[str, Any]:
        split = "test" if self.prepared.texts["test"] else "validation"
        texts, labels, classes = self.prepared.texts[split], self.prepared.labels[split], self.prepared.classes
        scores = self.predictor.scores(self.sequences[split])
        temperature = self.predictor.temperature
        probabilities = (scores / temperature).softmax(-1).numpy()
        predicted = probabilities.argmax(-1)
        sure = probabilities.max(-1)
        wrong = np.flatnonzero(predicted != labels)
        worst = wrong[np.argsort(-sure[wrong])][:NUM_EXAMPLES]
        matrix = Guesses(labels, predicted, len(classes)).matrix
        lengths, unknown = _tokens_of(self.prepared.ids[split])
        return {
            "split": split,
            "vectors": self.vectors,
            "accuracy_by": accuracy_by(predicted == labels, lengths, unknown),
            "judged": judged_items(texts, labels, predicted, sure, length=lengths, unknown=unknown),
            "classes": list(classes),
            "confusion": matrix.tolist(),
            "per_class": dict(zip(classes, per_class(matrix), strict=True)),
            "calibration": {
                "temperature": temperature,
                "before": _calibration(scores.softmax(-1).numpy(), labels),
                "after": _calibration(probabilities, labels),
            },
            "examples": [
                {
                    "text": texts[row],
                    "label": classes[labels[row]],
                    "predicted": classes[predicted[row]],
                    "probability": float(sure[row]),
                }
                for row in worst
            ],
            "map": self._map(),
            "answers": answers_to_examples(self.predictor.experiment, self.predictor.trajectory),
        }

    def _map(self) -> dict[str, Any]:
        """Texts of the training set, of each class its share, where the network puts them."""
        labels = self.prepared.labels["train"]
        rows = by_class(labels, MOST_TEXTS)[:MOST_TEXTS]
        states = self.predictor.pooled(self.sequences["train"], rows)
        return map_of(states, [self.prepared.texts["train"][row] for row in rows], labels[rows].tolist())

    def evidence(self) -> dict[str, Any]:
        labels = self.prepared.labels["validation"]
        if not len(labels):
            return {}
        told = {
            "temperature": self.predictor.temperature,
            "simple": self.simple_on_validation(self.description.headline),
            "terms": {one.name: list(one.terms) for one in self._baselines if one.terms[1]},
        }
        sequences, model = self.sequences["validation"], self.predictor.experiment.model
        ids, lengths = sequences.batch(by_class(labels, ROWS)[:ROWS])
        middle = float(np.median(sequences.lengths)) / (2 if model.bidirectional else 1)
        span = middle if model.pooling == "last" else None
        return told | stack_evidence(self.model.recurrent, self.model.embedding(ids), lengths, span)

    def artifacts(self) -> dict[str, str]:
        content = {"tokenizer": json.loads(self.prepared.tokenizer.to_json()), "classes": self.prepared.classes}
        return {"tokenizer.json": json.dumps(content, ensure_ascii=False)}


def _tokens_of(part: Ragged) -> tuple[np.ndarray, np.ndarray]:
    """How many tokens each text has, and how many of them are unknown, each (N,)."""
    unknown = np.append(0, np.cumsum(part.ids == UNK))[part.offsets]
    return part.lengths, np.diff(unknown)


def _calibration(probabilities: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
    """How far to trust probabilities (N, C) of labels (N,), see `trust`, and the mean cross-entropy in nats."""
    found = trust(probabilities.max(-1), probabilities.argmax(-1) == labels)
    return {**found, "loss": Guesses.of(probabilities.clip(1e-12), labels).loss}


bind = ClassificationTask
