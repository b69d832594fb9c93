"""Texts to classify that lie a file each in folders that are called by their labels, as in train/pos/17.txt or neg/3.txt.

The folder may be on disk or in a zip archive, and may stand in others. What is hidden, a link, or no text by its ending
is not read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, zip_longest
from pathlib import PurePosixPath

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.dataset import LabelledSet
from core.data.sources.encodings import scan
from core.data.sources.inputs import InputFile, listing, path_error, plural, unpack
from core.data.sources.labelled_files import select_labelled
from core.data.sources.parts import MAX_FILES, TABLES, folder_files, split_of
from core.data.sources.preview import HEAD_BYTES, NUM_ROWS, Preview, cells, find_encoding, scan_head
from core.data.sources.reading import Reading

_TEXTS = (".txt", ".text")
_WITHOUT_LABEL = ("unsup", "unlabeled", "unlabelled")


@dataclass(frozen=True)
class LabelFolders:
    """Texts by their folders.

    Attributes:
        texts: Part ("train" where there are none), label and file of each, in the order of their names.
        notes: What was left out.
    """

    texts: tuple[tuple[str, str, InputFile], ...]
    notes: tuple[str, ...]

    @property
    def files(self) -> list[InputFile]:
        """The files of all texts."""
        return [file for _, _, file in self.texts]


def find_label_folders(file: InputFile, limits: Limits) -> LabelFolders | None:
    """The texts of a folder or an archive with a folder for each label; None for any other layout.

    Raises:
        ConfigError: Folders of which it cannot be told whether they are parts or labels, or an archive that is broken.
    """
    placed = _placed(file, limits)
    if sum(file.extension in TABLES for _, file in placed):
        return None
    inner = [(place, file) for place, file in placed if len(place) > 1]
    if any(file.extension in _TEXTS for _, file in inner):
        inner = [(place, file) for place, file in inner if file.extension in _TEXTS]
    while len({place[0] for place, _ in inner}) == 1 and all(len(place) > 2 for place, _ in inner):
        inner = [(place[1:], file) for place, file in inner]  # a folder around all
    outer = sorted({place[0] for place, _ in inner})
    if len(outer) < 2:
        return None
    parts = {name: _part_of(name) for name in outer}
    if any(parts.values()) and not all(parts.values()):
        raise _unclear(outer)
    depth = 3 if all(parts.values()) else 2
    texts = [(parts[place[0]] or "train", place[depth - 2], file) for place, file in inner if len(place) == depth]
    if len(texts) < sum(len(place) >= depth for place, _ in inner) or not texts:
        raise _unclear(outer)
    labelled = [text for text in texts if text[1].lower() not in _WITHOUT_LABEL]
    notes = []
    if len(labelled) < len(texts):
        notes.append(f"{plural(len(texts) - len(labelled), 'text')} in folders of texts without a label left out")
    if len(placed) > len(texts):
        notes.append(f"{plural(len(placed) - len(texts), 'other file')} in the folder left out")
    return LabelFolders(tuple(labelled), tuple(notes))


def _placed(file: InputFile, limits: Limits) -> list[tuple[tuple[str, ...], InputFile]]:
    """Every file of a folder or an archive with its place in it; nothing for a plain file."""
    if not file.path.is_dir():
        members = unpack([file], limits)
        return [(PurePosixPath(member.member).parts, replace(member, name=member.member)) for member in members
                if member.member]  # fmt: skip
    found = []
    for path in folder_files(file.path):
        place = path.relative_to(file.path)
        found.append((place.parts, InputFile(path, place.as_posix())))
    return found


def _part_of(name: str) -> str | None:
    """The part that a folder stands for: "train", or "20news-bydate-train"."""
    return split_of(name) or split_of(re.split(r"[-_ ]", name)[-1])


def _unclear(outer: Sequence[str]) -> ConfigError:
    return path_error(
        "folders called by their labels, as in pos/1.txt, or by parts and in them labels, as in train/pos/1.txt",
        f"folders {listing(outer)}, whose texts lie otherwise",
        "Move the texts, or bring a table with a column of texts and one of labels.",
    )


def look_at_folders(found: LabelFolders, data: DataConfig, limits: Limits) -> Preview:
    """A text of each label in turn."""
    by_label: dict[str, list[tuple[str, InputFile]]] = {}
    for _, label, file in found.texts:
        by_label.setdefault(label, []).append((label, replace(file, head=HEAD_BYTES, reading=Reading.of(data))))
    heads = [head for head in chain.from_iterable(zip_longest(*by_label.values())) if head][:NUM_ROWS]
    rows = []
    for label, head in heads:
        with suppress(ConfigError):  # a blank one
            rows.append(cells((scan_head(head, limits).start.strip(), label)))
    shown = {"encoding": find_encoding(heads[0][1], limits)}
    return Preview("table", ("text", "label"), tuple(rows), found=shown, is_whole=len(found.texts) <= len(rows))


def read_label_folders(found: LabelFolders, data: DataConfig, limits: Limits, reading: Reading) -> LabelledSet:
    """Read every text, each in its own encoding.

    Raises:
        ConfigError: A column is named, or a file is no text, too many or too large ones, or too few texts or labels.
    """
    reading.refuse("texts in folders", "delimiter", "header")
    for field, name in (("data.text_column", data.text_column), ("data.label_column", data.label_column)):
        if name is not None:
            raise ConfigError.single(field, "nothing for texts in folders", repr(name), "Leave it out.")
    if len(found.texts) > min(MAX_FILES, limits.max_rows):
        most = min(MAX_FILES, limits.max_rows)
        raise path_error(f"at most {most:,} texts", f"{len(found.texts):,} files", "Bring a part of them.")
    total = sum(file.size() for file in found.files)
    if total > limits.max_upload_bytes:
        raise path_error(f"at most {limits.max_upload_bytes:,} bytes", f"{total:,} bytes", "Bring a part of them.")
    texts: list[str] = []
    remarks: Counter[str] = Counter()
    for file in found.files:
        text, remark = _read(replace(file, reading=reading), limits)
        texts.append(text)
        remarks.update([remark] if remark else [])
    labels = [label for _, label, _ in found.texts]
    notes = [f"labels from the names of {len(set(labels)):,} folders, a text from each of {len(texts):,} files"]
    notes += [*found.notes, *(f"{plural(number, 'file')} {remark}" for remark, number in remarks.items())]
    return select_labelled(texts, labels, [part for part, _, _ in found.texts], data, notes)


def _read(file: InputFile, limits: Limits) -> tuple[str, str]:
    """The text of a file, "" for a blank one, and what is to say of how it is written."""
    if not b"".join(file.pieces(limits)).strip():
        return "", ""
    text = scan(file, limits)
    encoding = f"read as {text.encoding}" if text.encoding not in ("utf-8", file.reading.encoding) else "mended"
    return "".join(text.pieces()).strip(), encoding if text.notes else ""
