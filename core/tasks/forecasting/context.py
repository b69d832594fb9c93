"""What a trained forecaster needs besides its weights: scale, columns, the last rows, and how they were written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields

import numpy as np

from core.config.experiment import DataConfig, Experiment
from core.config.limits import Limits
from core.data.missing import straight_lines
from core.data.prepared import PreparedSeries
from core.data.series import SeriesScaler, future_times, indicator_columns, time_labels
from core.data.table_form import TableForm
from core.data.windows import series_spans
from core.sharing import without_rows


@dataclass(frozen=True)
class SeriesContext:
    """What a forecast needs besides the weights; kept in `scaler.json`.

    Attributes:
        scaler: Fitted on the training set.
        columns: Every column in the network's order; targets by name.
        history: (K, F) the last original values, at least window and difference long; gaps filled from the past. NaN
            throughout in what was shared without them.
        history_times, future: Labels of the last history steps and of the steps after the end.
        each: The network reads one series at a time; `history` then ends where each series does.
        told: Columns with missing values that the network is told of; with `each`, whether it is told at all.
        known: bool (K, F), False where the history is filled; None when nothing is.
        own_future: Labels of the steps after the end of a series that ends before the others.
        step: pandas' name of the time between two rows, None where there is none.
        frequency: yearly to minutely, or None.
        form: How the training data was written; None for sets that are built in.
        first_on_line: (F,) what stands in the first row of the history where gaps are straight lines; None where nothing
            is filled there.
    """

    scaler: SeriesScaler
    columns: tuple[str, ...]
    targets: tuple[str, ...]
    history: np.ndarray
    history_times: tuple[str, ...]
    future: tuple[str, ...]
    each: bool = False
    told: tuple[str, ...] = ()
    known: np.ndarray | None = None
    own_future: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    step: str | None = None
    frequency: str | None = None
    form: TableForm | None = None
    first_on_line: np.ndarray | None = None

    @property
    def target_places(self) -> list[int]:
        return [self.columns.index(name) for name in self.targets]

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Columns that the network reads at once, columns that it forecasts at once, and indicators."""
        if self.each:
            return 1, 1, min(1, len(self.told))
        return len(self.columns), len(self.targets), len(self.told)

    @property
    def has_rows(self) -> bool:
        """Whether it holds the end of the data, from which a forecast could go on."""
        return not np.isnan(self.history).all()

    def without_rows(self, data: DataConfig) -> SeriesContext:
        """What may be known of it by those who must not see rows of the data."""
        return self.from_json(json.dumps(without_rows("scaler.json", json.loads(self.to_json()), data)))

    def to_json(self) -> str:
        content = {one.name: getattr(self, one.name) for one in fields(self)}
        content |= {"scaler": asdict(self.scaler), "own_future": dict(self.own_future)}
        content["form"] = None if self.form is None else asdict(self.form)
        return json.dumps(content, ensure_ascii=False, default=np.ndarray.tolist)

    @classmethod
    def from_json(cls, text: str) -> SeriesContext:
        """A context from its file; runs of earlier versions have no gaps and read all columns at once."""
        raw = json.loads(text)
        scaler = SeriesScaler(raw["scaler"]["lag"], tuple(raw["scaler"]["mean"]), tuple(raw["scaler"]["std"]))
        return cls(
            scaler, tuple(raw["columns"]), tuple(raw["targets"]), np.array(raw["history"], dtype=np.float64),
            tuple(raw["history_times"]), tuple(raw["future"]), raw.get("each", False), tuple(raw.get("told", ())),
            None if raw.get("known") is None else np.array(raw["known"], dtype=bool),
            {name: tuple(times) for name, times in raw.get("own_future", {}).items()},
            raw.get("step"), raw.get("frequency"),
            TableForm.from_dict(raw["form"]) if raw.get("form") else None,
            None if raw.get("first_on_line") is None else np.array(raw["first_on_line"], dtype=np.float64),
        )  # fmt: skip


def make_context(
    experiment: Experiment, prepared: PreparedSeries, scaler: SeriesScaler, values: np.ndarray
) -> SeriesContext:
    """The context of a predictor that goes on after the end of the data.

    Args:
        values: (T, F) original, gaps filled from the past.
    """
    data, series, season = experiment.data, prepared.series, prepared.summary.season
    index, known, each = series.frame.index, series.observed, data.many_series == "each"
    columns = tuple(str(name) for name in series.frame.columns)
    keep = data.window_size + scaler.lag
    longest = min(Limits().max_seq_len, max(2 * data.horizon, 4 * season, 120))
    labels = time_labels(index, series.offset)
    rows = np.broadcast_to(np.arange(len(values) - keep, len(values))[:, None], (keep, len(columns)))
    own_future = {}
    if each:
        ends = series_spans(prepared, each)[:, 1]
        rows = rows - (len(values) - ends)
        own_future = {columns[place]: tuple(future_times(index[: ends[place]], longest, series.step, series.offset))
                      for place in np.flatnonzero(ends < len(values)).tolist()}  # fmt: skip
    places = np.arange(len(columns))
    inside = known[np.maximum(rows, 0), places] & (rows >= 0)
    lines = None if inside[0].all() else straight_lines(values, known)[np.maximum(rows[0], 0), places]
    return SeriesContext(
        scaler, columns, tuple(series.target_columns), values[np.maximum(rows, 0), places], tuple(labels[-keep:]),
        tuple(future_times(index, longest, series.step, series.offset)), each, indicator_columns(series, data),
        None if inside.all() else inside, own_future, series.step, series.frequency, series.form, lines,
    )  # fmt: skip
