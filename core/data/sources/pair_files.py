"""A visitor's sentences and their translations: a table of two columns, or two files with equal lines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

import pandas as pd

from core.config.errors import ConfigError, Problem
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.dataset import PairSet, Rows
from core.data.sources.encodings import read_text
from core.data.sources.headers import holds_values, is_side
from core.data.sources.inputs import InputFile, listing, path_error, plural, shorten, unknown_columns
from core.data.sources.instructions import Instructions, find_instructions, names_pairs
from core.data.sources.parts import Parts, training_shares, with_validation
from core.data.sources.tables import read_table, take_texts, too_many
from core.data.splits import split_items

MIN_PAIRS = 10

Sides = tuple[list[str], list[str]]


def read_pairs(files: Sequence[InputFile], data: DataConfig, limits: Limits) -> PairSet:
    """Pairs from one table of two columns, or from two files with one sentence a line, source first.

    Raises:
        ConfigError: No second column, unequal numbers of lines, or fewer than `MIN_PAIRS` pairs.
    """
    notes: list[str] = []
    if len(files) == 2 and all(file.member for file in files) and files[0].extension != files[1].extension:
        files = _choose_sides("*", list(files), data, notes)  # nobody gave them in an order
    return _read({"train": list(files)}, data, limits, notes)


def read_pair_parts(parts: Parts, data: DataConfig, limits: Limits) -> PairSet:
    """Like `read_pairs` for every part; `data.src_language` says which of `train.en train.fr` is the source."""
    notes: list[str] = []
    ordered = {split: _choose_sides(split, files, data, notes) for split, files in parts.items()}
    return _read(ordered, data, limits, notes)


def _read(files: Parts, data: DataConfig, limits: Limits, notes: Sequence[str] = ()) -> PairSet:
    src: list[str] = []
    trg: list[str] = []
    rows: dict[str, tuple[int, ...]] = {}
    told = list(dict.fromkeys(notes))
    num_empty = 0
    columns: dict[str, str] = {}
    for split, members in files.items():
        if len(members) == 2:
            sides, more = _parallel(members, data, limits)
        else:
            sides, more, columns = _table(members[0], data, limits)
        told.extend(more)
        is_whole = [bool(s and t) for s, t in zip(*sides, strict=True)]
        num_empty += len(is_whole) - sum(is_whole)
        rows[split] = tuple(range(len(src), len(src) + sum(is_whole)))
        src.extend(compress(sides[0], is_whole))
        trg.extend(compress(sides[1], is_whole))
        del sides
    if num_empty:
        told.append(f"{plural(num_empty, 'pair')} with an empty side dropped")
    if len(src) < MIN_PAIRS or not rows["train"]:
        raise path_error(f"at least {MIN_PAIRS} pairs of sentences", f"{len(src)}", "Bring more pairs.")
    counted = Rows(len(src) + num_empty, (("with an empty side", num_empty),) if num_empty else ())
    rows = with_validation(
        rows, lambda train: split_items([src[k] for k in train], training_shares(data.split)), "pair", told
    )
    parts = {split: members for split, members in rows.items() if members}
    return PairSet(tuple(src), tuple(trg), parts=parts, notes=tuple(told), rows=counted, columns=columns)


def _table(file: InputFile, data: DataConfig, limits: Limits) -> tuple[Sides, tuple[str, ...], dict[str, str]]:
    wanted = [name for name in (data.src_column, data.trg_column) if name]
    languages = [name for name in (data.src_language, data.trg_language) if name]
    table = read_table(file, limits, wanted or languages, is_header=names_pairs)
    names = list(table.frame.columns)
    if len(names) < 2:
        raise path_error(
            "two columns, the sentence and its translation",
            f"one column in {shorten(file.name)!r}",
            "Separate the two by a tab, or bring two files with one sentence a line.",
        )
    asked = _instructions(names, data)
    if asked is not None:
        return asked.take(table.frame), (*table.notes, asked.note(len(names))), asked.columns
    chosen = choose_columns(table.frame, data)
    notes = table.notes
    if len(names) > 2:
        notes = (*notes, f"read from {listing(chosen)}, {plural(len(names) - 2, 'other column')} left out")
    columns = dict(zip(("src_column", "trg_column"), chosen, strict=True))
    return (take_texts(table.frame, chosen[0]), take_texts(table.frame, chosen[1])), notes, columns


def choose_columns(frame: pd.DataFrame, data: DataConfig) -> list[str]:
    """The column that is read and the one that is written, of at least two.

    As chosen, else as the languages say, else the first two: of those called by a language or a side, or of texts
    where there are numbers too.
    """
    names = [str(name) for name in frame.columns]
    src, trg = data.src_column, data.trg_column
    problems = unknown_columns({"src_column": src, "trg_column": trg}, names)
    if src is not None and src == trg:
        problems.append(Problem("data.trg_column", "another column than the source", repr(shorten(src)), "Choose two."))
    if problems:
        raise ConfigError(problems)
    instructions = _instructions(names, data)
    if instructions is not None:
        return [instructions.ask, instructions.answer]
    languages = [data.src_language, data.trg_language]
    is_named = all(name in names for name in languages) and languages[0] != languages[1]
    usual = [name for name in names if is_side(name)]
    if len(usual) < 2:
        usual = [name for name in names if not holds_values(frame[name])] if len(names) > 2 else names
    first, second = [str(name) for name in languages] if is_named else (usual if len(usual) > 1 else names)[:2]
    if src is None and trg is None:
        return [first, second]
    if is_named:
        return [src or (first if trg != first else second), trg or (second if src != second else first)]
    return [src or _beside(trg, [first, *names]), trg or _beside(src, [second, *names])]


def _instructions(names: Sequence[str], data: DataConfig) -> Instructions | None:
    """The columns of instructions and answers, where nobody chose others."""
    if any((data.src_column, data.trg_column, data.src_language, data.trg_language)):
        return None
    return find_instructions(names)


def _beside(chosen: str | None, names: list[str]) -> str:
    """Of the other columns the first with the name of a language or of a side, else the first."""
    others = [name for name in names if name != chosen]
    return next((name for name in others if is_side(name)), others[0])


def _parallel(files: Sequence[InputFile], data: DataConfig, limits: Limits) -> tuple[Sides, tuple[str, ...]]:
    columns = {"data.src_column": data.src_column, "data.trg_column": data.trg_column}
    if any(columns.values()):
        raise ConfigError(
            [
                Problem(field, "nothing for two files with a sentence a line", repr(shorten(name)), "Leave it out.")
                for field, name in columns.items()
                if name
            ]
        )
    texts: list[str] = []
    notes: list[str] = []
    for file in files:
        text, more = read_text(file, limits)
        texts.append(text.removesuffix("\n"))
        notes.extend(f"{shorten(file.name, 40)}: {note}" for note in more)
    src, trg = (text.split("\n") for text in texts)
    if len(src) != len(trg):
        # Blank lines at the end of one file shift nothing.
        src, trg = (text.rstrip("\n").split("\n") for text in texts)
    if len(src) != len(trg):
        raise path_error(
            "two files with equally many lines",
            f"{plural(len(src), 'line')} in {shorten(files[0].name)!r} and {len(trg):,} in {shorten(files[1].name)!r}",
            "Line n of one file must be the translation of line n of the other.",
        )
    if len(src) > limits.max_rows:
        raise too_many("rows", len(src), limits.max_rows)
    return ([line.strip() for line in src], [line.strip() for line in trg]), tuple(notes)


def _choose_sides(split: str, files: list[InputFile], data: DataConfig, notes: list[str]) -> list[InputFile]:
    """The table of a part, or its two files with the source first."""
    if len(files) == 1:
        return files
    by_language = {file.name.rsplit(".", 1)[-1].lower(): file for file in files}
    names = sorted(by_language)
    asked = {
        field: value.lower()
        for field, value in (("data.src_language", data.src_language), ("data.trg_language", data.trg_language))
        if value
    }
    unknown = [field for field, value in asked.items() if value not in names]
    if unknown:
        raise ConfigError.single(
            unknown[0], f"one of {listing(names)}", repr(asked[unknown[0]]), f"These are the {split}.* files."
        )
    if len(names) > 2 and len(asked) < 2:
        raise ConfigError.single(
            "data.src_language" if "data.src_language" not in asked else "data.trg_language",
            f"a choice among {listing(names)}",
            "none",
            "Set data.src_language and data.trg_language: the folder holds more than two languages.",
        )
    src = asked.get("data.src_language") or next(name for name in names if name != asked.get("data.trg_language"))
    others = [name for name in names if name != src]
    trg = asked.get("data.trg_language") or (others[0] if others else src)
    if src == trg:
        raise ConfigError.single(
            "data.trg_language", "another language than the source", repr(trg), "Choose two languages."
        )
    if not asked:
        notes.append(f"source from {src!r}, target from {trg!r}; data.src_language turns them round")
    return [by_language[src], by_language[trg]]
