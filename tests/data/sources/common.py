"""What the tests of reading files share: how to read and refuse, and small tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.dataset import LabelledSet, PairSet, SeriesSet, TextSet
from core.data.sources.files import read_files

DAYS = [f"2021-01-{day:02d}" for day in range(1, 32)]
LIMITS = Limits(max_upload_bytes=3_000_000, max_rows=5_000, max_columns=50)
PROSE = "The quick brown fox jumps over the lazy dog. " * 6

Write = Callable[..., Path]


def read_series(path: Path, **choices: object) -> SeriesSet:
    result = read_files("series", [path], DataConfig(**choices), LIMITS)
    assert isinstance(result, SeriesSet)
    assert not np.isinf(result.frame.to_numpy()).any()
    assert set(result.target_columns) <= set(result.frame.columns)
    return result


def read_labelled(*paths: Path, **choices: object) -> LabelledSet:
    result = read_files("labelled", paths, DataConfig(**choices), LIMITS)
    assert isinstance(result, LabelledSet)
    return result


def read_text(*paths: Path, **choices: object) -> TextSet:
    result = read_files("text", paths, DataConfig(**choices), LIMITS)
    assert isinstance(result, TextSet)
    return result


def read_pairs(*paths: Path, **choices: object) -> PairSet:
    result = read_files("pairs", paths, DataConfig(**choices), LIMITS)
    assert isinstance(result, PairSet)
    return result


def refusal(kind: str, paths: Sequence[Path], **choices: object) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read_files(kind, paths, DataConfig(**choices), LIMITS)
    return caught.value


def table(times: Sequence[object], values: Sequence[object] | None = None, header: str = "date,value") -> str:
    values = [k * k % 17 for k in range(len(times))] if values is None else values
    return "\n".join([header, *(f"{time},{value}" for time, value in zip(times, values, strict=True))]) + "\n"


def pairs(count: int, delimiter: str = "\t") -> str:
    return "".join(f"the cat {k}{delimiter}le chat {k}\n" for k in range(count))


def reviews(count: int, header: str = "text,label\n") -> str:
    return header + "".join(f'"a film, number {k}",{"good" if k % 2 else "bad"}\n' for k in range(count))


def spans(start: str, periods: int, step: str) -> pd.DatetimeIndex:
    return pd.date_range(start, periods=periods, freq=step)
