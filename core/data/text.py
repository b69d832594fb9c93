"""Tokenizers: text to numbers and back, by character, word or subword.

Ids 0 to 3 are the same everywhere: `<pad>`, `<unk>`, `<bos>`, `<eos>`. A tokenizer is fitted on the training
part only, so that a word of the test part can be unknown, as it would be in use. Words and subwords come
from the `tokenizers` library; characters are a table look-up in numpy, a hundred times faster on long text.
Left out: which unit a task uses (the experiment says), batches (batching.py).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Protocol

import numpy as np

PAD, UNK, BOS, EOS = 0, 1, 2, 3
SPECIALS = ("<pad>", "<unk>", "<bos>", "<eos>")


class Tokenizer(Protocol):
    """What every unit offers."""

    unit: str

    @property
    def vocab_size(self) -> int: ...

    def encode(self, text: str) -> np.ndarray:
        """Ids of a text, int32 (T,), without `<bos>` and `<eos>`."""

    def decode(self, ids: Iterable[int]) -> str:
        """Text of ids; special ids are left out, `<unk>` stands as itself."""

    def token(self, token_id: int) -> str:
        """One token as a person would write it."""

    def unknown(self, text: str) -> list[str]:
        """The pieces of a text that become `<unk>`, each once, in order."""

    def to_json(self) -> str: ...


class CharacterTokenizer:
    """One id a character. Characters that the training part has not are `<unk>`."""

    unit = "character"

    def __init__(self, characters: Sequence[str], lowercase: bool = False):
        self._characters = tuple(characters)
        self._lowercase = lowercase
        codes = np.array([ord(character) for character in self._characters], dtype=np.uint32)
        self._order = np.argsort(codes)
        self._codes = codes[self._order]

    @classmethod
    def fit(cls, texts: Iterable[str], vocab_size: int, lowercase: bool = False) -> CharacterTokenizer:
        """Keep the most frequent characters of `texts`, at most `vocab_size` with the special ids."""
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(text.lower() if lowercase else text)
        kept = sorted(counts, key=lambda character: (-counts[character], character))[: vocab_size - len(SPECIALS)]
        return cls(sorted(kept), lowercase)

    @property
    def vocab_size(self) -> int:
        return len(SPECIALS) + len(self._characters)

    def encode(self, text: str) -> np.ndarray:
        text = text.lower() if self._lowercase else text
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        if not len(self._codes):
            return np.full(len(codes), UNK, dtype=np.int32)
        place = np.minimum(np.searchsorted(self._codes, codes), len(self._codes) - 1)
        known = self._codes[place] == codes
        return np.where(known, self._order[place] + len(SPECIALS), UNK).astype(np.int32)

    def decode(self, ids: Iterable[int]) -> str:
        return "".join(self.token(token_id) for token_id in ids if token_id not in (PAD, BOS, EOS))

    def token(self, token_id: int) -> str:
        return SPECIALS[token_id] if token_id < len(SPECIALS) else self._characters[token_id - len(SPECIALS)]

    def unknown(self, text: str) -> list[str]:
        ids = self.encode(text).tolist()
        return list(dict.fromkeys(sign for sign, token_id in zip(text, ids, strict=False) if token_id == UNK))

    def to_json(self) -> str:
        content = {"unit": self.unit, "lowercase": self._lowercase, "characters": "".join(self._characters)}
        return json.dumps(content, ensure_ascii=False)


class LibraryTokenizer:
    """Words, or byte-pair subwords (Sennrich, Haddow and Birch 2016), through the `tokenizers` library.

    Words are letters and digits in a row; every other visible character is a word of its own. A space before a
    word is part of it (as the sign ▁), so that decoding gives the spacing back.
    """

    def __init__(self, unit: str, serialized: str):
        from tokenizers import Tokenizer as Backend

        self.unit = unit
        self._backend = Backend.from_str(serialized)
        self._backend.no_padding()
        self._backend.no_truncation()

    @classmethod
    def fit(cls, unit: str, texts: Sequence[str], vocab_size: int, lowercase: bool = False) -> LibraryTokenizer:
        """Learn the vocabulary of `texts`, at most `vocab_size` with the special ids."""
        from tokenizers import Regex, decoders, models, normalizers, pre_tokenizers, trainers
        from tokenizers import Tokenizer as Backend

        backend = Backend(models.WordLevel({}, "<unk>") if unit == "word" else models.BPE(unk_token="<unk>"))
        steps: list[normalizers.Normalizer] = [normalizers.NFC()]
        if lowercase:  # spacing says no more than case does
            steps += [normalizers.Lowercase(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
        backend.normalizer = normalizers.Sequence(steps)
        backend.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Metaspace(split=False),
                pre_tokenizers.Split(Regex(r"▁?\w+|▁?[^\w▁]|▁"), "isolated"),
            ]
        )
        backend.decoder = decoders.Metaspace()
        special = list(SPECIALS)
        if unit == "word":
            words = trainers.WordLevelTrainer(vocab_size=vocab_size, special_tokens=special, show_progress=False)
            backend.train_from_iterator(texts, words)
        else:
            alphabet = _alphabet([backend.normalizer.normalize_str(text) for text in texts], vocab_size)
            pieces = trainers.BpeTrainer(
                vocab_size=vocab_size, special_tokens=special, show_progress=False,
                initial_alphabet=alphabet, limit_alphabet=len(alphabet),
            )  # fmt: skip
            backend.train_from_iterator(texts, pieces)
        return cls(unit, backend.to_str())

    @property
    def vocab_size(self) -> int:
        return self._backend.get_vocab_size()

    def encode(self, text: str) -> np.ndarray:
        return np.array(self._backend.encode(text, add_special_tokens=False).ids, dtype=np.int32)

    def encode_batch(self, texts: Sequence[str]) -> list[np.ndarray]:
        """Ids of many texts; the library uses its own threads."""
        return [np.array(item.ids, dtype=np.int32) for item in self._backend.encode_batch_fast(list(texts))]

    def decode(self, ids: Iterable[int]) -> str:
        pieces = [self._backend.id_to_token(int(token_id)) for token_id in ids if token_id not in (PAD, BOS, EOS)]
        return self._backend.decoder.decode(pieces)

    def token(self, token_id: int) -> str:
        piece = self._backend.id_to_token(int(token_id)) or SPECIALS[UNK]
        return piece.replace("▁", " ").removeprefix(" ") or " "

    def unknown(self, text: str) -> list[str]:
        encoding = self._backend.encode(text, add_special_tokens=False)
        pieces = zip(encoding.ids, encoding.offsets, strict=True)
        return list(dict.fromkeys(text[start:end].strip() for token_id, (start, end) in pieces if token_id == UNK))

    def to_json(self) -> str:
        return json.dumps({"unit": self.unit, "tokenizer": self._backend.to_str()}, ensure_ascii=False)


def _alphabet(texts: Iterable[str], vocab_size: int) -> list[str]:
    """The most frequent characters, as many as the vocabulary has room for; the library's choice varies with ties."""
    counts = Counter(chain.from_iterable(texts))
    del counts[" "]
    frequent = sorted(counts, key=lambda character: (-counts[character], character))
    return ["▁", *frequent][: max(1, vocab_size - len(SPECIALS))]


def fit_tokenizer(unit: str, texts: Sequence[str], vocab_size: int, lowercase: bool = False) -> Tokenizer:
    """A tokenizer of the unit, fitted on the texts of the training part."""
    if unit == "character":
        return CharacterTokenizer.fit(texts, vocab_size, lowercase)
    return LibraryTokenizer.fit(unit, texts, vocab_size, lowercase)


def load_tokenizer(serialized: str) -> Tokenizer:
    """Read what `to_json` wrote."""
    content = json.loads(serialized)
    if content["unit"] == "character":
        return CharacterTokenizer(content["characters"], content["lowercase"])
    return LibraryTokenizer(content["unit"], content["tokenizer"])


def encode_all(tokenizer: Tokenizer, texts: Sequence[str], max_length: int) -> tuple[np.ndarray, np.ndarray]:
    """Many texts as one array of ids and their ends.

    Returns:
        ids: int32, all texts in a row, each cut to `max_length` tokens.
        offsets: int64 (N + 1,), text i is `ids[offsets[i]:offsets[i + 1]]`.
    """
    if isinstance(tokenizer, LibraryTokenizer):
        encoded = tokenizer.encode_batch(texts)
    else:
        encoded = [tokenizer.encode(text) for text in texts]
    cut = [ids[:max_length] for ids in encoded]
    offsets = np.zeros(len(cut) + 1, dtype=np.int64)
    np.cumsum([len(ids) for ids in cut], out=offsets[1:])
    ids = np.fromiter(chain.from_iterable(cut), dtype=np.int32, count=int(offsets[-1]))
    return ids, offsets
