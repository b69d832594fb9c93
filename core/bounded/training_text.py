"""What is asked of the text that a language model has read: simple models of a text of one's own, and what was copied.

The training text is read where it is, and only what was asked leaves: figures, and passages around what was found.

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
from core.novelty import MOST_WRITTEN, ItemShares, Novelty, Stretch, count_items, look_up

MOST_COUNTED = 2_000_000
"""Training tokens that the n-grams of a page count: some 300 MB and some seconds."""
MOST_TEXTS, MOST_CHARACTERS = 100, 20_000
NUM_SOURCES = 12  # stretches whose source is told
AROUND: Mapping[str, int] = {"character": 100, "subword": 30, "word": 20}
"""Tokens of the passage on either side, by unit."""


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


@dataclass(frozen=True)
class Source:
    """A stretch of a text that stands in the training text.

    Attributes:
        start, end: Its tokens in the text, the end behind it.
        before, copied, after: The passage of the training text, the stretch in its middle.
    """

    start: int
    end: int
    before: str
    copied: str
    after: str


@dataclass(frozen=True)
class Copied:
    """What of a text stands in the training text.

    Attributes:
        tokens: Of the text, as a person would write them.
        cover: For each token the length of the longest stretch of training text that it stands in, in tokens.
        seen: Share of the n-grams of the text that training has, n from 1; None where the text is shorter.
        held_out_cover, held_out_seen: The same of as many tokens from the middle of the validation set: how much
            repeats by chance.
        sources: The longest stretches, the longest first.
        items: Whole lines, where each is an item; None of running text.
        is_cut: Whether the text went on.
    """

    tokens: tuple[str, ...]
    cover: tuple[int, ...]
    seen: tuple[float | None, ...]
    held_out_cover: tuple[int, ...]
    held_out_seen: tuple[float | None, ...]
    sources: tuple[Source, ...]
    items: ItemShares | None
    is_cut: bool


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
    prepared = _prepared(experiment, mark, settings, limits, tell)
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


def copied(
    experiment: dict[str, Any], mark: str, text: str, settings: Settings, limits: Limits, tell: ProgressCallback
) -> Copied:
    """What of a text, its first `MOST_WRITTEN` tokens, stands in the training text. Arguments and errors as of `beside`."""
    check_size([text], 1)
    prepared = _prepared(experiment, mark, settings, limits, tell)
    tokenizer, train = prepared.tokenizer, prepared.ids["train"]
    all_ids = tokenizer.encode(text)
    ids = all_ids[:MOST_WRITTEN]
    found = look_up(ids, train, UNK)
    held_out = held_out_piece(prepared, len(ids))
    usual = look_up(held_out, train, UNK)
    longest = sorted(found.stretches(2), key=lambda one: (-len(one), one.start))[:NUM_SOURCES]
    return Copied(
        tuple(map(tokenizer.token, ids.tolist())), _numbers(found), found.seen, _numbers(usual), usual.seen,
        tuple(_source(tokenizer, train, one) for one in longest), items_in(prepared, text), len(ids) < len(all_ids),
    )  # fmt: skip


def held_out_piece(prepared: PreparedText, num_tokens: int) -> np.ndarray:
    """At most so many tokens from the middle of the validation set."""
    ids = prepared.ids["validation"]
    start = max(0, (len(ids) - num_tokens) // 2)
    return ids[start : start + num_tokens]


def items_in(prepared: PreparedText, text: str) -> ItemShares | None:
    """The items of a written text by where they stand; None where the text is no list of items.

    Items that stand apart are its lines, or it is one where they have several. Joined ones are its lines without the
    first and the last, which may be parts of one.
    """
    if not prepared.summary.longest:
        return None
    if not prepared.apart:
        train, test = (prepared.texts[part].split("\n") for part in ("train", "test"))
        return count_items(text.split("\n")[1:-1], train, test)
    train, test = prepared.items("train"), prepared.items("test")
    are_lines = not any("\n" in item for item in train)
    return count_items(text.split("\n") if are_lines else [text.strip()], train, test)


def check_size(texts: list[str], most: int) -> None:
    """Raise `ConfigError` for more or longer texts than are looked at."""
    if len(texts) > most or any(len(text) > MOST_CHARACTERS for text in texts):
        expected = f"at most {most} texts of {MOST_CHARACTERS:,} characters"
        received = f"{len(texts)}, the longest of {max(map(len, texts), default=0):,}"
        raise ConfigError.single("text", expected, received, "Shorten it.")


def _prepared(
    experiment: dict[str, Any], mark: str, settings: Settings, limits: Limits, tell: ProgressCallback
) -> PreparedText:
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


def _numbers(found: Novelty) -> tuple[int, ...]:
    return tuple(found.cover().tolist())


def _source(tokenizer: Tokenizer, train: np.ndarray, one: Stretch) -> Source:
    """The passage around a stretch, spaces and all."""
    around = AROUND[tokenizer.unit]
    first, last = max(0, one.source - around), one.source + len(one)
    before, through = (tokenizer.decode(train[first:end].tolist()) for end in (one.source, last))
    whole = tokenizer.decode(train[first : last + around].tolist())
    return Source(one.start, one.end, before, through[len(before) :], whole[len(through) :])
