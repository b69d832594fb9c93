"""A look into a data set: a little of what it holds, read by its own parser, and how that is drawn.

Only the look is kept, a few at a time. Text from data is drawn as text. Left out: taking the look (core.data.look), what
an entry says about itself (cards.py).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core.bounded.work import SAMPLE
from core.config.words import plural
from core.data import catalog
from core.data.look import Look
from ui import asking
from ui.charts.forecast import series_preview
from ui.charts.waveform import waveform
from ui.foreign import foreign, table
from ui.results.common import is_dark, show
from ui.words import NONE, sentence


def draw_sample(entry: catalog.Entry) -> None:
    """A look into a set that is on this machine.

    Raises:
        ConfigError: Its files are gone, or are not as published.
    """
    with st.spinner("Reading a little of it"):
        version = entry.fingerprint(catalog.usual_data(entry))
        arguments = {"kind": entry.kind, "data_id": entry.id}
        sample = asking.read_once(SAMPLE, arguments, version=version, own=False)
    if sample.series is not None:
        chart = series_preview(sample.series, sample.series.target_columns[0], is_dark())
        show(chart, key="data:sample", light=True)
    elif sample.columns:
        alt = f"{plural(len(next(iter(sample.columns.values()))), 'row')} of {entry.title}."
        st.dataframe(table(pd.DataFrame(sample.columns)), hide_index=True, placeholder=NONE, alt=alt)
    elif sample.clips:
        _draw_clips(sample)
    else:
        st.code(sample.text, language=None, wrap_lines=True, height=260)
    for note in sample.notes:
        st.caption(f":material/info: {foreign(sentence(note))}")


def _draw_clips(sample: Look) -> None:
    labels = list(sample.clips)
    chosen = st.segmented_control("What is said", labels, default=labels[0], required=True, key="data:clip",
                                  format_func=foreign, help="One recording of each word.")  # fmt: skip
    clip = np.array(sample.clips[chosen if chosen in sample.clips else labels[0]], dtype=np.int16)
    show(waveform(clip, sample.sample_rate, str(chosen), is_dark()), key="data:sample")
    st.audio(clip, sample_rate=sample.sample_rate, alt=f"A recording of the word {chosen}.")
