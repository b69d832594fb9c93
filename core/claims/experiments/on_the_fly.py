"""Claim F8 as a measurement: writing a sentence after reading all of it against translating it word by word.

The word-by-word network is a tagger: for each source token it must at once give a target token, or nothing. The first target
token stands at the first source token, the second at the second and so on; `<eos>` gives it one place more. Where a target is
longer than that the network cannot be right, and how often this is so stands in the table. A tagger that reads both ways shows
what comes from having seen the whole sentence, and what from being free of its places.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from core.claims.experiments.training import count_parameters, train
from core.claims.figures import Job, Numbers
from core.data.batching import BatchSampler, Sequences
from core.data.encoding import encode_all
from core.data.made.dates import dates
from core.data.made.numbers import numbers
from core.data.text import BOS, EOS, PAD, fit_tokenizer
from core.decoding import greedy
from core.models.encoder_decoder import EncoderDecoder
from core.models.inputs import Tokens
from core.models.stack import Stack
from core.models.tagger import Tagger

EMBEDDING, BATCH_SIZE, RATE = 64, 64, 3e-3
NUM_TEST, MAX_LENGTH, VOCABULARY = 500, 128, 10_000
CPU = torch.device("cpu")


def several_numbers(count: int, most: int = 4) -> list[tuple[str, str]]:
    """Up to `most` numbers one after the other, in both languages: sources of very different lengths."""
    pairs, rng = numbers(count=count), np.random.default_rng(0)
    chosen = [rng.integers(len(pairs), size=rng.integers(1, most + 1)) for _ in range(count)]
    return [(" , ".join(pairs[at][0] for at in row), " , ".join(pairs[at][1] for at in row)) for row in chosen]


GENERATORS: dict[str, Callable[..., list[tuple[str, str]]]] = {
    "numbers": numbers,
    "dates": dates,
    "several numbers": several_numbers,
}
NETWORKS = (
    "word by word",
    "word by word, both directions",
    "encoder-decoder",
    "encoder-decoder with attention",
    "encoder-decoder with attention, dot product",
)


@dataclass(frozen=True)
class Scale:
    """How much is measured."""

    num_pairs: int = 8_000
    parameters: int = 150_000
    steps: int = 1600
    data: tuple[str, ...] = ("numbers", "dates")


FULL = Scale()
QUICK = Scale(4_000, 60_000, 800, ("numbers",))


@dataclass(frozen=True)
class Pairs:
    """Encoded pairs: the first `NUM_TEST` are unseen, the others for training. Sources end with `<eos>`."""

    src: Sequences
    trg: Sequences
    src_vocab_size: int
    trg_vocab_size: int


@cache
def load(data: str, num_pairs: int) -> Pairs:
    """Made pairs by name, `numbers` or `dates`, English to French, word by word."""
    sides = []
    for texts in zip(*GENERATORS[data](count=num_pairs), strict=True):
        tokenizer = fit_tokenizer("word", texts, VOCABULARY)  # a closed vocabulary: the same words in both parts
        sides.append((encode_all(tokenizer, texts, MAX_LENGTH), tokenizer.vocab_size))
    (src, src_vocab_size), (trg, trg_vocab_size) = sides
    ends = Sequences(src, CPU, suffix=(EOS,)), Sequences(trg, CPU, (BOS,), (EOS,))
    return Pairs(*ends, src_vocab_size, trg_vocab_size)


def places(trg: Tensor, num_places: int) -> Tensor:
    """What a word-by-word network should give at each source token.

    Args:
        trg: Targets from `<bos>` to `<eos>`, padded: (B, T).
        num_places: Source tokens of the longest row, S.

    Returns:
        (B, S): the target's tokens from the first place on, then `PAD`, which says nothing; what has no place is cut.
    """
    words = trg[:, 1:].masked_fill(trg[:, 1:] == EOS, PAD)
    return F.pad(words, (0, max(0, num_places - words.shape[1])), value=PAD)[:, :num_places]


def build(network: str, pairs: Pairs, hidden_size: int) -> Tagger | EncoderDecoder:
    """A network of that name."""
    both = network not in ("word by word", "encoder-decoder")
    stack = Stack("lstm", hidden_size, bidirectional=both)
    if network.startswith("word by word"):
        return Tagger(stack, Tokens(pairs.src_vocab_size, EMBEDDING, pad_id=0), pairs.trg_vocab_size)
    attention = "dot" if network.endswith("product") else "general" if network.endswith("attention") else "none"
    src, trg = (Tokens(size, EMBEDDING, pad_id=0) for size in (pairs.src_vocab_size, pairs.trg_vocab_size))
    return EncoderDecoder(stack, src, trg, pairs.trg_vocab_size, attention)


@cache
def sizes_of(network: str, data: str, scale: Scale) -> tuple[int, int]:
    """The largest hidden size that keeps a network within the parameters, and how many it then has."""
    pairs = load(data, scale.num_pairs)
    size, count = 0, 0
    with torch.device("meta"):
        while (larger := count_parameters(build(network, pairs, size + 1))) <= scale.parameters:
            size, count = size + 1, larger
    return size, count


@cache
def trained(network: str, data: str, scale: Scale, seed: int) -> Tagger | EncoderDecoder:
    """A network that has learned to translate; what several measurements look into is trained once."""
    pairs = load(data, scale.num_pairs)
    size, _ = sizes_of(network, data, scale)
    torch.manual_seed(seed)
    model = build(network, pairs, size)
    train_lengths = pairs.src.lengths[NUM_TEST:]
    order = BatchSampler(len(train_lengths), BATCH_SIZE, seed, train_lengths)

    def loss(step: int) -> Tensor:
        rows = NUM_TEST + order.batch(step)
        (src, src_lengths), (trg, _) = pairs.src.batch(rows), pairs.trg.batch(rows)
        if isinstance(model, EncoderDecoder):
            logits, wanted = model(src, src_lengths, trg[:, :-1]), trg[:, 1:]
            return F.cross_entropy(logits.flatten(0, 1), wanted.flatten(), ignore_index=PAD)
        logits, real = model(src, src_lengths), src != PAD
        return F.cross_entropy(logits[real], places(trg, src.shape[1])[real])

    train(model, loss, scale.steps, RATE, schedule="cosine")
    return model


def are_right(network: str, data: str, scale: Scale, seed: int) -> np.ndarray:
    """Trains a network to translate; which of the unseen pairs it gets right to the last word, bool (N,)."""
    pairs, rows = load(data, scale.num_pairs), np.arange(NUM_TEST)
    written = write(trained(network, data, scale, seed), *pairs.src.batch(rows))
    wanted = [without_silence(row) for row in pairs.trg.batch(rows)[0].tolist()]
    return np.array([without_silence(ours) == theirs for ours, theirs in zip(written, wanted, strict=True)])


def exact_match(network: str, data: str, scale: Scale, seed: int) -> Numbers:
    """The share of unseen pairs that a trained network gets right to the last word."""
    return {"exact match": float(are_right(network, data, scale, seed).mean())}


@torch.inference_mode()
def write(model: Tagger | EncoderDecoder, src: Tensor, src_lengths: Tensor) -> list[list[int]]:
    """The target tokens that a network writes for each source row."""
    model.eval()
    if isinstance(model, EncoderDecoder):
        memory = model.encode(src, src_lengths)
        step = model.stepper(memory)
        return greedy(step, memory.state, BOS, EOS, len(src), MAX_LENGTH, CPU, (PAD, BOS)).ids
    ids = model(src, src_lengths).argmax(-1).masked_fill(src == PAD, PAD)
    return [without_silence(row) for row in ids.tolist()]


@cache
def _texts(data: str, num_pairs: int) -> list[tuple[list[str], list[str]]]:
    found = []
    tokenizers = [
        fit_tokenizer("word", texts, VOCABULARY) for texts in zip(*GENERATORS[data](count=num_pairs), strict=True)
    ]
    for pair in GENERATORS[data](count=num_pairs)[:NUM_TEST]:
        src, trg = (
            [one.token(token) for token in one.encode(text).tolist()]
            for one, text in zip(tokenizers, pair, strict=True)
        )
        found.append((src, trg))
    return found


def text_of(data: str, scale: Scale, row: int) -> tuple[list[str], list[str]]:
    """The tokens of an unseen pair, as words: S and T of them, without `<bos>` and `<eos>`."""
    return _texts(data, scale.num_pairs)[row]


def without_silence(ids: list[int]) -> list[int]:
    """Words alone, without `<pad>`, `<bos>` and `<eos>`."""
    return [token_id for token_id in ids if token_id not in (PAD, BOS, EOS)]


def enough_places(data: str, num_pairs: int) -> float:
    """The share of unseen pairs whose target is no longer than the source with its `<eos>`."""
    pairs = load(data, num_pairs)
    return float(np.mean(pairs.trg.lengths[:NUM_TEST] - 2 <= pairs.src.lengths[:NUM_TEST]))


def against_word_by_word(quick: bool, seeds: Sequence[int]) -> list[Job]:
    """F8: every network on every data set."""
    scale, jobs = QUICK if quick else FULL, []
    for data in scale.data:
        task, fit = f"{data}, English to French", f"{enough_places(data, scale.num_pairs):.1%} have the places"
        for network in NETWORKS:
            measure, size = partial(exact_match, network, data, scale), sizes_of(network, data, scale)[1]
            beside = fit if network.startswith("word by word") else ""
            jobs += [Job("F8", task, network, measure, seed, size, beside) for seed in seeds]
    return jobs
