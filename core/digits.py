"""How many digits a number of some data deserves: as many as the data tell apart, no more.

A forecast of passengers has no millionths, one of a rate in thousandths has them. Pure functions, no torch.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

_LOOKED_AT = 2_000  # values
_MOST_DECIMALS, _MOST_BESIDE = 12, 6
_SMALL = 1e-3  # a mean and a spread that are both below it are written with one power of ten
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


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


def decimals_beside(spread: float) -> int | None:
    """How many decimals of a figure mean something beside its spread; None where there is none.

    One digit of the spread counts, and a second where the first is a 1: 0.8137 with a spread of 0.031 is 0.81.

    Args:
        spread: In the unit in which the figure is written.
    """
    around = abs(spread)
    if not around or not math.isfinite(around):
        return None
    first = math.floor(math.log10(around))
    decimals = -first + (around < 2 * 10.0**first)
    return min(_MOST_BESIDE, max(0, decimals))


def with_spread(mean: float, spread: float) -> str:
    """A mean and its spread with as many decimals as the spread deserves: "0.81 ± 0.03", "(4.2 ± 0.3)·10⁻⁵".

    Args:
        mean: Of the values.
        spread: Such as their standard deviation, above 0, in the same unit.
    """
    size, power = max(abs(mean), abs(spread)), 0
    if 0 < size < _SMALL:
        power = -math.floor(math.log10(size))
        mean, spread = mean * 10.0**power, spread * 10.0**power
    decimals = decimals_beside(spread)
    shown = f"{fixed(mean, decimals or 0)} ± {fixed(spread, decimals or 0)}"
    return f"({shown}){power_of_ten(power)}" if power else shown


def power_of_ten(minus: int) -> str:
    """A negative power behind a number, as one writes it: "·10⁻⁵" of 5."""
    return f"·10⁻{str(minus).translate(_RAISED)}"


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
