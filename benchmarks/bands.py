"""What the bands around forecasts hold of the test set: `python -m benchmarks.bands [--seeds N] [set or file ...]`.

Each set with the quick preset, as a fresh process a seed. Prints a row a set: the share of the drawn test set within the bands of
80% and 95%, mean over targets and seeds, and the CRPS in units of a seasonal naive forecast's with bands made alike (below 1 is
better: width cannot buy coverage). Random walks are made here.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.forecasting import train_quickly
from core.data import catalog

WALKS = ("random walk, a season of 12", "random walk, 3 columns")


def write_walks(folder: Path) -> dict[str, Path]:
    """Files of random walks by name: months, and three columns of steps."""
    rng = np.random.default_rng(0)
    months = pd.date_range("1950-01-01", periods=900, freq="MS")
    frames = (
        pd.DataFrame({"month": months, "walk": rng.normal(size=900).cumsum()}),
        pd.DataFrame({"step": range(1500), **{f"walk {n}": rng.normal(size=1500).cumsum() for n in range(3)}}),
    )
    found = {name: folder / f"walk_{place}.csv" for place, name in enumerate(WALKS)}
    for frame, path in zip(frames, found.values(), strict=True):
        frame.to_csv(path, index=False)
    return found


def details_of(data: str, seed: int, out: Path) -> dict:
    """Details of one run of the quick preset."""
    train_quickly(data, out, [f"training.seed={seed}"])
    return dict(json.loads((out / "details.json").read_text(encoding="utf-8")))


def row(name: str, details: list[dict]) -> str:
    """A line of the table."""
    shares = np.array([held for one in details for held in one["coverage"].values()], dtype=float)
    pairs = np.array([list(scores.values()) for one in details for scores in one["crps"].values()], dtype=float)
    drawn = sum(len(part["truth"]) for part in details[0]["test"].values())
    held = np.nanmean(shares, axis=0)
    relative = float(np.nanmean(pairs[:, 0] / pairs[:, 1]))
    return f"| {name} | {details[0]['horizon']} | {drawn} | {held[0]:.3f} | {held[1]:.3f} | {relative:.2f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description="What the bands around forecasts hold of the test set.")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument(
        "sets", nargs="*", help="names of built-in sets, or files; all built-in ones and random walks if none"
    )
    asked = parser.parse_args()
    print(f"| set | horizon | drawn values | 80% held | 95% held | CRPS / naive |\n{'|---' * 6}|")
    with tempfile.TemporaryDirectory() as folder:
        walks = write_walks(Path(folder))
        names = asked.sets or [*(one.id for one in catalog.entries("series") if one.made is False), *walks]
        for name in names:
            data = str(walks.get(name, name))
            runs = [
                details_of(data, seed, Path(folder) / f"{len(name)}_{seed}_{Path(data).stem}")
                for seed in range(asked.seeds)
            ]
            print(row(Path(name).stem if name not in walks else name, runs), flush=True)


if __name__ == "__main__":
    main()
