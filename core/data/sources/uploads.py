"""A visitor's uploads: one folder each under an id that cannot be guessed, for its owner alone to read.

Files lie under names of ours, never under the visitor's; the display name is kept in `upload.json`. Left out: storing one
(upload_storing.py), reading the content (files.py), who is asking (the screen), how long an upload stays
(upload_keeping.py).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.plain_files import is_plain, read_plain
from core.data.sources.inputs import path_error, shorten
from core.data.sources.upload_folders import RECORD, UPLOAD_ID, root_of

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Upload:
    """One stored upload.

    Attributes:
        id: 32 hexadecimal digits.
        paths: Where the files lie, in the visitor's order.
        names: What the visitor called them, fit for the screen.
        sha256: `fingerprint_files` of the paths.
        owner: Who brought it and alone may read it (a hash), "" when nobody is known.
        created: Unix seconds.
    """

    id: str
    paths: tuple[Path, ...]
    names: tuple[str, ...]
    sha256: str
    owner: str
    created: float


def find_upload(upload_id: str, state_dir: Path) -> Upload:
    """The upload of an id. Raises `ConfigError`: an id of another form, or one that is not (or no longer) here."""
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
        record = read_record(folder) or {}
        files = record["files"]
        upload = Upload(
            id=upload_id,
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

    An actor is an owner's hash; None is the shell and the worker, which may read everything. An upload of nobody is for
    them alone.
    """
    if actor is not None and (not actor or actor != upload.owner):
        raise _gone(upload.id)  # a guess does not tell what exists


def check_data_reader(data: DataConfig, state_dir: Path, actor: str | None) -> None:
    """Raise `ConfigError` for an upload that is not here or that the actor may not read; other data is everybody's."""
    if data.source == "upload":
        check_reader(find_upload(data.id or "", state_dir), actor)


def read_owner(folder: Path) -> tuple[str, str] | None:
    """Whose the upload in a folder is, and the hash of where it came from; None where its record cannot be read."""
    record = read_record(folder) or {}
    owner, address = record.get("owner"), record.get("address", "")
    return (owner, address) if isinstance(owner, str) and isinstance(address, str) else None


def read_record(folder: Path) -> dict[str, Any] | None:
    """What is written of the upload in a folder; None where it cannot be read."""
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
    return join_digests(digests)


def join_digests(digests: Sequence[str]) -> str:
    """What stands for several files in their order: of one its own digest."""
    if len(digests) == 1 and ":" not in digests[0]:
        return digests[0]
    return hashlib.sha256("\n".join(digests).encode("utf-8", errors="surrogateescape")).hexdigest()


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _gone(upload_id: str) -> ConfigError:
    """One error for what is not here and for what is somebody else's."""
    return ConfigError.single(
        "data.id",
        "an upload of yours on this server",
        repr(upload_id),
        "It is not here for you: upload the file again.",
    )
