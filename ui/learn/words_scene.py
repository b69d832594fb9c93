"""The figures of Words to numbers: one sentence on its way into a batch, and two sentences beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from core.bounded.work import Vocabularies
from core.data.text import BOS, EOS, PAD
from core.insight.edits import Edits
from ui.learn.scene import Equation, Scene, slider

if TYPE_CHECKING:
    import torch

    from core.data.text import Tokenizer
    from core.insight.word_numbers import Batch
    from core.insight.word_order import Compared, Reader

SHOWN_NUMBERS = 8  # of a word's vector
AROUND = 4  # places of the one-hot vector on each side


def numbers_scene(
    found: Vocabularies, title: str, source: str, target: str, edits: Edits, table: torch.Tensor | None = None
) -> Scene:
    """A pair of sentences from text to the batch that holds it.

    Args:
        found: The tokenizers and some pairs of a data set; without `counts` nothing is said of how often tokens stand there.
        title: Of the data set.
        source, target: What the visitor typed.
        edits: `size` of the batch, `sorted` by length or not.
        table: (V, `SHOWN_NUMBERS`) columns of a trained network's embedding; None for one before training.
    """
    from core.data.text import load_tokenizer
    from core.insight.word_numbers import batch_of, by_product, fresh_table, pieces_of, unknown_words, with_spaces

    tokenizers = load_tokenizer(found.src), load_tokenizer(found.trg)
    written, ids = pieces_of(tokenizers[0], source, found.max_length)
    size, is_sorted = edits.whole("size", 4, 2, 8), edits.whole("sorted", 1, 0, 1) == 1
    batch = batch_of(tokenizers, [(source, target), *found.pairs], found.max_length, size, is_sorted)
    vocab_size = tokenizers[0].vocab_size
    weights = fresh_table(vocab_size, SHOWN_NUMBERS) if table is None else table
    scene = Scene(
        f"numbers-{vocab_size}", "A sentence as tokens, ids, one-hot vectors, embeddings and a padded batch", written,
        units=SHOWN_NUMBERS, step_name="token", unit_names=[f"number {place + 1}" for place in range(SHOWN_NUMBERS)],
    )  # fmt: skip
    scene.value(
        "embedding", "embedding", weights[ids],
        equation=Equation("e = Eᵀ · one-hot(id)", ["row ", {"v": "id"}, " of E: number ", {"v": "embedding"}],
                          ["0 times every other row, 1 times this one"]),
    )  # fmt: skip
    scene.value("id", "id", [[found_id] for found_id in ids])
    scene.value("product", "one-hot times E, worked out", [by_product(found_id, weights).tolist() for found_id in ids])
    notes = [
        {"label": "token", "at": with_spaces(tokenizers[0], ids)},
        {"label": "id", "at": [str(found_id) for found_id in ids]},
    ]
    if found.counts:
        notes.append({"label": "in training", "at": [_seen(found_id, found.counts) for found_id in ids]})
    said = f"The vocabulary of “{title}” has {vocab_size:,} entries: four signs and {_entries(tokenizers[0])}. "
    unknown = unknown_words(tokenizers[0], source)
    said += f"Not among them, so <unk>: {', '.join(unknown)}." if unknown else "It knows all of your sentence."
    for tokenizer, text, whose in zip(tokenizers, (source, target), ("your sentence", "its translation"), strict=True):
        over = len(tokenizer.encode(text)) - found.max_length
        if over > 0:
            said += f" Training reads the first {found.max_length} tokens: {over} of {whose} fall off."
    scene.row(
        {
            "kind": "sequence",
            "title": "Your sentence, token by token",
            "note": said,
            "notes": notes,
            "values": ["embedding"],
        }
    )
    scene.row(
        _one_hot(tokenizers[0], ids, vocab_size),
        {"kind": "vectors", "title": "Embedding, before training" if table is None else "Embedding, as it was trained",
         "grow": 0, "least": 300,
         "note": f"A table E of {vocab_size:,} × {SHOWN_NUMBERS} numbers, drawn at random; training moves its rows. A real "
         "network has more columns." if table is None else f"The first {SHOWN_NUMBERS} columns of the network's table E.",
         "columns": [{"value": "product", "title": "one-hot · E, worked out", "chosen": False},
                     {"value": "embedding", "title": "row of E, looked up", "sign": "="}]},
    )  # fmt: skip
    scene.row(
        {"kind": "sliders", "title": "", "plain": True, "sliders": [
            slider("size", "Pairs in a batch", size, 2, 8, 1, "Training takes 64."),
            slider("sorted", "Of like length", int(is_sorted), 0, 1, 1, "Whether pairs of like length share a batch.")
            | {"options": ["no", "yes"]},
        ]},
        {"kind": "facts", "title": "", "plain": True, "items": _facts(batch, len(found.pairs))},
    )  # fmt: skip
    scene.row(_batch_panel(batch, tokenizers))
    return scene


def _seen(token_id: int, counts: Sequence[int]) -> str:
    return f"{counts[token_id]:,}×" if token_id > EOS else "a sign"


def _one_hot(tokenizer: Tokenizer, ids: Sequence[int], vocab_size: int) -> dict[str, Any]:
    from core.insight.word_numbers import LECTURE_WORDS, with_spaces

    names, around = with_spaces(tokenizer, range(vocab_size)), []
    for found in ids:
        first = max(0, min(found - AROUND, vocab_size - 2 * AROUND - 1))
        near = range(first, min(vocab_size, first + 2 * AROUND + 1))
        around.append([{"id": place, "word": names[place]} for place in near])
    strips = [
        {"label": f"As long as this vocabulary: {vocab_size:,} places", "length": vocab_size, "taken": vocab_size}
    ]
    if vocab_size < LECTURE_WORDS:
        label = (
            f"The same mark in a vector of {LECTURE_WORDS:,}, to scale: this data fills the tinted part; the rest would be "
            "words that it does not have"
        )
        strips.append({"label": label, "length": LECTURE_WORDS, "taken": vocab_size})
    return {
        "kind": "onehot",
        "title": "One-hot vector",
        "grow": 3,
        "least": 400,
        "strips": strips,
        "at": list(ids),
        "around": around,
    }


def _entries(tokenizer: Tokenizer) -> str:
    """What stands in a vocabulary besides its signs."""
    if tokenizer.unit == "character":
        return "the characters of its training set"
    what = "words" if tokenizer.unit == "word" else "pieces of words"
    return f"the {what} of its training set, each with the space before it (▁) or without, as it stands there"


def _facts(batch: Batch, num_pairs: int) -> list[dict[str, str]]:
    from core.data.batching import POOL_BATCHES

    return [
        {"label": "Padding", "text": f"{batch.padding:.0%}", "note": "of all places of source and decoder"},
        {"label": "Batch", "text": f"{batch.number + 1} of {batch.num_batches}",
         "note": f"of the first pass with seed 0 over {num_pairs:,} pairs and yours; sorted within {POOL_BATCHES} batches"},
    ]  # fmt: skip


def _batch_panel(batch: Batch, tokenizers: tuple[Tokenizer, Tokenizer]) -> dict[str, Any]:
    """The three tables that training is given, your pair in bold."""
    names = ["yours" if row == 0 else f"pair {row}" for row in batch.rows.tolist()]

    def rows_of(ids: torch.Tensor, lengths: torch.Tensor, tokenizer: Tokenizer) -> list[dict[str, Any]]:
        lines = zip(names, ids.tolist(), lengths.tolist(), strict=True)
        return [
            {"name": name, "yours": name == "yours", "length": length, "cells": [_cell(one, tokenizer) for one in line]}
            for name, line, length in lines
        ]

    trg = tokenizers[1]
    tables = [
        {"title": "Encoder reads: source + <eos>", "follows": True, "rows": rows_of(batch.src, batch.src_lengths, tokenizers[0])},
        {"title": "Decoder reads: <bos>, elsewhere called <sos>, + target",
         "rows": rows_of(batch.reads, batch.trg_lengths, trg)},
        {"title": "Decoder is to write: target + <eos>, one step on", "rows": rows_of(batch.writes, batch.trg_lengths, trg)},
    ]  # fmt: skip
    note = "Filled with <pad> to the longest of the batch. The lengths go along, so that no state and no loss counts padding."
    return {"kind": "batch", "title": "The batch that training sees", "note": note, "tables": tables}


def _cell(token_id: int, tokenizer: Tokenizer) -> dict[str, Any]:
    word = "<bos>/<sos>" if token_id == BOS else tokenizer.token(token_id)
    return {"id": token_id, "word": word, "kind": "pad" if token_id == PAD else "special" if token_id <= EOS else ""}


def order_scene(first: str, second: str, name: str, reader: Reader) -> Scene:
    """Two sentences as bags, and as a network reads them.

    Args:
        first, second: The sentences.
        name: Names the network.
        reader: The network.
    """
    from core.insight.word_order import compare

    found = compare(first, second, reader)
    longest = len(found.states[0])
    padded = [[*one, *[""] * (longest - len(one))] for one in found.tokens]
    parted = np.abs(found.states[0, -1] - found.states[1, -1])
    units = np.sort(np.argsort(-parted, kind="stable")[:SHOWN_NUMBERS])
    scene = Scene(f"order-{name}", "Two sentences word by word, their bags of words, and the states of a network", padded[0],
                  units=len(units), step_name="word", start={"step": longest - 1},
                  unit_names=[f"unit {unit + 1}" for unit in units])  # fmt: skip
    values = {"first": (found.states[0][:, units], "state, first"), "second": (found.states[1][:, units], "state, second"),
              "bag_first": (found.bags[0][:, :len(units)], "bag, first"),
              "bag_second": (found.bags[1][:, :len(units)], "bag, second")}  # fmt: skip
    for key, (numbers, label) in values.items():
        scene.value(key, label, numbers)
    scene.value("apart", "distance of the two states", found.apart[:, None])
    scene.value("bags_apart", "distance of the two bags", found.bags_apart[:, None])
    size = found.states.shape[-1]
    of = (
        f"{len(units)} of its {size} units, those that differ most at the end"
        if size > len(units)
        else f"its {size} units"
    )
    note = f"Below the words: states of the network, first and second sentence; {of}."
    if found.unknown:
        note += f" It does not know these words and reads <unk> for each: {', '.join(found.unknown)}."
    scene.row({"kind": "sequence", "title": "Both sentences, in order", "values": ["first", "second"],
               "note": note, "notes": [{"label": "the second", "at": padded[1]}]})  # fmt: skip
    scene.row({"kind": "facts", "title": "At the end", "items": _order_facts(found)})
    tops = {
        key: float(np.abs(np.stack([values[f"{key}first"][0], values[f"{key}second"][0]])).max())
        for key in ("bag_", "")
    }
    columns = [{"value": f"{key}{which}", "title": values[f"{key}{which}"][1], "most": tops[key], "chosen": key == "",
                "names": [f"{kind} {unit + 1}" for unit in numbers]}
               for key, kind, numbers in (("bag_", "no.", range(len(units))), ("", "unit", units))
               for which in ("first", "second")]  # fmt: skip
    scene.row(
        {"kind": "vectors", "title": "What each holds after this word", "grow": 2, "least": 340, "columns": columns,
         "note": "Bag: the sum of the vectors of all words so far, its first numbers. State: what the network carries on."},
        {"kind": "lines", "title": "How far they part", "grow": 2, "least": 340, "follow": True, "x_title": "word", "y_title": "",
         "series": [{"label": "distance of the two states", "value": "apart", "color": "var(--sky)", "style": "line"},
                    {"label": "distance of the two bags", "value": "bags_apart", "color": "var(--amber)", "style": "dashed"}]},
    )  # fmt: skip
    scene.row(*([] if found.positive is None else [_mood(scene, found.positive)]), _bag_table(found))
    return scene


def _order_facts(found: Compared) -> list[dict[str, str]]:
    moved = sum(found.places[0][word] != found.places[1][word] for word in range(len(found.words)))
    bag, differs = found.bags_apart[-1], int(np.abs(found.counts[0] - found.counts[1]).sum())
    facts = [
        {"label": "Counts that differ", "text": str(differs), "note": "the same bag" if found.same_bag else "two bags"},
        {"label": "Words that stand elsewhere", "text": f"{moved} of {len(found.words)}", "note": "what only order tells"},
        {"label": "Bags, apart", "text": f"{bag:.3g}", "note": "the same vector" if bag == 0 else "two vectors"},
        {"label": "States, apart", "text": f"{found.apart[-1]:.3g}",
         "note": "what a network keeps that reads in order"},
    ]  # fmt: skip
    if found.positive is not None:
        says = f"not knowing {len(found.unknown)} words" if found.unknown else "says the network"
        facts += [
            {"label": f"Praise, the {which}", "text": f"{share:.1%}", "note": says}
            for which, share in zip(("first", "second"), found.positive[:, -1], strict=True)
        ]
    return facts


def _bag_table(found: Compared) -> dict[str, Any]:
    def at(sentence: int, word: int) -> str:
        return ", ".join(map(str, found.places[sentence][word])) or "–"

    rows = [
        [word, int(found.counts[0, place]), int(found.counts[1, place]), at(0, place), at(1, place)]
        for place, word in enumerate(found.words)
    ]
    return {"kind": "table", "title": "Counts and places", "grow": 2, "least": 320, "rows": rows,
            "columns": ["word", "in the first", "in the second", "place in the first", "in the second"],
            "note": "A network with weights of its own for each place learns a word anew wherever it may stand; a recurrent one "
            "has one set."}  # fmt: skip


def _mood(scene: Scene, positive: np.ndarray) -> dict[str, Any]:
    """What a trained network thinks after each word, from shares (2, T)."""
    series = []
    for name, shares, color in zip(("first", "second"), positive, ("var(--sky)", "var(--amber)"), strict=True):
        scene.value(f"mood_{name}", f"probability of praise, the {name}", shares[:, None], low=0, high=1)
        style = "line" if name == "first" else "dashed"
        series.append({"label": f"the {name}", "value": f"mood_{name}", "color": color, "style": style})
    return {"kind": "lines", "title": "Probability of praise after each word", "grow": 2, "least": 340, "follow": True,
            "x_title": "word", "y_title": "", "low": 0, "high": 1, "series": series,
            "note": "What the trained network would say if the sentence ended there."}  # fmt: skip
