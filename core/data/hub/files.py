"""Data sets of the Hub that were fetched: where they lie on this machine, and what is read of them.

Each choice of a subset and a split has a folder in the state folder, and in it one folder for the commit it was fetched
at.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.config.errors import ConfigError, Problem
from core.config.limits import Limits, Settings
from core.data.downloads import NotHere
from core.data.hub.choices import Choice
from core.data.hub.client import check_hub_allowed, check_id, key_for
from core.data.kinds import kind_of
from core.data.sources.inputs import listing

VERSION = 1  # raise it when the same files come out as others
RECORD = "hub.json"
RECORDS = f"[!.]*/{RECORD}"  # in the folder of a choice


@dataclass(frozen=True)
class HubData:
    """A choice that is on this machine.

    Attributes:
        paths, names: What `read_files` reads, and what to call it: one file, or a folder with a file a part.
        fingerprint: sha256 of the content that was fetched, and of how it came to be these files.
        commit: The state of the data set that it is.
        licence: "" where the data set says nothing.
        notes: What was left out.
    """

    paths: tuple[Path, ...]
    names: tuple[str, ...]
    fingerprint: str
    commit: str
    licence: str
    notes: tuple[str, ...]


def find(choice: Choice, settings: Settings, limits: Limits, kind: str | None = None) -> HubData:
    """What was fetched of a choice.

    Args:
        choice: Which data set, subset and split.
        settings, limits: Where it lies, and who may read what the host's key opened.
        kind: As what it is read: of what divides itself, as series do, the training set is read alone.

    Raises:
        NotHere: It was not fetched yet; the error says how to.
    """
    folder = folder_of(choice, settings)
    try:
        newest = max(folder.glob(RECORDS), key=lambda path: path.stat().st_mtime)
        place, record = newest.parent, json.loads(newest.read_text(encoding="utf-8"))
        parts = {part: place / Path(name).name for part, name in record["parts"].items()}
        is_whole = all(path.is_file() for path in parts.values()) and record["version"] == VERSION
        may_read = not record["with_key"] or key_for(choice.id, settings, limits) is not None
        notes = tuple(record["notes"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        is_whole = may_read = False
    if not is_whole or not may_read:
        raise _not_here(choice, settings)
    with suppress(OSError):
        os.utime(newest)  # what was used longest ago goes first
    if kind is not None and not kind_of(kind).has_parts and len(parts) > 1:
        notes = (*notes, f"only the training set is read, not {listing([p for p in parts if p != 'train'])}")
        parts = {"train": parts["train"]}
    paths = (next(iter(parts.values())),) if len(parts) == 1 else (place,)
    name = f"{choice.in_words}: {paths[0].name}" if len(parts) == 1 else choice.in_words
    return HubData(paths, (name,), record["fingerprint"], record["commit"], record["licence"], notes)


def is_here(choice: Choice, settings: Settings, limits: Limits) -> bool:
    """Whether a choice can be read now."""
    try:
        find(choice, settings, limits)
    except NotHere:
        return False
    return True


def _not_here(choice: Choice, settings: Settings) -> NotHere:
    chosen = (("subset", choice.subset), ("split", choice.hub_split))
    more = "".join(f" --{name} {shlex.quote(value)}" for name, value in chosen if value)
    hint = f"Fetch it on its page or with: python -m core datasets get hub:{choice.id}{more}."
    try:
        check_hub_allowed(choice.id, settings)
    except ConfigError as error:
        hint = error.problems[0].hint
    expected = "a data set of the Hub that is on this machine"
    return NotHere([Problem("data.id", expected, repr(choice.in_words), hint)])


def folder_of(choice: Choice, settings: Settings) -> Path:
    """The folder of a choice. Its name is made of an id that was checked, and of digits."""
    raw = json.dumps([choice.id, choice.subset, choice.hub_split])
    digits = hashlib.sha256(raw.encode()).hexdigest()[:16]
    return settings.state_dir / "hub" / f"{check_id(choice.id).replace('/', '--')}-{digits}"


def reading_limits(paths: Sequence[Path], limits: Limits) -> Limits:
    """The same limits, but for bytes: what this server lets in as a download it also reads."""
    size = 0
    for path in paths:
        members = path.iterdir() if path.is_dir() else [path]
        size += sum(member.stat().st_size for member in members if member.is_file())
    return limits.model_copy(update={"max_upload_bytes": max(limits.max_upload_bytes, size)})
