"""Where a visitor's uploads lie: one folder each under an id that cannot be guessed.

Files are stored under names of ours, never under the visitor's; the display name is kept in `upload.json`. A
folder appears whole or not at all. Left out: reading the content (files.py), asking who may see it.
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

from core.config.errors import ConfigError, Problem
from core.config.experiment import TASKS
from core.config.limits import Limits
from core.data.sources.inputs import path_error, shorten

MAX_FILES = 20
_ID = re.compile(r"[0-9a-f]{32}")
_CHUNK = 1 << 20
# Any other ending is stored as .txt: the content decides how a file is read, and an ending can only mislead.
_EXTENSIONS = (".csv", ".tsv", ".txt", ".parquet", ".jsonl", ".ndjson", ".json")
_KEPT_FOR_THE_MESSAGE = (".pdf", ".xlsx", ".xls", ".docx", ".zip", ".gz", ".npy", ".pkl")


@dataclass(frozen=True)
class Upload:
    """One stored upload.

    Attributes:
        id: 32 hexadecimal digits.
        task: The task that it was brought for.
        paths: Where the files lie, in the visitor's order.
        names: What the visitor called them, fit for the screen.
        sha256: `fingerprint_files` of the paths.
        owner: Who brought it (a hash), "" when nobody is known.
        created: Unix seconds.
    """

    id: str
    task: str
    paths: tuple[Path, ...]
    names: tuple[str, ...]
    sha256: str
    owner: str
    created: float


def save_upload(task: str, files: Sequence[tuple[str, bytes]], state_dir: Path, limits: Limits, owner: str = "") -> str:
    """Store what a visitor brought.

    Args:
        task: The task that it is for.
        files: Display name and content of each file.
        state_dir: The upload goes to `state_dir/uploads/<id>/`.
        limits: `max_upload_bytes` bounds all files together.
        owner: Who brought it.

    Returns:
        The id, unguessable.

    Raises:
        ConfigError: No file, an empty one, too many or too large, or a full disk.
        ValueError: An unknown task.
    """
    if task not in TASKS:
        raise ValueError(f"task must be one of {', '.join(TASKS)}, got {task!r}")
    _check(files, limits)
    upload_id = secrets.token_hex(16)
    root = Path(state_dir) / "uploads"
    try:
        root.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".new-", dir=root))
    except OSError as error:
        raise _disk_error(error) from None
    try:
        paths = []
        for number, (name, content) in enumerate(files):
            path = work / f"{number}{_extension(name)}"
            path.write_bytes(content)
            paths.append(path)
        record = {
            "task": task,
            "owner": owner,
            "created": time.time(),
            "sha256": fingerprint_files(paths),
            "files": [
                {"path": path.name, "name": _display(name)} for path, (name, _) in zip(paths, files, strict=True)
            ],
        }
        (work / "upload.json").write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
        os.replace(work, root / upload_id)
    except OSError as error:
        raise _disk_error(error) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return upload_id


def find_upload(upload_id: str, state_dir: Path) -> Upload:
    """The upload of an id.

    Raises:
        ConfigError: An id of another form, or one that is not (or no longer) here.
    """
    # Checked before it becomes a path: an id comes from a link that anybody can write.
    if not isinstance(upload_id, str) or not _ID.fullmatch(upload_id):
        raise ConfigError.single(
            "data.id",
            "the id of an upload, 32 hexadecimal digits",
            repr(shorten(str(upload_id))),
            "Upload the file again.",
        )
    folder = Path(state_dir) / "uploads" / upload_id
    try:
        record = json.loads((folder / "upload.json").read_text(encoding="utf-8"))
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
    except (OSError, ValueError, KeyError, TypeError):
        raise _gone(upload_id) from None
    if not upload.paths or not all(path.is_file() for path in upload.paths):
        raise _gone(upload_id)
    return upload


def delete_uploads(owner: str, state_dir: Path) -> int:
    """Remove every upload of an owner, with what was prepared from it; returns how many there were.

    Raises:
        ValueError: The owner is nobody.
        OSError: One cannot be removed.
    """
    if not owner:
        raise ValueError("an owner must be given")
    root = Path(state_dir) / "uploads"
    removed = 0
    for upload_id in sorted(path.name for path in root.glob("*") if _ID.fullmatch(path.name)):
        try:
            if find_upload(upload_id, state_dir).owner != owner:
                continue
        except ConfigError:  # damaged: nobody can tell whose it was
            continue
        # Out of sight in one step: nobody meets an upload that is half deleted.
        hidden = root / f".deleted-{upload_id}"
        os.replace(root / upload_id, hidden)
        shutil.rmtree(hidden)
        removed += 1
    return removed


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
                members = sorted(
                    child for child in path.iterdir() if child.is_file() and not child.name.startswith(".")
                )
                digests.extend(f"{child.name}:{_digest(child)}" for child in members)
            else:
                digests.append(_digest(path))
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "not a path"
            raise path_error("a file that can be read", f"{str(path)!r}, {reason}", "Check the path.") from None
    if len(digests) == 1 and ":" not in digests[0]:
        return digests[0]
    return hashlib.sha256("\n".join(digests).encode("utf-8", errors="surrogateescape")).hexdigest()


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _check(files: Sequence[tuple[str, bytes]], limits: Limits) -> None:
    if not files:
        raise path_error("a file", "none", "Choose a file.")
    problems = []
    if len(files) > MAX_FILES:
        problems.append(Problem("data.path", f"at most {MAX_FILES} files", f"{len(files)}", "Join some of them."))
    problems.extend(
        Problem("data.path", "a file with content", f"{_display(name)!r}, which is empty", "Choose another file.")
        for name, content in files[:MAX_FILES]
        if not content
    )
    total = sum(len(content) for _, content in files)
    if total > limits.max_upload_bytes:
        problems.append(
            Problem(
                "data.path",
                f"at most {limits.max_upload_bytes:,} bytes in all",
                f"{total:,} bytes",
                "Bring a part of it, or run Unroll yourself with a larger UNROLL_MAX_UPLOAD_BYTES.",
            )
        )
    if problems:
        raise ConfigError(problems)


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
    return ConfigError.single(
        "data.id", "an upload on this server", repr(upload_id), "It is not here: upload the file again."
    )
