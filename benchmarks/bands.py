"""What the bands around forecasts hold of the test set: `python -m benchmarks.bands [--seeds N] [set or file ...]`.

Each set with the quick preset, as a fresh process a seed. Prints a row a set: the share of the test set within the bands of 80%
and 95%, mean over targets and seeds, and the CRPS in units of a seasonal naive forecast's with bands made alike (below 1 is
better: width cannot buy coverage), over the origins by which a run judges. Walks and an autoregression are made here. `--set`
changes the preset as `python -m core train` does.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.forecasting import real_sets, train_quickly

MADE = ("random walk", "random walk, 3 columns", "random walk with a season of 12", "autoregression of 0.9")
TOLERANCE = 0.03  # between what a band holds and its name


def write_walks(folder: Path) -> dict[str, Path]:
    """Files of made series by name."""
    rng = np.random.default_rng(0)
    months = pd.date_range("1950-01-01", periods=900, freq="MS")
    walk = rng.normal(size=900).cumsum()
    three = {f"walk {n}": rng.normal(size=1500).cumsum() for n in range(3)}
    year, pulled = 4 * rng.normal(size=12), rng.normal(size=1200)
    for row in range(1, len(pulled)):
        pulled[row] += 0.9 * pulled[row - 1]
    frames = (
        pd.DataFrame({"month": months, "walk": walk}),
        pd.DataFrame({"step": range(1500), **three}),
        pd.DataFrame({"month": months, "walk": rng.normal(size=900).cumsum() + np.tile(year, 75)}),
        pd.DataFrame({"step": range(1200), "value": pulled}),
    )
    found = {name: folder / f"made_{place}.csv" for place, name in enumerate(MADE)}
    for frame, path in zip(frames, found.values(), strict=True):
        frame.to_csv(path, index=False)
    return found


def details_of(data: str, seed: int, changes: list[str], out: Path) -> dict:
    """Details of one run of the quick preset."""
    train_quickly(data, out, [f"training.seed={seed}", *changes])
    return dict(json.loads((out / "details.json").read_text(encoding="utf-8")))


def row(name: str, details: list[dict]) -> tuple[str, bool, bool]:
    """A line of the table, whether both bands hold their names, and whether the CRPS is below the naive one's."""
    shares = np.array([held for one in details for held in one["coverage"].values()], dtype=float)
    names = ("network", "seasonal_naive")
    pairs = np.array([[one[name] for name in names] for run in details for one in run["crps"].values()], dtype=float)
    horizon, one = details[0]["horizon"], details[0]
    tested = max(map(len, one["values"].values())) - one["validation_end"]
    held, relative = np.nanmean(shares, axis=0), float(np.nanmean(pairs[:, 0] / pairs[:, 1]))
    holds = bool(np.abs(held - one["levels"]).max() <= TOLERANCE)
    line = f"| {name} | {horizon} | {tested} | {held[0]:.3f} | {held[1]:.3f} | {'yes' if holds else 'no'} | {relative:.2f} |"
    return line, holds, relative < 1


def main() -> None:
    parser = argparse.ArgumentParser(description="What the bands around forecasts hold of the test set.")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--set", action="append", default=[], dest="changes", help="section.field=value")
    parser.add_argument("sets", nargs="*", help="names of built-in sets, or files; all public and made ones if none")
    asked = parser.parse_args()
    print(f"| set | horizon | test rows | 80% held | 95% held | within 3 points | CRPS / naive |\n|---{'|---:' * 6}|")
    found = []
    with tempfile.TemporaryDirectory() as folder:
        walks = write_walks(Path(folder))
        names = asked.sets or [*real_sets(), *walks]
        for place, name in enumerate(names):
            data = str(walks.get(name, name))
            runs = [
                details_of(data, seed, asked.changes, Path(folder) / f"{place}_{seed}") for seed in range(asked.seeds)
            ]
            line, *both = row(name if name in walks else Path(name).stem, runs)
            found.append(both)
            print(line, flush=True)
    print(
        f"\nWithin 3 points: {sum(holds for holds, _ in found)} of {len(found)} sets; with a CRPS below the naive one's: "
        f"{sum(all(both) for both in found)}."
    )


if __name__ == "__main__":
    main()
