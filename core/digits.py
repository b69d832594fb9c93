"""How many digits a number of some data deserves: as many as the data tell apart, no more.

A forecast of passengers has no millionths, one of a rate in thousandths has them. Pure functions, no torch.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

_LOOKED_AT = 2_000  # values
_MOST_DECIMALS = 12


def decimals_of(values: Iterable[float | None]) -> int:
    """Decimals for numbers of the kind of these: those that the data have, within two and three digits of their spread.

    Two digits of the spread are always told apart, even of whole numbers that hardly change; more than three never are.
    The spread is the standard deviation; values that are all alike keep the decimals that they have.

    Args:
        values: Of the data, None or NaN where one is missing.

    Returns:
        0 to 12.
    """
    known = [float(value) for value in values if value is not None and math.isfinite(value)]
    known = known[:: -(-len(known) // _LOOKED_AT) or 1]
    if not known:
        return 0
    mean, own = sum(known) / len(known), min(max(map(_decimals, known)), _MOST_DECIMALS)
    spread = math.sqrt(sum((value - mean) ** 2 for value in known) / len(known))
    if spread <= 1e-9 * abs(mean):
        return own
    place = math.floor(math.log10(spread))
    return min(max(0, 1 - place, min(2 - place, own)), _MOST_DECIMALS)


def fixed(value: float | None, decimals: int) -> str:
    """A number with so many decimals and thousands separators; a dash for None."""
    if value is None or not math.isfinite(value):
        return "–"
    shown = f"{value:,.{decimals}f}"
    return shown.removeprefix("-") if not shown.strip("-0.,") else shown


def significant(value: float, digits: int = 3, zeros: bool = False) -> str:
    """A number with so many significant digits, never as a power of ten between a millionth and a billion.

    Digits before the point are all written: 12,346 and not 1.235e+04.

    Args:
        zeros: Whether zeros at the end stand, so that figures below each other have the same digits.
    """
    if not math.isfinite(value):
        return str(value)
    size = abs(value)
    if size and not 1e-6 <= size < 1e9:
        return f"{value:.{digits}g}"
    place = math.floor(math.log10(size)) if size else 0
    shown = f"{value:,.{max(0, digits - 1 - place)}f}"
    return shown if zeros or "." not in shown else shown.rstrip("0").rstrip(".")


def _decimals(value: float) -> int:
    """Decimals with which a number is written; those of a float that was read in single precision too."""
    digits, _, power = (f"{value:.7g}" if abs(value) < 1e7 else f"{value:.0f}").partition("e-")
    return int(power or 0) + len(digits.partition(".")[2])
