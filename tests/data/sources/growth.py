"""Texts that were slow to read, or of the kind, and a process of its own that says how long a reader takes for them.

`python -m tests.data.sources.growth 9` prints a line of JSON before and after each text. Left out: what is asked of the
times (test_growth.py).
"""

from __future__ import annotations

import itertools
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import HOSTED, Limits
from core.data.normalization import Normalization
from core.data.sources.files import preview, read_files, read_pasted
from core.data.sources.newer_rows import KnownTable, read_newer
from core.data.sources.pasted import newer_file
from core.data.table_form import TableForm
from core.data.text import Tokenizer, fit_tokenizer

SMALL, LARGE = 30_000, 120_000  # characters
FLOOR = 0.3  # seconds of processor, within which every reader reads the large text whose time follows its length
SECONDS, BYTES = 60, 6_000_000_000  # of processor and of memory, for all of it
LIMITS = Limits(**{name: HOSTED[name] for name in ("max_upload_bytes", "max_rows", "max_columns")})
SIGNS = (
    " ", "\u00a0", "\t", "0", "1.", "1,", "1-", ":00", "+01", ".", "-", "a", "A", "Ab/", "mar", "UTC ", "(", ")", "[",
    '{"a":', '"', "'", "\\", "&", "\u0301\u0323", "\u0f73", "\u200d", "\u1100", "年", "1\n", "a\n", "\r", "\x00", ";", "|",
)  # fmt: skip
OF_SCRIPTS = (" ", "a", "a.", "\u0301\u0323", "\u0f73", "\u1100", "年")
DAYS = [f"2021-01-{1 + k:02d}" for k in range(28)]


def texts(sign: str, length: int) -> Iterator[tuple[str, str]]:
    """Names and texts in which a sign comes again and again."""
    run = (sign * length)[:length]
    cell = run.replace('"', '""')
    rows = "".join(f"{day} 10:00,{k % 7}\n" for k, day in enumerate(DAYS))
    zones = rows.replace("10:00", "10:00 Europe/Berlin")
    hours = rows.replace("10:00", "10:00+01:00")
    weeks = "".join(f"{day} - {day},{k % 7}\n" for k, day in enumerate(DAYS))
    noon = "".join(f"{day} 24:00,{k % 7}\n" for k, day in enumerate(DAYS))
    euros = "".join(f'{day},"€ {k % 7},5"\n' for k, day in enumerate(DAYS))
    months = "".join(f"{1 + k} janvier 2021,{k % 7}\n" for k in range(28))
    yield "alone", run
    yield "before something else", run + "x"
    yield "lines", "".join(f"{run[k : k + 40]}\n" for k in range(0, length, 40))
    yield "a date", f'date,value\n{rows}"2021-02-01{cell}x",5\n{rows}'
    yield "a time in a zone", f'date,value\n{zones}"2021-02-01 10:00{cell}x",5\n{zones}'
    yield "a time with an offset", f'date,value\n{hours}"2021-02-01 10:00{cell}x",5\n{hours}'
    yield "a period", f'date,value\n{weeks}"2021-02-01 {cell}- x",5\n{weeks}'
    yield "midnight", f'date,value\n{noon}"2021-02-01{cell}24:00",5\n{noon}'
    yield "a month", f'date,value\n{months}"29{cell}x",5\n{months}'
    yield "a value", f'date,value\n{rows}2021-02-01,"1{cell}x"\n{rows}'
    yield "an amount", f'date,value\n{euros}2021-02-01,"{cell}1"\n{euros}'
    yield "a name", f'date,"{cell}"\n{rows}'
    yield "a unit", f'date,value\n"{cell}",x\n{rows}{rows}'
    yield "a note", f'date,value\n{rows}{rows}"Total{cell}"\n'
    yield "a text", "text,label\n" + "".join(f'"{cell[: length // 20]}{k}",{"ab"[k % 2]}\n' for k in range(20))
    yield "pairs", "".join(f"{k}{run[: length // 40]}\t{run[: length // 40]}{k}\n" for k in range(20))
    yield "a list", f'start,target\n2021-01-01,"[{cell}]"\n' + '2021-01-01,"[1,2,3]"\n' * 9
    yield "objects", "".join(json.dumps({"time": day, "value": k % 7, "text": run[: length // 28]}) + "\n"
                             for k, day in enumerate(DAYS))  # fmt: skip


def _read(kind: str) -> Callable[[Path], object]:
    return lambda path: read_files(kind, [path], DataConfig(), LIMITS, [path.name])


def _look(kind: str) -> Callable[[Path], object]:
    return lambda path: preview(kind, [path], DataConfig(), LIMITS, [path.name])


def _paste(path: Path) -> object:
    return read_pasted("series", path.read_text(encoding="utf-8"), LIMITS)


def _newer(path: Path) -> object:
    name, content = newer_file(path.read_text(encoding="utf-8"))
    path.with_name(name).write_text(content, encoding="utf-8")
    return read_newer(path.with_name(name), DataConfig(), KnownTable(("value",), TableForm(), True, False), LIMITS)


def _encode(path: Path) -> object:
    """What a network reads of a prompt, and what of it is unknown."""
    text = path.read_text(encoding="utf-8")
    return [(tokenizer.encode(text), tokenizer.unknown(text)) for tokenizer in _tokenizers()]


@cache
def _tokenizers() -> tuple[Tokenizer, ...]:
    normalization = Normalization("nfkc", lower=True, strip_accents=True, single_spaces=True)
    learnt = ["the cat sat on the mat, and the rat sat on the cat"] * 3
    return tuple(fit_tokenizer(unit, learnt, 60, normalization) for unit in ("character", "word", "subword"))


READERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "series": ("a.csv", _read("series")),
    "preview": ("a.csv", _look("series")),
    "pasted": ("a.csv", _paste),
    "newer": ("a.csv", _newer),
    "text": ("a.txt", _read("text")),
    "labelled": ("a.csv", _read("labelled")),
    "pairs": ("a.tsv", _read("pairs")),
    "tagged": ("a.conll", _read("tagged")),
    "tokens": ("a.txt", _encode),
}
OF_TEXT = ("text", "labelled", "pairs", "tagged", "tokens")


def cases(reader: str, every: int) -> Iterator[tuple[str, str, str]]:
    """Some texts of every sign, each kind of text with some of the signs: name, the small text, the large one.

    What a series goes through, all signs go through; other readers share most of it, and meet one sign of `every`.
    """
    kinds = [name for name, _ in texts("", 0)]
    if reader in OF_TEXT:
        kinds = ["alone"] if reader == "tokens" else ["alone", "a text", "lines", "pairs"]
    turn = itertools.cycle(kinds)
    first = 0 if reader == "series" else list(READERS).index(reader) % every
    signs = SIGNS[first :: 1 if reader == "series" else every]
    for sign in signs if reader != "tokens" else OF_SCRIPTS:
        small, large = dict(texts(sign, SMALL)), dict(texts(sign, LARGE))
        for kind in itertools.islice(turn, 2 if reader == "series" else 1):
            yield f"{sign!r} as {kind}", small[kind], large[kind]


def main(every: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    with tempfile.TemporaryDirectory() as folder:
        for reader, (name, read) in READERS.items():
            path = Path(folder) / name
            _seconds(read, path, "date,value\n")  # what is loaded once
            for case, small, large in cases(reader, every):
                print(json.dumps([reader, case]), flush=True)
                print(json.dumps([reader, case, _growth(read, path, small, large)]), flush=True)


def _growth(read: Callable[[Path], object], path: Path, small: str, large: str) -> float:
    """How many times as long the large text takes, at the best of three; 0 where that is nothing."""
    growth = 0.0
    for _ in range(3):
        seconds = _seconds(read, path, large)
        growth = seconds / _seconds(read, path, small) if seconds > FLOOR else 0.0
        if growth < LARGE / SMALL:
            break
    return growth


def _seconds(read: Callable[[Path], object], path: Path, text: str) -> float:
    """Of processor."""
    path.write_text(text, encoding="utf-8", newline="")
    before = time.process_time()
    with suppress(ConfigError):
        read(path)
    return time.process_time() - before


if __name__ == "__main__":
    main(int(sys.argv[1]))
