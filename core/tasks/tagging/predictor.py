"""A trained tagger in use: it gives every word of a sentence its tag, and lets itself be looked into."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.baselines.words import split_words
from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.plain_files import read_plain
from core.data.batching import Sequences
from core.data.letters import Letters
from core.data.prepared import Ragged
from core.data.text import UNK, LibraryTokenizer, Tokenizer, load_tokenizer
from core.insight.influence import Influence, as_inputs, gradient_norms, gradients_on
from core.insight.states import trace_states
from core.models.crf import LinearChain
from core.models.lengths import real_steps
from core.models.tagger import Tagger
from core.schemes import OUTSIDE, allowed, scheme_of, spans_of
from core.tasks.layers import sequences_of, stack_of, words_of
from core.tasks.options import check_texts, check_whole
from core.tasks.tagging.reading import Entity, Reading, read

FIRST = "The cat sleeps ."
_EDGES = frozenset(',;:?!()[]{}"“”„«»…')  # of words that nobody has cut off; a full stop may belong to "Mr."
_MOST_CUTS = 12  # of one run; longer ones are addresses


def build_model(experiment: Experiment, vocab_size: int, classes: Sequence[str]) -> Tagger:
    """The tagger of an experiment; with a chain, tags that mark entities follow each other as their scheme allows."""
    model = experiment.model
    words = words_of(experiment, vocab_size)
    masks = [torch.tensor(mask) for mask in allowed(classes)] if model.output_layer == "crf" else []
    field = LinearChain(len(classes), *masks) if masks else None
    return Tagger(stack_of(model), words, len(classes), model.output_dropout, field)


class TaggingPredictor:
    """A trained tagger."""

    def __init__(
        self,
        experiment: Experiment,
        model: Tagger,
        tokenizer: Tokenizer,
        classes: tuple[str, ...],
        device: torch.device,
    ):
        assert isinstance(tokenizer, LibraryTokenizer), "one of whole words"
        self.experiment, self.model, self.tokenizer, self.device = experiment, model, tokenizer, device
        self.classes = classes
        self.letters = Letters(tokenizer) if experiment.model.character_dim else None
        self.marks_entities = scheme_of([classes]) is not None

    def without_rows(self) -> TaggingPredictor:
        """The network for those who must not see rows of its data: tags are all that it says."""
        return self

    def predict(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """Tag sentences.

        Args:
            texts: Sentences, see `cut_into_words`.

        Returns:
            One `{"text", "words", "tags", "probabilities", "unknown", "num_cut"}` each: of every word its tag and how sure
            the network is of it, in [0, 1]; `unknown` are the words that it does not know; `num_cut` words at the end are
            more than it reads, and have no tag. Where tags mark entities, `entities` too, as dicts of `Entity`, and
            `named`: how sure it is that a word belongs to any.

        Raises:
            ConfigError: An empty or huge text, or too many.
        """
        texts = check_texts(texts)
        cut = [self._cut(text) for text in texts]
        words = [row for row, _ in cut]
        sequences = self._sequences(words)
        found = read(self.model, self.classes, sequences, with_entities=self.marks_entities)
        ends = np.cumsum(sequences.lengths)[:-1]
        parts = zip(texts, cut, np.split(found.shares.numpy(), ends), np.split(found.chosen, ends), strict=True)
        return [self._answer(at, *part, found) for at, part in enumerate(parts)]

    def _answer(
        self, at: int, text: str, cut: tuple[list[str], int], shares: np.ndarray, chosen: np.ndarray, found: Reading
    ) -> dict[str, Any]:
        """What is said of one text, the `at`-th that was read."""
        words, num_cut = cut
        tags = [self.classes[number] for number in chosen]
        answer = {
            "text": text,
            "words": words,
            "tags": tags,
            "probabilities": shares[np.arange(len(chosen)), chosen].tolist(),
            "unknown": self.unknown(words),
            "num_cut": num_cut,
        }
        if not self.marks_entities:
            return answer
        entities = [
            Entity(kind, " ".join(words[start:end]), start, end, math.exp(min(0.0, found.logs[at, start, end])))
            for kind, start, end in spans_of(tags)
        ]
        outside = self.classes.index(OUTSIDE) if OUTSIDE in self.classes else None
        named = np.ones(len(chosen)) if outside is None else 1.0 - shares[:, outside]
        return {**answer, "entities": [asdict(one) for one in entities], "named": named.clip(0.0, 1.0).tolist()}

    def read(self, sequences: Sequences, rows: np.ndarray | None = None, labels: Sequences | None = None) -> Reading:
        """See `core.tasks.tagging.reading.read`."""
        return read(self.model, self.classes, sequences, rows, labels)

    def unknown(self, words: Sequence[str]) -> list[str]:
        """Words that are not in the vocabulary, each once."""
        known = self.tokenizer.encode_words(words)
        return list(dict.fromkeys(word for word, number in zip(words, known, strict=True) if number == UNK))

    def trace(self, text: str | None = None) -> dict[str, Any]:
        """Gates and states while the network reads a sentence."""
        (text,) = check_texts([text or FIRST])
        words = self._words(text)
        ids, _ = self._sequences([words]).batch(np.array([0]))
        with torch.inference_mode():
            inputs = self.model.embedding(ids)
        return trace_states(self.model.recurrent, inputs, words)

    def outputs(self, text: str) -> list[str]:
        """The words of whose tag `influence` can be asked."""
        return self._words(text)

    def influence(self, text: str, output: int) -> dict[str, Influence]:
        """Of each word of a sentence on the score of the tag that one of them gets, before the softmax.

        Distance counts from the word itself, which is 1, in whichever direction.

        Args:
            text: The sentence.
            output: The place of the word whose tag is asked about, from 0.

        Raises:
            ConfigError: As `predict`, or no such word.
        """
        (text,) = check_texts([text])
        words = self._words(text)
        check_whole("output", output, 0, len(words) - 1)
        ids, lengths = self._sequences([words]).batch(np.array([0]))
        with gradients_on():
            inputs = as_inputs(self.model.embedding(ids))
            scores, _ = self.model.read(inputs, lengths)
            (norms,) = gradient_norms(scores[0, output].max(), (inputs,))
        distances = [abs(place - output) + 1 for place in range(len(words))]
        return {"": Influence.of_last(words, distances, norms)}

    def _words(self, text: str) -> list[str]:
        return self._cut(text)[0]

    def _cut(self, text: str) -> tuple[list[str], int]:
        """The words of a text, and how many at its end are more than the network was taught to read."""
        words = cut_into_words(text, self._is_known)
        if not words:
            raise ConfigError.single("text", "at least one word", repr(text[:40]), "Type a sentence.")
        most = self.experiment.data.max_length
        return words[:most], max(0, len(words) - most)

    def _is_known(self, word: str) -> bool:
        return bool(self.tokenizer.encode_words([word])[0] != UNK)

    def _sequences(self, sentences: Sequence[Sequence[str]]) -> Sequences:
        offsets = np.cumsum([0, *map(len, sentences)])
        return self.sequences(Ragged(self.tokenizer.encode_words(chain.from_iterable(sentences)), offsets), sentences)

    def sequences(self, ragged: Ragged, sentences: Sequence[Sequence[str]]) -> Sequences:
        """Sentences as the network reads them, from the ids of their words."""
        words = zip(chain.from_iterable(sentences), ragged.ids, strict=True)
        unknown = (self.tokenizer.normalization(word) for word, number in words if number == UNK)
        return sequences_of(ragged, self.letters, unknown, self.device)


def cut_into_words(text: str, is_known: Callable[[str], bool]) -> list[str]:
    """A typed sentence as words of the kind that the network was taught, which its data divided in a way of its own.

    A sentence that ends with a mark by itself, and in which no word has one at its edge, is taken as cut already. Elsewhere a
    run of letters and marks stays whole where it is known ("U.S."), is cut into the fewest known words at its marks ("do n't",
    "Ben 's"), and else at every mark.

    Args:
        text: The sentence.
        is_known: Whether the network knows a word.
    """
    runs = text.split()
    if runs and not any(map(str.isalnum, runs[-1])) and not any(map(_has_mark_at_edge, runs)):
        return runs
    return [word for run in runs for word in _known_words(run, is_known)]


def _has_mark_at_edge(run: str) -> bool:
    """Whether something with letters or digits begins or ends with a comma or the like."""
    return any(map(str.isalnum, run)) and (run[0] in _EDGES or run[-1] in _EDGES)


def _known_words(run: str, is_known: Callable[[str], bool]) -> list[str]:
    """One run without blanks: whole, or the fewest known words; the earlier cut where there are several ways."""
    found: list[list[str] | None] = [[]] + [None] * len(run)  # of each beginning
    marks = [place for place, sign in enumerate(run) if not sign.isalnum()]
    cuts = {0, len(run)} | {place + step for place in marks for step in (-1, 0, 1) if place + step > 0}
    places = sorted(cuts)[:_MOST_CUTS]
    for place, end in enumerate(places[1:], 1):
        for start in places[:place]:
            before, best = found[start], found[end]
            is_shorter = before is not None and (best is None or len(before) + 1 < len(best))
            if before is not None and is_shorter and is_known(run[start:end]):
                found[end] = [*before, run[start:end]]
    return found[len(run)] or [word.strip() for word in split_words(run)]


def real_words(values: Tensor, lengths: Tensor) -> Tensor:
    """(N, ...) of the real words of values (B, T, ...), one sentence after the other."""
    return values[real_steps(lengths.to(values.device), values.shape[1])]


def load_predictor(experiment: Experiment, directory: Path, device: torch.device) -> TaggingPredictor:
    """A tagger as a run directory describes it, without its weights."""
    content = json.loads(read_plain(directory / "tokenizer.json").decode("utf-8"))
    tokenizer = load_tokenizer(json.dumps(content["tokenizer"]))
    classes = tuple(content["classes"])
    model = build_model(experiment, tokenizer.vocab_size, classes)
    return TaggingPredictor(experiment, model.to(device), tokenizer, classes, device)
