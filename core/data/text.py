"""Tokenizers: text to numbers and back, by character, word or subword.

Ids 0 to 3 are the same everywhere: `<pad>`, `<unk>`, `<bos>`, `<eos>`. A tokenizer is fitted on the training set only,
so that a word of the test set can be unknown, as it would be in use, and carries the normalization of its text with
it. Words and subwords come from the `tokenizers` library; characters are a table look-up in numpy, a hundred times
faster on long text.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Protocol

import numpy as np

from core.data.normalization import Normalization
from core.data.pieces import cut_anywhere, cut_between_tokens, together
from core.data.progress import Meter, ProgressCallback, quiet, told_here, within

PAD, UNK, BOS, EOS = 0, 1, 2, 3
SPECIALS = ("<pad>", "<unk>", "<bos>", "<eos>")
END = "end of the item"  # what readers call a stop token
NUM_CODE_POINTS = 0x110000  # of Unicode
_FINDING = "Finding the vocabulary"


class Tokenizer(Protocol):
    """What every unit offers; `normalization` is how text is written before it is cut into tokens."""

    unit: str
    normalization: Normalization

    @property
    def vocab_size(self) -> int: ...

    def encode(self, text: str) -> np.ndarray:
        """Ids of a text, int32 (T,), without `<bos>` and `<eos>`."""

    def encode_batch(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Ids of many texts in a row, int32 (T,), and how many each has, int64 (N,)."""

    def encode_pieces(self, text: str) -> Iterator[tuple[int, np.ndarray]]:
        """Ids of a long text piece by piece, each with the number of characters that it stands for."""

    def decode(self, ids: Iterable[int]) -> str:
        """Text of ids, as normalized; special ids are left out, `<unk>` stands as itself."""

    def token(self, token_id: int) -> str:
        """One token as a person would write it."""

    def pieces(self) -> list[str]:
        """The text of each token but the special ones, with the space that belongs to it, in the order of their ids."""

    def unknown_pieces(self, text: str) -> list[str]:
        """The piece of text behind each `<unk>` of the ids, in order, with the space that belongs to it."""

    def unknown(self, text: str) -> list[str]:
        """The characters or words of a text that become `<unk>`, each once, in order."""
        return list(dict.fromkeys(piece.strip() or piece for piece in self.unknown_pieces(text)))

    def to_json(self) -> str: ...


class CharacterTokenizer(Tokenizer):
    """One id a character. Characters that the training set has not are `<unk>`."""

    unit = "character"

    def __init__(self, characters: Sequence[str], normalization: Normalization):
        self._characters = tuple(characters)
        self.normalization = normalization
        codes = np.array([ord(character) for character in self._characters], dtype=np.int64)
        # Ids by code; the last place is for every code beyond.
        self._ids = np.full(codes.max(initial=0) + 2, UNK, dtype=np.int32)
        self._ids[codes] = np.arange(len(codes)) + len(SPECIALS)

    @classmethod
    def fit(
        cls, texts: Sequence[str], vocab_size: int, normalization: Normalization, tell: ProgressCallback = quiet
    ) -> CharacterTokenizer:
        """Keep the most frequent characters of `texts`, at most `vocab_size` with the special ids."""
        counts = np.zeros(NUM_CODE_POINTS, dtype=np.int64)
        meter = Meter(tell, sum(map(len, texts)), _FINDING)
        for group in together(piece for text in texts for piece in cut_anywhere(normalization(text))):
            codes = codes_of("".join(group))
            counts += np.bincount(codes, minlength=NUM_CODE_POINTS)
            meter.add(len(codes))
        (found,) = np.nonzero(counts)
        kept = found[np.lexsort((found, -counts[found]))][: vocab_size - len(SPECIALS)]
        return cls([chr(code) for code in sorted(kept.tolist())], normalization)

    @property
    def vocab_size(self) -> int:
        return len(SPECIALS) + len(self._characters)

    def encode(self, text: str) -> np.ndarray:
        return self._look_up(self.normalization(text))

    def encode_batch(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        written = [self.normalization(text) for text in texts]
        return self._look_up("".join(written)), np.fromiter(map(len, written), dtype=np.int64, count=len(written))

    def encode_pieces(self, text: str) -> Iterator[tuple[int, np.ndarray]]:
        for piece in cut_anywhere(self.normalization(text)):
            yield len(piece), self._look_up(piece)

    def _look_up(self, text: str) -> np.ndarray:
        return self._ids[np.minimum(codes_of(text), len(self._ids) - 1)]

    def decode(self, ids: Iterable[int]) -> str:
        return "".join(self.token(token_id) for token_id in ids if token_id not in (PAD, BOS, EOS))

    def token(self, token_id: int) -> str:
        return SPECIALS[token_id] if token_id < len(SPECIALS) else self._characters[token_id - len(SPECIALS)]

    def pieces(self) -> list[str]:
        return list(self._characters)

    def unknown_pieces(self, text: str) -> list[str]:
        text = self.normalization(text)
        return [text[place] for place in np.flatnonzero(self._look_up(text) == UNK)]

    def to_json(self) -> str:
        content = {
            "unit": self.unit,
            "normalization": asdict(self.normalization),
            "characters": "".join(self._characters),
        }
        return json.dumps(content, ensure_ascii=False)


class LibraryTokenizer(Tokenizer):
    """Words, or byte-pair subwords (Sennrich, Haddow and Birch 2016), through the `tokenizers` library.

    Words are letters and digits in a row; every other visible character is a word of its own. A space before a
    word is part of it (as the sign ▁), so that decoding gives the spacing back.

    Args:
        unit: word or subword.
        serialized: The library's own JSON.
        normalization: None for one that was kept before text was normalized here: the library's then does it.
    """

    def __init__(self, unit: str, serialized: str, normalization: Normalization | None):
        from tokenizers import Tokenizer as Backend

        self.unit = unit
        self._is_old = normalization is None
        self.normalization = normalization or Normalization("none")
        self._backend = Backend.from_str(serialized)
        self._backend.no_padding()
        self._backend.no_truncation()
        self._backend.encode_special_tokens = True  # "<pad>" in a text is text

    @classmethod
    def fit_words(cls, words: Iterable[str], vocab_size: int, normalization: Normalization) -> LibraryTokenizer:
        """Learn words that come one by one, whatever stands in them; texts are then cut at blanks alone."""
        from tokenizers import Tokenizer as Backend
        from tokenizers import models, trainers

        backend = Backend(models.WordLevel({}, "<unk>"))
        trainer = trainers.WordLevelTrainer(vocab_size=vocab_size, special_tokens=list(SPECIALS), show_progress=False)
        backend.train_from_iterator(map(normalization, words), trainer)
        return cls("word", backend.to_str(), normalization)

    @classmethod
    def fit(
        cls,
        unit: str,
        texts: Sequence[str],
        vocab_size: int,
        normalization: Normalization,
        tell: ProgressCallback = quiet,
    ) -> LibraryTokenizer:
        """Learn the vocabulary of `texts`, at most `vocab_size` with the special ids."""
        learnt = told_here(lambda report: _learn(unit, texts, vocab_size, normalization, report), tell)
        return cls(unit, learnt, normalization)

    @property
    def vocab_size(self) -> int:
        return self._backend.get_vocab_size()

    def encode(self, text: str) -> np.ndarray:
        return self.encode_batch([text])[0]

    def encode_batch(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        pieces: list[str] = []
        ends = [0]
        for text in texts:
            pieces.extend(self._pieces(text))
            ends.append(len(pieces))
        found = [np.array(item.ids, dtype=np.int32) for item in self._backend.encode_batch_fast(pieces)]
        lengths = np.array([len(ids) for ids in found], dtype=np.int64)
        upto = np.concatenate([[0], np.cumsum(lengths)])[ends]
        return np.concatenate([np.zeros(0, dtype=np.int32), *found]), np.diff(upto)

    def encode_words(self, words: Iterable[str]) -> np.ndarray:
        """Ids of words that come one by one, int32 (N,); only of a tokenizer of such words."""
        found = self._backend.encode_batch_fast([self.normalization(word) for word in words])
        return np.array([token_id for item in found for token_id in item.ids], dtype=np.int32)

    def encode_pieces(self, text: str) -> Iterator[tuple[int, np.ndarray]]:
        for group in together(self._pieces(text)):
            found = self._backend.encode_batch_fast(group)
            yield sum(map(len, group)), np.array([token_id for item in found for token_id in item.ids], dtype=np.int32)

    def _pieces(self, text: str) -> Iterable[str]:
        if self._backend.pre_tokenizer is None:  # of words that come one by one
            return self.normalization(text).split()
        return [text] if self._is_old else cut_between_tokens(_written(text, self.normalization))

    def decode(self, ids: Iterable[int]) -> str:
        pieces = [self._backend.id_to_token(int(token_id)) for token_id in ids if token_id not in (PAD, BOS, EOS)]
        return self._backend.decoder.decode(pieces) if self._backend.decoder else " ".join(map(str, pieces))

    def token(self, token_id: int) -> str:
        piece = self._backend.id_to_token(int(token_id)) or SPECIALS[UNK]
        return piece.replace("▁", " ").removeprefix(" ") or " "

    def pieces(self) -> list[str]:
        found = sorted((token_id, piece) for piece, token_id in self._backend.get_vocab().items())
        return [piece.replace("▁", " ") for _, piece in found[len(SPECIALS) :]]

    def unknown_pieces(self, text: str) -> list[str]:
        return [
            piece[start:end]
            for group in together(self._pieces(text))
            for piece, found in zip(group, self._backend.encode_batch(group, add_special_tokens=False), strict=True)
            for token_id, (start, end) in zip(found.ids, found.offsets, strict=True)
            if token_id == UNK
        ]

    def to_json(self) -> str:
        content: dict[str, object] = {"unit": self.unit, "tokenizer": self._backend.to_str()}
        if not self._is_old:
            content["normalization"] = asdict(self.normalization)
        return json.dumps(content, ensure_ascii=False)


def _learn(
    unit: str, texts: Sequence[str], vocab_size: int, normalization: Normalization, tell: ProgressCallback
) -> str:
    """A tokenizer of the words or subwords of these texts, in the library's JSON."""
    from tokenizers import Regex, decoders, models, pre_tokenizers, trainers
    from tokenizers import Tokenizer as Backend

    backend = Backend(models.WordLevel({}, "<unk>") if unit == "word" else models.BPE(unk_token="<unk>"))
    # The space before the first word is put there by `_written`, so that a later piece of a text gets none.
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Metaspace(prepend_scheme="never", split=False),
            pre_tokenizers.Split(Regex(r"▁?\w+|▁?[^\w▁]|▁"), "isolated"),
        ]
    )
    backend.decoder = decoders.Metaspace()
    special, num_characters = list(SPECIALS), sum(map(len, texts))

    def pieces(tell: ProgressCallback) -> Iterator[str]:
        meter = Meter(tell, num_characters, _FINDING)
        for text in texts:
            for piece in cut_between_tokens(_written(text, normalization)):
                yield piece
                meter.add(len(piece))

    if unit == "word":
        words = trainers.WordLevelTrainer(vocab_size=vocab_size, special_tokens=special, show_progress=False)
        backend.train_from_iterator(pieces(tell), words)
    else:
        alphabet = _alphabet(pieces(within(tell, 0.0, 0.3)), vocab_size)
        subwords = trainers.BpeTrainer(
            vocab_size=vocab_size, special_tokens=special, show_progress=False,
            initial_alphabet=alphabet, limit_alphabet=len(alphabet),
        )  # fmt: skip
        backend.train_from_iterator(pieces(within(tell, 0.3, 1.0)), subwords)
    return backend.to_str()


def _written(text: str, normalization: Normalization) -> str:
    """A text as the library gets it: normalized, and with the space that belongs to its first word."""
    text = normalization(text)
    return text if not text or text[0] in " ▁" else f" {text}"


def codes_of(text: str) -> np.ndarray:
    """The Unicode code point of each character, (T,)."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _alphabet(texts: Iterable[str], vocab_size: int) -> list[str]:
    """The most frequent characters, as many as the vocabulary has room for; the library's choice varies with ties."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(text)
    del counts[" "], counts["▁"]
    frequent = sorted(counts, key=lambda character: (-counts[character], character))
    return ["▁", *frequent][: max(1, vocab_size - len(SPECIALS))]


def fit_tokenizer(
    unit: str,
    texts: Sequence[str],
    vocab_size: int,
    normalization: Normalization | None = None,
    tell: ProgressCallback = quiet,
) -> Tokenizer:
    """A tokenizer of the unit, fitted on the texts of the training set."""
    normalization = normalization or Normalization()
    if unit == "character":
        return CharacterTokenizer.fit(texts, vocab_size, normalization, tell)
    return LibraryTokenizer.fit(unit, texts, vocab_size, normalization, tell)


def load_tokenizer(serialized: str) -> Tokenizer:
    """Read what `to_json` wrote, now or before tokenizers carried their normalization."""
    content = json.loads(serialized)
    given = content.get("normalization")
    normalization = Normalization(**given) if given else None
    if content["unit"] == "character":
        old = Normalization("none", lower=content.get("lowercase", False))
        return CharacterTokenizer(content["characters"], normalization or old)
    return LibraryTokenizer(content["unit"], content["tokenizer"], normalization)
