"""A recording: how its loudness goes over time."""

import math

import numpy as np
import plotly.graph_objects as go

from ui.charts.chart import Chart, new_figure
from ui.charts.labels import escape
from ui.charts.theme import role_color
from ui.foreign import shorten

MAX_POINTS = 1_200
_FULL_SCALE = 32_768


def waveform(samples: np.ndarray, sample_rate: int, label: str, dark: bool) -> Chart:
    """One recording as a line between its smallest and largest values.

    Args:
        samples: int16 (T,).
        sample_rate: Samples a second.
        label: What is said.
        dark: Whether the page is dark.
    """
    size = max(1, math.ceil(2 * len(samples) / MAX_POINTS))
    scaled = samples.astype("float64") / _FULL_SCALE
    pieces = [scaled[begin : begin + size] for begin in range(0, len(scaled), size)]
    values = [value for piece in pieces for value in ((piece.min(), piece.max()) if size > 1 else (piece[0],))]
    step = size / (2 if size > 1 else 1) / sample_rate
    figure = new_figure(dark, 200, "Seconds", "Amplitude")
    line = go.Scatter(x=[place * step for place in range(len(values))], y=values, mode="lines", name=escape(label),
                      line={"color": role_color("network", dark), "width": 1})  # fmt: skip
    figure.add_trace(line)
    loudest = float(np.abs(scaled).max()) if len(scaled) else 0.0
    figure.update_layout(showlegend=False, hovermode=False)
    figure.update_yaxes(range=[-1.1 * max(loudest, 0.01), 1.1 * max(loudest, 0.01)])
    seconds = len(samples) / sample_rate
    alt = f"The sound wave of {shorten(label, 30)}: {seconds:.2f} seconds, loudest at {loudest:.0%} of full scale."
    return Chart(figure, alt)
