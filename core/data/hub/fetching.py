"""Fetching data sets of the Hub: once for everybody, at one commit, bounded, and written whole.

Files that came whole stay for the next try when a fetch is cancelled or fails.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from core.config.errors import ConfigError, Problem
from core.config.limits import Limits, Settings, bytes_in_words
from core.data.fetching import FetchError, Progress, Watch
from core.data.hub.choices import Choice, chosen_splits, look_up
from core.data.hub.client import fetch_file
from core.data.hub.files import RECORD, RECORDS, VERSION, HubData, find, folder_of, reading_limits
from core.data.hub.listing import Split
from core.data.hub.parts import Write, Written, write_parts

MAX_FILES = 500


def fetch_choice(
    choice: Choice,
    settings: Settings,
    limits: Limits,
    progress: Callable[[Progress], None] | None = None,
    cancel: threading.Event | None = None,
    write: Write = write_parts,
) -> HubData:
    """Fetch a choice as it is on the Hub now; nothing is fetched when that is on this machine already.

    Args:
        choice: Which data set, subset and split.
        settings, limits: Where it goes, whether it may, how large it may be and how long it may take.
        progress: Called about five times a second.
        cancel: Set it from another thread to end; whole files are kept for the next time.
        write: What reads the files and writes the parts.

    Raises:
        ConfigError: No such data set or split, not allowed here, too large, or nothing that can be read.
        FetchError: It could not be fetched; the message says why and what to do.
        Interrupted: It was cancelled.
    """
    hub_set = look_up(choice.id, settings, limits)
    subset, splits = chosen_splits(hub_set, choice)
    _check_size(splits, limits)
    folder = folder_of(choice, settings)
    work = folder / f".work-{hub_set.commit[:12]}"
    files = list(dict.fromkeys(file for split in splits.values() for file in split.files))
    fingerprint = _fingerprint(splits, subset.classes)
    name = f"{hub_set.commit[:12]}-{fingerprint[:16]}"
    watch = Watch(files, limits.max_download_seconds, progress, cancel)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with watch.alone(folder / ".lock"):
            if (folder / name / RECORD).exists():
                os.utime(folder / name / RECORD)
                return find(choice, settings, limits)
            watch.fetch_all(files, lambda file: fetch_file(choice.id, file, work, settings, limits, watch))
            record = {
                "version": VERSION,
                "id": choice.id,
                "commit": hub_set.commit,
                "licence": hub_set.licence,
                "with_key": hub_set.needs_key,
                "fingerprint": fingerprint,
            }
            places = {part: [(work / file.path, file.path) for file in split.files] for part, split in splits.items()}
            bounds = reading_limits([path for members in places.values() for path, _ in members], limits)
            _write(folder, name, record, lambda new: write(places, new, subset.classes, bounds, watch.look))
            _make_room(folder, settings, limits)
    except FetchError as error:
        raise FetchError(f"{choice.in_words} could not be fetched. {error} Files that came whole are kept.") from None
    except OSError as error:  # a full disk, a folder that was taken away
        raise FetchError(f"The files of {choice.in_words} cannot be written: {error.strerror}.") from None
    return find(choice, settings, limits)


def _check_size(splits: Mapping[str, Split], limits: Limits) -> None:
    """Refuse what is too large by what the Hub says of it, before anything of it is fetched."""
    files = [file for split in splits.values() for file in split.files]
    size, rows = sum(file.bytes for file in files), max(split.rows or 0 for split in splits.values())
    most_bytes, most_rows = limits.max_download_bytes, limits.max_rows
    hint = "Choose a smaller split or subset, or run Unroll yourself with a larger "
    checks = (
        (size > most_bytes, bytes_in_words(most_bytes), bytes_in_words(size), "UNROLL_MAX_DOWNLOAD_BYTES."),
        (len(files) > MAX_FILES, f"{MAX_FILES} files", str(len(files)), "disk and patience."),
        (rows > most_rows, f"{most_rows:,} rows", f"{rows:,}", "UNROLL_MAX_ROWS."),
    )
    problems = [
        Problem("data.hub_split", f"at most {most}", received, hint + setting)
        for is_too_much, most, received, setting in checks
        if is_too_much
    ]
    if problems:
        raise ConfigError(problems)


def _fingerprint(splits: Mapping[str, Split], classes: Mapping[str, tuple[str, ...]]) -> str:
    content = {part: [file.sha256 for file in split.files] for part, split in splits.items()}
    named = {column: list(names) for column, names in classes.items()}
    return hashlib.sha256(json.dumps([VERSION, content, named], sort_keys=True).encode()).hexdigest()


def _write(folder: Path, name: str, record: dict[str, Any], write: Callable[[Path], Written]) -> None:
    """Write the parts beside each other, give their folder its name, and remove what they replace."""
    new = folder / f".new-{secrets.token_hex(6)}"
    new.mkdir()
    try:
        written = write(new)
        record |= {"parts": written.parts, "notes": list(written.notes)}
        (new / RECORD).write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
        shutil.rmtree(folder / name, ignore_errors=True)  # without its record: left by a server that was killed
        new.rename(folder / name)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    for other in folder.iterdir():
        if other.is_dir() and other.name != name:
            shutil.rmtree(other, ignore_errors=True)


def _make_room(new: Path, settings: Settings, limits: Limits) -> None:
    """Remove what was used longest ago until the rest fits; what has just come stays."""
    if limits.max_hub_bytes is None:
        return
    folders = []
    for folder in (settings.state_dir / "hub").iterdir():
        with suppress(OSError):
            size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
            used = max((path.stat().st_mtime for path in folder.glob(RECORDS)), default=folder.stat().st_mtime)
            folders.append((folder == new, used, size, folder))
    total = sum(size for _, _, size, _ in folders)
    for is_new, _, size, folder in sorted(folders, key=lambda found: found[:2]):
        if is_new or total <= limits.max_hub_bytes:
            return
        with suppress(OSError):
            shutil.rmtree(folder)
            total -= size
