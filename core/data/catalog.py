"""What can be trained on without bringing anything: sets that need no download, and public ones that need one.

Every set is one entry in `core.data.entries`, whatever kind of data it is; those that no page trains on yet are here
too. Left out: fetching a public set (downloads.py), reading it (`sources/`).
"""

from __future__ import annotations

from collections.abc import Sequence

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.data.entries import labelled, later, pairs, sequences, series, tagged, text
from core.data.entries.entry import Entry, File

__all__ = [
    "Entry",
    "File",
    "check_source",
    "entries",
    "find",
    "given_examples",
    "is_of_catalogue",
    "usual_data",
]


def entries(kind: str | None = None, ids: Sequence[str] = ()) -> tuple[Entry, ...]:
    """Every data set, or those of one kind, in the order in which pages offer them: the first of a kind is its default.

    Built-in ones come first, but where the only real set is a public one.

    Args:
        kind: Of which kind; None for all.
        ids: Only these, in their order; empty for all.
    """
    everything = (
        *series.SERIES, *text.TEXT, *labelled.LABELLED, *pairs.PAIRS, *sequences.SEQUENCES, *tagged.TAGGED, *later.LATER,
    )  # fmt: skip
    found = [entry for entry in everything if kind is None or entry.kind == kind]
    if not ids:
        return tuple(found)
    return tuple(sorted((entry for entry in found if entry.id in ids), key=lambda entry: ids.index(entry.id)))


def find(kind: str, data_id: str | None) -> Entry:
    """The entry of that name; the default of the kind when no name is given.

    Raises:
        ConfigError: No such data set of that kind.
        ValueError: An unknown kind.
    """
    known = entries(kind)
    if not known:
        raise ValueError(f"no data set is of the kind {kind!r}")
    if data_id is None:
        return known[0]
    for entry in known:
        if entry.id == data_id:
            return entry
    raise ConfigError.single(
        "data.id",
        f"one of {', '.join(entry.id for entry in known)}",
        repr(data_id),
        "Choose one of these, or name a file that exists.",
    )


def check_source(entry: Entry, source: str) -> None:
    """Raise `ConfigError` for a set that is not of that `data.source`."""
    if source != entry.source_kind:
        raise ConfigError.single(
            "data.source",
            f"{entry.source_kind}, as {entry.id} is",
            repr(source),
            "Leave data.source out: data.id says enough.",
        )


def is_of_catalogue(data: DataConfig) -> bool:
    """Whether a data section names a set of the catalogue, built in or public, and no file of somebody's own."""
    return data.source in ("builtin", "catalogue")


def usual_data(entry: Entry) -> DataConfig:
    """The data section of a set as its entry has it, whether or not it can be trained on yet."""
    return DataConfig.model_validate({**entry.defaults, "source": entry.source_kind, "id": entry.id})


def unused_fields(kind: str, data: DataConfig) -> frozenset[str]:
    """Dotted names of data fields that change nothing in the set that a data section names."""
    unused = find(kind, data.id).unused if is_of_catalogue(data) else ()
    return frozenset(f"data.{name}" for name in unused)


def given_examples(kind: str, data: DataConfig) -> tuple[str, ...]:
    """The catalogue's texts to try a network with; none for somebody's own data or other languages than the default."""
    if not is_of_catalogue(data):
        return ()
    entry = find(kind, data.id)
    if any(getattr(data, field) != entry.defaults.get(field) for field in entry.language_fields):
        return ()
    return entry.examples
