"""Whatever a stranger brings loads with notes or is refused in words: never another error, never a path of the server."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.data.dataset import TextSet
from core.data.sources.files import read_files
from tests.data.sources.hostile import (
    HOSTILE,
    LIMITS,
    LINES,
    SERIES,
    TAGGED,
    TASKS,
    check_refusal,
    parquet,
    read_or_refuse,
)


@pytest.mark.parametrize("kind", TASKS)
@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_loads_or_is_refused_in_words(tmp_path: Path, kind: str, case: str) -> None:
    content = HOSTILE[case]
    ending = ".jsonl" if "JSON" in case else ".csv"
    path = tmp_path / f"0{ending}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    read_or_refuse(kind, path, "mine" + ending)


CHOICES: tuple[dict[str, object], ...] = (
    {"encoding": "utf-8", "header": True},
    {"encoding": "latin-1", "delimiter": "comma", "header": False},
    {"encoding": "utf-16"},
    {"encoding": "windows-1252", "delimiter": "semicolon"},
    {"delimiter": "tab"},
    {"delimiter": "comma", "header": True},
)


@pytest.mark.parametrize("every", [len(TASKS), pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("kind", TASKS)
@pytest.mark.parametrize("choices", CHOICES, ids=lambda choices: " ".join(map(str, choices.values())))
def test_whatever_is_chosen_a_hostile_file_loads_or_is_refused(
    tmp_path: Path, kind: str, choices: dict[str, object], every: int
) -> None:
    """Every file meets every choice and every kind; all three together where there is time."""
    turn = (TASKS.index(kind) + CHOICES.index(choices)) % every
    for number, (case, content) in list(enumerate(HOSTILE.items()))[turn::every]:
        path = tmp_path / (f"{number}.jsonl" if "JSON" in case else f"{number}.csv")
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        read_or_refuse(kind, path, "mine" + path.suffix, **choices)


@pytest.mark.parametrize(
    ("kind", "content", "choices", "field"),
    [
        ("labelled", bytes(range(256)) * 30, {"encoding": "latin-1"}, "data.encoding"),
        ("labelled", b"\x7fELF\x02\x01\x01" + b"\x00" * 600, {"encoding": "utf-8"}, "data.encoding"),
        ("series", SERIES.encode("utf-16"), {"encoding": "utf-8"}, "data.encoding"),
        ("series", SERIES.encode("utf-8-sig"), {"encoding": "windows-1252"}, "data.encoding"),
        ("text", LINES.encode("utf-8-sig"), {"encoding": "utf-16"}, "data.encoding"),
        ("text", LINES.replace("film", "café").encode("latin-1"), {"encoding": "utf-8"}, "data.encoding"),
        ("series", SERIES.encode(), {"delimiter": "bar"}, "data.delimiter"),
        ("labelled", b"x" * 1_000_000, {"delimiter": "comma"}, "data.delimiter"),
        ("pairs", ("word\n" * 99).encode(), {"delimiter": "tab"}, "data.delimiter"),
        ("labelled", b"fine,good\n", {"header": True}, "data.header"),
        ("series", parquet(pd.DataFrame({"a": range(30)})), {"header": True}, "data.header"),
        ("labelled", b'{"text": "a", "label": "b"}\n' * 30, {"delimiter": "comma"}, "data.delimiter"),
        ("tagged", TAGGED.encode(), {"delimiter": "tab"}, "data.delimiter"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_by_its_field(
    tmp_path: Path, kind: str, content: bytes, choices: dict[str, object], field: str
) -> None:
    path = tmp_path / "0.dat"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        read_files(kind, [path], DataConfig(**choices), LIMITS, names=["mine.dat"])
    check_refusal(caught.value, tmp_path)
    assert [problem.field for problem in caught.value.problems] == [field]


@pytest.mark.parametrize("kind", ["series", "text", "labelled", "pairs"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.conll", TAGGED),
        ("a.conllu", TAGGED),
        ("a.txt", "# text = a b\n1\ta\ta\tX\t_\t_\t0\troot\t_\t_\n2\tb\tb\tX\t_\t_\t1\tdep\t_\t_\n\n" * 12),
        ("a.txt", "-DOCSTART- -X- O O\n\nEU NNP B-NP B-ORG\nrejects VBZ B-VP O\n\n" * 12),
    ],
)
def test_tagged_words_are_told_what_they_are(tmp_path: Path, kind: str, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(ConfigError, match="words with tags"):
        read_files(kind, [tmp_path / name], DataConfig(), LIMITS)


@pytest.mark.parametrize("content", ["Three short words\nin every line\nof this text\n" * 30, "word O\n" * 99, LINES])
def test_lines_of_equally_many_words_are_not_taken_for_tagged_ones(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.txt").write_text(content)
    assert isinstance(read_files("text", [tmp_path / "a.txt"], DataConfig(), LIMITS), TextSet)


@pytest.mark.parametrize(
    "ending", [".csv", ".txt", ".parquet", ".json", ".jsonl", ".zip", ".gz", ".xlsx", ".conllu", ""]
)
@pytest.mark.parametrize("kind", TASKS)
def test_a_wrong_ending_changes_no_promise(tmp_path: Path, kind: str, ending: str) -> None:
    for number, content in enumerate((SERIES, LINES, TAGGED)):
        path = tmp_path / f"{number}{ending}"
        path.write_text(content, encoding="utf-8")
        read_or_refuse(kind, path, "mine" + ending)


@pytest.mark.parametrize(
    ("kind", "content"), [("series", SERIES), ("labelled", LINES), ("tagged", TAGGED), ("text", LINES)]
)
def test_the_files_that_the_hostile_ones_are_made_of_do_load(tmp_path: Path, kind: str, content: str) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"):
        path = tmp_path / "0.txt"
        path.write_bytes(content.encode(encoding))
        assert read_or_refuse(kind, path, "mine.txt") is not None, encoding
