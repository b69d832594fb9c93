"""Training, validation and test parts without leaks, fixed whatever the training seed is.

Series and long texts are cut in time order. Items are shuffled once by a fixed seed; items that are equal, or
that share their answer, stay on one side. Left out: tokenizing and scaling, which look at the training part only.
"""

from __future__ import annotations

import random
from collections.abc import Hashable, Sequence

from core.config.errors import ConfigError
from core.data.dataset import SPLITS

SPLIT_SEED = 0
REPEATED_PARAGRAPH = 80  # characters; shorter paragraphs repeat by chance ("Yes, my lord.") and give nothing away

Shares = tuple[float, float, float]


def cut_points(length: int, shares: Shares) -> tuple[int, int]:
    """Where training and validation end in a sequence of `length` items in order.

    Raises:
        ConfigError: A part that should have items would have none.
    """
    train_end = round(length * shares[0])
    validation_end = length if shares[2] == 0 else round(length * (shares[0] + shares[1]))
    sizes = (train_end, validation_end - train_end, length - validation_end)
    for name, size, share in zip(SPLITS, sizes, shares, strict=True):
        if share > 0 and size == 0:
            raise ConfigError.single(
                "data.split", f"at least one item for {name}", f"{length} items in all", "Bring more data."
            )
    return train_end, validation_end


def split_text(text: str, shares: Shares) -> tuple[dict[str, str], int]:
    """Cut one text in three in order, and drop from later parts each long paragraph that an earlier part has.

    Returns:
        parts: Text by split.
        num_dropped: Paragraphs dropped.
    """
    train_end, validation_end = cut_points(len(text), shares)
    parts = {"train": text[:train_end], "validation": text[train_end:validation_end], "test": text[validation_end:]}
    return drop_repeated_paragraphs(parts)


def drop_repeated_paragraphs(parts: dict[str, str]) -> tuple[dict[str, str], int]:
    """Drop from validation and test each long paragraph that an earlier part holds already."""
    seen: set[str] = set()
    kept: dict[str, str] = {}
    num_dropped = 0
    for name in SPLITS:
        paragraphs = parts.get(name, "").split("\n\n")
        fresh = [paragraph for paragraph in paragraphs if name == "train" or paragraph.strip() not in seen]
        num_dropped += len(paragraphs) - len(fresh)
        seen.update(paragraph.strip() for paragraph in paragraphs if len(paragraph.strip()) >= REPEATED_PARAGRAPH)
        kept[name] = "\n\n".join(fresh)
    return kept, num_dropped


def split_items(groups: Sequence[Hashable], shares: Shares) -> dict[str, list[int]]:
    """Row numbers of the three parts; rows of one group stay together.

    Args:
        groups: One key a row. Rows with equal keys (the same text, the same answer) land on the same side.
        shares: Share of rows for training, validation and test.
    """
    rows: dict[Hashable, list[int]] = {}
    for row, key in enumerate(groups):
        rows.setdefault(key, []).append(row)
    keys = list(rows)
    random.Random(SPLIT_SEED).shuffle(keys)
    ends = cut_points(len(groups), shares)
    parts: dict[str, list[int]] = {name: [] for name in SPLITS}
    placed = 0
    for key in keys:
        name = SPLITS[(placed >= ends[0]) + (placed >= ends[1])]
        parts[name].extend(rows[key])
        placed += len(rows[key])
    empty = [name for name, share in zip(SPLITS, shares, strict=True) if share > 0 and not parts[name]]
    if empty:
        raise ConfigError.single(
            "data.split", f"items for {' and '.join(empty)}", f"{len(keys)} distinct items", "Bring more data."
        )
    return parts


def split_labelled(texts: Sequence[str], labels: Sequence[str], shares: Shares) -> dict[str, list[int]]:
    """Like `split_items`, class by class, so that every part has the classes in the same shares."""
    by_class: dict[str, list[int]] = {}
    for row, label in enumerate(labels):
        by_class.setdefault(label, []).append(row)
    parts: dict[str, list[int]] = {name: [] for name in SPLITS}
    for rows in by_class.values():
        order = rows.copy()
        random.Random(SPLIT_SEED).shuffle(order)
        train_end = max(1, round(len(order) * shares[0]))
        validation_end = len(order) if shares[2] == 0 else round(len(order) * (shares[0] + shares[1]))
        for name, part in zip(
            SPLITS, (order[:train_end], order[train_end:validation_end], order[validation_end:]), strict=True
        ):
            parts[name].extend(part)
    for name, share in zip(SPLITS, shares, strict=True):
        parts[name].sort()
        if share > 0 and not parts[name]:
            raise ConfigError.single(
                "data.split", f"texts for {name}", f"{len(texts)} texts in all", "Bring more data or change the shares."
            )
    return parts
