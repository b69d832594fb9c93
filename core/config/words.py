"""Numbers of things in words, for every message, notice and screen."""

from collections.abc import Sequence


def in_words(names: Sequence[str]) -> str:
    """Names as a sentence has them: "RNN, LSTM and GRU"."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def with_unit(name: str, unit: str) -> str:
    """A quantity with its unit, "price, euros"; the unit alone where it says what is counted: sunspots, sunspot number."""
    if not unit:
        return name
    stem = name.lower().removesuffix("s")
    return unit[:1].upper() + unit[1:] if len(stem) > 2 and stem in unit.lower().split() else f"{name}, {unit}"


def plural(number: int | str, noun: str) -> str:
    """A number with its noun: "1 row", "12,000 rows"; a figure that is text already stays so: "0.7 points"."""
    shown = number if isinstance(number, str) else f"{number:,}"
    return f"{shown} {noun}{'' if shown == '1' or noun.endswith('series') else 's'}"
