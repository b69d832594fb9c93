"""Cells of text as numbers: the usual spellings of many countries, and what cannot be read as missing.

Left out: which columns are used, and for what (series_files.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

MAX_MISSING_SHARE = 0.5
_MIN_NUMERIC_SHARE = 0.9
# Larger numbers overflow when they are squared or stored in 32 bits; they are taken for faults of the instrument.
_LARGEST = 1e30
_SAMPLE_CELLS = 1_000
_CELLS_AT_ONCE = 100_000  # as Python's objects, which take ten times the room of their letters
_PLAIN = r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$"  # as Arrow spells it
_MISSING = frozenset(
    (
        "", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "-", "--", "?", ".", "..", "...", ":", "*", "missing", "nd",
        "n.a.", "n.d.", "n/d", "k.a.", "<na>", "nat", "\u2013", "\u2014", "#value!", "#div/0!", "#ref!",
    )
)  # fmt: skip
_DECIMAL_COMMA = r"[-+]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?(e[-+]?\d+)?"
_THOUSANDS_COMMA = r"[-+]?(\d+|\d{1,3}(,\d{2,3})*,\d{3})(\.\d+)?"  # in India 12,34,567
_THOUSANDS_POINT = r"[-+]?\d{1,3}(\.\d{3})*"
_THOUSANDS_SPACE = r"[-+]? *\d{1,3}([' ]\d{3})+([.,]\d+)?|[-+] +[\d.,]+"
_CURRENCY = r"(?i)[$€£¥₹%]|\b(usd|eur|gbp|chf|jpy|cny|inr|brl|sek|nok|dkk|pln|czk)\b"
_NUMBER_LIKE = re.compile(rf"([-+\d.,'e\s\u2212()]|{_CURRENCY[4:]})+", re.IGNORECASE)


@dataclass(frozen=True)
class Column:
    """Numbers of one column, NaN where missing.

    Attributes:
        values: float64 (N,).
        num_infinite, num_strange: How many cells were infinite or huge, and how many were no numbers.
        sentinels: Numbers that stood for a missing value, and how often each did.
    """

    values: np.ndarray
    num_infinite: int
    num_strange: int
    sentinels: tuple[tuple[float, int], ...] = ()

    @property
    def missing_share(self) -> float:
        return float(np.isnan(self.values).mean())

    @property
    def is_constant(self) -> bool:
        known = self.values[~np.isnan(self.values)]
        return len(known) == 0 or bool(np.ptp(known) <= 1e-12 * np.abs(known).max())


def is_missing(cells: pd.Series) -> pd.Series:
    """Which cells say that there is no value, bool (N,)."""
    return cells.str.lower().isin(_MISSING)


def to_floats(cells: pd.Series) -> np.ndarray:
    """Plain numbers as float64 (N,), NaN where a cell is none.

    Arrow reads a column ten times as fast as pandas and without an object a cell, but stops at the first cell that it
    cannot read: those alone go through pandas.

    Args:
        cells: Strings.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pa.array(cells, type=pa.large_string())
    text = found if isinstance(found, pa.ChunkedArray) else pa.chunked_array([found])
    try:
        values = text.cast(pa.float64()).to_numpy()
        return values if values.flags.writeable else values.copy()
    except pa.ArrowInvalid:
        is_plain = pc.match_substring_regex(text, _PLAIN)
    values = np.full(len(text), np.nan)
    plain = is_plain.to_numpy()
    values[plain] = text.filter(is_plain).cast(pa.float64()).to_numpy()
    is_odd = pc.and_not(pc.not_equal(text, ""), is_plain)
    others, places = text.filter(is_odd), np.flatnonzero(is_odd.to_numpy())
    for start in range(0, len(places), _CELLS_AT_ONCE):
        some = others.slice(start, _CELLS_AT_ONCE).to_pandas()
        read = pd.to_numeric(some, errors="coerce").to_numpy(dtype="float64")
        values[places[start : start + _CELLS_AT_ONCE]] = read
    return values


def to_column(cells: pd.Series, delimiter: str) -> Column | None:
    """Text as numbers; None when it is not a column of numbers."""
    if delimiter == ";" and _has_thousands_points(cells):
        cells = cells.str.replace(".", "", regex=False)
    values = to_floats(cells)
    strange = np.isnan(values)
    if strange.any():
        odd = cells[strange]
        missing = is_missing(odd)
        odd = odd[~missing]
        num_filled = len(cells) - int(missing.sum())
        if num_filled == 0:
            return None
        if len(odd) > 0:
            read = _repair(cells, delimiter) if len(odd) > 0.01 * num_filled else np.full(len(cells), np.nan)
            if np.isfinite(read).sum() > np.isfinite(values).sum():
                values = read
        num_strange = num_filled - int((~np.isnan(values)).sum())
        if num_strange > (1 - _MIN_NUMERIC_SHARE) * num_filled:
            return None
    else:
        num_strange = 0
    with np.errstate(invalid="ignore"):
        infinite = np.abs(values) > _LARGEST
    values[infinite] = np.nan
    return Column(values, int(infinite.sum()), num_strange)


def _repair(cells: pd.Series, delimiter: str) -> np.ndarray:
    """Numbers with decimal commas, thousands separators, currency or percent signs; NaN where nothing helps.

    What is wrong is read off a sample, because cleaning a million cells in every way takes minutes.
    """
    filled = cells[~is_missing(cells)]
    sample = filled.iloc[:: max(1, len(filled) // _SAMPLE_CELLS)]
    if not any(_NUMBER_LIKE.fullmatch(cell[:60]) for cell in sample.iloc[:20]):
        return np.full(len(cells), np.nan)
    plain = _strip_symbols(sample)
    forms = (_DECIMAL_COMMA, _THOUSANDS_COMMA) if delimiter == ";" else (_THOUSANDS_COMMA, _DECIMAL_COMMA)
    form = next((form for form in forms if plain.str.fullmatch(form).mean() >= _MIN_NUMERIC_SHARE), None)
    if form is None:
        return np.full(len(cells), np.nan)
    if not plain.equals(sample):
        cells = _strip_symbols(cells)
    if form == _THOUSANDS_COMMA:
        cells = cells.str.replace(",", "", regex=False)
    else:
        cells = cells.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    return to_floats(cells)


def _has_thousands_points(cells: pd.Series) -> bool:
    """Whether points stand between thousands, as in 987 and 1.012: as decimals, not all would have three places."""
    sample = cells.iloc[:: max(1, len(cells) // _SAMPLE_CELLS)]
    sample = sample[~is_missing(sample)]
    pointed = sample[sample.str.contains(".", regex=False)]
    if not 1 < len(pointed) < len(sample) or pointed.str.contains(r"^[-+]?0", regex=True).any():
        return False
    return bool(sample.str.fullmatch(_THOUSANDS_POINT).all())


def _strip_symbols(cells: pd.Series) -> pd.Series:
    """Cells without currency, percent signs and marks of thousands but . and ,; with a plain minus in front."""
    cells = cells.str.replace("\u2212", "-", regex=False).str.replace(r"[\u00a0\u202f\u2009]", " ", regex=True)
    cells = cells.str.replace(_CURRENCY, "", regex=True).str.strip()
    # Book-keepers write (5) and 5- for -5.
    cells = cells.str.replace(r"^\(([^-]*)\)$", r"-\1", regex=True).str.replace(r"^([^-]*)-$", r"-\1", regex=True)
    # Other spaces stand between numbers.
    return cells.mask(cells.str.fullmatch(_THOUSANDS_SPACE), cells.str.replace(r"[' ]", "", regex=True))
