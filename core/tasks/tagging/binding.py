"""A tagger reads a sentence and names the tag of every word.

Words are what is counted: in the loss, in the metrics, and by the simple methods, which see the same words. Words of one
sentence hang together, so chance is told by sentences.
"""

from __future__ import annotations

import json
from itertools import chain
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch.nn import functional as F

from core.baselines.base import chosen
from core.baselines.classification import CLASSIFIERS, SimpleClassifier
from core.baselines.tagging import TAGGERS, FeatureRegression
from core.config.experiment import Experiment
from core.data.batching import BatchSampler, Sequences
from core.data.prepared import PreparedTagged, Ragged
from core.data.samples import by_length
from core.insight.stack_evidence import ROWS, stack_evidence
from core.metrics.classes import Guesses, per_class
from core.metrics.entities import TaggedGuesses, per_type
from core.metrics.registry import metric
from core.models.class_losses import class_weights
from core.paired import Paired, pair_items
from core.tasks.answers import answers_to_examples
from core.tasks.base import STANDARD_ERROR, Metrics, StepLoss, TaskOfItems
from core.tasks.judged import judged_items, trust
from core.tasks.layers import start_from_vectors
from core.tasks.tagging.predictor import TaggingPredictor, build_model, real_words
from core.uncertainty import ratio_residuals, standard_error

QUICK_SENTENCES = 500  # of a quick look at the validation set
NUM_EXAMPLES = 8
_AROUND = 8  # words on either side of one that is listed
_LEAST = 1e-12  # probability that is written of a tag


class TaggingTask(TaskOfItems):
    """A tagger bound to sentences whose words have tags; weights of the tags count words.

    A chain judges a sentence as a whole and has no word to weigh; with weights it is taught by the probability that it gives
    the right tag of every word, over all sequences, which is what is weighed: -w log p(tag | sentence), by Kakade, Teh and
    Roweis (2002), "An alternate objective function for Markovian fields".
    """

    empty = "majority"

    def __init__(self, experiment: Experiment, prepared: PreparedTagged, device: torch.device):
        super().__init__(experiment.description, "sentence")
        training = experiment.training
        self.prepared, self.smoothing = prepared, training.label_smoothing
        self.model = build_model(experiment, prepared.tokenizer.vocab_size, prepared.classes).to(device)
        self.vectors = start_from_vectors(self.model.embedding, experiment, prepared.tokenizer)
        self.predictor = TaggingPredictor(experiment, self.model, prepared.tokenizer, prepared.classes, device)
        self.sequences = {
            name: self.predictor.sequences(part, prepared.sentences[name]) for name, part in prepared.ids.items()
        }
        self.labels = {name: Sequences(part, device) for name, part in prepared.labels.items()}
        counts = np.bincount(prepared.labels["train"].ids, minlength=len(prepared.classes))
        counted = torch.from_numpy(counts).to(device)
        self.weights = class_weights(training.class_weights, counted, training.effective_beta)
        # By the loss a network that overlooks rare tags would be the best.
        self.selection = "loss" if self.weights is None else "macro_f1"
        lengths = self.sequences["train"].lengths
        self.sampler = BatchSampler(len(lengths), training.batch_size, training.seed, lengths)
        self._baselines: list[SimpleClassifier | FeatureRegression] = []
        if not self.predictor.marks_entities:
            self.metrics = tuple(name for name in self.metrics if not metric(name).needs_entities)

    def training_loss(self, step: int, progress: float = 0.0) -> StepLoss:
        rows = self.sampler.batch(step)
        ids, lengths = self.sequences["train"].batch(rows)
        labels, _ = self.labels["train"].batch(rows)
        scores, num_words = self.model(ids, lengths).float(), int(lengths.sum())
        truth, chain = real_words(labels, lengths), self.model.chain
        if chain is None:
            words = real_words(scores, lengths)
            loss = F.cross_entropy(words, truth, self.weights, label_smoothing=self.smoothing)
            told = F.cross_entropy(words.detach(), truth) if self.weights is not None or self.smoothing else None
            return StepLoss(loss, num_words, told)
        if self.weights is None:
            return StepLoss(chain.loss(scores, labels, lengths).sum() / num_words, num_words)
        surely = real_words(chain.scan(scores, lengths).log_marginals, lengths)
        with torch.no_grad():
            told = chain.loss(scores, labels, lengths).sum() / num_words
        return StepLoss(F.nll_loss(surely, truth, self.weights), num_words, told)

    def evaluate(self, split: str, full: bool) -> Metrics:
        lengths = self.prepared.labels[split].lengths
        if not len(lengths):
            return {}
        rows = np.arange(len(lengths)) if full else by_length(lengths, QUICK_SENTENCES)
        labels = _labels_of(self.prepared.labels[split], rows)
        read = self.predictor.read(self.sequences[split], rows, self.labels[split])
        guesses = self._guesses(labels, read.chosen, lengths[rows], float(read.losses.sum() / len(labels)))
        if full:
            return self.figures(guesses, split)
        error = None
        if self.weights is None:
            error = standard_error(ratio_residuals(read.losses, lengths[rows]))
        return {**self.figures(guesses), STANDARD_ERROR: error}

    def baselines(self, split: str) -> dict[str, Metrics]:
        part, num_classes = self.prepared.labels[split], len(self.prepared.classes)
        labels, lengths = part.ids, part.lengths
        if not len(labels):
            return {}
        if not self._baselines:
            taught, truth = self.prepared.sentences["train"], self.prepared.labels["train"].ids
            words, names = list(chain.from_iterable(taught)), self.description.baselines
            alone = chosen(CLASSIFIERS, [name for name in names if name in CLASSIFIERS])
            whole = chosen(TAGGERS, [name for name in names if name in TAGGERS])
            self._baselines = [method().fit(words, truth, num_classes) for method in alone]
            self._baselines += [method().fit(taught, truth, num_classes) for method in whole]
        found = {
            one.name: Guesses.of(
                one.probabilities(self._words(split))
                if isinstance(one, SimpleClassifier)
                else one.probabilities(self.prepared.sentences[split]),
                labels,
            )
            for one in self._baselines
        }
        return {
            name: self.figures(self._guesses(labels, one.predictions, lengths, one.loss), split, name)
            for name, one in found.items()
        }

    def _guesses(self, labels: np.ndarray, chosen: ArrayLike, lengths: np.ndarray, loss: float | None) -> TaggedGuesses:
        classes = self.prepared.classes
        return TaggedGuesses(labels, chosen, len(classes), loss, classes, lengths)

    def paired(self, split: str, method: str) -> Paired | None:
        network, other = self.judged.get((split, "network")), self.judged.get((split, method))
        if network is None or other is None:
            return None
        if self.predictor.marks_entities:
            return pair_items("entity_f1", network, other, self.item)
        lengths = self.prepared.labels[split].lengths
        ours, theirs = (
            _by_sentence(np.asarray(guesses.labels) == np.asarray(guesses.predictions), lengths)
            for guesses in (network, other)
        )
        return Paired("accuracy", ours, theirs, lengths.astype(np.float64), self.item)

    def details(self) -> dict[str, Any]:
        split = "test" if self.prepared.sentences["test"] else "validation"
        part, classes = self.prepared.labels[split], self.prepared.classes
        read = self.predictor.read(self.sequences[split])
        predicted = read.chosen
        sure = read.shares.numpy()[np.arange(len(predicted)), predicted].clip(_LEAST, 1.0)
        guesses = self._guesses(part.ids, predicted, part.lengths, None)
        matrix = guesses.matrix
        wrong = np.add.reduceat(predicted != part.ids, part.offsets[:-1]) if len(part.ids) else np.zeros(0)
        worst = np.argsort(-wrong, kind="stable")[:NUM_EXAMPLES]
        return {
            "split": split,
            "vectors": self.vectors,
            "classes": list(classes),
            "confusion": matrix.tolist(),
            "judged": self._judged(split, predicted, sure),
            "calibration": {"before": trust(sure, predicted == part.ids)},
            "per_class": dict(zip(classes, per_class(matrix), strict=True)),
            **({"per_type": per_type(guesses)} if self.predictor.marks_entities else {}),
            "examples": [self._example(split, int(row), predicted) for row in worst if wrong[row]],
            "answers": answers_to_examples(self.predictor.experiment, lambda text: self.predictor.predict([text])[0]),
        }

    def _judged(self, split: str, predicted: np.ndarray, sure: np.ndarray) -> dict[str, Any]:
        """Every word with its tag, its answer and the words of its sentence around it."""
        words, around = self._words(split), []
        for sentence in self.prepared.sentences[split]:
            around += [" ".join(sentence[max(0, at - _AROUND) : at + _AROUND + 1]) for at in range(len(sentence))]
        return judged_items(words, self.prepared.labels[split].ids, predicted, sure, around=around)

    def _example(self, split: str, row: int, predicted: np.ndarray) -> dict[str, Any]:
        """A sentence that was misread: its words, their true tags and those that the network gave."""
        part = self.prepared.labels[split]
        place, classes = slice(*part.offsets[row : row + 2]), self.prepared.classes
        words = self.prepared.sentences[split][row]
        tags = [[classes[number] for number in numbers[place]] for numbers in (part.ids, predicted)]
        return {"text": " ".join(words), "words": list(words), "tags": tags[0], "predicted": tags[1]}

    def evidence(self) -> dict[str, Any]:
        sequences = self.sequences["validation"]
        if not len(sequences):
            return {}
        ids, lengths = sequences.batch(by_length(sequences.lengths, ROWS))
        headline = "entity_f1" if self.predictor.marks_entities else self.description.headline
        simple = {"simple": self.simple_on_validation(headline)}
        return simple | stack_evidence(self.model.recurrent, self.model.embedding(ids), lengths, None)

    def artifacts(self) -> dict[str, str]:
        content = {"tokenizer": json.loads(self.prepared.tokenizer.to_json()), "classes": self.prepared.classes}
        return {"tokenizer.json": json.dumps(content, ensure_ascii=False)}

    def _words(self, split: str) -> list[str]:
        return list(chain.from_iterable(self.prepared.sentences[split]))


def _labels_of(part: Ragged, rows: np.ndarray) -> np.ndarray:
    """Class numbers of the words of some sentences, one sentence after the other."""
    return np.concatenate([part.ids[part.offsets[row] : part.offsets[row + 1]] for row in rows])


def _by_sentence(values: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Sums over the words of each sentence: (N,) to (S,) for lengths (S,)."""
    return np.bincount(np.repeat(np.arange(len(lengths)), lengths), weights=values, minlength=len(lengths))


bind = TaggingTask
