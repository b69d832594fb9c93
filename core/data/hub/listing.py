"""Which subsets and splits a data set of the Hub has, read off its card and its files.

The card says it where its writer did (`configs`); else the folders of the Hub's own Parquet copies say it, else the
names of the files. Pure: nothing is asked or read here, and whatever a card holds that makes no sense is passed over.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from core.data.hub.client import HubFile
from core.data.sources.parts import SPLIT_NAMES

DEFAULT = "default"
MAX_SUBSETS = 500
MAX_SPLITS = 100
MAX_PATTERNS = 200
_LONGEST_NAME = 120
_LONGEST_PATTERN = 300
_MOST_LOOKS, _LOOKS_BY_NAME = 10_000_000, 20
FORMATS = (".parquet", ".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".txt")
_PACKED = ".gz"
_WORDS = {word: split for split, words in SPLIT_NAMES.items() for word in words} | {"eval": "test"}
_BRACES = re.compile(r"\{([^{},]*,[^{}]*)\}")
_DESCRIBES = re.compile(r"(readme|licen[cs]e|citation|notice|dataset_infos?|metadata|requirements|\.)", re.IGNORECASE)


@dataclass(frozen=True)
class Split:
    """One split.

    Attributes:
        name: As the Hub has it: train, test, validation_matched ...
        files: In the order of their names.
        rows: How many the card says there are; None where it does not.
        is_part: Whether the Hub's copy holds only the beginning of it.
    """

    name: str
    files: tuple[HubFile, ...]
    rows: int | None = None
    is_part: bool = False

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)


@dataclass(frozen=True)
class Subset:
    """One subset (the Hub calls it a config), its splits, and the names of its classes by column where known."""

    name: str
    splits: tuple[Split, ...]
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def split(self, name: str) -> Split | None:
        """The split of that name."""
        return next((split for split in self.splits if split.name == name), None)


def from_card(card: Mapping[str, Any], files: Sequence[HubFile]) -> tuple[tuple[Subset, ...], str | None]:
    """Subsets as the card's `configs` have them, and the name of the one that is meant when none is named."""
    readable = [file for file in files if is_readable(file.path)]
    found: list[Subset] = []
    default = None
    configs = _mappings(card.get("configs"))[:MAX_SUBSETS]
    looks = sum(sum(map(len, _patterns(config.get("data_files")).values())) or _LOOKS_BY_NAME for config in configs)
    if looks * len(readable) > _MOST_LOOKS:
        return (), None  # nobody writes that by hand
    for config in configs:
        name = _name(config.get("config_name")) or DEFAULT
        raw = config.get("data_dir")
        folder = raw if isinstance(raw, str) and len(raw) <= _LONGEST_PATTERN else ""
        wanted = _patterns(config.get("data_files"))
        splits = _by_pattern(wanted, readable, folder) if wanted else by_name(_in_folder(readable, folder))
        if splits and name not in [subset.name for subset in found]:
            found.append(_subset(name, splits, card))
            default = name if config.get("default") is True else default
    return tuple(found), default


def from_parquet_branch(card: Mapping[str, Any], files: Sequence[HubFile]) -> tuple[Subset, ...]:
    """Subsets as the folders of the Hub's Parquet copies have them: subset/split/0000.parquet."""
    grouped: dict[str, dict[str, list[HubFile]]] = {}
    for file in sorted(files, key=lambda file: file.path):
        parts = file.path.split("/")
        if len(parts) == 3 and file.path.endswith(".parquet"):
            grouped.setdefault(parts[0], {}).setdefault(parts[1], []).append(file)
    found = []
    for name, folders in list(grouped.items())[:MAX_SUBSETS]:
        splits = [
            Split(folder.removeprefix("partial-"), tuple(members), is_part=folder.startswith("partial-"))
            for folder, members in list(folders.items())[:MAX_SPLITS]
        ]
        found.append(_subset(name, splits, card))
    return tuple(found)


def from_names(card: Mapping[str, Any], files: Sequence[HubFile]) -> tuple[Subset, ...]:
    """One subset of whatever can be read, with splits by the names of files and folders."""
    splits = by_name([file for file in files if is_readable(file.path)])
    return (_subset(DEFAULT, splits, card),) if splits else ()


def by_name(files: Iterable[HubFile]) -> list[Split]:
    """Splits by words such as train, dev and test in names; all is train where no name says anything."""
    data = [file for file in files if not _DESCRIBES.match(PurePosixPath(file.path).name)]
    grouped: dict[str, list[HubFile]] = {}
    for file in _of_one_kind(data):
        grouped.setdefault(_split_word(file.path), []).append(file)
    named = {name: members for name, members in grouped.items() if name}
    named = named or {"train": grouped.get("", [])}
    return [Split(name, tuple(named[name])) for name in ("train", "validation", "test") if named.get(name)]


def _of_one_kind(files: Iterable[HubFile]) -> list[HubFile]:
    """Files of the first kind that there is, in the order of their paths: the same data in another form is common."""
    files = sorted(files, key=lambda file: file.path)
    kind = min((FORMATS.index(kind_of(file.path)) for file in files), default=0)
    return [file for file in files if kind_of(file.path) == FORMATS[kind]]


def _split_word(place: str) -> str:
    """The split that a path speaks of, by the last word in it that is one."""
    words = re.split(r"[^a-z]+", place.lower())
    return next((_WORDS[word] for word in reversed(words) if word in _WORDS), "")


def kind_of(place: str) -> str:
    """The ending that says how a file is written, without the one that says that it is packed."""
    return PurePosixPath(place.lower().removesuffix(_PACKED)).suffix


def is_readable(place: str) -> bool:
    """Whether a file is of a kind that is read."""
    return kind_of(place) in FORMATS


def matches(place: str, pattern: str) -> bool:
    """Whether a path fits a pattern: `*` and `?` stay within a folder, `**` crosses folders."""
    wanted = [part for part in pattern.split("/") if part not in ("", ".")]
    if not place.startswith(re.split(r"[*?\[]", "/".join(wanted), maxsplit=1)[0]):  # spares most of the slow looks
        return False
    parts = place.split("/")

    @cache
    def fits(at: int, of: int) -> bool:
        """Whether the path from one part on fits the pattern from one of its parts on."""
        if of == len(wanted):
            return at == len(parts)
        is_there = at < len(parts)
        if wanted[of] == "**":
            return fits(at, of + 1) or (is_there and fits(at + 1, of))
        return is_there and fnmatch.fnmatchcase(parts[at], wanted[of].replace("**", "*")) and fits(at + 1, of + 1)

    return fits(0, 0)


def _patterns(raw: Any) -> dict[str, list[str]]:
    """`data_files` of a card in its four spellings, as split to patterns without braces."""
    found: dict[str, list[str]] = {}
    if isinstance(raw, Mapping):
        raw = [{"split": split, "path": path} for split, path in raw.items()]
    elif isinstance(raw, str):
        raw = [raw]
    for place in raw if isinstance(raw, list) else []:
        item = {"split": "train", "path": place} if isinstance(place, str) else place
        if not isinstance(item, Mapping) or not (split := _name(item.get("split"))):
            continue
        paths = item.get("path")
        paths = paths if isinstance(paths, list) else [paths]
        texts = (path for path in paths if isinstance(path, str) and len(path) <= _LONGEST_PATTERN)
        found.setdefault(split, []).extend(texts)
    return {
        split: list(islice((one for path in found[split] for one in _without_braces(path)), MAX_PATTERNS))
        for split in list(found)[:MAX_SPLITS]
    }


def _without_braces(pattern: str) -> Iterator[str]:
    """`{a,b}` as one pattern with a and one with b, one after the other: a few braces can stand for very many."""
    inner = _BRACES.search(pattern)
    if inner is None:
        yield pattern
        return
    for word in inner[1].split(","):
        yield from _without_braces(pattern[: inner.start()] + word + pattern[inner.end() :])


def _by_pattern(patterns: Mapping[str, Sequence[str]], files: Sequence[HubFile], folder: str) -> list[Split]:
    splits = []
    for name, wanted in patterns.items():
        full = [f"{folder}/{pattern}" if folder else pattern for pattern in wanted]
        members = [file for file in files if any(matches(file.path, pattern) for pattern in full)]
        if members:
            splits.append(Split(name, tuple(_of_one_kind(members))))
    return splits


def _in_folder(files: Sequence[HubFile], folder: str) -> list[HubFile]:
    start = folder.strip("./")
    return [file for file in files if not start or file.path.startswith(f"{start}/")]


def _subset(name: str, splits: Sequence[Split], card: Mapping[str, Any]) -> Subset:
    """A subset with what the card states of it: numbers of rows, and the names of classes."""
    rows = {}
    for split in _mappings(_info(card, name).get("splits")):
        number = split.get("num_examples")
        if isinstance(number, int) and not isinstance(number, bool) and number >= 0:
            rows[str(split.get("name"))] = number
    return Subset(name, tuple(replace(split, rows=rows.get(split.name)) for split in splits), _classes(card, name))


def _classes(card: Mapping[str, Any], subset: str) -> dict[str, tuple[str, ...]]:
    """The names of classes by column, for columns that hold only their numbers."""
    found = {}
    for feature in _mappings(_info(card, subset).get("features")):
        kind = feature.get("dtype")
        names = kind.get("class_label", {}) if isinstance(kind, Mapping) else {}
        names = class_names(names.get("names") if isinstance(names, Mapping) else None)
        if names and isinstance(feature.get("name"), str):
            found[feature["name"]] = names
    return found


def class_names(raw: Any) -> tuple[str, ...]:
    """Names of classes in the order of their numbers; a card may spell them as {"0": "bad", "1": "good"} or as a list."""
    if isinstance(raw, Mapping):
        numbered = {str(key): value for key, value in raw.items()}
        raw = [numbered[str(number)] for number in range(len(numbered)) if str(number) in numbered]
        if len(raw) != len(numbered):
            return ()
    names = raw if isinstance(raw, list) else []
    if not 0 < len(names) <= 10_000 or not all(isinstance(name, (str, int, float)) for name in names):
        return ()
    return tuple(str(name)[:_LONGEST_NAME] for name in names)


def _info(card: Mapping[str, Any], subset: str) -> Mapping[str, Any]:
    """What the card's `dataset_info` says of a subset; it is one mapping where there is only one."""
    raw = card.get("dataset_info")
    if isinstance(raw, Mapping):
        return raw if _name(raw.get("config_name")) in (None, subset) else {}
    return next((info for info in _mappings(raw) if info.get("config_name", DEFAULT) == subset), {})


def _mappings(raw: Any) -> list[Mapping[str, Any]]:
    return [item for item in raw if isinstance(item, Mapping)] if isinstance(raw, list) else []


def _name(raw: Any) -> str | None:
    """A name of a subset or a split, when it is fit for a screen and a link."""
    is_name = isinstance(raw, str) and 0 < len(raw) <= _LONGEST_NAME and raw.isprintable() and raw.strip() == raw
    return raw if is_name else None
