"""From a sentence to the batch that training would see, with the code that training uses: tokens, ids, vectors, padding.

Left out: what a picture of it says (ui.learn.words); networks of two sentences side by side (word_order.py).

Shape letters: B batch, T time, V vocabulary, E embedding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from core.config.errors import ConfigError
from core.data.batching import BatchSampler, Sequences
from core.data.encoding import encode_all
from core.data.letters import written_tokens
from core.data.text import BOS, EOS, SPECIALS, Tokenizer
from core.models.inputs import Tokens

MOST_CHARACTERS = 300
LECTURE_WORDS = 20_000
"""The vocabulary of the lecture notes' example."""


@dataclass(frozen=True)
class Batch:
    """A batch of pairs as a sequence-to-sequence network is trained on it, yours among them.

    Attributes:
        src: Ids (B, S) with `<eos>`, padded to the longest.
        src_lengths: (B,).
        reads, writes: Ids (B, T) of the decoder: `<bos>` + target, and target + `<eos>`, one step on.
        trg_lengths: (B,) steps of the decoder.
        rows: (B,) which pair each is; 0 is yours.
        number, num_batches: Which batch of the pass it is, from 0, and how many there are.
    """

    src: Tensor
    src_lengths: Tensor
    reads: Tensor
    writes: Tensor
    trg_lengths: Tensor
    rows: np.ndarray
    number: int
    num_batches: int

    @property
    def padding(self) -> float:
        """Share of all places of source and decoder that hold `<pad>`."""
        real = int(self.src_lengths.sum() + self.trg_lengths.sum())
        return 1 - real / (self.src.numel() + self.reads.numel())


def check_sentence(field: str, text: str) -> str:
    """A text without its outer blanks. Raises `ConfigError` for an empty or long one."""
    found = text.strip()
    if 0 < len(found) <= MOST_CHARACTERS:
        return found
    received = f"{len(found):,}" if found else "nothing"
    raise ConfigError.single(field, f"1 to {MOST_CHARACTERS} characters", received, "Type a sentence.")


def pieces_of(tokenizer: Tokenizer, text: str, max_length: int) -> tuple[list[str], list[int]]:
    """What stands in the text for each token, `<eos>` at the end, and the ids; an unknown word as it was written."""
    ids = encode_all(tokenizer, [text], max_length).ids.tolist()
    return [*written_tokens(tokenizer, text, ids), SPECIALS[EOS]], [*ids, EOS]


def with_spaces(tokenizer: Tokenizer, ids: Sequence[int]) -> list[str]:
    """Tokens with the space that belongs to each, as the sign ▁."""
    pieces = [*SPECIALS, *tokenizer.pieces()]
    return [pieces[found].replace(" ", "▁") for found in ids]


def unknown_words(tokenizer: Tokenizer, text: str) -> list[str]:
    """What of a text becomes `<unk>`, each once; one that is known with a space before it, or without, says so."""
    known, found = set(tokenizer.pieces()), []
    for piece in tokenizer.unknown_pieces(text):
        word = piece.strip() or piece
        spaced = piece.startswith(" ")
        is_near = (word if spaced else f" {word}") in known
        found.append(f"{word} ({'after a' if spaced else 'without its'} space)" if is_near else word)
    return list(dict.fromkeys(found))


def batch_of(
    tokenizers: tuple[Tokenizer, Tokenizer],
    pairs: Sequence[tuple[str, str]],
    max_length: int,
    batch_size: int,
    by_length: bool = True,
    seed: int = 0,
) -> Batch:
    """The batch of the first pass that holds the first pair, drawn and padded as training does.

    Args:
        tokenizers: Of source and target.
        pairs: Texts of N pairs.
        max_length: Tokens after which a text is cut.
        batch_size: B.
        by_length: Whether pairs of like length share a batch, as in training, or none was sorted.
        seed: The run's.
    """
    device = torch.device("cpu")
    src, trg = (
        encode_all(tokenizer, texts, max_length)
        for tokenizer, texts in zip(tokenizers, zip(*pairs, strict=True), strict=True)
    )
    sources, targets = Sequences(src, device, suffix=(EOS,)), Sequences(trg, device, (BOS,), (EOS,))
    lengths = sources.lengths + targets.lengths
    sampler = BatchSampler(len(lengths), batch_size, seed, lengths if by_length else None)
    number = next(step for step in range(sampler.batches_per_pass) if 0 in sampler.batch(step))
    rows = sampler.batch(number)
    ids, src_lengths = sources.batch(rows)
    words, word_lengths = targets.batch(rows)
    shifted = (words[:, :-1], words[:, 1:], word_lengths - 1)
    return Batch(ids, src_lengths, *shifted, rows, number, sampler.batches_per_pass)


def fresh_table(vocab_size: int, embedding_dim: int, seed: int = 0) -> Tensor:
    """The embedding (V, E) of a network before training: normal numbers, zero for `<pad>`."""
    tokens = Tokens(vocab_size, embedding_dim, pad_id=0)
    with torch.no_grad():
        tokens.weight.normal_(generator=torch.Generator().manual_seed(seed))
        tokens.weight[0].fill_(0)
    return tokens.weight.detach()


def by_product(token_id: int, table: Tensor) -> Tensor:
    """The one-hot vector of a token times the embedding (V, E), written out as the product that it is: (E,)."""
    return F.one_hot(torch.tensor(token_id), len(table)).to(table.dtype) @ table
