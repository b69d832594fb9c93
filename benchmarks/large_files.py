"""Reading and preparing large files, each in a fresh process: `python -m benchmarks.large_files [--megabytes N] [name ...]`.

Makes its files from a seed in a temporary folder and prints seconds and peak memory of `read_files` and of `prepare` (reading
included; words for labelled texts and pairs, characters for prose) beside an untouched `pandas.read_csv` or
`pathlib.read_text`. Memory is what the process takes above one that did the same to a file of some rows; its ratio to the file
is what a host must have.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

_WORDS = 4_000
_SMALL = 20_000  # bytes of the file that a fresh process reads for its base

OURS = """
import json, resource, sys, time
from pathlib import Path
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.sources.files import read_files

told = []
start = time.perf_counter()
data = read_files(sys.argv[1], [Path(sys.argv[2])], DataConfig(), Limits(), tell=lambda share, what: told.append(share))
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": seconds, "peak": peak, "told": len(told)}))
"""
PREPARE = """
import json, resource, sys, tempfile, time
from pathlib import Path
from core.config.experiment import DataConfig
from core.config.limits import Limits, Settings
from core.data.prepare import prepare

told = []
unit = "word" if sys.argv[1] in ("sentiment", "translation") else "character"
data = DataConfig(source="file", path=(sys.argv[2],), unit=unit)
with tempfile.TemporaryDirectory(dir=Path(sys.argv[2]).parent) as folder:
    start = time.perf_counter()
    prepare(sys.argv[1], data, Settings(state_dir=Path(folder)), Limits(), lambda share, what: told.append(share))
    seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": seconds, "peak": peak, "told": len(told)}))
"""
REFERENCE = """
import json, resource, sys, time
from pathlib import Path
import pandas as pd

readers = {".csv": pd.read_csv, ".tsv": lambda path: pd.read_csv(path, sep="\\t"), ".txt": Path.read_text}
readers[".jsonl"] = lambda path: pd.read_json(path, lines=True)
readers[".parquet"] = pd.read_parquet
path = Path(sys.argv[2])
start = time.perf_counter()
data = readers[path.suffix](path)
seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def sentences(seed: int) -> Iterator[str]:
    """Made prose: words of a made vocabulary, frequent ones more often, without end."""
    generator = random.Random(seed)
    letters = "etaoinshrdlucmfwypvbgk"
    words = ["".join(generator.choices(letters, k=generator.randint(2, 9))) for _ in range(_WORDS)]
    weights = [1 / (k + 1) for k in range(_WORDS)]
    while True:
        chosen = generator.choices(words, weights, k=20_000)
        place = 0
        while place < len(chosen):
            length = generator.randint(8, 40)
            yield " ".join(chosen[place : place + length])
            place += length


def _series(file: IO[str], size: int) -> None:
    """One row a minute with eight numbers."""
    import pandas as pd

    generator = random.Random(1)
    time, step = pd.Timestamp("2001-01-01"), pd.Timedelta(minutes=1)
    numbers = [f"{generator.gauss(20, 6):.3f}" for _ in range(10_007)]
    file.write("time," + ",".join(f"sensor_{k}" for k in range(8)) + "\n")
    row = 0
    while file.tell() < size:
        lines = []
        for _ in range(2_000):
            lines.append(",".join((time.isoformat(" "), *(numbers[(row * 8 + k * 31) % 10_007] for k in range(8)))))
            time, row = time + step, row + 1
        file.write("\n".join(lines) + "\n")


def _labelled(file: IO[str], size: int, line: Callable[[str, str], str], header: str) -> None:
    labels = random.Random(2)
    file.write(header)
    made = sentences(2)
    while file.tell() < size:
        rows = (line(next(made) + ", " + next(made), labels.choice(("good", "bad", "neither"))) for _ in range(1_000))
        file.writelines(rows)


def _texts(file: IO[str], size: int) -> None:
    _labelled(file, size, lambda text, label: f'"{text}",{label}\n', "text,label\n")


def _objects(file: IO[str], size: int) -> None:
    _labelled(file, size, lambda text, label: json.dumps({"text": text, "label": label}) + "\n", "")


def _pairs(file: IO[str], size: int) -> None:
    _labelled(file, size, lambda text, label: f"{text}\t{text[::-1]}\n", "")


def _prose(file: IO[str], size: int) -> None:
    made = sentences(3)
    while file.tell() < size:
        file.writelines(next(made) + ".\n" for _ in range(1_000))


FILES: tuple[tuple[str, str, float, Callable[[IO[str], int], None]], ...] = (
    ("series.csv", "forecasting", 1.0, _series),
    ("texts.csv", "sentiment", 1.0, _texts),
    ("texts.jsonl", "sentiment", 1.0, _objects),
    ("pairs.tsv", "translation", 1.0, _pairs),
    ("text.txt", "generation", 0.5, _prose),
)
"""Name, task, share of the size that is asked for, and what writes it."""


def measure(code: str, task: str, path: Path) -> dict[str, float]:
    """What a fresh process needs to read a file."""
    command = [sys.executable, "-c", code, task, str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise SystemExit(f"{path.name}: {ended.stderr.strip().splitlines()[-1]}")
    result: dict[str, float] = json.loads(ended.stdout)
    return result


def _cell(code: str, task: str, large: Path, small: Path) -> str:
    """Seconds, memory above that for a small file, and its ratio to the file."""
    base, found = measure(code, task, small), measure(code, task, large)
    megabytes = (found["peak"] - base["peak"]) * 2**20 / 1e6
    told = f", told {found['told']:.0f}" if "told" in found else ""
    return f"{found['seconds']:.1f} s, {megabytes:.0f} MB, {megabytes * 1e6 / large.stat().st_size:.1f} x{told}"


def main() -> None:
    """Make the files, measure each, print one row a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these files")
    parser.add_argument("--only-read", action="store_true", help="leave out preparing")
    parser.add_argument("--megabytes", type=int, default=199, help="size of the tables; the text has half of it")
    options = parser.parse_args()
    codes = {"read": OURS, "prepare": PREPARE, "untouched reader": REFERENCE}
    if options.only_read:
        del codes["prepare"]
    print(f"{'file':12} {'MB':>5}   {' '.join(f'{what:<32}' for what in codes)}")
    with tempfile.TemporaryDirectory() as folder:
        for name, task, share, write in FILES:
            if options.names and name not in options.names:
                continue
            large, small = Path(folder) / name, Path(folder) / f"small{Path(name).suffix}"
            for path, size in ((large, int(options.megabytes * 1e6 * share)), (small, _SMALL)):
                with path.open("w", encoding="utf-8") as file:
                    write(file, size)
            cells = [f"{_cell(code, task, large, small):<32}" for code in codes.values()]
            print(f"{name:12} {large.stat().st_size / 1e6:5.0f}   {' '.join(cells)}", flush=True)
            large.unlink()


if __name__ == "__main__":
    main()
