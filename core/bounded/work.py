"""What can be asked of a process that reads: each job with what it is told, what it does and what it answers.

A job is given paths and plain values and answers with something small; the server never sees the data itself.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from core.bounded.copied_text import Copied, copied
from core.bounded.training_text import Beside, beside
from core.config.errors import ConfigError
from core.config.experiment import DataConfig, Experiment
from core.config.limits import Limits, Settings
from core.config.rules import Range
from core.config.summary import DataSummary
from core.data.hub.parts import Written
from core.data.look import Look
from core.data.progress import ProgressCallback
from core.data.report import Overview, look_at, overview
from core.data.sources.newer_rows import KnownTable, NewerTable
from core.data.sources.preview import Preview

T = TypeVar("T")
Work = Callable[..., Any]


@dataclass(frozen=True)
class Job(Generic[T]):
    """Something to read.

    Attributes:
        name: How it is asked for.
        work: Does it; called with the arguments, then `settings`, `limits` and `tell`.
        reply: The type of what it gives.
    """

    name: str
    work: Work
    reply: type[T]

    def answer(
        self, arguments: Mapping[str, Any], settings: dict[str, Any], limits: dict[str, Any], tell: ProgressCallback
    ) -> bytes:
        """Do it and put the reply into bytes. Raises `ConfigError`, and whatever reading raises."""
        found = self.work(**arguments, settings=Settings(**settings), limits=Limits(**limits), tell=tell)
        return encoded(self.reply, found)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def encoded(kind: Any, value: Any) -> bytes:
    """A value of dataclasses, models and plain types as JSON; halves of characters, which no page can show, as "?"."""
    plain = _adapter(kind).dump_python(value, mode="json")
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode("utf-8", errors="replace")


def decoded(kind: Any, raw: bytes) -> Any:
    """What `encoded` put into bytes. Raises `pydantic.ValidationError` for anything else."""
    return _adapter(kind).validate_json(raw)


@dataclass(frozen=True)
class Ready:
    """A set-up that can run, and what is to be known of its data.

    Attributes:
        experiment: As asked for.
        start: The preset on this data, from which it started.
        overview: The data, without the data.
    """

    experiment: Experiment
    start: Experiment
    overview: Overview

    @property
    def summary(self) -> DataSummary:
        return self.overview.summary


@dataclass(frozen=True)
class Room:
    """What a sweep may try on its data.

    Attributes:
        ranges: By dotted name the lowest and the highest number to try, and whether on a logarithmic scale.
        values: By dotted name the values to try.
        summary, fingerprint: Of the data.
    """

    ranges: dict[str, tuple[int | float, int | float, bool]]
    values: dict[str, tuple[str | int | float | bool | None, ...]]
    summary: DataSummary
    fingerprint: str

    @property
    def choices(self) -> dict[str, tuple[Any, ...] | Range]:
        """As `core.sweeps.space.Space` has them."""
        return {**self.values, **{name: Range(*one) for name, one in self.ranges.items()}}


@dataclass(frozen=True)
class Understood:
    """What somebody pasted or typed, as a file to keep.

    Attributes:
        name, content: The file.
        words: What it holds; may hold text from the paste.
        notes: What was guessed, mended or left out.
        look: A little of it.
    """

    name: str
    content: str
    words: str
    notes: tuple[str, ...]
    look: Look


@dataclass(frozen=True)
class Vocabularies:
    """How a set of pairs is turned into numbers, and some of its training pairs.

    Attributes:
        src, trg: The tokenizers as their JSON.
        counts: How often each id of the source's vocabulary stands in training.
        max_length: Tokens after which a text is cut.
        pairs: The first training pairs, as texts.
    """

    src: str
    trg: str
    counts: tuple[int, ...]
    max_length: int
    pairs: tuple[tuple[str, str], ...]


def _preview(
    kind: str,
    paths: list[str],
    names: list[str],
    data: dict[str, Any],
    settings: Settings,
    limits: Limits,
    tell: ProgressCallback,
) -> Preview:
    from core.data.sources.files import preview

    return preview(kind, [Path(path) for path in paths], DataConfig.model_validate(data), limits, names)


def _resolve(
    task: str,
    preset: str,
    values: dict[str, Any],
    actor: str | None,
    settings: Settings,
    limits: Limits,
    tell: ProgressCallback,
) -> Ready:
    from core.resolve import resolve

    values = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    found = resolve(task, preset, values, settings, limits, actor=actor, tell=tell)
    return Ready(found.experiment, found.start, overview(found.prepared, found.experiment.data))


def _check(experiment: dict[str, Any], settings: Settings, limits: Limits, tell: ProgressCallback) -> Overview:
    from core.data.prepare import prepare
    from core.resolve import check_run

    parsed = Experiment.parse(experiment)
    prepared = prepare(parsed.description.kind, parsed.data, settings, limits, tell)
    check_run(parsed, prepared, limits)
    return overview(prepared, parsed.data)


def _room(
    experiment: dict[str, Any], fields: list[str], settings: Settings, limits: Limits, tell: ProgressCallback
) -> Room:
    from core.data.prepare import prepare
    from core.sweeps.space import space_of

    start = Experiment.parse(experiment)
    prepared = prepare(start.description.kind, start.data, settings, limits, tell)
    found = space_of(start, prepared, limits, fields).choices
    return Room(
        {name: (one.low, one.high, one.log) for name, one in found.items() if isinstance(one, Range)},
        {name: one for name, one in found.items() if not isinstance(one, Range)},
        prepared.summary, prepared.fingerprint,
    )  # fmt: skip


def _pasted(
    kind: str, text: str, name: str | None, settings: Settings, limits: Limits, tell: ProgressCallback
) -> Understood:
    from core.data.sources.files import read_as_file, read_pasted

    found = read_pasted(kind, text, limits) if name is None else read_as_file(kind, name, text, limits)
    content = found.content.decode("utf-8", errors="replace")
    return Understood(found.name, content, found.understood, found.notes, look_at(found.dataset, (1.0, 0.0, 0.0)))


def _newer(
    path: str,
    is_pasted: bool,
    data: dict[str, Any],
    known: dict[str, Any],
    name: str,
    settings: Settings,
    limits: Limits,
    tell: ProgressCallback,
) -> NewerTable:
    from core.data.sources.newer_rows import read_newer
    from core.data.sources.pasted import newer_file

    place = Path(path)
    if is_pasted:
        name, text = newer_file(place.read_text(encoding="utf-8"))
        place = Path(tempfile.mkdtemp()) / "rows.csv"
        place.write_text(text, encoding="utf-8")
    table = _adapter(KnownTable).validate_python(known)
    return NewerTable.of(read_newer(place, DataConfig.model_validate(data), table, limits, name))


def _sample(kind: str, data_id: str, settings: Settings, limits: Limits, tell: ProgressCallback) -> Look:
    from core.data import catalog
    from core.data.prepare import load_entry

    entry = catalog.find(kind, data_id)
    data = catalog.usual_data(entry)
    return look_at(load_entry(entry, data, settings), data.split)


def _vocabularies(
    data_id: str, num_pairs: int, settings: Settings, limits: Limits, tell: ProgressCallback
) -> Vocabularies:
    import numpy as np

    from core.data import catalog
    from core.data.prepare import prepare
    from core.data.prepared import PreparedPairs

    data = catalog.usual_data(catalog.find("pairs", data_id))
    found = prepare("pairs", data, settings, limits, tell)
    assert isinstance(found, PreparedPairs)
    counts = np.bincount(found.src["train"].ids, minlength=found.src_tokenizer.vocab_size)
    texts = zip(found.src_texts["train"][:num_pairs], found.trg_texts["train"][:num_pairs], strict=True)
    tokenizers = (found.src_tokenizer.to_json(), found.trg_tokenizer.to_json())
    return Vocabularies(*tokenizers, tuple(counts.tolist()), data.max_length, tuple(texts))


def _hub_parts(
    files: dict[str, list[tuple[str, str]]],
    folder: str,
    classes: dict[str, list[str]],
    settings: Settings,
    limits: Limits,
    tell: ProgressCallback,
) -> Written:
    from core.data.hub.parts import write_parts

    places = {part: [(Path(path), name) for path, name in members] for part, members in files.items()}
    return write_parts(places, Path(folder), classes, limits, lambda: None)


MOST_PATTERN, MOST_SEARCHED = 200, 20_000  # characters of a visitor's pattern and of the text that it is looked for in


def _matches(
    pattern: str, text: str, settings: Settings, limits: Limits, tell: ProgressCallback
) -> tuple[tuple[int, int], ...]:
    """Where a regular expression that somebody typed stands in a text; how long that takes nobody can know before."""
    if len(pattern) > MOST_PATTERN or len(text) > MOST_SEARCHED:
        most = f"a pattern of at most {MOST_PATTERN} characters and a text of at most {MOST_SEARCHED:,}"
        raise ConfigError.single("pattern", most, f"{len(pattern):,} and {len(text):,}", "Shorten it.")
    try:
        found = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        hint = "Mend it; a bracket or a star that is meant as such has a backslash before it."
        raise ConfigError.single("pattern", "a regular expression of Python", str(error)[:200], hint) from None
    return tuple(one.span() for one in found.finditer(text))


PREVIEW = Job("preview", _preview, Preview)
RESOLVE = Job("resolve", _resolve, Ready)
CHECK = Job("check", _check, Overview)
ROOM = Job("room", _room, Room)
PASTED = Job("pasted", _pasted, Understood)
NEWER = Job("newer", _newer, NewerTable)
SAMPLE = Job("sample", _sample, Look)
VOCABULARIES = Job("vocabularies", _vocabularies, Vocabularies)
HUB_PARTS = Job("hub_parts", _hub_parts, Written)
MATCHES: Job[tuple[tuple[int, int], ...]] = Job("matches", _matches, tuple[tuple[int, int], ...])
BESIDE: Job[tuple[Beside, ...]] = Job("beside", beside, tuple[Beside, ...])
COPIED = Job("copied", copied, Copied)

_ALL = (PREVIEW, RESOLVE, CHECK, ROOM, PASTED, NEWER, SAMPLE, VOCABULARIES, HUB_PARTS, MATCHES, BESIDE, COPIED)
JOBS: Mapping[str, Job[Any]] = MappingProxyType({job.name: job for job in _ALL})
