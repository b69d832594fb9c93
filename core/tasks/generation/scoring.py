"""How likely a language model finds a text, token by token; which words it expects next; where two texts part.

A text's score is the sum of its parts: the chain rule gives log p(text) as the sum of log p(token | all before). Left
out: simple models of the same text, which need the training text (core/bounded/training_text.py).

Shape letters: N beginnings of words that are followed at once, V vocabulary.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import functional as F

from core.config.errors import ConfigError
from core.config.limits import Limits
from core.data.letters import written_tokens
from core.data.text import END, EOS, SPECIALS, UNK, Tokenizer
from core.models.stepping import TokenSteps
from core.tasks.options import check_may_write, check_texts, check_whole

if TYPE_CHECKING:
    from core.tasks.generation.predictor import GenerationPredictor

CHUNK = 1_024  # tokens of one call
MOST_SCORED = 20_000  # characters of a text, and of what is read before it
BEAM = 64
MOST_WORDS, LONGEST_WORD = 50, 40  # tokens of a word that are followed
_WORDS = re.compile(r"\S+")
_OF_A_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Score:
    """How likely a text is to a network.

    Attributes:
        text: What was scored, as the network reads it.
        tokens: Its tokens, as a person would write them, unknown ones as they stand in the text; a stop token is `END`.
        nats: -log p of each, natural logarithm, given everything before it; of an unknown one that it is unknown.
        ends: How many characters of the text each token and all before it make.
        num_characters, num_words: Of the text, the end of an item counting as a character; words stand between white space.
        unknown: Characters or words of it that the network does not know.
        spelling: What it costs to say which of the unknown ones each token was, in nats, 0.0 for a known one; empty where
            nothing is known of it.
        is_cut: Whether the text went on.
    """

    text: str
    tokens: tuple[str, ...]
    nats: tuple[float, ...]
    num_characters: int
    num_words: int
    ends: tuple[int, ...] = ()
    unknown: tuple[str, ...] = ()
    spelling: tuple[float, ...] = ()
    is_cut: bool = False

    @property
    def costs(self) -> tuple[float, ...]:
        """-log p of each token in nats, an unknown one spelled."""
        return tuple(map(sum, zip(self.nats, self.spelling, strict=True))) if self.spelling else self.nats

    @property
    def total(self) -> float:
        """-log p of the whole text, in nats: the sum of `costs`."""
        return math.fsum(self.costs)

    @property
    def loss(self) -> float:
        """Nats a token."""
        return math.fsum(self.nats) / len(self.nats)

    @property
    def log10(self) -> float:
        """Power of ten of the text's probability: -13.1 is 8e-14."""
        return -self.total / math.log(10)

    @property
    def bits_per_character(self) -> float:
        """Of the text as the network reads it."""
        return self.total / math.log(2) / self.num_characters

    @property
    def bits_per_word(self) -> float | None:
        """None of a text of white space."""
        return self.total / math.log(2) / self.num_words if self.num_words else None

    @property
    def falling(self) -> tuple[float, ...]:
        """log10 of the probability of the text up to each token."""
        return tuple(-nats / math.log(10) for nats in accumulate(self.costs))

    def beginning(self, num_tokens: int | None) -> str:
        """Its first tokens as they stand in the text; all for None."""
        if num_tokens is None or num_tokens >= len(self.ends):
            return self.text
        return self.text[: self.ends[num_tokens - 1]] if num_tokens else ""

    def parting(self, other: Score) -> int:
        """How many tokens two texts have in common at their beginnings: from there on their lines differ."""
        pairs = zip(self.tokens, other.tokens, strict=False)
        least = min(len(self.tokens), len(other.tokens))
        return next((place for place, (a, b) in enumerate(pairs) if a != b), least)

    def spelled(self, spelling: tuple[float, ...]) -> Score:
        """The same with what spelling each token costs, in nats."""
        return replace(self, spelling=spelling)

    def rows(self, simple: dict[str, tuple[float, ...]] | None = None) -> list[dict[str, Any]]:
        """A row a token for a file: its place from 1, the token, its bits and those of other models, and log10 so far.

        The bits of a column add up to those of the text; of those of an unknown token `bits_spelling` say which one it was.

        Args:
            simple: Nats of each token by model, unknown ones spelled.
        """
        spelling = self.spelling or (0.0,) * len(self.nats)
        others = simple or {}
        return [
            {
                "place": at + 1,
                "token": token,
                "bits": nats / math.log(2),
                "bits_spelling": spelling[at] / math.log(2),
                **{f"bits_{name}": other[at] / math.log(2) for name, other in others.items()},
                "log10_so_far": falling,
            }
            for at, (token, nats, falling) in enumerate(zip(self.tokens, self.costs, self.falling, strict=True))
        ]


@torch.inference_mode()
def score(network: GenerationPredictor, text: str, before: str = "") -> Score:
    """How likely a text is after another, the network's state carried from token to token.

    Args:
        text: At most its first `MOST_SCORED` characters and `max_prediction_tokens` tokens are scored.
        before: What is read first and not scored; empty: a new line, as after the end of a line. Where items stand apart
            an item begins with it, and its stop token is scored at the end.

    Raises:
        ConfigError: No text; or the network must not write: who may ask this of any text can have it spell what it read.
    """
    check_may_write(network.may_write)
    (text,), (before,) = (
        check_texts([one], name, allow_empty=True) for one, name in ((text, "text"), (before, "before"))
    )
    tokenizer, most = network.tokenizer, Limits().max_prediction_tokens
    read = tokenizer.normalization(text[:MOST_SCORED])
    all_ids = tokenizer.encode(read).tolist()
    if not all_ids:  # of blanks and line ends it says how likely they are
        raise ConfigError.single("text", "some text", "nothing that the network reads", "Type a sentence.")
    ids, is_cut = all_ids[:most], len(text) > MOST_SCORED or len(all_ids) > most
    ends = _ends(tokenizer, read, ids)
    read = read if len(ids) == len(all_ids) else read[: ends[-1]]
    start = network.beginning_ids(before[-MOST_SCORED:])
    stop = [EOS] if network.apart and not is_cut else []  # an item says that it ends
    nats = _nats(network, start, [*ids, *stop])
    unknown = tuple(network.unknown(read))
    tokens = (*written_tokens(tokenizer, read, ids), *[END] * len(stop))
    ends = (*ends, *[len(read)] * len(stop))
    number = len(read) + len(stop)
    return Score(read, tokens, tuple(nats), number, len(_WORDS.findall(read)), ends, unknown, is_cut=is_cut)


def _ends(tokenizer: Tokenizer, text: str, ids: list[int]) -> tuple[int, ...]:
    """How many characters of a text each of its first ids and all before it make."""
    pieces, unknown = tokenizer.pieces(), iter(tokenizer.unknown_pieces(text) if UNK in ids else ())
    written = [next(unknown, "") if one == UNK else pieces[one - len(SPECIALS)] for one in ids]
    added = bool(written) and written[0].startswith(" ") and not text.startswith(" ")  # the blank of a first word
    return tuple(min(end - added, len(text)) for end in accumulate(map(len, written)))


def _nats(network: GenerationPredictor, start: list[int], ids: list[int]) -> list[float]:
    """-log p of each of some ids behind a start."""
    whole = torch.tensor([*start, *ids], device=network.device)
    network.model.eval()
    nats, state = [], None
    for at in range(0, len(whole) - 1, CHUNK):
        targets = whole[at + 1 : at + 1 + CHUNK]
        logits, state = network.model(whole[None, at : at + len(targets)], state)
        nats.append(F.cross_entropy(logits[0].float(), targets, reduction="none").double())
    return [float(nat) for nat in torch.cat(nats)[len(start) - 1 :].tolist()]


@dataclass(frozen=True)
class NextWords:
    """The words that may come next.

    Attributes:
        words: Each with its probability, the likeliest first; of one that the prompt has begun all of it, and one that
            is over with what follows it. `END` for the end of an item.
        is_exact: Whether no word that was not followed can be likelier than the last of these.
    """

    words: tuple[tuple[str, float], ...]
    is_exact: bool

    @property
    def rest(self) -> float:
        """The probability of all other words."""
        return max(0.0, 1.0 - math.fsum(share for _, share in self.words))


@torch.inference_mode()
def next_words(network: GenerationPredictor, prompt: str, k: int = 10) -> NextWords:
    """The k likeliest next words: of a network of words its distribution, else the sum over spellings up to a boundary.

    A word goes on while letters, digits and underscores follow; any other character is a word of its own where a word
    might begin, and ends one where it does not. A word that the prompt has begun is told whole. A beam of the likeliest
    beginnings is followed until none of them can become likelier than the words that are found.

    Raises:
        ConfigError: As `score` does, and for `k` out of range.
    """
    check_may_write(network.may_write)
    check_whole("k", k, 1, MOST_WORDS)
    (prompt,) = check_texts([prompt], "prompt", allow_empty=True)
    if network.tokenizer.unit == "word":
        found = network.next_tokens(prompt, k)
        stop = network.tokenizer.token(EOS)
        return NextWords(tuple((END if word == stop else word, share) for word, share in found), True)
    return _Beam(network, prompt).search(k)


class _Beam:
    """Beginnings of words, each with its probability and the state after it."""

    def __init__(self, network: GenerationPredictor, prompt: str):
        self._network, self._step = network, TokenSteps(network.model)
        logits, state = network._read(network.beginning_ids(prompt))
        self._state: tuple[Tensor, ...] = state
        self._shares = self._written(logits)
        begun = _OF_A_WORD.match(prompt[::-1])
        self._begun = begun.group()[::-1] if begun else ""
        self._spelled, self._so_far = [""], torch.ones(1, dtype=torch.float64)
        self._first = True
        pieces = network.tokenizer.pieces()
        number_special = network.tokenizer.vocab_size - len(pieces)
        self._pieces = [*map(network.tokenizer.token, range(number_special)), *pieces]
        self._pieces[EOS] = END
        continues = [bool(_OF_A_WORD.fullmatch(piece)) for piece in self._pieces]
        begins = [bool(_OF_A_WORD.fullmatch(piece.removeprefix(" "))) for piece in self._pieces]
        self._continues, self._begins = torch.tensor(continues), torch.tensor(begins)
        self._found: dict[str, float] = {}
        self._pruned = 0.0

    def _written(self, logits: Tensor) -> Tensor:
        """Probabilities (N, V) of what may be written, on the CPU."""
        logits = logits.float().clone()
        logits[:, list(self._network.never)] = -torch.inf
        return torch.softmax(logits.double(), dim=-1).cpu()

    def search(self, k: int) -> NextWords:
        for _ in range(LONGEST_WORD):
            best = sorted(self._found.values(), reverse=True)[:k]
            if not len(self._so_far) or (len(best) == k and float(self._so_far.max()) <= best[-1]):
                break
            self._lengthen()
        unfollowed = max(self._pruned, float(self._so_far.max()) if len(self._so_far) else 0.0)
        ranked = sorted(self._found.items(), key=lambda item: (-item[1], item[0]))[:k]
        return NextWords(tuple(ranked), not ranked or unfollowed <= ranked[-1][1])

    def _lengthen(self) -> None:
        """End each beginning where a word may end, and go on with the likeliest that are a token longer."""
        joint = self._so_far[:, None] * self._shares  # (N, V)
        goes_on = self._begins if self._first else self._continues
        if self._first:
            for token in torch.nonzero(~goes_on & (joint[0] > 0)).flatten().tolist():
                piece = self._pieces[token]
                word = piece if token == EOS else self._joined(piece) if piece.strip(" ") else self._begun + " "
                self._add(word, float(joint[0, token]))
        else:
            for word, share in zip(self._spelled, joint[:, ~goes_on].sum(dim=1).tolist(), strict=True):
                self._add(word, share)
        wanted = torch.where(goes_on, joint, 0.0).flatten()
        shares, places = wanted.topk(min(BEAM + 1, len(wanted)))
        if len(shares) > BEAM:
            self._pruned = max(self._pruned, float(shares[BEAM]))
        kept = shares[:BEAM] > 0
        self._so_far, places = shares[:BEAM][kept], places[:BEAM][kept]
        rows, ids = places // len(self._pieces), places % len(self._pieces)
        self._spelled = [
            self._joined(self._pieces[token]) if self._first else self._spelled[row] + self._pieces[token].strip(" ")
            for row, token in zip(rows.tolist(), ids.tolist(), strict=True)
        ]
        self._first = False
        if len(ids):
            device = self._network.device
            state = tuple(part[:, rows.to(part.device)] for part in self._state)
            logits, self._state, _ = self._step(ids.to(device), state)
            self._shares = self._written(logits)

    def _joined(self, piece: str) -> str:
        """A first piece behind what the prompt has begun, unless a blank comes between them."""
        return piece.strip(" ") if piece.startswith(" ") else self._begun + piece

    def _add(self, word: str, share: float) -> None:
        self._found[word] = self._found.get(word, 0.0) + share
