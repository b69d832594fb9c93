"""What a run keeps of how its table was written, so that newer rows can be read alike (newer_rows.py)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from core.config.experiment import DataConfig
from core.data.dataset import SeriesSet
from core.data.sources.series_columns import Columns
from core.data.sources.tables import Table
from core.data.sources.timestamps import TimeColumn
from core.data.table_form import TableForm, order_labels, take_sample

_MAX_ORDER = 10_000  # times without a regular step that are kept


def form_of(table: Table, time: TimeColumn | None, series_column: str | None) -> TableForm:
    """How a table is written, before its cells go."""
    return TableForm(
        time_columns=time.columns if time else (),
        date_format=time.date_format if time else None,
        series_column=series_column,
        delimiter=table.delimiter,
        sample=take_sample(table.frame),
        offset=time.offset if time else "",
    )


def fillers_of(columns: Columns) -> dict[str, tuple[float, ...]]:
    """The numbers that stood for a missing value in each column that has such."""
    return {name: tuple(value for value, _ in column.sentinels) for name, column in columns.items()
            if column is not None and column.sentinels}  # fmt: skip


def with_times(
    form: TableForm,
    series: SeriesSet,
    time: TimeColumn | None,
    data: DataConfig,
    fillers: Mapping[str, tuple[float, ...]],
) -> TableForm:
    """The same with what only reading tells: columns of values, their fillers, and how the times stand to the steps."""
    form = replace(form, value_column=series.columns.get("value_column"), fillers=dict(fillers))
    if time is None:
        return form
    index, moments = series.frame.index, np.unique(time.stamps.dropna().to_numpy())
    if isinstance(index, pd.DatetimeIndex):
        steps = index.to_numpy()
        inside = moments[(moments >= steps[0]) & (moments <= steps[-1])]
        on_grid = np.isin(steps, moments) if data.missing == "drop" else np.isin(inside, steps)
        return replace(form, on_grid=bool(on_grid.all()))
    last = index.to_numpy()[-_MAX_ORDER:]
    return replace(form, order=order_labels(moments[last])) if last.max() < len(moments) else form
