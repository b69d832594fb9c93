"""What a visitor names: files that are not there, folders, too many of them; and public files as they come."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.dataset import LabelledSet, SeriesSet, TextSet
from core.data.sources.files import read_files
from tests.data.sources.common import (
    DAYS,
    LIMITS,
    PROSE,
    Write,
    refusal,
    reviews,
    table,
)


class TestPaths:
    def test_every_missing_file_is_listed(self, tmp_path: Path) -> None:
        error = refusal("pairs", [tmp_path / "a.en", tmp_path / "b.fr"])
        assert len(error.problems) == 2
        assert "a.en" in str(error) and "b.fr" in str(error)

    @pytest.mark.parametrize("name", ["a\x00b", "x" * 5_000, ".."])
    def test_a_strange_path_is_refused(self, tmp_path: Path, name: str) -> None:
        assert refusal("series", [tmp_path / name]).problems[0].field == "data.path"

    def test_a_device_is_refused_unread(self) -> None:
        assert "device" in str(refusal("text", [Path("/dev/zero")]))

    @pytest.mark.parametrize("extension", ["pdf", "xlsx", "zip", "docx", "pkl"])
    def test_a_foreign_format_is_told_which_formats_are_read(self, write: Write, extension: str) -> None:
        assert "CSV" in str(refusal("series", [write(table(DAYS), f"data.{extension}")]))

    def test_a_folder_without_parts_is_refused(self, write: Write) -> None:
        folder = write(PROSE, "set/book.txt").parent
        assert "train.*" in str(refusal("text", [folder]))
        assert "folder" in str(refusal("series", [folder]))

    def test_no_file_and_too_many_files_are_refused(self, write: Write) -> None:
        path = write(table(DAYS))
        assert refusal("series", []).problems[0].field == "data.path"
        assert "2 files" in str(refusal("series", [path, path]))
        assert "3 files" in str(refusal("pairs", [path, path, path]))

    def test_messages_use_the_names_that_the_visitor_knows(self, write: Write) -> None:
        with pytest.raises(ConfigError, match=r"holiday\.csv"):
            read_files("series", [write(b"", "0.csv")], DataConfig(), LIMITS, names=["holiday.csv"])

    def test_an_unknown_task_is_a_mistake_in_code(self, write: Write) -> None:
        with pytest.raises(ValueError, match="kind must be one of"):
            read_files("cooking", [write(PROSE)], DataConfig(), LIMITS)

    def test_a_column_that_does_not_exist_is_named_with_those_that_do(self, write: Write) -> None:
        path = write(reviews(12))
        error = refusal("labelled", [path], text_column="body", label_column="mood")
        assert [problem.field for problem in error.problems] == ["data.text_column", "data.label_column"]
        assert "'text', 'label'" in str(error)

    def test_a_target_that_cannot_be_learned_is_refused_with_the_reason(self, write: Write) -> None:
        rows = "".join(f"{day},{k % 5},7,{k if k % 3 == 0 else ''}\n" for k, day in enumerate(DAYS))
        path = write("date,a,flat,sparse\n" + rows)
        assert "never changes" in str(refusal("series", [path], target_columns=("flat",)))
        assert "half is missing" in str(refusal("series", [path], target_columns=("sparse",)))
        assert "not numbers" in str(refusal("series", [path], time_column="a", target_columns=("date",)))


@pytest.mark.parametrize(
    ("kind", "path", "size"),
    [
        ("series", "airline_passengers/airline-passengers.csv", 144),
        ("series", "daily_min_temperatures/daily-min-temperatures.csv", 3_652),
        ("series", "beijing_pm25/pollution.csv", 43_800),  # the first day has no pm2.5
        ("series", "etth1/ETTh1.csv", 17_420),
        ("text", "tinyshakespeare/input.txt", 1_115_394),
        ("labelled", "sst2", 9_613),
    ],
)
def test_public_data_is_read_whole(kind: str, path: str, size: int) -> None:
    folder = os.environ.get("UNROLL_DATA_DIR")
    if not folder or not (Path(folder) / path).exists():
        pytest.skip(f"{path} is not in UNROLL_DATA_DIR")
    result = read_files(kind, [Path(folder) / path], DataConfig(), Limits())
    if isinstance(result, SeriesSet):
        assert len(result.frame) == size
        assert result.frequency in ("monthly", "daily", "hourly")
    elif isinstance(result, TextSet):
        assert len(result.text) == size
    else:
        assert isinstance(result, LabelledSet)
        assert len(result.texts) == size
