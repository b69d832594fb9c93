"""Starters: the trained networks that come with Unroll, in a folder that is read and never written.

They are runs to whoever looks one up by its id, and to nobody else: no list of what can change has them. Made by
`python -m core starters` (core.cli.starters), which says what a starter's folder holds.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from core.jobs.identity import NotYours
from core.jobs.record import RUN_ID, ManagerRecord, read_record
from core.jobs.status import EXPERIMENT_FILE

STARTERS_DIR = Path(__file__).resolve().parents[2] / "starters"
MADE_FILE = "starter.json"


class IsStarter(NotYours):
    """A starter, which nobody may change, the machine's administrator included."""

    def __init__(self, name: str):
        super().__init__(name, "a starter that comes with Unroll", "Fork it to have one of your own.")


def read_starters(root: Path) -> Mapping[str, ManagerRecord]:
    """The starters of a folder by id, oldest first; a folder that is not there has none, and a broken one is none."""
    found = {}
    try:
        names = [name for name in os.listdir(root) if RUN_ID.fullmatch(name)]
    except OSError:
        return {}
    for name in names:
        record = read_record(root / name)
        if record is not None and (root / name / EXPERIMENT_FILE).exists():
            found[name] = record
    return dict(sorted(found.items(), key=lambda each: (each[1].created, each[0])))


def refuse_starter(directory: Path) -> None:
    """Raise `IsStarter` for the folder of one of the project's starters: for a change that comes by path."""
    place = directory.resolve()
    if place.parent == STARTERS_DIR.resolve():
        raise IsStarter(place.name)
