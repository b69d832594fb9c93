"""Sentiment: a sequence classifier reads a text and names its class.

Texts end with `<eos>`, so that even an empty one has a step to read. Metrics and baselines use the same texts.
Left out: what the screen shows of it (ui).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from core.baselines.classification import ClassificationBaselines
from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.plain_files import read_plain
from core.data.batching import Order, Sequences
from core.data.encoding import encode_all
from core.data.prepared import Prepared, PreparedLabelled, Ragged
from core.data.samples import by_class
from core.data.text import EOS, Tokenizer, load_tokenizer
from core.evidence import Paired
from core.insight.evidence import ROWS, stack_evidence
from core.insight.influence import Influence, as_inputs, gradient_norms, gradients_on, steps_to_end
from core.insight.states import trace_states
from core.metrics import classification_metrics, confusion_matrix, per_class
from core.models.classifier import Classifier
from core.tasks.answers import answers_to_examples
from core.tasks.base import STANDARD_ERROR, Metrics, StepLoss
from core.tasks.layers import stack_of
from core.tasks.options import check_texts, check_whole
from core.uncertainty import ratio_residuals, standard_error

QUICK_ITEMS = 1_000  # texts of a quick look at the validation part
EVALUATION_BATCH = 256
MOST_BEGINNINGS = 1_000  # of one text: reading them is quadratic
NUM_EXAMPLES = 8


def build_model(experiment: Experiment, vocab_size: int, num_classes: int) -> Classifier:
    """The classifier of an experiment."""
    model = experiment.model
    return Classifier(
        stack_of(model), vocab_size, model.embedding_dim, num_classes, model.pooling,
        model.embedding_dropout, model.output_dropout,
    )  # fmt: skip


class SentimentPredictor:
    """A trained classifier."""

    task = "sentiment"

    def __init__(
        self,
        experiment: Experiment,
        model: Classifier,
        tokenizer: Tokenizer,
        classes: tuple[str, ...],
        device: torch.device,
    ):
        self.experiment, self.model, self.tokenizer, self.device = experiment, model, tokenizer, device
        self.classes = classes

    def without_rows(self) -> SentimentPredictor:
        """The network for those who must not see rows of its data: labels are all that it says."""
        return self

    def predict(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """Classify texts.

        Returns:
            One `{"text", "label", "probabilities": {class: share}, "unknown"}` each; `unknown` are the words of the text
            that the network does not know.

        Raises:
            ConfigError: An empty or huge text, or too many.
        """
        texts = check_texts(texts)
        probabilities = self.probabilities(self._sequences(texts)).tolist()
        return [
            {
                "text": text,
                "label": self.classes[int(np.argmax(row))],
                "probabilities": dict(zip(self.classes, row, strict=True)),
                "unknown": self.unknown(text),
            }
            for text, row in zip(texts, probabilities, strict=True)
        ]

    @torch.inference_mode()
    def probabilities(self, sequences: Sequences, rows: np.ndarray | None = None) -> Tensor:
        """(N, C) on the CPU, in the order of the items, or of the chosen `rows`."""
        self.model.eval()
        rows = np.arange(len(sequences)) if rows is None else rows
        order = np.argsort(sequences.lengths[rows], kind="stable")
        result = torch.empty(len(rows), len(self.classes))
        for start in range(0, len(order), EVALUATION_BATCH):
            places = order[start : start + EVALUATION_BATCH]
            result[torch.from_numpy(places)] = self.model(*sequences.batch(rows[places])).float().softmax(-1).cpu()
        return result

    def trajectory(self, text: str) -> dict[str, Any]:
        """What the network would say if a text ended after each of its words, and the words that it does not know.

        Every beginning is read as a text of its own, with `<eos>`, so that the last one is what `predict` says.

        Raises:
            ConfigError: As `predict`, or more than `MOST_BEGINNINGS` words that the network would read.
        """
        (text,) = check_texts([text])
        words = self._words(text)
        if len(words) > MOST_BEGINNINGS:
            received, hint = f"{len(words):,}", "Shorten the text."
            raise ConfigError.single("text", f"at most {MOST_BEGINNINGS:,} words or signs", received, hint)
        rows = self.probabilities(self._beginnings(text)).tolist()
        classes, unknown = list(self.classes), self.unknown(text)
        return {"text": text, "words": words, "probabilities": rows, "classes": classes, "unknown": unknown}

    def _beginnings(self, text: str) -> Sequences:
        """The first word of a text, the first two, and so on up to all T that the network reads."""
        ids, _ = encode_all(self.tokenizer, [text], self.experiment.data.max_length)
        offsets = np.cumsum(np.arange(len(ids) + 1))
        place = np.arange(offsets[-1]) - np.repeat(offsets[:-1], np.diff(offsets))
        return Sequences(Ragged(ids[place], offsets), self.device, suffix=(EOS,))

    def unknown(self, text: str) -> list[str]:
        """Words of a text that the training part never had."""
        return self.tokenizer.unknown(text)

    def trace(self, text: str | None = None) -> dict[str, Any]:
        """Gates and states while the network reads a text."""
        (text,) = check_texts([text or "Not bad at all."])
        ids, _ = self._sequences([text]).batch(np.array([0]))
        with torch.inference_mode():
            inputs = self.model.embedding(ids)
        return trace_states(self.model.recurrent, inputs, [*self._words(text), "<eos>"][: ids.shape[1]])

    def outputs(self, text: str) -> list[str]:
        """The classes whose scores `influence` can be asked about."""
        return list(self.classes)

    def influence(self, text: str, output: int) -> dict[str, Influence]:
        """Of each token of a text, `<eos>` among them, on the score of a class before the softmax.

        A token is as many steps away as the network goes on reading until it answers. Pooling over the whole text gives
        every token a way of its own.

        Raises:
            ConfigError: As `predict`, or no such class.
        """
        (text,) = check_texts([text])
        check_whole("output", output, 0, len(self.classes) - 1)
        ids, lengths = self._sequences([text]).batch(np.array([0]))
        with gradients_on():
            inputs = as_inputs(self.model.embedding(ids))
            (norms,) = gradient_norms(self.model.score(inputs, lengths)[0, output], (inputs,))
        is_direct = self.model.pooling != "last"
        steps = steps_to_end(len(norms), self.model.recurrent.bidirectional and not is_direct)
        return {"": Influence.of_last([*self._words(text), "<eos>"], steps, norms, is_direct)}

    def _words(self, text: str) -> list[str]:
        limit = self.experiment.data.max_length
        return [self.tokenizer.token(token_id) for token_id in self.tokenizer.encode(text).tolist()[:limit]]

    def _sequences(self, texts: list[str]) -> Sequences:
        ragged = Ragged(*encode_all(self.tokenizer, texts, self.experiment.data.max_length))
        return Sequences(ragged, self.device, suffix=(EOS,))


class SentimentTask:
    """A classifier bound to labelled texts.

    Balanced weights of the classes are those of King and Zeng (2001), "Logistic regression in rare events data": N / (C n_c).
    """

    empty = "majority"

    def __init__(self, experiment: Experiment, prepared: PreparedLabelled, device: torch.device):
        training = experiment.training
        self.prepared, self.smoothing = prepared, training.label_smoothing
        self.model = build_model(experiment, prepared.tokenizer.vocab_size, len(prepared.classes)).to(device)
        self.predictor = SentimentPredictor(experiment, self.model, prepared.tokenizer, prepared.classes, device)
        self.sequences = {name: Sequences(part, device, suffix=(EOS,)) for name, part in prepared.ids.items()}
        self.labels = torch.from_numpy(prepared.labels["train"]).to(device)
        self.weights: Tensor | None = None
        self.selection = ("loss", "min")
        if training.class_weights == "balanced":  # by the loss a network that overlooks rare classes would be the best
            counts = torch.bincount(self.labels, minlength=len(prepared.classes)).clamp(min=1)
            self.weights, self.selection = len(self.labels) / (len(counts) * counts.float()), ("macro_f1", "max")
        lengths = self.sequences["train"].lengths
        self.order = Order(len(lengths), training.batch_size, training.seed, lengths)
        self._baselines: ClassificationBaselines | None = None
        self._right: dict[tuple[str, str], np.ndarray] = {}  # (N,) whether a method has the label, by part and method

    def training_loss(self, step: int, progress: float = 0.0) -> StepLoss:
        rows = self.order.batch(step)
        ids, lengths = self.sequences["train"].batch(rows)
        labels = self.labels[torch.from_numpy(rows).to(self.labels.device)]
        loss = F.cross_entropy(self.model(ids, lengths).float(), labels, self.weights, label_smoothing=self.smoothing)
        return StepLoss(loss, int(self.sequences["train"].lengths[rows].sum()))

    def carried(self) -> dict[str, Any]:
        return {}

    def restore_carried(self, carried: dict[str, Any]) -> None:
        pass

    def evaluate(self, split: str, thorough: bool) -> Metrics:
        labels = self.prepared.labels[split]
        if not len(labels):
            return {}
        rows = np.arange(len(labels)) if thorough else by_class(labels, QUICK_ITEMS)
        labels = labels[rows]
        probabilities = self.predictor.probabilities(self.sequences[split], rows)
        losses = F.nll_loss(probabilities.clamp_min(1e-12).log(), torch.from_numpy(labels), reduction="none")
        predicted = probabilities.argmax(-1).numpy()
        metrics: Metrics = dict(
            classification_metrics(labels, predicted, len(self.prepared.classes), float(losses.mean()))
        )
        if thorough:
            self._right[split, "network"] = predicted == labels
        elif self.weights is not None:
            metrics[STANDARD_ERROR] = None
        else:
            metrics[STANDARD_ERROR] = standard_error(ratio_residuals(losses.numpy(), np.ones(len(rows))))
        return metrics

    def baselines(self, split: str) -> dict[str, Metrics]:
        texts, labels = self.prepared.texts, self.prepared.labels
        if not texts[split]:
            return {}
        if self._baselines is None:
            fitted = ClassificationBaselines().fit(texts["train"], labels["train"], len(self.prepared.classes))
            self._baselines = fitted
        tables = self._baselines.probabilities(texts[split])
        self._right |= {(split, name): table.argmax(axis=1) == labels[split] for name, table in tables.items()}
        return dict(self._baselines.score(tables, labels[split]))

    def paired(self, split: str, method: str) -> Paired | None:
        network, other = self._right.get((split, "network")), self._right.get((split, method))
        if network is None or other is None:
            return None
        return Paired("accuracy", network.astype(float), other.astype(float))

    def sample(self) -> str | None:
        return None

    def details(self) -> dict[str, Any]:
        split = "test" if self.prepared.texts["test"] else "validation"
        texts, labels, classes = self.prepared.texts[split], self.prepared.labels[split], self.prepared.classes
        probabilities = self.predictor.probabilities(self.sequences[split]).numpy()
        predicted = probabilities.argmax(-1)
        sure = probabilities.max(-1)
        wrong = np.flatnonzero(predicted != labels)
        worst = wrong[np.argsort(-sure[wrong])][:NUM_EXAMPLES]
        return {
            "split": split,
            "classes": list(classes),
            "confusion": confusion_matrix(labels, predicted, len(classes)).tolist(),
            "per_class": dict(zip(classes, per_class(labels, predicted, len(classes)), strict=True)),
            "examples": [
                {
                    "text": texts[row],
                    "label": classes[labels[row]],
                    "predicted": classes[predicted[row]],
                    "probability": float(sure[row]),
                }
                for row in worst
            ],
            "answers": answers_to_examples(self.predictor.experiment, self.predictor.trajectory),
        }

    def evidence(self) -> dict[str, Any]:
        labels = self.prepared.labels["validation"]
        if not len(labels):
            return {}
        sequences, model = self.sequences["validation"], self.predictor.experiment.model
        ids, lengths = sequences.batch(by_class(labels, ROWS)[:ROWS])
        middle = float(np.median(sequences.lengths)) / (2 if model.bidirectional else 1)
        span = middle if model.pooling == "last" else None
        return stack_evidence(self.model.recurrent, self.model.embedding(ids), lengths, span)

    def artifacts(self) -> dict[str, str]:
        content = {"tokenizer": json.loads(self.prepared.tokenizer.to_json()), "classes": self.prepared.classes}
        return {"tokenizer.json": json.dumps(content, ensure_ascii=False)}


def bind(experiment: Experiment, prepared: Prepared, device: torch.device) -> SentimentTask:
    """The sentiment task of an experiment on its data."""
    assert isinstance(prepared, PreparedLabelled)
    return SentimentTask(experiment, prepared, device)


def load_predictor(
    experiment: Experiment, directory: Path, weights: dict[str, torch.Tensor], device: torch.device
) -> SentimentPredictor:
    """A trained classifier from its run directory."""
    content = json.loads(read_plain(directory / "tokenizer.json").decode("utf-8"))
    tokenizer = load_tokenizer(json.dumps(content["tokenizer"]))
    classes = tuple(content["classes"])
    model = build_model(experiment, tokenizer.vocab_size, len(classes))
    model.load_state_dict(weights)
    return SentimentPredictor(experiment, model.to(device).eval(), tokenizer, classes, device)
