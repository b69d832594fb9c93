"""What it costs to spell out a token that a vocabulary lacks, so that `<unk>` is no way to know a text for nothing.

A model that says `<unk>` has not said yet what stands there. It pays for the rest by the simplest model that knows every
text, an add-one unigram over the characters of the training set:

    p(c) = (count of c + 1) / (N + K)        q(w) = product of p(c) over the characters of w

N is all that was counted; K the number of different symbols: the characters of the training set, one symbol for any
other character, and in a vocabulary of words the end of a word, which occurs once a word and is a factor of q. Any other
character costs that symbol and an even choice among the Unicode code points left. So q adds up to 1 over all characters,
or all words; and as a token of the vocabulary V is never spelled, what an unknown one costs is

    -log(q(w) / (1 - sum of q(v) over V))

With it, leaving a token out of V never makes the text that V was fitted on more likely, and makes it as likely as before
where tokens occur as often as q says. What `<unk>` itself costs is the network's own affair. Left out: who adds the
costs to what (core.tasks.generation, core.metrics).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from core.data.pieces import cut_anywhere
from core.data.prepared import PreparedText
from core.data.text import NUM_CODE_POINTS, UNK, codes_of


class Spelling:
    """The add-one unigram model of characters.

    Args:
        text: The training set, as normalized.
        vocabulary: What is never spelled: characters, or words with their space.
        num_words: Of the training set, each of which has an end; None where what is spelled is one character always.
    """

    def __init__(self, text: str, vocabulary: Sequence[str] = (), num_words: int | None = None):
        counts = np.zeros(NUM_CODE_POINTS, dtype=np.int64)
        for piece in cut_anywhere(text):
            counts += np.bincount(codes_of(piece), minlength=NUM_CODE_POINTS)
        num_known = int(np.count_nonzero(counts))
        num_symbols = num_known + 1 + (num_words is not None)
        total = math.log(len(text) + (num_words or 0) + num_symbols)
        self._nats = total - np.log(counts + 1.0)
        self._nats[counts == 0] = total + math.log(NUM_CODE_POINTS - num_known)
        self._end = 0.0 if num_words is None else total - math.log(num_words + 1)
        self._saved = 0.0
        self._saved = -math.log1p(-float(np.exp(-self.nats(vocabulary)).sum()))

    def nats(self, pieces: Sequence[str]) -> np.ndarray:
        """-log p of each of N unknown pieces of text, none of them empty, natural logarithm: (N,)."""
        if not pieces:
            return np.zeros(0)
        starts = np.cumsum([0, *map(len, pieces[:-1])])
        return np.add.reduceat(self._nats[codes_of("".join(pieces))], starts) + self._end - self._saved


class SpellingCosts:
    """What each token of a part costs beyond the surprise at its id, found once a part.

    Words are spelled to their end; what characters and subwords lack is single characters.
    """

    def __init__(self, prepared: PreparedText):
        self._prepared = prepared
        self._spelling: Spelling | None = None
        self._costs: dict[str, np.ndarray] = {}

    def of(self, split: str) -> np.ndarray:
        """0 but for `<unk>`, (T,), natural logarithm."""
        if split not in self._costs:
            ids = self._prepared.ids[split]
            self._costs[split] = np.zeros(len(ids))
            (unknown,) = np.nonzero(ids == UNK)
            if len(unknown):
                tokenizer, items = self._prepared.tokenizer, self._prepared.items(split)
                pieces = [piece for item in items for piece in tokenizer.unknown_pieces(item)]
                self._costs[split][unknown] = self.fitted().nats(pieces)
        return self._costs[split]

    def fitted(self) -> Spelling:
        """The model of the training set, fitted once."""
        if self._spelling is None:
            tokenizer, text = self._prepared.tokenizer, self._prepared.texts["train"]
            if tokenizer.unit == "word":
                self._spelling = Spelling(text, tokenizer.pieces(), len(self._prepared.ids["train"]))
            else:
                self._spelling = Spelling(text, [piece for piece in tokenizer.pieces() if len(piece) == 1])
        return self._spelling
