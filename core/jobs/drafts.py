"""The corrections that a visitor has put down for a run and not trained on yet: a small file of theirs, found again after a
reload.

A visitor has a bounded number of such lists, and so has the server: the oldest go first.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from core.config.errors import ConfigError
from core.jobs.corrections import Correction, check_corrections
from core.jobs.files import read_json, write_json

MAX_OF_VISITOR = 20
MAX_DRAFTS = 1_000
_FOLDER = "corrections"
_NAME = re.compile(r"[0-9a-f]{1,64}")


def read_draft(state_dir: Path, owner: str, run_id: str) -> list[Correction]:
    """What a visitor has put down for a run so far."""
    content = read_json(_file(state_dir, owner, run_id)) or {}
    with suppress(LookupError, TypeError):
        return [Correction(str(row["text"]), str(row["label"])) for row in content.get("rows", ())]
    return []


def add_to_draft(
    state_dir: Path, owner: str, run_id: str, rows: Sequence[Correction], classes: Sequence[str]
) -> list[Correction]:
    """Put more down; returns all of them.

    Raises:
        ConfigError: As `check_corrections`; the list is as it was.
        OSError: It cannot be written.
    """
    every = check_corrections([*read_draft(state_dir, owner, run_id), *check_corrections(rows, classes)], classes)
    write_draft(state_dir, owner, run_id, every)
    return every


def write_draft(state_dir: Path, owner: str, run_id: str, rows: Sequence[Correction]) -> None:
    """Replace the list of a run; an empty one goes. Raises `OSError` where it cannot be written."""
    file = _file(state_dir, owner, run_id)
    if not rows:
        file.unlink(missing_ok=True)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    write_json(file, {"rows": [{"text": row.text, "label": row.label} for row in rows]})
    _drop_oldest(file.parent.glob("*.json"), MAX_OF_VISITOR)
    _drop_oldest((state_dir / _FOLDER).glob("*/*.json"), MAX_DRAFTS)


def delete_drafts(state_dir: Path, owner: str) -> None:
    """Forget all that a visitor has put down."""
    shutil.rmtree(_file(state_dir, owner, "0").parent, ignore_errors=True)


def _file(state_dir: Path, owner: str, run_id: str) -> Path:
    for name in (owner, run_id):
        if _NAME.fullmatch(name) is None:
            raise ConfigError.single("run", "hexadecimal digits", repr(name)[:80], "Copy the whole link or id.")
    return state_dir / _FOLDER / owner / f"{run_id}.json"


def _drop_oldest(files: Iterable[Path], most: int) -> None:
    ages = []
    for file in files:
        with suppress(OSError):
            ages.append((file.stat().st_mtime_ns, file))
    for _, file in sorted(ages, reverse=True)[most:]:
        with suppress(OSError):
            file.unlink()
