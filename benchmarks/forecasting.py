"""How good quick forecasters are: `python -m benchmarks.forecasting air FILE`, or `table [FILE ...]`.

`air` takes the monthly airline passengers of 1949 to 1960. Each seed is trained to 1957-12 and tested from every month since
1959-01, six months ahead: MAPE over the six steps and at the last. Another run a seed, trained to 1958-12, forecasts the last
twelve months once: MAE beside ETS and Theta of the same run. `table` has a row a set, the built-in ones and files of one's
own: MASE on the test set beside the best of all simple methods there, which is hard on the network, and how many seeds won.

Every run is a process of its own with the quick preset; `--set` changes it as `python -m core train` does.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.quick import ROOT
from core.data import catalog
from core.verdict import standing

MONTHS = 144  # of the airline passengers
SIX_AHEAD = (108, 12, 24)  # training to 1957-12, validation, test from 1959-01
LAST_YEAR = (120, 12, 12)


def real_sets() -> list[str]:
    """Every series of the catalogue but the one that a visitor makes."""
    return [one.id for one in catalog.entries("series") if one.id != "made_series"]


def train_quickly(
    data: str, out: Path, changes: Sequence[str] = (), environment: Mapping[str, str] | None = None
) -> float:
    """Train the quick preset in a process of its own; the seconds that it took."""
    words = ["--data", data, "--preset", "quick", "--out", str(out)]
    for change in changes:
        words += ["--set", change]
    began = time.perf_counter()
    command = [sys.executable, "-m", "core", "train", "forecasting", *words]
    subprocess.run(command, cwd=ROOT, check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def train(data: str, seed: int, changes: list[str], out: Path) -> tuple[dict[str, Any], float]:
    """The result of a run of the quick preset, and the seconds that its process took."""
    seconds = train_quickly(data, out, [f"training.seed={seed}", *changes])
    return dict(json.loads((out / "result.json").read_text(encoding="utf-8"))), seconds


def backtest(run: Path, *words: str) -> dict[str, dict[str, Any]]:
    """What `python -m core backtest` says, by method."""
    command = [sys.executable, "-m", "core", "backtest", str(run), "--json", *words]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return {row["method"]: row for row in map(json.loads, said.splitlines())}


def parts(rows: tuple[int, int, int]) -> str:
    """The share of the months in each part, as a change."""
    return f"data.split={[round(number / MONTHS, 8) for number in rows]}"


def air(file: str, seeds: int, changes: list[str], folder: Path) -> None:
    """Print a row a seed and their mean."""
    print("| seed | MAPE, steps 1 to 6 | MAPE, step 6 | seconds | MAE, last 12 months | ETS | Theta | seconds |")
    print(f"|---{'|---:' * 7}|")
    rows = []
    for seed in range(seeds):
        six, last = folder / f"six_{seed}", folder / f"last_{seed}"
        _, seconds = train(file, seed, ["data.horizon=6", parts(SIX_AHEAD), *changes], six)
        rolled = backtest(six, "--from", "1959-01", "--horizon", "6", "--step", "6")
        _, seconds_last = train(file, seed, ["data.horizon=12", parts(LAST_YEAR), *changes], last)
        once = backtest(last, "--from", "1960-01", "--horizon", "12")
        network = rolled["network"]
        maes = [once[method]["over"]["mae"] for method in ("network", "ets", "theta")]
        rows.append([network["over"]["mape"], network["at_step"]["mape"], seconds, *maes, seconds_last])
        print(_line(str(seed), rows[-1]), flush=True)
    print(_line("mean", np.mean(rows, axis=0).tolist()))
    simple = {name: (row["over"]["mape"], row["at_step"]["mape"]) for name, row in rolled.items() if name != "network"}
    best = min(simple, key=lambda name: simple[name][0])
    print(f"\nBest simple method over six steps: {best}, {simple[best][0]:.2f}%, and {simple[best][1]:.2f}% at step 6.")
    wins = sum(row[3] < min(row[4], row[5]) for row in rows)
    print(f"Over the last 12 months below ETS and Theta: {wins} of {seeds} seeds.")


def _line(name: str, row: list[float]) -> str:
    over, at, seconds, mae, ets, theta, seconds_last = row
    return f"| {name} | {over:.2f}% | {at:.2f}% | {seconds:.1f} | {mae:.1f} | {ets:.1f} | {theta:.1f} | {seconds_last:.1f} |"


def table(names: list[str], seeds: int, changes: list[str], folder: Path) -> None:
    """Print a row a set."""
    print(
        "| set | MASE, mean | least to most | best simple method | its MASE | seeds won | clearly | clearly lost | seconds |"
    )
    print(f"|---{'|---:' * 8}|")
    won = 0
    for place, name in enumerate(names):
        found = [train(name, seed, changes, folder / f"{place}_{seed}") for seed in range(seeds)]
        results = [result for result, _ in found]
        own = [result["test"]["mase"] for result in results]
        baselines = results[0]["baselines"]
        best = min(baselines, key=lambda method: baselines[method]["mase"])
        wins = sum(mase < baselines[best]["mase"] for mase in own)
        won += np.mean(own) < baselines[best]["mase"]
        clear = [standing((result.get("comparison") or {}).get("interval")) for result in results]
        print(
            f"| {Path(name).stem} | {np.mean(own):.3f} | {min(own):.3f} to {max(own):.3f} | {best} | "
            f"{baselines[best]['mase']:.3f} | {wins} of {seeds} | {clear.count('better')} | {clear.count('worse')} | "
            f"{np.mean([seconds for _, seconds in found]):.1f} |",
            flush=True,
        )
    print(f"\nMean MASE below the best simple method's: {won} of {len(names)} sets.")


def main() -> None:
    parser = argparse.ArgumentParser(description="How good forecasters of the quick preset are.")
    parser.add_argument("what", choices=["air", "table"])
    parser.add_argument("files", nargs="*", help="air: the airline passengers; table: sets of one's own, or ids")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--set", action="append", default=[], dest="changes", help="section.field=value")
    parser.add_argument("--only", action="store_true", help="table: these files alone, without the built-in sets")
    asked = parser.parse_args()
    if asked.what == "air" and len(asked.files) != 1:
        parser.error("air takes one file")
    with tempfile.TemporaryDirectory() as folder:
        if asked.what == "air":
            air(asked.files[0], asked.seeds, asked.changes, Path(folder))
        else:
            table([*([] if asked.only else real_sets()), *asked.files], asked.seeds, asked.changes, Path(folder))


if __name__ == "__main__":
    main()
