"""Cells of text as numbers: the usual spellings of many countries, and what cannot be read as missing.

Numbers that stand for a missing value, such as -999, become missing where they repeat or cannot be mistaken, and no other
value is near them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

_MAX_MISSING_SHARE, _MIN_NUMERIC_SHARE = 0.5, 0.9
# Larger numbers overflow when they are squared or stored in 32 bits; they are taken for faults of the instrument.
LARGEST = 1e30
_LONGEST_CELL = 200  # characters of a number or a moment: nothing looks for one in what a longer cell holds
_SAMPLE_CELLS, _FEW_CELLS = 1_000, 50
_FAR_APART = 20  # times as large
_FEW_MARKED, _FEW_MARKED_SHARE = 3, 0.01
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
_MARKED = r"\D*\d{1,3}([.,'\s\u2019]\d{2,3})*[.,'\s\u2019]\d{3}([.,]\d+)?\D*"
_CURRENCY = r"(?i)[$€£¥₹%]|\b(usd|eur|gbp|chf|jpy|cny|inr|brl|sek|nok|dkk|pln|czk)\b"
_DAY = r"^\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2})(?:\D|$)"
_NUMBER_LIKE = re.compile(rf"([-+\d.,'\u2019e\s\u2212()]|{_CURRENCY[4:]})+", re.IGNORECASE)
_NINES = tuple(float("9" * digits + places) for digits in range(2, 8) for places in ("", ".9", ".99"))
_LIMITS = (
    2.0**15 - 1,
    -(2.0**15),
    1 - 2.0**15,
    2.0**16 - 1,
    2.0**31 - 1,
    -(2.0**31),
)  # of what an instrument can store
_OTHERS = (-200.0, -777.0, -888.0, -7777.0, -8888.0, *_LIMITS)
_FILLERS = frozenset((*(value for value in _NINES if value >= 999), *(-value for value in _NINES), *_OTHERS))
# Of the fillers these are no measurement of anything, even where one stands alone.
_SURE = frozenset(-value for value in _NINES if value >= 99.9)
_HUGE = 1e15  # 1e20 and 9.96921e+36 fill the grids of climate models
_FAR, _FAR_BEHIND_ZERO, _FAR_ALONE = 0.5, 0.05, 3.0  # as multiples of the range of all other values
_LEAST_OTHERS, _MOST_FILLERS = 3, 8


@dataclass(frozen=True)
class Odd:
    """Cells of a column that are written otherwise than its others.

    Attributes:
        number: How many.
        row, text: The first of them: its row, counted from 1 below the header, and what stands in it.
        value: What the first is read as, NaN where it is no number.
    """

    number: int
    row: int
    text: str
    value: float = math.nan


@dataclass(frozen=True)
class Column:
    """Numbers of one column, NaN where missing.

    Attributes:
        values: float64 (N,).
        num_infinite, num_strange: How many cells were infinite or huge, and how many were no numbers.
        sentinels: Numbers that stood for a missing value, and how often each did.
        strange, marked: The cells that are no numbers, and the few with a mark of thousands in a column without; None
            where there are none.
    """

    values: np.ndarray
    num_infinite: int
    num_strange: int
    sentinels: tuple[tuple[float, int], ...] = ()
    strange: Odd | None = None
    marked: Odd | None = None

    @property
    def num_blanked(self) -> int:
        """Cells that hold something and were taken as missing."""
        return self.num_infinite + self.num_strange + sum(number for _, number in self.sentinels)

    @property
    def is_empty(self) -> bool:
        """Whether there is no value at all."""
        return bool(np.isnan(self.values).all())

    @property
    def is_sparse(self) -> bool:
        return float(np.isnan(self.values).mean()) > _MAX_MISSING_SHARE

    @property
    def is_constant(self) -> bool:
        known = self.values[~np.isnan(self.values)]
        return len(known) == 0 or bool(np.ptp(known) <= 1e-12 * np.abs(known).max())


def is_missing(cells: pd.Series) -> pd.Series:
    """Which cells say that there is no value, bool (N,)."""
    return cells.str.lower().isin(_MISSING)


def short_cells(cells: pd.Series) -> pd.Series:
    """The same cells, those that are too long for a number or a moment cut, with a sign behind that makes them neither."""
    is_long = cells.str.len() > _LONGEST_CELL
    return cells.mask(is_long, cells.str.slice(0, _LONGEST_CELL) + "…") if is_long.any() else cells


def to_floats(cells: pd.Series) -> np.ndarray:
    """Plain numbers as float64 (N,), NaN where a cell is none.

    Arrow reads a column ten times as fast as pandas and without an object a cell, but stops at the first cell that it
    cannot read: those alone go through pandas.
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
    """Text as numbers; None when it is not a column of numbers. One without any value is one, of NaN alone.

    Where a table has commas for decimals (`is_european`), what a comma or point means elsewhere comes second.
    """
    written = cells = short_cells(cells)
    for sign, is_sure in ((".", has_commas), (",", False)):
        if (sign == "." or has_commas) and _marks_thousands(cells, sign, is_sure):
            cells = cells.str.replace(sign, "", regex=False)
    values, num_strange, strange = to_floats(cells), 0, None
    is_mended = cells is not written
    if np.isnan(values).any():
        odd = cells[np.isnan(values)]
        missing = is_missing(odd)
        num_filled = len(cells) - int(missing.sum())
        if not missing.all():
            read = _repair(cells, odd[~missing], has_commas)
            values = max(values, read, key=lambda found: np.isfinite(found).sum())
            is_mended = True
        num_strange = num_filled - int((~np.isnan(values)).sum())
        if num_strange > (1 - _MIN_NUMERIC_SHARE) * num_filled:
            return None
        strange = find_odd(written, np.isnan(values) & ~is_missing(written).to_numpy()) if num_strange else None
    with np.errstate(invalid="ignore"):
        infinite = np.abs(values) > LARGEST
    values[infinite] = np.nan
    marked = _few_marked(written, values) if is_mended else None
    return Column(values, int(infinite.sum()), num_strange, strange=strange, marked=marked)


def find_odd(cells: pd.Series, is_odd: np.ndarray) -> Odd | None:
    """How many cells are marked in a bool (N,), and the first of them; None without any."""
    rows = np.flatnonzero(is_odd)
    return Odd(len(rows), int(rows[0]) + 1, str(cells.iloc[rows[0]])) if len(rows) else None


def _few_marked(cells: pd.Series, values: np.ndarray) -> Odd | None:
    """The cells with a mark of thousands where hardly any has one: "1,200" may be a slip for 1.2 or 120.0."""
    large = np.flatnonzero(np.abs(values) >= 1_000)
    has_mark = np.zeros(len(values), dtype=bool)
    has_mark[large] = cells.iloc[large].str.fullmatch(_MARKED).to_numpy(dtype=bool)
    odd = find_odd(cells, has_mark)
    if odd is None or odd.number > max(_FEW_MARKED, _FEW_MARKED_SHARE * np.isfinite(values).sum()):
        return None
    return replace(odd, value=float(values[odd.row - 1]))


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
    cells = cells if plain.equals(sample) else _strip_symbols(cells)
    thousands, point = (",", ".") if form == _THOUSANDS_COMMA else (".", ",")
    return to_floats(cells.str.replace(thousands, "", regex=False).str.replace(point, ".", regex=False))


def _marks_thousands(cells: pd.Series, sign: str, is_sure: bool) -> bool:
    """Whether a point or comma stands between thousands, as in 987 and 1.012, judged over the cells of a column.

    As decimals, not all would have three places, and none of them would end in 0 beside whole numbers without places; and
    numbers of one column are seldom hundreds and ones. Where the table is sure to be written so, three places are enough.
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
    cells = cells.str.replace("\u2212", "-", regex=False).str.replace("\u2019", "'", regex=False)
    cells = cells.str.replace(r"[\u00a0\u202f\u2009]", " ", regex=True)
    cells = cells.str.replace(_CURRENCY, "", regex=True).str.strip()
    # Book-keepers write (5) and 5- for -5.
    cells = cells.str.replace(r"^\(([^-]*)\)$", r"-\1", regex=True).str.replace(r"^([^-]*)-$", r"-\1", regex=True)
    # Other spaces stand between numbers.
    return cells.mask(cells.str.fullmatch(_THOUSANDS_SPACE), cells.str.replace(r"[' ]", "", regex=True))


def blank_sentinels(columns: Mapping[str, Column | None]) -> dict[str, Column | None]:
    """Make fillers missing in columns of numbers, in place; the same columns with `sentinels`, None where one holds none."""
    found: dict[str, dict[float, int]] = {name: {} for name in columns}
    for _ in range(2):  # a filler that one column has for certain is believed more easily in the others
        sure = {value for counts in found.values() for value in counts}
        for name, column in columns.items():
            if column is not None:
                found[name].update(_blank(column.values, sure))
    return {
        name: column and replace(column, sentinels=tuple(sorted(found[name].items())))
        for name, column in columns.items()
    }


def _blank(values: np.ndarray, sure: set[float]) -> dict[float, int]:
    """Take fillers off both ends of what a column holds, until an end is a value."""
    counts: dict[float, int] = {}
    for _ in range(_MOST_FILLERS):
        ends = () if np.isnan(values).all() else (float(np.nanmin(values)), float(np.nanmax(values)))
        filler = next((end for end in ends if _count_filler(values, end, sure)), None)
        if filler is None:
            break
        counts[filler] = _count_filler(values, filler, sure)
        values[values == filler] = np.nan
    return counts


def _count_filler(values: np.ndarray, filler: float, sure: set[float]) -> int:
    """How often a filler stands in a column, 0 where it is a value."""
    may_fill = filler in _FILLERS or abs(filler) >= _HUGE
    others = values[(values != filler) & ~np.isnan(values)] if may_fill else values[:0]
    if len(others) < _LEAST_OTHERS:
        return 0
    number, low, high = int((values == filler).sum()), float(others.min()), float(others.max())
    gap, spread = max(low - filler, filler - high), high - low
    if abs(filler) >= _HUGE:
        is_filler = max(abs(low), abs(high)) < 1e-6 * abs(filler)
    elif number == 1 and filler not in sure:
        is_filler = filler in _SURE and gap > _FAR_ALONE * spread
    else:
        is_behind_zero = filler < 0 <= low and (filler in _SURE or filler in sure or filler == -99)
        is_filler = gap > (_FAR_BEHIND_ZERO if is_behind_zero else _FAR) * spread
    return number if is_filler else 0
