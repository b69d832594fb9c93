"""A trained classifier in use: it names the class of a text, says what each word changed, and lets itself be looked into."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.plain_files import read_plain
from core.data.batching import Sequences
from core.data.encoding import encode_all, encode_items
from core.data.letters import Letters, unknown_words, written_tokens
from core.data.prepared import Ragged
from core.data.text import EOS, UNK, Tokenizer, load_tokenizer
from core.insight.explained import SKIPPED, Explained
from core.insight.influence import Influence, as_inputs, gradient_norms, gradients_on, steps_to_end
from core.insight.states import trace_states
from core.models.classifier import Classifier
from core.tasks.classification.explaining import explain
from core.tasks.layers import in_batches, sequences_of, stack_of, words_of
from core.tasks.options import check_texts, check_whole

MOST_BEGINNINGS = 1_000  # of one text: reading them is quadratic


def build_model(experiment: Experiment, vocab_size: int, num_classes: int) -> Classifier:
    """The classifier of an experiment."""
    model = experiment.model
    words = words_of(experiment, vocab_size)
    return Classifier(stack_of(model), words, num_classes, model.pooling, model.output_dropout)


class ClassificationPredictor:
    """A trained classifier.

    Attributes:
        temperature: What scores are divided by before they become probabilities, above 0; found on the validation set.
    """

    def __init__(
        self,
        experiment: Experiment,
        model: Classifier,
        tokenizer: Tokenizer,
        classes: tuple[str, ...],
        device: torch.device,
    ):
        self.experiment, self.model, self.tokenizer, self.device = experiment, model, tokenizer, device
        self.classes, self.temperature = classes, 1.0
        self.letters = Letters(tokenizer) if experiment.model.character_dim else None

    def without_rows(self) -> ClassificationPredictor:
        """The network for those who must not see rows of its data: labels are all that it says."""
        return self

    def predict(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """Classify texts.

        Returns:
            One `{"text", "label", "probabilities": {class: share}, "unknown", "num_cut"}` each; `unknown` are the words of
            the text that the network does not know; `num_cut` at the end are more than it reads.

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
                "num_cut": self.num_cut(text),
            }
            for text, row in zip(texts, probabilities, strict=True)
        ]

    def num_cut(self, text: str) -> int:
        """How many words or signs at the end of a text are more than the network reads."""
        most = self.experiment.data.max_length
        return max(0, int(encode_items(self.tokenizer, [text], most)[1][0]) - most)

    def probabilities(self, sequences: Sequences, rows: np.ndarray | None = None) -> Tensor:
        """(N, C) on the CPU, in the order of the items, or of the chosen `rows`."""
        return (self.scores(sequences, rows) / self.temperature).softmax(-1)

    @torch.inference_mode()
    def scores(self, sequences: Sequences, rows: np.ndarray | None = None) -> Tensor:
        """Scores before the softmax and before the temperature, (N, C) on the CPU, in the same order."""
        self.model.eval()
        result = torch.empty(len(sequences) if rows is None else len(rows), len(self.classes))
        for places, ids, lengths in in_batches(sequences, rows):
            result[torch.from_numpy(places)] = self.model(ids, lengths).float().cpu()
        return result

    @torch.inference_mode()
    def pooled(self, sequences: Sequences, rows: np.ndarray | None = None) -> np.ndarray:
        """What the network answers from, (N, H), in the order of the items, or of the chosen `rows`."""
        self.model.eval()
        found: dict[int, np.ndarray] = {}
        for places, ids, lengths in in_batches(sequences, rows):
            states = self.model.pool(self.model.embedding(ids), lengths).float().cpu().numpy()
            found.update(zip(places.tolist(), states, strict=True))
        return np.stack([found[place] for place in sorted(found)])

    def state_of(self, text: str) -> np.ndarray:
        """What the network answers from for one text, (H,).

        Raises:
            ConfigError: As `predict`.
        """
        state: np.ndarray = self.pooled(self._sequences(check_texts([text])))[0]
        return state

    def trajectory(self, text: str) -> dict[str, Any]:
        """What the network would say if a text ended after each of its words, and the words that it does not know.

        Every beginning is read as a text of its own, with `<eos>`, so that the last one is what `predict` says.

        Raises:
            ConfigError: As `predict`, or more than `MOST_BEGINNINGS` words that the network would read.
        """
        (text,) = check_texts([text])
        words = self.words(text)
        if len(words) > MOST_BEGINNINGS:
            received, hint = f"{len(words):,}", "Shorten the text."
            raise ConfigError.single("text", f"at most {MOST_BEGINNINGS:,} words or signs", received, hint)
        rows = self.probabilities(self._beginnings(text)).tolist()
        classes, unknown = list(self.classes), self.unknown(text)
        cut = self.num_cut(text)
        return {
            "text": text, "words": words, "probabilities": rows, "classes": classes, "unknown": unknown, "num_cut": cut
        }  # fmt: skip

    def _beginnings(self, text: str) -> Sequences:
        """The first word of a text, the first two, and so on up to all T that the network reads."""
        offsets = np.cumsum(np.arange(len(self.encode(text)) + 1))
        return self.made_of(text, np.arange(offsets[-1]) - np.repeat(offsets[:-1], np.diff(offsets)), offsets)

    def made_of(self, text: str, places: np.ndarray, offsets: np.ndarray) -> Sequences:
        """Texts that are made of the words of one text.

        Args:
            text: Of which the network reads T words.
            places: (P,) of the words, from 0 to T - 1, one text after the other; -1 for an unknown word of no letters.
            offsets: Where each text begins, and the end.
        """
        whole = encode_all(self.tokenizer, [text], self.experiment.data.max_length)
        ids = np.append(whole.ids, UNK)[places]
        unknown = [""] * (len(whole.ids) + 1)  # by place; the last is of no letters
        if self.letters:
            found = unknown_words(self.tokenizer, [text], whole)
            unknown[:-1] = [next(found, "") if number == UNK else "" for number in whole.ids]
        behind = (unknown[at] for at in places[ids == UNK])
        return sequences_of(Ragged(ids, offsets), self.letters, behind, self.device, suffix=(EOS,))

    @torch.inference_mode()
    def attention(self, text: str) -> dict[str, Any] | None:
        """What share of what the network answers from each word of a text is, `<eos>` last; None without attention.

        Returns:
            `{"words", "weights"}`, T + 1 of each for T words; the weights add up to 1.

        Raises:
            ConfigError: As `predict`.
        """
        (text,) = check_texts([text])
        ids, lengths = self._sequences([text]).batch(np.array([0]))
        weights = self.model.weights(self.model.embedding(ids), lengths)
        return None if weights is None else {"words": [*self.words(text), "<eos>"], "weights": weights[0].tolist()}

    def unknown(self, text: str) -> list[str]:
        """Words of a text that the training set never had."""
        return self.tokenizer.unknown(text)

    def trace(self, text: str | None = None) -> dict[str, Any]:
        """Gates and states while the network reads a text."""
        (text,) = check_texts([text or "Not bad at all."])
        ids, _ = self._sequences([text]).batch(np.array([0]))
        with torch.inference_mode():
            inputs = self.model.embedding(ids)
        return trace_states(self.model.recurrent, inputs, [*self.words(text), "<eos>"][: ids.shape[1]])

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
        return {"": Influence.of_last([*self.words(text), "<eos>"], steps, norms, is_direct)}

    def explain(self, text: str, label: int | None = None, removal: str = SKIPPED) -> Explained:
        """Why a text gets a label, the one that the network gives it or another, and what the explanations are worth.

        Raises:
            ConfigError: As `predict`, no words or too many of them, no such label or way to take words away.
        """
        (text,) = check_texts([text])
        return explain(self, text, label, removal)

    def encode(self, text: str) -> np.ndarray:
        """Ids of what the network reads of a text, (T,), without `<eos>`."""
        return self.tokenizer.encode(text)[: self.experiment.data.max_length]

    def words(self, text: str) -> list[str]:
        """What the network reads of a text, a word that it does not know as it was typed."""
        return written_tokens(self.tokenizer, text, self.encode(text).tolist())

    def _sequences(self, texts: list[str]) -> Sequences:
        return self.sequences(encode_all(self.tokenizer, texts, self.experiment.data.max_length), texts)

    def sequences(self, ragged: Ragged, texts: Sequence[str]) -> Sequences:
        """Texts as the network reads them, from their ids; each ends with `<eos>`."""
        unknown = unknown_words(self.tokenizer, texts, ragged)
        return sequences_of(ragged, self.letters, unknown, self.device, suffix=(EOS,))


def load_predictor(experiment: Experiment, directory: Path, device: torch.device) -> ClassificationPredictor:
    """A classifier as a run directory describes it, without its weights."""
    content = json.loads(read_plain(directory / "tokenizer.json").decode("utf-8"))
    tokenizer = load_tokenizer(json.dumps(content["tokenizer"]))
    classes = tuple(content["classes"])
    model = build_model(experiment, tokenizer.vocab_size, len(classes))
    predictor = ClassificationPredictor(experiment, model.to(device), tokenizer, classes, device)
    predictor.temperature = _temperature(directory)
    return predictor


def _temperature(directory: Path) -> float:
    """As the run's result has it; 1 before there is one, and for runs older than calibration."""
    with suppress(OSError, ValueError, LookupError, AttributeError, TypeError):
        found = json.loads(read_plain(directory / "result.json"))["evidence"].get("temperature")
        return float(found) if found and math.isfinite(found) and found > 0 else 1.0
    return 1.0
