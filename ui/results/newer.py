"""Use it, of the forecasting page: upload or paste newer rows, and the trained network forecasts from their end.

What is brought is read in memory for this visitor's page and goes with it; nothing of it is kept on disk. Left out:
reading the rows and joining them to the past (core), the forecasts that training left behind (forecasting.py).
"""

import bisect
import hashlib
import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from core.bounded.work import NEWER
from core.config.words import in_words
from core.digits import decimals_of
from ui import asking, services
from ui.charts.bands import BANDS, edge_columns
from ui.charts.newer import newer_chart
from ui.foreign import csv_of, foreign, one_line, table
from ui.results.common import ask, is_dark, show
from ui.words import NONE, sentence

_MIN_BEFORE = 24
_KEY = "forecasting_newer"


@st.fragment
def go_on(run_id: str, details: Mapping[str, Any]) -> None:
    """The expander with the ways to bring newer rows, and the forecast from their end.

    Args:
        run_id: A run with weights.
        details: Its `details.json`; empty where there is none yet.
    """
    with st.expander("Forecast from newer rows", icon=":material/update:"):
        brought = _brought(run_id)
        if brought is None:
            return
        network = ask(lambda: services.predictor(run_id))
        after = None if network is None else ask(lambda: _after(network, brought))
        if after is not None:
            _show(after, details)


@dataclass(frozen=True)
class _Brought:
    """What was uploaded, or pasted, which has no name."""

    content: bytes
    name: str = ""


def _brought(run_id: str) -> _Brought | None:
    """What was uploaded or pasted; None while there is nothing."""
    given = st.file_uploader(
        "Newer rows", key=f"{_KEY}_file_{run_id}",
        max_upload_size=max(1, services.limits().max_upload_bytes // 1_000_000),
        help="A table with the columns that the network was trained on; it is read for this page and not kept.",
    )  # fmt: skip
    text = st.text_area(
        "Or paste them", key=f"{_KEY}_text_{run_id}", height=110,
        help="Rows with their header, or plain numbers where the network reads a single column.",
    )  # fmt: skip
    if given is not None:
        if text.strip():
            st.caption("The file is used; remove it to use what is pasted.")
        return _Brought(given.getvalue(), str(given.name))
    if len(text) > (most := services.limits().max_pasted_characters):
        st.warning(f"This is more than {most:,} characters: bring it as a file instead.")
        return None
    if not text.strip():
        st.caption(
            "Rows that came after the training data, or overlap its end: the same network goes on from their last "
            "value, without training again."
            if services.sees_rows(run_id)
            else "Rows like those of the training data, as many as the network reads at once: it goes on from the last."
        )
        return None
    return _Brought(text.encode("utf-8", errors="replace"))


def _after(network: Any, brought: _Brought) -> Any:
    """The network after the rows. The file that they pass through is gone when they are read."""
    version = hashlib.sha256(brought.content).hexdigest()
    with tempfile.TemporaryDirectory(prefix="unroll-") as folder:
        path = Path(folder) / f"newer{''.join(Path(brought.name).suffixes[-2:])[-20:]}"
        path.write_bytes(brought.content)
        arguments = {
            "path": str(path), "is_pasted": not brought.name, "name": brought.name,
            "data": network.experiment.data.model_dump(mode="json"), "known": asdict(network.known_table),
        }  # fmt: skip
        return network.after(asking.read_once(NEWER, arguments, version=version).rows())


def _show(after: Any, details: Mapping[str, Any]) -> None:
    for note in after.notes:
        st.caption(foreign(sentence(note)))
    horizon = int(after.experiment.data.horizon)
    names = list(after.context.targets)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = names[0]
        if len(names) > 1:
            name = st.selectbox(
                "Series",
                names,
                key=f"{_KEY}_series",
                width=220,
                format_func=one_line,
                help="Which of the forecasts to draw.",
            )
        steps = st.number_input(
            "Steps past the newer rows", 1, len(after.context.future), horizon, width=220, key=f"{_KEY}_steps_{horizon}",
            help="How far to forecast after the last of the newer rows.",
        )  # fmt: skip
    answer = ask(lambda: after.predict(horizon=int(steps)))
    if answer is None:
        return
    row = next(one for one in answer if one["series"] == name)
    forecast = {"time": row["time"], "network": row["forecast"], **_bands(details, name, row["forecast"])}
    rows = _known_rows(after.newer.times, after.newer.values[name])
    unit = str((details.get("units") or {}).get(name, ""))
    show(newer_chart(name, unit, _history(details, name, rows[0]), rows, forecast, is_dark()), key=f"{_KEY}_chart")
    if forecast["upper"]:
        st.caption(said_of_bands(after.context, len(forecast["upper"])))
    _table(answer, name, forecast, decimals_of([*(details.get("values") or {}).get(name, ()), *rows[1]]))


def said_of_bands(context: Any, num_steps: int) -> str:
    """How wide the bands of so many steps are, and where that is too narrow: errors were measured with the weather known."""
    said = "The bands are as wide as those past the end of the data, as far ahead as the network was trained."
    form = context.ahead_form
    if form is None or not form.columns or context.num_known >= num_steps:
        return said
    after = f"After step {context.num_known:,}" if context.num_known else "Here"
    return f"{said} {after} they are too narrow: they were measured with {foreign(in_words(form.columns))} known."


def _known_rows(times: Sequence[str], values: Any) -> tuple[list[str], list[float | None]]:
    """The rows from the first to the last value of a series; None where one is missing between."""
    numbers = [None if math.isnan(value) else float(value) for value in values]
    known = [place for place, value in enumerate(numbers) if value is not None]
    part = slice(known[0], known[-1] + 1) if known else slice(None)  # another of the targets has them
    return list(times[part]), numbers[part]


def _history(details: Mapping[str, Any], name: str, times: Sequence[str]) -> tuple[list[str], list[float | None]]:
    """The end of the training run's data before the rows: as much again, and at least two seasons of it."""
    values = (details.get("values") or {}).get(name)
    if not values:
        return [], []
    labels = list(details["time"])
    moments, (first,) = _as_numbers(labels), _as_numbers(times[:1])
    end = bisect.bisect_left(moments, first)
    nearby = moments[-1] - moments[-min(len(labels), _MIN_BEFORE)]
    if end == 0 or first > moments[-1] + nearby:
        return [], []
    start = max(0, end - max(len(times), 2 * int(details.get("season") or 1), _MIN_BEFORE))
    return labels[start:end], list(values[start:end])


def _as_numbers(labels: Sequence[str]) -> list[float]:
    """Labels of steps, dates or numbers, as numbers that can be compared."""
    dated = "-" in labels[0][1:]
    return [pd.Timestamp(label).timestamp() for label in labels] if dated else [float(label) for label in labels]


def _bands(details: Mapping[str, Any], name: str, forecast: Sequence[float]) -> dict[str, list[float | None]]:
    """Bands as wide as past the end, as far as the network was trained to see; nothing for a new series."""
    known = (details.get("future") or {}).get(name) or {}
    found: dict[str, list[float | None]] = {key: [] for _, *edges in BANDS for key in edges}
    for key, row in found.items():
        for value, middle, edge in zip(forecast, known.get("network", ()), known.get(key, ()), strict=False):
            row.append(None if edge is None else value + (edge - middle))
    return found


def _table(answer: Sequence[Mapping[str, Any]], name: str, forecast: Mapping[str, Any], decimals: int) -> None:
    shown = pd.DataFrame({"Time": forecast["time"], name: forecast["network"], **edge_columns(forecast)})
    alt = f"The forecast of {one_line(name)}, {len(shown)} steps."
    st.dataframe(table(shown, decimals), hide_index=True, placeholder=NONE, alt=alt)
    every = pd.concat([pd.DataFrame({"series": row["series"], "time": row["time"], "forecast": row["forecast"]})
                       for row in answer])  # fmt: skip
    st.download_button(
        "Download CSV", csv_of(shown if len(answer) == 1 else every), "forecast_from_newer_rows.csv",
        "text/csv", key=f"{_KEY}_csv", on_click="ignore", help="The forecast from the newer rows, of every series.",
    )  # fmt: skip
