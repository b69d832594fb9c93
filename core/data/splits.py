"""Training, validation and test sets without leaks, fixed whatever the training seed is.

Series and long texts are cut in time order. Items are shuffled once by a fixed seed; items that are equal, or that share their
answer, stay on one side.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.config.errors import ConfigError
from core.config.words import plural
from core.data.dataset import SPLITS
from core.data.pieces import between

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
                "data.split", f"at least one item for {name}", f"{plural(length, 'item')} in all", "Bring more data."
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
    later = {name: parts.get(name, "").split("\n\n") for name in SPLITS[1:]}
    # Training is by far the longest: of its paragraphs only those are kept in memory that a later part has too.
    wanted = {stripped for paragraphs in later.values() for stripped in map(str.strip, paragraphs)}
    wanted = {stripped for stripped in wanted if len(stripped) >= REPEATED_PARAGRAPH}
    seen = {stripped for stripped in map(str.strip, between(parts.get("train", ""), "\n\n")) if stripped in wanted}
    kept = {"train": parts.get("train", "")}
    num_dropped = 0
    for name, paragraphs in later.items():
        fresh = [paragraph for paragraph in paragraphs if paragraph.strip() not in seen]
        num_dropped += len(paragraphs) - len(fresh)
        seen.update(stripped for stripped in map(str.strip, paragraphs) if stripped in wanted)
        kept[name] = "\n\n".join(fresh)
    return kept, num_dropped


@dataclass(frozen=True)
class Unique:
    """Rows by part of which no two have the same key.

    Attributes:
        rows: Row numbers by part, in their order.
        num_within: Rows dropped because their own part has the same.
        num_across: Rows dropped because a part further on has the same, by the part they were dropped from.
    """

    rows: dict[str, list[int]]
    num_within: int
    num_across: dict[str, int]


def drop_repeated(hashes: np.ndarray, parts: Mapping[str, Sequence[int]]) -> Unique:
    """Keep one row of each key: that of the test set, else of validation, else of training; the first of a part.

    Args:
        hashes: uint64 (N,), see `hash_all`; rows whose hashes are equal count as the same.
        parts: Row numbers by part; all of them under one name when nothing is divided yet.
    """
    names = sorted(parts, key=lambda name: (*SPLITS[::-1], name).index(name))
    order = np.concatenate([np.asarray(parts[name], dtype=np.int64) for name in names])
    part = np.repeat(np.arange(len(names)), [len(parts[name]) for name in names])
    _, first, group = np.unique(hashes[order], return_index=True, return_inverse=True)
    is_kept = np.zeros(len(order), dtype=bool)
    is_kept[first] = True
    is_across = part[first][group] != part
    rows = {name: order[is_kept & (part == place)].tolist() for place, name in enumerate(names)}
    num_across = {name: int((is_across & (part == place)).sum()) for place, name in enumerate(names)}
    return Unique(
        rows, int((~is_kept & ~is_across).sum()), {name: number for name, number in num_across.items() if number}
    )


def drop_answers(keys: Sequence[str], rows: Mapping[str, Sequence[int]], shortest: int) -> Unique:
    """Drop from earlier parts each row whose long answer stands in a part further on.

    `keys` holds the answer of each row; one of fewer characters than `shortest` is the same by chance.
    """
    seen: set[str] = set()
    kept: dict[str, list[int]] = {}
    num_across: dict[str, int] = {}
    for name in SPLITS[::-1]:
        members = rows.get(name, ())
        kept[name] = [row for row in members if keys[row] not in seen]
        if len(kept[name]) < len(members):
            num_across[name] = len(members) - len(kept[name])
        if name != "train":
            seen.update(keys[row] for row in members if len(keys[row]) >= shortest)
    return Unique({name: kept[name] for name in SPLITS}, 0, num_across)


def hash_all(keys: Iterable[str]) -> np.ndarray:
    """64 bits of each text, uint64 (N,): two of a million different texts share them once in ten million sets."""
    digests = (hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest() for key in keys)
    return np.fromiter((int.from_bytes(digest, "big") for digest in digests), dtype=np.uint64)


def split_items(groups: Sequence[Hashable], shares: Shares) -> dict[str, list[int]]:
    """Row numbers of the three parts; rows with equal keys (the same text, the same answer) land on the same side."""
    numbers: dict[Hashable, int] = {}
    group = np.fromiter((numbers.setdefault(key, len(numbers)) for key in groups), dtype=np.int64, count=len(groups))
    num_groups = len(numbers)
    del numbers
    order = list(range(num_groups))
    random.Random(SPLIT_SEED).shuffle(order)
    ends = cut_points(len(groups), shares)
    sizes = np.bincount(group, minlength=num_groups)[order]
    # A group goes to the part in which its first row falls.
    placed = np.cumsum(sizes) - sizes
    place = np.empty(num_groups, dtype=np.int64)
    place[order] = np.arange(num_groups)
    by_place = np.argsort(place[group], kind="stable")
    part = ((placed >= ends[0]).astype(np.int64) + (placed >= ends[1]))[place[group[by_place]]]
    parts = {name: by_place[part == number].tolist() for number, name in enumerate(SPLITS)}
    empty = [name for name, share in zip(SPLITS, shares, strict=True) if share > 0 and not parts[name]]
    if empty:
        raise ConfigError.single(
            "data.split", f"items for {' and '.join(empty)}", f"{num_groups} distinct items", "Bring more data."
        )
    return parts


def _class_ends(number: int, shares: Shares) -> tuple[int, int]:
    """Where training and validation end among the texts of one class."""
    train_end = max(1, round(number * shares[0]))
    validation_end = number if shares[2] == 0 else round(number * (shares[0] + shares[1]))
    wanted = [share > 0 for share in shares]
    if number >= sum(wanted):
        validation_end = min(validation_end, number - wanted[2])
        train_end = min(train_end, validation_end - wanted[1])
    return train_end, validation_end


def split_labelled(texts: Sequence[str], labels: Sequence[str], shares: Shares) -> dict[str, list[int]]:
    """Like `split_items`, class by class, so that every part has the classes in the same shares.

    A class of fewer texts than would fill its shares gives each part one, as long as there are as many as parts.

    Raises:
        ConfigError: A part that should have texts would have none.
    """
    by_class: dict[str, list[int]] = {}
    for row, label in enumerate(labels):
        by_class.setdefault(label, []).append(row)
    parts: dict[str, list[int]] = {name: [] for name in SPLITS}
    for rows in by_class.values():
        order = rows.copy()
        random.Random(SPLIT_SEED).shuffle(order)
        train_end, validation_end = _class_ends(len(order), shares)
        for name, part in zip(
            SPLITS, (order[:train_end], order[train_end:validation_end], order[validation_end:]), strict=True
        ):
            parts[name].extend(part)
    for name, share in zip(SPLITS, shares, strict=True):
        parts[name].sort()
        if share > 0 and not parts[name]:
            raise ConfigError.single(
                "data.split",
                f"texts for {name}",
                f"{plural(len(texts), 'text')} in all",
                "Bring more data or change the shares.",
            )
    return parts
