"""A look into a data set: a little of what it holds, read by its own parser, and how that is drawn.

Only the sample is kept, a few at a time, and one set is read at a time, so that looking costs little memory however large
the set is. Text from data is drawn as text. Left out: what an entry says about itself (cards.py).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
import streamlit as st

from core.config.experiment import DataConfig
from core.config.words import plural
from core.data import catalog
from core.data.dataset import ClipSet, DataSet, LabelledSet, PairSet, SeriesSet, TaggedSet, TextSet
from core.data.splits import cut_points
from ui import services
from ui.charts.forecast import series_preview
from ui.charts.waveform import waveform
from ui.foreign import foreign, shorten, table
from ui.results.common import is_dark, show
from ui.server_state import of_the_server
from ui.words import sentence

NUM_ROWS, NUM_CHARACTERS, CELL_CHARACTERS = 9, 1_200, 300
_NUM_SAMPLES = 12


@dataclass(frozen=True)
class Sample:
    """A little of a data set, small enough to keep.

    Attributes:
        kind: What it is, and so how it is drawn.
        notes: What was mended while reading.
        columns: Of a table, its columns with the rows' cells as text; of recordings, nothing.
        text: Of a text, its beginning.
        time, values, name, unit: Of a series, its first target (T,).
        ends: Of a series, where training and validation end.
        clips: Of recordings, one of each class with its label, int16 (T,).
        sample_rate: Of recordings, samples a second.
    """

    kind: Literal["series", "text", "table", "clips"]
    notes: tuple[str, ...] = ()
    columns: dict[str, list[str]] = field(default_factory=dict)
    text: str = ""
    time: pd.Index | None = None
    values: np.ndarray | None = None
    name: str = ""
    unit: str = ""
    ends: tuple[int, int] = (0, 0)
    clips: dict[str, np.ndarray] = field(default_factory=dict)
    sample_rate: int = 0


def take_sample(dataset: DataSet, split: tuple[float, float, float]) -> Sample:
    """A little of a data set, from everywhere in it.

    Args:
        dataset: As loaded.
        split: Shares of training, validation and test, for a series.
    """
    if isinstance(dataset, SeriesSet):
        return _of_series(dataset, split)
    if isinstance(dataset, TextSet):
        text = "\n".join(_spread(dataset.items)) if dataset.items else dataset.text or dataset.parts.get("train", "")
        return Sample("text", dataset.notes, text=text[:NUM_CHARACTERS])
    if isinstance(dataset, LabelledSet):
        rows = _rows_of_classes(dataset)
        cells = {"Label": [dataset.labels[row] for row in rows], "Text": [dataset.texts[row] for row in rows]}
        return Sample("table", dataset.notes, columns=_shortened(cells))
    if isinstance(dataset, PairSet):
        pairs = _spread(list(zip(dataset.src, dataset.trg, strict=True)))
        cells = {"Source": [src for src, _ in pairs], "Target": [trg for _, trg in pairs]}
        return Sample("table", dataset.notes, columns=_shortened(cells))
    if isinstance(dataset, TaggedSet):
        row = next((row for row, words in enumerate(dataset.sentences) if 5 < len(words) < 15), 0)
        cells = {"Word": list(dataset.sentences[row]), "Tag": list(dataset.tags[row])}
        return Sample("table", dataset.notes, columns=_shortened(cells))
    assert isinstance(dataset, ClipSet)
    first = {label: dataset.labels.index(label) for label in dataset.classes if label in dataset.labels}
    clips = {label: dataset.clips[row].copy() for label, row in first.items()}
    return Sample("clips", dataset.notes, clips=clips, sample_rate=dataset.sample_rate)


def _of_series(dataset: SeriesSet, split: tuple[float, float, float]) -> Sample:
    name = dataset.target_columns[0]
    values = dataset.frame[name].to_numpy("float64")
    return Sample("series", dataset.notes, time=dataset.frame.index, values=values, name=str(name),
                  unit=dataset.units.get(name, ""), ends=cut_points(len(values), split))  # fmt: skip


def _spread(items: Any) -> list[Any]:
    """A few of many, from the beginning to the end."""
    return [items[place * len(items) // NUM_ROWS] for place in range(NUM_ROWS)] if len(items) > NUM_ROWS else [*items]


def _rows_of_classes(dataset: LabelledSet) -> list[int]:
    """Rows of each class in turn; with many classes, one of some."""
    by_class: dict[str, list[int]] = {label: [] for label in _spread(dataset.classes)}
    each = max(1, NUM_ROWS // max(1, len(by_class)))
    wanted = len(by_class) * each
    for row, label in enumerate(dataset.labels):
        if label in by_class and len(by_class[label]) < each:
            by_class[label].append(row)
            wanted -= 1
            if not wanted:
                break
    return [row for turn in range(each) for rows in by_class.values() for row in rows[turn : turn + 1]]


def _shortened(columns: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: [shorten(cell, CELL_CHARACTERS) for cell in cells] for name, cells in columns.items()}


@of_the_server
def _one_at_a_time() -> threading.Lock:
    return threading.Lock()


@st.cache_data(max_entries=_NUM_SAMPLES, show_spinner=False)
def _sample(task: str, data_id: str, fingerprint: str) -> Sample:
    from core.data.prepare import load_entry

    entry = catalog.find(task, data_id)
    data = usual_data(entry)
    with _one_at_a_time():
        return take_sample(load_entry(entry, data, services.settings()), data.split)


def usual_data(entry: catalog.Entry) -> DataConfig:
    """The data section of a set as its entry has it, whether or not its task can be trained yet."""
    return DataConfig.model_validate({**entry.defaults, "source": entry.source_kind, "id": entry.id})


def draw_sample(entry: catalog.Entry) -> None:
    """A look into a set that is on this machine.

    Raises:
        ConfigError: Its files are gone, or are not as published.
    """
    with st.spinner("Reading a little of it"):
        sample = _sample(entry.task, entry.id, entry.fingerprint(usual_data(entry)))
    if sample.kind == "series":
        _draw_series(sample)
    elif sample.kind == "text":
        st.code(sample.text, language=None, wrap_lines=True, height=260)
    elif sample.kind == "table":
        alt = f"{plural(len(next(iter(sample.columns.values()))), 'row')} of {entry.title}."
        st.dataframe(table(pd.DataFrame(sample.columns)), hide_index=True, alt=alt)
    else:
        _draw_clips(sample)
    for note in sample.notes:
        st.caption(f":material/info: {foreign(sentence(note))}")


def _draw_series(sample: Sample) -> None:
    assert sample.time is not None
    assert sample.values is not None
    times = sample.time
    if isinstance(times, pd.DatetimeIndex):
        times = times.strftime("%Y-%m-%dT%H:%M")
    values = [value if np.isfinite(value) else None for value in sample.values.tolist()]
    chart = series_preview(times.tolist(), values, sample.name, sample.unit, *sample.ends, is_dark())
    show(replace(chart, zoom=False), key="data:sample")


def _draw_clips(sample: Sample) -> None:
    labels = list(sample.clips)
    chosen = st.segmented_control("What is said", labels, default=labels[0], required=True, key="data:clip",
                                  format_func=foreign, help="One recording of each word.")  # fmt: skip
    clip = sample.clips[chosen if chosen in sample.clips else labels[0]]
    show(waveform(clip, sample.sample_rate, str(chosen), is_dark()), key="data:sample")
    st.audio(clip, sample_rate=sample.sample_rate, alt=f"A recording of the word {chosen}.")
