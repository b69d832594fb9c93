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
LONGEST_CELL = 200
"""Characters that a number or a moment has at most; nothing looks for one in what a longer cell holds."""
_SAMPLE_CELLS, _FEW_CELLS = 1_000, 50
_FAR_APART = 20  # times as large
_CELLS_AT_ONCE = 100_000  # as Python's objects, which take ten times the room of their letters
_PLAIN = r"^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$"  # as Arrow spells it
_MISSING = frozenset(
    (
        "", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "-", "--", "?", ".", "..", "...", ":", "*", "missing", "nd",
        "n.a.", "n.d.", "n/d", "k.a.", "<na>", "nat", "\u2013", "\u2014", "#value!", "#div/0!", "#ref!",
    )
)  # fmt: skip
_DECIMAL_COMMA = r"[-+]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?(e[-+]?\d+)?"
_THOUSANDS_COMMA = r"[-+]?(\d+|\d{1,3}(,\d{2,3})*,\d{3})(\.\d+)?"  # in India 12,34,567
_THOUSANDS = r"[-+]?\d{1,3}(S\d{3})*"  # S is the sign between them
_THOUSANDS_SPACE = r"[-+]? *\d{1,3}([' ]\d{3})+([.,]\d+)?|[-+] +[\d.,]+"
_CURRENCY = r"(?i)[$€£¥₹%]|\b(usd|eur|gbp|chf|jpy|cny|inr|brl|sek|nok|dkk|pln|czk)\b"
_DAY = r"^\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2})(?:\D|$)"
_NUMBER_LIKE = re.compile(rf"([-+\d.,'\u2019e\s\u2212()]|{_CURRENCY[4:]})+", re.IGNORECASE)


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
    def num_blanked(self) -> int:
        """Cells that hold something and were taken as missing."""
        return self.num_infinite + self.num_strange + sum(number for _, number in self.sentinels)

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


def short_cells(cells: pd.Series) -> pd.Series:
    """The same cells, those that are too long for a number or a moment cut, with a sign behind that makes them neither."""
    is_long = cells.str.len() > LONGEST_CELL
    return cells.mask(is_long, cells.str.slice(0, LONGEST_CELL) + "…") if is_long.any() else cells


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


def holds_numbers(cells: pd.Series, share: float = 0.3) -> bool:
    """Whether some of the first cells are numbers, also with decimal commas; gaps never are."""
    first = short_cells(cells.head(1_000)).str.replace(",", ".", regex=False)
    return bool(pd.to_numeric(first, errors="coerce").notna().mean() > share)


def to_column(cells: pd.Series, has_commas: bool = False) -> Column | None:
    """Text as numbers; None when it is not a column of numbers.

    Args:
        cells: Strings.
        has_commas: The table is written as where commas are decimal (`is_european`): what a comma or point means
            elsewhere comes second.
    """
    cells = short_cells(cells)
    for sign, is_sure in ((".", has_commas), (",", False)):
        if (sign == "." or has_commas) and _marks_thousands(cells, sign, is_sure):
            cells = cells.str.replace(sign, "", regex=False)
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
            read = _repair(cells, odd, has_commas)
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


def _repair(cells: pd.Series, odd: pd.Series, has_commas: bool) -> np.ndarray:
    """Numbers with decimal commas, thousands separators, currency or percent signs; NaN where nothing helps.

    What is wrong is read off a sample, because cleaning a million cells in every way takes minutes; `odd` are the cells
    that are no plain numbers, of which there may be few, as the only ones above a thousand.
    """
    if not any(_NUMBER_LIKE.fullmatch(cell[:60]) for cell in odd.iloc[:20]):
        return np.full(len(cells), np.nan)
    filled = cells[~is_missing(cells)]
    sample = pd.concat([filled.iloc[:: max(1, len(filled) // _SAMPLE_CELLS)], odd.iloc[:_FEW_CELLS]])
    plain = _strip_symbols(sample)
    forms = (_DECIMAL_COMMA, _THOUSANDS_COMMA) if has_commas else (_THOUSANDS_COMMA, _DECIMAL_COMMA)
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


def _marks_thousands(cells: pd.Series, sign: str, is_sure: bool) -> bool:
    """Whether a point or comma stands between thousands, as in 987 and 1.012, judged over the cells of a column.

    As decimals, not all would have three places, and none of them would end in 0 beside whole numbers without places; and
    numbers of one column are seldom hundreds and ones.

    Args:
        cells: Of one column.
        sign: The point or comma.
        is_sure: The table is written where it does: then three places in every one are enough.
    """
    sample = cells.iloc[:: max(1, len(cells) // _SAMPLE_CELLS)]
    sample = sample[~is_missing(sample)]
    has_sign = sample.str.contains(sign, regex=False)
    signed, whole = sample[has_sign], sample[~has_sign]
    if len(signed) < 2 or whole.empty or signed.str.contains(r"^[-+]?0", regex=True).any():
        return False
    if not sample.str.fullmatch(_THOUSANDS.replace("S", re.escape(sign))).all():
        return False
    if is_sure:
        return True
    ratio = whole.astype("float64").abs().median() / signed.str.replace(",", ".").astype("float64").abs().median()
    return whole.nunique() > 2 and bool(ratio > _FAR_APART or signed.str.endswith("0").any())


def is_european(frame: pd.DataFrame, delimiter: str) -> bool:
    """Whether a table is written as where commas are decimal: semicolons between its cells, or days such as 31.1.2024."""
    if delimiter == ";":
        return True
    heads = (frame[name].head(_FEW_CELLS) for name in frame.columns)
    return any(bool(len(cells) > 0 and cells.str.contains(_DAY, regex=True).all()) for cells in heads)


def _strip_symbols(cells: pd.Series) -> pd.Series:
    """Cells without currency, percent signs and marks of thousands but . and ,; with a plain minus in front."""
    cells = (
        cells.str.replace("\u2212", "-", regex=False)
        .str.replace("\u2019", "'", regex=False)
        .str.replace(r"[\u00a0\u202f\u2009]", " ", regex=True)
    )
    cells = cells.str.replace(_CURRENCY, "", regex=True).str.strip()
    # Book-keepers write (5) and 5- for -5.
    cells = cells.str.replace(r"^\(([^-]*)\)$", r"-\1", regex=True).str.replace(r"^([^-]*)-$", r"-\1", regex=True)
    # Other spaces stand between numbers.
    return cells.mask(cells.str.fullmatch(_THOUSANDS_SPACE), cells.str.replace(r"[' ]", "", regex=True))
