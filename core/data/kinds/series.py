"""Series: tables of numbers over time, cut in time order at the same step for all, so that nobody's future is in training.

Left out: reading tables (sources/series_files.py), scaling, which a task does on the training set.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.config.summary import DataSummary
from core.config.words import plural
from core.data.dataset import SPLITS, SeriesSet
from core.data.far_out import far_out, without_far_out
from core.data.kinds.kind import Kind, Shares
from core.data.known_ahead import ahead_form, ahead_notes, identity_of
from core.data.level import carry_ratio, spread_growth
from core.data.look import Look, look_at_series
from core.data.missing import carry_forward, known_spans
from core.data.prepared import PreparedSeries
from core.data.progress import ProgressCallback
from core.data.season import find_season
from core.data.series import indicator_columns, time_labels
from core.data.sources.headers import NO_TIME_COLUMN
from core.data.sources.inputs import InputFile, listing
from core.data.sources.layouts import read_plain, with_roles
from core.data.sources.pasted import table_of_paste
from core.data.sources.preview import Preview
from core.data.sources.series_files import find_roles, read_series, wanted_columns
from core.data.sources.tables import Table
from core.data.splits import cut_points

_MIN_TRAIN_VALUES = 10  # fewer of one series are not scaled by
_NEAR_ZERO = 0.1  # of the mean
_MAX_LOOKED_AT = 9  # series whose season is looked for
_MAX_LISTED = 5


class Series(Kind[SeriesSet, PreparedSeries]):
    """One or several series over the same time steps."""

    name = "series"
    formats = "CSV, TSV, Parquet or JSON lines"
    content, numbers = SeriesSet, PreparedSeries
    column_fields = (
        "time_column", "date_format", "series_column", "target_columns", "covariate_columns", "future_columns",
        "static_columns", "sentinels",
    )  # fmt: skip
    has_parts = False  # its own cut is along the time
    is_kept = False  # read in milliseconds

    def read(self, files: Sequence[InputFile], data: DataConfig, limits: Limits) -> SeriesSet:
        return read_series(files[0], data, limits)

    def look(self, content: SeriesSet, split: Shares) -> Look:
        return Look(series=look_at_series(content, cut_points(len(content.frame), split)))

    def look_inside(self, numbers: PreparedSeries) -> Look:
        return Look(series=look_at_series(numbers.series, numbers.boundaries, numbers.ahead.calendar))

    def count(self, content: SeriesSet) -> tuple[int, str]:
        return len(content.frame), "time steps"

    def in_words(self, content: SeriesSet) -> str:
        values = content.frame[content.target_columns[0]]
        if len(content.frame.columns) == 1 and not isinstance(content.frame.index, pd.DatetimeIndex):
            return f"{plural(len(values), 'value')} from {values.min():,.6g} to {values.max():,.6g}"
        columns = f" of {len(content.frame.columns)} columns" if len(content.frame.columns) > 1 else ""
        return f"{plural(len(values), 'row')}{columns}; to forecast: {listing(content.target_columns, 4)}"

    def from_paste(self, text: str) -> tuple[str, str, str | None]:
        return table_of_paste(text, self.pasted_name)

    def preview(self, heads: Sequence[InputFile], data: DataConfig, limits: Limits) -> Preview:
        look = super().preview(heads, data, limits)
        found = dict(look.found)
        if found.get("covariate_columns", ()) is None:
            found["covariate_columns"] = ()
        without_use = {  # until there is a time column, or any fill values
            "date_format": data.date_format is None and data.time_column in (None, NO_TIME_COLUMN),
            "sentinels": data.sentinels == "auto",
            "future_columns": len(look.columns) < 4 if found.get("series_column") else _num_read(found, data) < 2,
            "static_columns": not found.get("series_column"),
        }
        for name, is_without in without_use.items():
            if is_without and getattr(data, name) == DataConfig.model_fields[name].default and not found.get(name, ""):
                found.pop(name, None)
        return replace(look, found=found)

    def read_table(self, file: InputFile, data: DataConfig, limits: Limits) -> Table:
        return read_plain(file, limits, wanted_columns(data))

    def find_columns(self, table: Table, data: DataConfig) -> Mapping[str, Any]:
        return find_roles(table.frame, with_roles(data, table), table.delimiter)

    def prepare(self, content: SeriesSet, fingerprint: str, data: DataConfig, tell: ProgressCallback) -> PreparedSeries:
        """Series with their parts.

        Raises:
            ConfigError: A part would be empty, or no series has values enough to learn from.
        """
        ends = cut_points(len(content.frame), data.split)
        each = data.many_series == "each"
        season = _season(content, ends[0], _MAX_LOOKED_AT if each else 1)
        if each:
            content = _leave_out_short(content, ends[0], season)
        targets = _train_targets(content, ends[0])
        spans = known_spans(~np.isnan(targets))
        lengths = np.sort(spans[:, 1] - spans[:, 0])
        num_indicators = len(indicator_columns(content, data))
        if each:
            num_indicators = min(1, num_indicators)
        num_values = 1 if each else content.frame.shape[1]
        ahead = ahead_form(content, data, ends[0])
        summary = DataSummary(
            kind="series",
            num_items=len(content.frame),
            num_tokens=int(lengths[len(lengths) // 2]) if each else ends[0],
            num_features=num_values + num_indicators,
            num_targets=1 if each else len(content.target_columns),
            num_indicators=num_indicators,
            num_ahead=len(ahead.names) + len(ahead.static.names) - len(identity_of(content, data)),
            num_series=content.frame.shape[1] if each else 0,
            season=season,
            frequency=content.frequency or "",
            carry_ratio=_carry_ratio(targets, spans, season),
            spread_growth=_spread_growth(targets, season) if _is_above_zero(content, ends[0]) else 0.0,
            ends_at_zero=_ends_at_zero(content.frame[list(content.target_columns)].to_numpy()[: ends[0]]),
        )
        longest = int(lengths[-1]) if each else ends[0]
        counts = {"train": longest, "validation": ends[1] - ends[0], "test": len(content.frame) - ends[1]}
        notes = (
            *content.notes,
            *ahead_notes(content, data, ahead, season),
            *_silent_parts(content, ends),
            *_far(content),
        )
        return PreparedSeries(summary, fingerprint, content, ends, counts, notes, ahead)


def _num_read(found: Mapping[str, Any], data: DataConfig) -> int:
    return len({*data.target_columns, *(found.get("target_columns") or ()), *(found.get("covariate_columns") or ())})


def _train_targets(dataset: SeriesSet, train_end: int) -> np.ndarray:
    """What season, trend and spread are measured by, (T, C): one value far out decides none of them."""
    return without_far_out(dataset.frame[list(dataset.target_columns)].to_numpy()[:train_end])


def _is_above_zero(dataset: SeriesSet, train_end: int) -> bool:
    """Whether every known value to forecast of the training set is."""
    targets = dataset.frame[list(dataset.target_columns)].to_numpy()[:train_end]
    return bool(np.nanmin(targets, initial=np.inf) > 0)


def _far(dataset: SeriesSet) -> list[str]:
    """A note on the values to forecast that lie far out, with their rows."""
    values = dataset.frame[list(dataset.target_columns)].to_numpy()
    rows, places = np.nonzero(far_out(values))
    if not len(rows):
        return []
    times = time_labels(dataset.frame.index) if isinstance(dataset.frame.index, pd.DatetimeIndex) else None
    some = [
        f"row {row + 1:,}{f' ({times[row]})' if times else ''}: {values[row, place]:.10g} in {dataset.target_columns[place]!r}"
        for row, place in zip(rows[:_MAX_LISTED].tolist(), places[:_MAX_LISTED].tolist(), strict=True)
    ]
    more = f" and {len(rows) - _MAX_LISTED:,} more" if len(rows) > _MAX_LISTED else ""
    verb, them = ("lies", "it") if len(rows) == 1 else ("lie", "them")
    return [f"{plural(len(rows), 'value')} {verb} far out ({', '.join(some)}{more}): kept in the data; season, trend and "
            f"swings are measured without {them}"]  # fmt: skip


def _season(dataset: SeriesSet, train_end: int, most: int) -> int:
    """The season of the first target; of many series the one that most of some evenly spread ones have."""
    targets = _train_targets(dataset, train_end)
    spans = known_spans(~np.isnan(targets))
    found = []
    for place in np.linspace(0, targets.shape[1] - 1, min(most, targets.shape[1])).astype(int).tolist():
        first, end = spans[place]
        if end - first:
            found.append(find_season(targets[first:end, place], dataset.frequency))
    return Counter(found).most_common(1)[0][0] if found else 1


def _carry_ratio(targets: np.ndarray, spans: np.ndarray, season: int) -> float:
    """The mean over targets, each over its own span and the values that are known in it."""
    if not np.isnan(targets).any():
        return carry_ratio(targets, season)
    ratios = []
    for place, (first, end) in enumerate(spans.tolist()):
        values = targets[first:end, [place]]
        if len(values):
            known = ~np.isnan(values)
            ratios.append(carry_ratio(carry_forward(values, known, season), season, known))
    return float(np.mean(ratios)) if ratios else 1.0


def _spread_growth(targets: np.ndarray, season: int) -> float:
    """The middle one of all targets."""
    return float(np.median([spread_growth(values, ~np.isnan(values), season) for values in targets.T]))


def _ends_at_zero(targets: np.ndarray) -> bool:
    """Whether no value (T, C) is below zero, and the lowest of each column is a small part of its mean."""
    known = ~np.isnan(targets)
    lowest = np.where(known, targets, np.inf).min(axis=0, initial=np.inf)
    usual = without_far_out(targets)  # of which one value is no large part
    means = np.where(known, usual, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return bool(((lowest >= 0) & (lowest <= _NEAR_ZERO * means) & (means > 0)).all())


def _leave_out_short(dataset: SeriesSet, train_end: int, season: int) -> SeriesSet:
    """Without the series of which the training set has too little, with a note that names them."""
    values = dataset.frame.to_numpy()[:train_end]
    known = ~np.isnan(values)
    spans = known_spans(known)
    long_enough = (known.sum(axis=0) >= _MIN_TRAIN_VALUES) & (spans[:, 1] - spans[:, 0] > season + 1)
    lowest = np.where(known, values, np.inf).min(axis=0, initial=np.inf)
    moves = np.where(known, values, -np.inf).max(axis=0, initial=-np.inf) > lowest
    fit = long_enough & moves
    if fit.all():
        return dataset
    if not fit.any():
        raise ConfigError.single(
            "data.many_series",
            f"series with at least {max(_MIN_TRAIN_VALUES, season + 2)} values that change in the training set",
            "none",
            "Choose together, or give training a larger share in data.split.",
        )
    names = [str(name) for name in dataset.frame.columns]
    left_out = [name for name, keep in zip(names, fit, strict=True) if not keep]
    listed = ", ".join(left_out[:_MAX_LISTED]) + (" ..." if len(left_out) > _MAX_LISTED else "")
    note = f"left out, too few values or none that changes in the training set: {listed}"
    kept = tuple(name for name, keep in zip(names, fit, strict=True) if keep)
    return replace(dataset, frame=dataset.frame[list(kept)], target_columns=kept, notes=(*dataset.notes, note))


def _silent_parts(dataset: SeriesSet, ends: tuple[int, int]) -> list[str]:
    """A note on each part in which a column to forecast has no value: it has no figures there."""
    known = dataset.frame[list(dataset.target_columns)].notna().to_numpy()
    notes = []
    for name, rows in zip(SPLITS, (slice(0, ends[0]), slice(*ends), slice(ends[1], None)), strict=True):
        heard: list[bool] = known[rows].any(axis=0).tolist()  # type: ignore[assignment]
        if len(known[rows]) and not all(heard):
            names = [target for place, target in enumerate(dataset.target_columns) if not heard[place]]
            listed = ", ".join(names[:_MAX_LISTED]) + (" ..." if len(names) > _MAX_LISTED else "")
            notes.append(f"no value in the {name} set, so no figures there: {listed}")
    return notes
