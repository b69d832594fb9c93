"""What a trained forecaster needs besides its weights: scale, columns, the last rows, and how they were written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace

import numpy as np
import pandas as pd

from core.config.experiment import DataConfig, Experiment
from core.config.limits import Limits
from core.data.known_ahead import AheadForm, KnownAhead
from core.data.missing import straight_lines
from core.data.prepared import PreparedSeries
from core.data.series import future_times, indicator_columns, time_labels
from core.data.series_scaler import SeriesScaler
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
        season: Steps of one season, 1 without one.
        ahead_form: How what is known before its time is made; None where nothing is.
        ahead: (window_size + L, A) original values of its columns, of the last window and of L steps after the end; where each
            series has its own (S, window_size + L, A), around the end of each.
        num_known: Of how many of the L steps all of them are known; past these the value a season earlier stands.
        static: (S, J) what each column always is; None where nothing is said.
        corrections: By target, of a network with a distribution, how much further out than its own edges the calibrated ones
            lie past the end of the data: (2, L, H), below and above, in units of the spread of the column.
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
    season: int = 1
    ahead_form: AheadForm | None = None
    ahead: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    num_known: int = 0
    static: np.ndarray | None = None
    corrections: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def num_ahead(self) -> int:
        """Numbers that are known of every step before its time."""
        return 0 if self.ahead_form is None else len(self.ahead_form.names) + len(self.ahead_form.static.names)

    def times_ahead(self, series: str, horizon: int) -> list[str]:
        """Labels of so many steps after the end of the series of that name."""
        labels = list(self.own_future.get(series, self.future))
        missing = horizon - len(labels)
        if missing > 0:
            offset = "" if self.form is None else self.form.offset
            labels += future_times(index_of(tuple(labels)), missing, self.step, offset)
        return labels[:horizon]

    @property
    def target_places(self) -> list[int]:
        return [self.columns.index(name) for name in self.targets]

    @property
    def num_indicators(self) -> int:
        """Inputs that say where a value is real."""
        return min(1, len(self.told)) if self.each else len(self.told)

    @property
    def sizes(self) -> tuple[int, list[int], int, int]:
        """Columns that the network reads at once, places of those that it forecasts, indicators, and what is known ahead."""
        if self.each:
            return 1, [0], self.num_indicators, self.num_ahead
        return len(self.columns), self.target_places, self.num_indicators, self.num_ahead

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
        content["corrections"] = {name: np.round(moved, 5) for name, moved in self.corrections.items()}
        for name, one in (("form", self.form), ("ahead_form", self.ahead_form)):
            content[name] = None if one is None else asdict(one)
        return json.dumps(content, ensure_ascii=False, default=np.ndarray.tolist)

    @classmethod
    def from_json(cls, text: str) -> SeriesContext:
        """A context from its file; runs of earlier versions have no gaps and read all columns at once."""
        raw = json.loads(text)
        return cls(
            SeriesScaler.from_dict(raw["scaler"]), tuple(raw["columns"]), tuple(raw["targets"]),
            np.array(raw["history"], dtype=np.float64),
            tuple(raw["history_times"]), tuple(raw["future"]), raw.get("each", False), tuple(raw.get("told", ())),
            None if raw.get("known") is None else np.array(raw["known"], dtype=bool),
            {name: tuple(times) for name, times in raw.get("own_future", {}).items()},
            raw.get("step"), raw.get("frequency"),
            TableForm.from_dict(raw["form"]) if raw.get("form") else None,
            None if raw.get("first_on_line") is None else np.array(raw["first_on_line"], dtype=np.float64),
            raw.get("season", 1), AheadForm.from_dict(raw["ahead_form"]) if raw.get("ahead_form") else None,
            np.array(raw.get("ahead") or [[]], dtype=np.float64), raw.get("num_known", 0),
            None if raw.get("static") is None else np.array(raw["static"], dtype=np.float64),
            {name: np.array(moved, dtype=np.float64) for name, moved in (raw.get("corrections") or {}).items()},
        )  # fmt: skip


def index_of(labels: tuple[str, ...]) -> pd.Index:
    """Labels of `time_labels` as moments, or as numbers."""
    is_date = "-" in labels[-1][1:]
    labels = tuple(label[: len("2024-01-31T00:00:00")] for label in labels)  # without the offset of UTC
    return pd.DatetimeIndex(list(labels)).as_unit("us") if is_date else pd.Index([int(label) for label in labels])


def steps_ahead(data: DataConfig, season: int) -> int:
    """So many steps after the end are labelled beforehand, L."""
    return min(Limits().max_seq_len, max(2 * data.horizon, 4 * season, 120))


def make_context(
    experiment: Experiment,
    prepared: PreparedSeries,
    scaler: SeriesScaler,
    values: np.ndarray,
    told: KnownAhead | None = None,
) -> SeriesContext:
    """The context of a predictor that goes on after the end of the data.

    Args:
        values: (T, F) original, gaps filled from the past.
        told: What is known of every step before its time; L as `steps_ahead` has it.
    """
    data, series, season = experiment.data, prepared.series, prepared.summary.season
    index, known, each = series.frame.index, series.observed, data.many_series == "each"
    columns = tuple(str(name) for name in series.frame.columns)
    keep = data.window_size + scaler.lag
    longest = steps_ahead(data, season)
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
    context = SeriesContext(
        scaler, columns, tuple(series.target_columns), values[np.maximum(rows, 0), places], tuple(labels[-keep:]),
        tuple(future_times(index, longest, series.step, series.offset)), each, indicator_columns(series, data),
        None if inside.all() else inside, own_future, series.step, series.frequency, series.form, lines, season,
    )  # fmt: skip
    if told is None:
        return context
    ahead = told.rows[..., len(values) - data.window_size :, :]
    if told.rows.ndim == 3:
        at = series_spans(prepared, each)[:, 1:] + np.arange(-data.window_size, ahead.shape[1] - data.window_size)
        ahead = told.rows[places[:, None], np.maximum(at, 0)]
    return replace(
        context, ahead_form=told.form, ahead=ahead, num_known=told.num_known,
        static=told.static if told.form.static.names else None,
    )  # fmt: skip
