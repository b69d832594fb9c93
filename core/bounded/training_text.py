"""What is asked of the text that a language model has read: simple models of a text of one's own.

The training text is read where it is, and only figures leave. Left out: what was copied (copied_text.py).

Shape letters: N tokens of a text.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.limits import Limits, Settings
from core.data.prepared import PreparedText
from core.data.progress import ProgressCallback
from core.data.text import BOS, EOS, UNK, Tokenizer

MOST_COUNTED = 2_000_000
"""Training tokens that the n-grams of a page count: some 300 MB and some seconds."""
MOST_TEXTS, MOST_CHARACTERS = 100, 20_000


@dataclass(frozen=True)
class Beside:
    """What simple models make of a text.

    Attributes:
        nats: -log p of each of N tokens by model, "ngram_1" and so on, in nats; of an unknown one that it is unknown.
        spelling: What it costs to say which one each was, (N,) in nats, 0.0 for a known token.
        counted: Training tokens that were counted.
        is_all: Whether that was the whole training set.
    """

    nats: dict[str, tuple[float, ...]]
    spelling: tuple[float, ...]
    counted: int
    is_all: bool

    def best(self, baselines: Mapping[str, Mapping[str, Any]] | None) -> str:
        """The best of the n-gram models by the figures of a run, and without these the highest order."""
        known = {name: (baselines or {}).get(name, {}).get("bits_per_char") for name in self.nats}
        figures = {name: value for name, value in known.items() if value is not None}
        return min(figures, key=lambda name: figures[name]) if figures else max(self.nats)

    def total(self, name: str) -> float:
        """-log p of the whole text under a model, in nats: the sum of `costs`."""
        return math.fsum(self.costs(name))

    def costs(self, name: str) -> tuple[float, ...]:
        """-log p of each token under a model in nats, an unknown one spelled."""
        return tuple(map(sum, zip(self.nats[name], self.spelling, strict=True)))


def mark_of(tokenizer: Tokenizer) -> str:
    """By which it is known that a text is cut into tokens as a network has it."""
    return hashlib.sha256(tokenizer.to_json().encode("utf-8", "surrogatepass")).hexdigest()


def beside(
    experiment: dict[str, Any],
    mark: str,
    texts: list[tuple[str, str]],
    settings: Settings,
    limits: Limits,
    tell: ProgressCallback,
) -> tuple[Beside, ...]:
    """What n-gram models of the training text make of some texts.

    Args:
        experiment: Of the run.
        mark: Of the run's tokenizer, from `mark_of`.
        texts: At most `MOST_TEXTS`, each with what stands before it and is not scored.

    Raises:
        ConfigError: Too much is asked, or the data are not those that the network has read.
    """
    from core.baselines.ngram import NGrams

    check_size([text for pair in texts for text in pair], 2 * MOST_TEXTS)
    prepared = prepared_of(experiment, mark, settings, limits, tell)
    tokenizer, train = prepared.tokenizer, prepared.ids["train"]
    models = NGrams(max_tokens=MOST_COUNTED).fit(train, tokenizer.vocab_size, prepared.offsets["train"])
    found = []
    for before, text in texts:
        start, ids = tokenizer.encode(before).tolist(), tokenizer.encode(text).tolist()
        if prepared.apart:
            whole = np.array([*start, *ids, EOS])
            nats = models.nats(whole, [0, len(whole)])
        else:
            start = start or tokenizer.encode("\n").tolist() or [BOS]
            nats = models.nats(np.array([*start, *ids]))
        rows = {name: tuple(row[len(start) :].tolist()) for name, row in nats.items()}
        spelling = _spelled(prepared, text, np.array([*ids, EOS] if prepared.apart else ids))
        found.append(Beside(rows, spelling, min(len(train), MOST_COUNTED), len(train) <= MOST_COUNTED))
    return tuple(found)


def check_size(texts: list[str], most: int, longest: int = MOST_CHARACTERS) -> None:
    """Raise `ConfigError` for more or longer texts than are looked at."""
    if len(texts) > most or any(len(text) > longest for text in texts):
        expected = f"at most {most} texts of {longest:,} characters"
        received = f"{len(texts)}, the longest of {max(map(len, texts), default=0):,}"
        raise ConfigError.single("text", expected, received, "Shorten it.")


def prepared_of(
    experiment: dict[str, Any], mark: str, settings: Settings, limits: Limits, tell: ProgressCallback
) -> PreparedText:
    """The data of a run, if they are those that its network has read. Raises `ConfigError` for others."""
    from core.data.prepare import prepare

    parsed = Experiment.parse(experiment)
    found = prepare(parsed.description.kind, parsed.data, settings, limits, tell)
    if not isinstance(found, PreparedText) or mark_of(found.tokenizer) != mark:
        hint = "Bring the data back as they were, or train a new run."
        raise ConfigError.single("data", "the text that the network was trained on", "another one", hint)
    return found


def _spelled(prepared: PreparedText, text: str, ids: np.ndarray) -> tuple[float, ...]:
    """What spelling each of the tokens (N,) of a text costs, in nats: 0.0 but for the unknown ones."""
    from core.data.spelling import SpellingCosts

    costs = np.zeros(len(ids))
    if (ids == UNK).any():
        costs[ids == UNK] = SpellingCosts(prepared).fitted().nats(prepared.tokenizer.unknown_pieces(text))
    return tuple(costs.tolist())
