"""Rows of a series as windows that a trained forecaster reads: gaps, scale and what is known ahead as in training."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.data.batching import Windows
from core.data.missing import GapReading, read_as_lines, read_step_by_step
from core.data.series_scaler import SeriesScaler


def windows_over(
    predictor: Any,
    history: np.ndarray,
    known: np.ndarray | None,
    first_on_line: np.ndarray | None = None,
    ahead: np.ndarray | None = None,
) -> Windows:
    """Windows of rows that follow each other, read as a network reads them.

    Args:
        predictor: A `ForecastPredictor`.
        history: (K, F) original values, gaps filled from the past.
        known: bool (K, F), False where a value is filled; None where none is.
        first_on_line: (F,) what stands in the first row where gaps are straight lines.
        ahead: (K + L, A) what is known before their time of these rows and of L after them.
    """
    context, data, gaps = predictor.context, predictor.experiment.data, None
    scaled = context.scaler.transform(history)
    told = list(range(len(context.columns))) if context.each else list(map(context.columns.index, context.told))
    if known is None:
        known = np.ones(scaled.shape, dtype=bool)
    elif data.missing != "mask":
        aligned = predictor.model.shape == "many_to_many"
        gaps = read_step_by_step(scaled) if aligned else _lines(history, known, first_on_line, context.scaler)
    return Windows(
        scaled, data.window_size, 1, [], predictor.device, known, told if context.told else [], context.each, gaps, ahead,
        context.static,
    )  # fmt: skip


def _lines(
    history: np.ndarray, known: np.ndarray, first_on_line: np.ndarray | None, scaler: SeriesScaler
) -> GapReading:
    """The history (K, F) with straight lines across its gaps, also across one in which it begins."""
    history, known = history.copy(), known.copy()
    if first_on_line is not None:
        history[0], known[0] = first_on_line, True
    return read_as_lines(history, known, scaler)
