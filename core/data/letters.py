"""Words as letters, for networks that compose a word of them: of known and of unknown words, bounded in length and number.

The letters are those of the vocabulary, so a tokenizer says all that there is to know.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from core.data.prepared import Ragged
from core.data.text import SPECIALS, UNK, Tokenizer

NUM_LETTERS = 256
"""Different numbers of letters: 0 for none, 1 for an unknown one, and the most frequent of the vocabulary."""
MOST_LETTERS = 20
"""Of a word; of a longer one its first and its last ten."""
_FIRST = 2


class Letters:
    """The letters of a tokenizer's words.

    Attributes:
        numbers: Of each letter, from 2, the most frequent first.
        table: (V, S) of every token of the vocabulary; tokens that are no words have none.
    """

    def __init__(self, tokenizer: Tokenizer):
        words = [piece.strip() or piece for piece in tokenizer.pieces()]
        counts = Counter(letter for word in words for letter in word)
        frequent = sorted(counts, key=lambda letter: (-counts[letter], letter))[: NUM_LETTERS - _FIRST]
        self.numbers = {letter: number for number, letter in enumerate(frequent, _FIRST)}
        self.table = np.concatenate([np.zeros((len(SPECIALS), MOST_LETTERS), dtype=np.int64), self.spell(words)])

    def spell(self, words: Sequence[str]) -> np.ndarray:
        """Letters of N words, int64 (N, S), 0 behind the last."""
        spelled = np.zeros((len(words), MOST_LETTERS), dtype=np.int64)
        for row, word in zip(spelled, words, strict=True):
            half = MOST_LETTERS // 2
            kept = word if len(word) <= MOST_LETTERS else word[:half] + word[-half:]
            row[: len(kept)] = [self.numbers.get(letter, 1) for letter in kept]
        return spelled


def unknown_words(tokenizer: Tokenizer, texts: Sequence[str], ragged: Ragged) -> Iterator[str]:
    """The word behind each `<unk>` among the ids of some texts, in order.

    Args:
        texts: N texts.
        ragged: Their ids, possibly cut.
    """
    unknown = np.append(0, np.cumsum(ragged.ids == UNK))[ragged.offsets]
    for text, number in zip(texts, np.diff(unknown).tolist(), strict=True):
        if number:
            yield from (piece.strip() or piece for piece in tokenizer.unknown_pieces(text)[:number])


def written_tokens(tokenizer: Tokenizer, text: str, ids: Sequence[int]) -> list[str]:
    """The tokens of a text as a person would write them, an unknown one as it stands in the text.

    Args:
        ids: Of the text, possibly cut.
    """
    unknown = iter(tokenizer.unknown_pieces(text) if UNK in ids else ())
    pieces = (next(unknown, SPECIALS[UNK]) if found == UNK else "" for found in ids)
    return [piece.strip() or piece or tokenizer.token(found) for piece, found in zip(pieces, ids, strict=True)]
