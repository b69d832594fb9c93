"""What stays the same within a series, such as the size of a shop and its town, as numbers beside each of its steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from core.config.data_section import MOST_TOLD
from core.config.errors import ConfigError, Problem

_MOST_NAMED = 3


@dataclass(frozen=True)
class StaticForm:
    """How columns that stay the same within a series become numbers.

    Attributes:
        scales: Columns of numbers with the mean and the spread over the series of the training data.
        words: Columns of words with each of their words, in order.
    """

    scales: dict[str, tuple[float, float]] = field(default_factory=dict)
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def fit(cls, table: pd.DataFrame) -> StaticForm:
        """The form of a table with a row for each series (S, ...): floats, or strings with "" where nothing is said."""
        numbers, words = {}, {}
        for name in map(str, table.columns):
            if table[name].dtype.kind == "f":
                known = table[name].dropna().to_numpy()
                std = float(known.std()) if len(known) else 0.0
                numbers[name] = (float(known.mean()) if len(known) else 0.0, std if std > 1e-12 else 1.0)
            else:
                words[name] = tuple(sorted(word for word in set(table[name]) if word))
        return cls(numbers, words)

    @property
    def names(self) -> tuple[str, ...]:
        """What each number is called, such as "size" and "town = Bern"."""
        said = (f"{name} = {word}" for name, words in self.words.items() for word in words)
        return (*self.scales, *said)

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.scales, *self.words)

    def values(self, table: pd.DataFrame) -> np.ndarray:
        """(S, J) numbers of a table with a row for each series; 0 where nothing is said, or an unknown word."""
        found = []
        for name, (mean, std) in self.scales.items():
            cells = pd.to_numeric(table[name], errors="coerce").to_numpy(dtype=np.float64)
            found.append(np.nan_to_num((cells - mean) / std))
        for name, words in self.words.items():
            cells = table[name].astype(str).to_numpy()
            found += [(cells == word).astype(np.float64) for word in words]
        return np.stack(found, axis=1) if found else np.zeros((len(table), 0))

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> StaticForm:
        """A form as JSON keeps it."""
        numbers = {name: (float(mean), float(std)) for name, (mean, std) in raw["scales"].items()}
        return cls(numbers, {name: tuple(words) for name, words in raw["words"].items()})


def static_table(cells: Mapping[str, pd.Series], labels: pd.Series, names: Mapping[str, str]) -> pd.DataFrame:
    """One row for each series of what all its rows say alike.

    Args:
        cells: By column, what stands in each row (N,): floats with NaN, or strings with "" where nothing is said.
        labels: (N,) the name of the series of each row.
        names: By label, what the series is called from here on.

    Returns:
        A table with the columns of `cells`, indexed by what the series are called.

    Raises:
        ConfigError: A column that changes within a series, or that has too many words.
    """
    problems, found = [], {}
    for name, column in cells.items():
        is_number = column.dtype.kind == "f"
        said = column[column.notna() if is_number else column != ""]
        by_series = said.groupby(labels[said.index])
        changing = [str(label) for label, number in by_series.nunique().items() if number > 1]
        if changing:
            listed = ", ".join(repr(label[:80]) for label in changing[:_MOST_NAMED])
            received = f"{name!r}, which changes within {listed}" + (" and others" * (len(changing) > _MOST_NAMED))
            hint = "Leave it out here: it may be read as a series of its own."
            problems.append(
                Problem("data.static_columns", "columns that stay the same within a series", received, hint)
            )
            continue
        found[name] = by_series.first().reindex(list(names)).fillna(np.nan if is_number else "")
        num_words = 0 if is_number else said.nunique()
        if num_words > MOST_TOLD:
            received, hint = f"{num_words:,} different ones in {name!r}", "Leave it out, or group its words."
            problems.append(Problem("data.static_columns", f"at most {MOST_TOLD} different words", received, hint))
    if problems:
        raise ConfigError(problems)
    return pd.DataFrame({name: column.to_numpy() for name, column in found.items()}, index=list(names.values()))
