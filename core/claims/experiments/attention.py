"""Claims F5 and F6 as measurements: quality by the length of the source, with attention and without, and where it looks.

Both are trained as the encoder-decoders of `on_the_fly`, with about equally many weights on the same batches. What attention
should look at is known for words that have one word of the other language to stand for, once on each side.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import torch

from core.claims.experiments.on_the_fly import (
    NUM_TEST,
    Scale,
    are_right,
    load,
    sizes_of,
    text_of,
    trained,
)  # fmt: skip
from core.claims.figures import Job, Numbers
from core.models.encoder_decoder import EncoderDecoder

FULL, QUICK = Scale(steps=2_400), Scale(4_000, 60_000, 400)
LONG = "several numbers"
NETWORKS = ("encoder-decoder, both directions", "encoder-decoder with attention")
QUARTERS = ("shortest quarter", "second quarter", "third quarter", "longest quarter")
_MONTHS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
_SHORT = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NUMBERS = {
    "two": "deux", "three": "trois", "five": "cinq", "seven": "sept", "eight": "huit", "nine": "neuf", "eleven": "onze",
    "twelve": "douze", "thirteen": "treize", "fourteen": "quatorze", "fifteen": "quinze", "sixteen": "seize",
    "thirty": "trente", "forty": "quarante", "fifty": "cinquante", "thousand": "mille",
}  # fmt: skip


def by_length(network: str, scale: Scale, seed: int) -> Numbers:
    """The share of unseen pairs that are right to the last word, by quarter of the length of their source."""
    lengths = load(LONG, scale.num_pairs).src.lengths[:NUM_TEST]
    quarters = np.searchsorted(np.quantile(lengths, (0.25, 0.5, 0.75)), lengths)
    right = are_right(network, LONG, scale, seed)
    return {name: float(right[quarters == place].mean()) for place, name in enumerate(QUARTERS)}


def translation_of(word: str) -> str | None:
    """The one word that stands for a word of a number or of a date, None where there is not just one."""
    word = word.lower()
    if word.isdigit():
        return "1er" if word == "1" else word
    return _MONTHS[_SHORT.index(word[:3])] if word[:3] in _SHORT else _NUMBERS.get(word)


def known_links(src: Sequence[str], trg: Sequence[str]) -> dict[int, int]:
    """Which source word stands for which target word, by their places.

    Args:
        src, trg: The words of a sentence and of its translation.

    Returns:
        Target place to source place, only of words that stand once in either sentence.
    """
    found = {}
    for place, word in enumerate(src):
        other = translation_of(word)
        if other is not None and src.count(word) == 1 and trg.count(other) == 1:
            found[trg.index(other)] = place
    return found


def alignment_error(data: str, scale: Scale, seed: int) -> Numbers:
    """How often the source word with the greatest weight is not the one that a target word stands for.

    With one link a word on both sides this is the alignment error rate, 1 - 2 |A and S| / (|A| + |S|).

    Returns:
        `attention`, and `diagonal`: the error of who looks at the place that is as far through the sentence.

    Reference:
        Och and Ney, 2003, "A systematic comparison of various statistical alignment models", section 5.
    """
    model = trained("encoder-decoder with attention", data, scale, seed).eval()
    assert isinstance(model, EncoderDecoder)
    pairs, rows = load(data, scale.num_pairs), np.arange(NUM_TEST)
    (src, src_lengths), (trg, _) = pairs.src.batch(rows), pairs.trg.batch(rows)
    with torch.inference_mode():
        memory = model.encode(src, src_lengths)
        _, _, weights = model.decode(trg[:, :-1], memory, memory.state)
    assert weights is not None
    looks = weights.argmax(-1).tolist()
    missed, diagonal, known = 0, 0, 0
    for row in range(NUM_TEST):
        ours, theirs = text_of(data, scale, row)
        for at, place in known_links(ours, theirs).items():
            known += 1
            missed += looks[row][at] != place
            diagonal += round(at * (len(ours) - 1) / max(1, len(theirs) - 1)) != place
    return {"attention": missed / known, "diagonal": diagonal / known}


def with_length(quick: bool, seeds: Sequence[int]) -> list[Job]:
    """F5: both networks on sources of one to four numbers."""
    scale = QUICK if quick else FULL
    task = f"{LONG}, English to French"
    return [
        Job("F5", task, network, partial(by_length, network, scale), seed, sizes_of(network, LONG, scale)[1])
        for network in NETWORKS
        for seed in seeds
    ]  # fmt: skip


def where_it_looks(quick: bool, seeds: Sequence[int]) -> list[Job]:
    """F6: the alignment of the network with attention, on each data set."""
    scale, network = Scale(4_000, 60_000, 400) if quick else Scale(), NETWORKS[1]
    return [
        Job("F6", data, network, partial(alignment_error, data, scale), seed, sizes_of(network, data, scale)[1])
        for data in ("numbers", "dates")
        for seed in seeds
    ]
