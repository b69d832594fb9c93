"""Storing what a visitor brings: under names of ours, with the visitor's own kept for the screen, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from core.config.errors import ConfigError, Problem
from core.config.limits import Limits
from core.data.sources.inputs import path_error, visible
from core.data.sources.upload_folders import NEW, RECORD, locked, root_of, touch, upload_ids
from core.data.sources.upload_keeping import make_room
from core.data.sources.uploads import join_digests, read_record

MAX_FILES = 20
_CHUNK = 1 << 20
# Any other ending is stored as .txt: the content decides how a file is read, and an ending can only mislead.
_EXTENSIONS = (".csv", ".tsv", ".txt", ".parquet", ".jsonl", ".ndjson", ".json", ".conllu", ".conll")
_KEPT_FOR_THE_MESSAGE = (".pdf", ".xlsx", ".xls", ".docx", ".zip", ".gz", ".npy", ".pkl")

Content = bytes | IO[bytes]


def save_upload(
    files: Sequence[tuple[str, Content]], state_dir: Path, limits: Limits, owner: str = "", address: str = ""
) -> str:
    """Store what a visitor brought, a megabyte at a time; returns the id, which cannot be guessed.

    The same files under the same names, brought again by the same owner, are the upload that is there already.

    Args:
        files: Display name and content of each file: bytes, or a file that is open for reading.
        state_dir: The upload goes to `state_dir/uploads/<id>/`.
        limits: `max_upload_bytes` bounds all files together; `max_visitor_uploads_bytes`, `max_address_uploads_bytes`
            and `max_uploads_bytes` bound what has been brought, and of that the uploads that no run uses make room.
        owner: Who brought it.
        address: The keyed hash of where it came from; "" where that is not known.

    Raises:
        ConfigError: No file, an empty one, too many or too large, no room left for it, or a full disk.
    """
    _check(files, limits)
    upload_id, root = secrets.token_hex(16), root_of(state_dir)
    try:
        root.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=NEW, dir=root))
    except OSError as error:
        raise _disk_error(error) from None
    try:
        record, num_bytes = _store(files, work, limits.max_upload_bytes, owner, address)
        with locked(root):
            known = _find_same(root, record) if owner else None
            if known is not None:
                touch(root / known)
                return known
            make_room(root, owner, num_bytes, limits, time.time(), address)
            os.replace(work, root / upload_id)
    except OSError as error:
        raise _disk_error(error) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return upload_id


def _store(
    files: Sequence[tuple[str, Content]], work: Path, max_bytes: int, owner: str, address: str
) -> tuple[dict[str, Any], int]:
    """Write files and record into a folder; returns the record and how many bytes the files have."""
    digests, stored, left = [], [], max_bytes
    for number, (name, content) in enumerate(files):
        path = work / f"{number}{_extension(name)}"
        digest, num_bytes = _copy(content, path, left)
        left -= num_bytes
        if left < 0:
            raise ConfigError([_too_large(max_bytes, f"more than {max_bytes:,} bytes")])
        if not num_bytes:  # of one whose size could not be asked for before
            raise ConfigError([_empty(name)])
        digests.append(digest)
        stored.append({"path": path.name, "name": _display(name)})
    record = {
        "owner": owner, "address": address, "created": time.time(), "sha256": join_digests(digests), "files": stored,
    }  # fmt: skip
    (work / RECORD).write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
    return record, max_bytes - left


def _copy(content: Content, path: Path, most: int) -> tuple[str, int]:
    """Write a content until its end, or until it is more than it may be; returns its sha256 and what was written."""
    digest, written = hashlib.sha256(), 0
    view = memoryview(content) if isinstance(content, bytes) else None
    if not isinstance(content, bytes) and content.seekable():
        content.seek(0)
    with path.open("wb") as target:
        while written <= most:
            chunk = view[written : written + _CHUNK] if view is not None else content.read(_CHUNK)  # type: ignore[union-attr]
            if not chunk:
                break
            target.write(chunk)
            digest.update(chunk)
            written += len(chunk)
    return digest.hexdigest(), written


def _find_same(root: Path, record: dict[str, Any]) -> str | None:
    """The upload that has this owner, content and these names already, and all its files."""
    for upload_id in upload_ids(root):
        known = read_record(root / upload_id)
        if known is None or any(known.get(key) != record[key] for key in ("owner", "sha256", "files")):
            continue
        if all((root / upload_id / file["path"]).is_file() for file in record["files"]):
            return upload_id
    return None


def _check(files: Sequence[tuple[str, Content]], limits: Limits) -> None:
    if not files:
        raise path_error("a file", "none", "Choose a file.")
    problems = []
    if len(files) > MAX_FILES:
        problems.append(Problem("data.path", f"at most {MAX_FILES} files", f"{len(files)}", "Join some of them."))
    sizes = [_size(content) for _, content in files]
    problems += [_empty(name) for (name, _), size in zip(files[:MAX_FILES], sizes, strict=False) if size == 0]
    total = sum(size or 0 for size in sizes)
    if total > limits.max_upload_bytes:
        problems.append(_too_large(limits.max_upload_bytes, f"{total:,} bytes"))
    if problems:
        raise ConfigError(problems)


def _size(content: Content) -> int | None:
    """Bytes of a content; None where that is known at its end only."""
    if isinstance(content, bytes):
        return len(content)
    return content.seek(0, os.SEEK_END) if content.seekable() else None


def _empty(name: str) -> Problem:
    return Problem("data.path", "a file with content", f"{_display(name)!r}, which is empty", "Choose another file.")


def _too_large(most: int, received: str) -> Problem:
    hint = "Bring a part of it, or run Unroll yourself with a larger UNROLL_MAX_UPLOAD_BYTES."
    return Problem("data.path", f"at most {most:,} bytes in all", received, hint)


def _extension(name: str) -> str:
    """One of a fixed list, whatever the visitor's name ends in."""
    lowered = name.lower()
    return next((ending for ending in (*_EXTENSIONS, *_KEPT_FOR_THE_MESSAGE) if lowered.endswith(ending)), ".txt")


def _display(name: str) -> str:
    """A visitor's file name for the screen: its last part, without characters that control or turn the text."""
    return visible(re.split(r"[/\\]", name)[-1])


def _disk_error(error: OSError) -> ConfigError:
    reason = os.strerror(error.errno) if error.errno else "an unknown fault"
    return path_error("room to store the upload", reason, "Try again later, or tell whoever runs this server.")
