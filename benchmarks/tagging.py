"""How good taggers are, over seeds: `python -m benchmarks.tagging words`, `directions`, `names`.

`words`: parts of speech of UD English EWT, the preset's network beside all simple methods (the public files must be there, or
are fetched). `directions`: the same set read forward only, and in both directions with each way to merge them. `names`: the
built-in set in which a later word decides, read in both directions and forward only, with and without a conditional random field.

Every run is a process of its own; `--preset` and `--set` change it as `python -m core train` does. Each row has the mean of the
test figures and their standard deviation over the seeds.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from benchmarks.quick import ROOT
from core.figures import baseline_label, metric_label

MERGES = ("concat", "sum", "average", "max")
ROWS: Mapping[str, tuple[str, str, Mapping[str, Sequence[str]]]] = {
    "words": ("ud_english_ewt", "standard", {"the preset": ()}),
    "directions": (
        "ud_english_ewt",
        "quick",
        {
            "forward only": ("model.bidirectional=false",),
            **{f"both, {mode}": (f"model.merge_mode={mode}",) for mode in MERGES},
        },
    ),
    "names": (
        "people_places",
        "quick",
        {
            "both directions": (),
            "both directions, CRF": ("model.output_layer=crf",),
            "forward only": ("model.bidirectional=false",),
            "forward only, CRF": ("model.bidirectional=false", "model.output_layer=crf"),
        },
    ),
}
"""Data, preset, and the changes of each row."""
METRICS = ("accuracy", "entity_f1", "entity_precision", "entity_recall", "macro_f1")


def train(data: str, preset: str, seed: int, changes: Sequence[str], out: Path) -> dict[str, Any]:
    """The result of a training in a process of its own."""
    command = [sys.executable, "-m", "core", "train", "tagging", "--data", data, "--preset", preset, "--out", str(out)]
    for change in (f"training.seed={seed}", *changes):
        command += ["--set", change]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    subprocess.run(command, cwd=ROOT, check=True, env=environment, stdout=subprocess.DEVNULL)
    return dict(json.loads((out / "result.json").read_text(encoding="utf-8")))


def row(name: str, found: Sequence[Mapping[str, Any]], names: Sequence[str], tail: str) -> str:
    """A line of the table: mean and spread of each metric over the seeds."""
    cells = [[figures[metric] for figures in found] for metric in names]
    spread = [f"{mean(cell):.4f} ± {stdev(cell):.4f}" if len(cell) > 1 else f"{cell[0]:.4f}" for cell in cells]
    return f"| {' | '.join([name, *spread, tail])} |"


def table(what: str, seeds: int, preset: str | None, changes: Sequence[str], folder: Path) -> None:
    """Print a row a network, and behind them one a simple method."""
    data, usual, rows = ROWS[what]
    results: list[dict[str, Any]] = []
    for place, (name, own) in enumerate(rows.items()):
        results = [
            train(data, preset or usual, seed, (*own, *changes), folder / f"{place}_{seed}") for seed in range(seeds)
        ]
        names = [metric for metric in METRICS if metric in results[0]["test"]]
        if not place:
            print(f"| {' | '.join([data, *map(metric_label, names), 'seconds'])} |\n|---{'|---:' * (len(names) + 1)}|")
        seconds = f"{mean(result['seconds'] for result in results):.0f}"
        print(row(name, [result["test"] for result in results], names, seconds), flush=True)
    for name, figures in results[0]["baselines"].items():
        print(row(baseline_label(name), [figures], names, ""))


def main() -> None:
    parser = argparse.ArgumentParser(description="How good taggers are.")
    parser.add_argument("what", choices=[*ROWS])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--preset")
    parser.add_argument("--set", action="append", default=[], dest="changes", help="section.field=value")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        table(asked.what, asked.seeds, asked.preset, asked.changes, Path(folder))


if __name__ == "__main__":
    main()
