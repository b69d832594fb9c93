"""A visitor's uploads: one folder each under an id that cannot be guessed, for its owner alone to read.

Files are stored under names of ours, never under the visitor's; the display name is kept in `upload.json`. A
folder appears whole or not at all. Left out: reading the content (files.py), who is asking (the screen), how long an
upload stays (upload_keeping.py).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import tempfile
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from core.applications import APPLICATIONS
from core.config.errors import ConfigError, Problem
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.config.plain_files import is_plain, read_plain
from core.data.sources.inputs import path_error, shorten
from core.data.sources.upload_folders import NEW, RECORD, UPLOAD_ID, locked, root_of, touch, upload_ids

MAX_FILES = 20
_CHUNK = 1 << 20
# Any other ending is stored as .txt: the content decides how a file is read, and an ending can only mislead.
_EXTENSIONS = (".csv", ".tsv", ".txt", ".parquet", ".jsonl", ".ndjson", ".json")
_KEPT_FOR_THE_MESSAGE = (".pdf", ".xlsx", ".xls", ".docx", ".zip", ".gz", ".npy", ".pkl")

Content = bytes | IO[bytes]


@dataclass(frozen=True)
class Upload:
    """One stored upload.

    Attributes:
        id: 32 hexadecimal digits.
        task: The task that it was brought for.
        paths: Where the files lie, in the visitor's order.
        names: What the visitor called them, fit for the screen.
        sha256: `fingerprint_files` of the paths.
        owner: Who brought it and alone may read it (a hash), "" when nobody is known.
        created: Unix seconds.
    """

    id: str
    task: str
    paths: tuple[Path, ...]
    names: tuple[str, ...]
    sha256: str
    owner: str
    created: float


def save_upload(
    task: str, files: Sequence[tuple[str, Content]], state_dir: Path, limits: Limits, owner: str = "", address: str = ""
) -> str:
    """Store what a visitor brought, a megabyte at a time.

    The same files under the same names, brought again for the same task by the same owner, are the upload that is
    there already.

    Args:
        task: The task that it is for.
        files: Display name and content of each file: bytes, or a file that is open for reading.
        state_dir: The upload goes to `state_dir/uploads/<id>/`.
        limits: `max_upload_bytes` bounds all files together; `max_visitor_uploads_bytes`, `max_address_uploads_bytes`
            and `max_uploads_bytes` bound what has been brought, and of that the uploads that no run uses make room.
        owner: Who brought it.
        address: The keyed hash of where it came from; "" where that is not known.

    Returns:
        The id, unguessable.

    Raises:
        ConfigError: No file, an empty one, too many or too large, no room left for it, or a full disk.
        ValueError: An unknown task.
    """
    from core.data.sources.upload_keeping import make_room

    if task not in APPLICATIONS:
        raise ValueError(f"task must be one of {', '.join(APPLICATIONS)}, got {task!r}")
    _check(files, limits)
    upload_id, root = secrets.token_hex(16), root_of(state_dir)
    try:
        root.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=NEW, dir=root))
    except OSError as error:
        raise _disk_error(error) from None
    try:
        record, num_bytes = _store(task, files, work, limits.max_upload_bytes, owner, address)
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
    task: str, files: Sequence[tuple[str, Content]], work: Path, max_bytes: int, owner: str, address: str
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
        "task": task, "owner": owner, "address": address, "created": time.time(), "sha256": _joined(digests), "files": stored,
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
    """The upload that has this owner, task, content and these names already, and all its files."""
    for upload_id in upload_ids(root):
        known = _read_record(root / upload_id)
        if known is None or any(known.get(key) != record[key] for key in ("owner", "task", "sha256", "files")):
            continue
        if all((root / upload_id / file["path"]).is_file() for file in record["files"]):
            return upload_id
    return None


def find_upload(upload_id: str, state_dir: Path) -> Upload:
    """The upload of an id.

    Raises:
        ConfigError: An id of another form, or one that is not (or no longer) here.
    """
    # Checked before it becomes a path: an id comes from a link that anybody can write.
    if not isinstance(upload_id, str) or not UPLOAD_ID.fullmatch(upload_id):
        raise ConfigError.single(
            "data.id",
            "the id of an upload, 32 hexadecimal digits",
            repr(shorten(str(upload_id))),
            "Upload the file again.",
        )
    folder = root_of(state_dir) / upload_id
    try:
        record = _read_record(folder) or {}
        files = record["files"]
        upload = Upload(
            id=upload_id,
            task=record["task"],
            paths=tuple(folder / Path(file["path"]).name for file in files),
            names=tuple(file["name"] for file in files),
            sha256=record["sha256"],
            owner=record["owner"],
            created=record["created"],
        )
        if not isinstance(upload.owner, str):
            raise TypeError
    except (ValueError, KeyError, TypeError):
        raise _gone(upload_id) from None
    if not upload.paths or not all(map(is_plain, upload.paths)):
        raise _gone(upload_id)
    return upload


def check_reader(upload: Upload, actor: str | None) -> None:
    """Raise `ConfigError` unless the actor may read an upload, in the words for one that is not here.

    Args:
        upload: The upload.
        actor: Who asks, as an owner's hash; None is the shell and the worker, which may read everything. An upload of
            nobody is for them alone.
    """
    if actor is not None and (not actor or actor != upload.owner):
        raise _gone(upload.id)  # a guess does not tell what exists


def check_data_reader(data: DataConfig, state_dir: Path, actor: str | None) -> None:
    """Raise `ConfigError` for an upload that is not here or that the actor may not read; other data is everybody's."""
    if data.source == "upload":
        check_reader(find_upload(data.id or "", state_dir), actor)


def read_owner(folder: Path) -> tuple[str, str] | None:
    """Whose the upload in a folder is, and the hash of where it came from; None where its record cannot be read."""
    record = _read_record(folder) or {}
    owner, address = record.get("owner"), record.get("address", "")
    return (owner, address) if isinstance(owner, str) and isinstance(address, str) else None


def _read_record(folder: Path) -> dict[str, Any] | None:
    try:
        record = json.loads(read_plain(folder / RECORD))
    except (OSError, ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def fingerprint_files(paths: Sequence[Path]) -> str:
    """sha256 of raw files, 64 hexadecimal digits.

    One file gives its own sha256; several give that of their digests in order, so that moving text from the end of one
    to the start of the next changes it. A folder counts as its files with their names.

    Raises:
        ConfigError: A file that cannot be read.
    """
    digests: list[str] = []
    for path in map(Path, paths):
        try:
            if path.is_dir():
                from core.data.sources.parts import folder_files  # needs pandas, which storing does without

                digests.extend(f"{child.relative_to(path)}:{_digest(child)}" for child in folder_files(path))
            else:
                digests.append(_digest(path))
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "not a path"
            raise path_error("a file that can be read", f"{str(path)!r}, {reason}", "Check the path.") from None
    return _joined(digests)


def _joined(digests: Sequence[str]) -> str:
    if len(digests) == 1 and ":" not in digests[0]:
        return digests[0]
    return hashlib.sha256("\n".join(digests).encode("utf-8", errors="surrogateescape")).hexdigest()


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


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
    last = re.split(r"[/\\]", name)[-1]
    visible = "".join(char for char in last if unicodedata.category(char)[0] != "C")
    return shorten(visible.strip()) or "file"


def _disk_error(error: OSError) -> ConfigError:
    reason = os.strerror(error.errno) if error.errno else "an unknown fault"
    return path_error("room to store the upload", reason, "Try again later, or tell whoever runs this server.")


def _gone(upload_id: str) -> ConfigError:
    """One error for what is not here and for what is somebody else's."""
    return ConfigError.single(
        "data.id",
        "an upload of yours on this server",
        repr(upload_id),
        "It is not here for you: upload the file again.",
    )
