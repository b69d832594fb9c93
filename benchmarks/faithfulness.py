"""What explanations of a classifier are worth: `python -m benchmarks.faithfulness [--data sst2] [--seeds 3] [--texts 150]`.

Each seed trains the quick preset in a process of its own; some texts of the test set, the same for all seeds, are explained,
with words skipped and with words read as unknown. Printed a way and a method: how many points of probability its curve lies
below those of random orders of words (mean of the texts; mean and standard deviation over the seeds), the standard error of
that mean over texts (of one seed, on average), the share of texts where it lies below, and the share of random orders that it
beats. `--set` changes the training as `python -m core train` does.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import mean, stdev

import numpy as np

from benchmarks.quick import ROOT
from core import load
from core.data.prepare import prepare
from core.insight.explained import MOST_EXPLAINED, REMOVALS

Scores = Mapping[tuple[str, str], np.ndarray]
"""By removal and method the gain, 1 where it is above zero, and the share of random orders beaten, of each text: (N, 3)."""


def train(data: str, seed: int, changes: list[str], folder: Path) -> Path:
    """A run with the quick preset, from a process of its own."""
    run = folder / f"{seed:032x}"
    settings = [part for change in (*changes, f"training.seed={seed}") for part in ("--set", change)]
    command = [sys.executable, "-m", "core", "train", "sentiment", "--data", data, "--preset", "quick", *settings]
    environment = {"UNROLL_STATE_DIR": str(folder / "state"), **os.environ}
    subprocess.run(
        [*command, "--out", str(run), "--json"], check=True, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    return run


def weigh(run: Path, num_texts: int) -> tuple[Scores, int]:
    """What the explanations of a run's test texts are worth, and how many texts had at least two words and not too many."""
    network = load(run, device="cpu")
    texts = prepare(network.experiment.description.kind, network.experiment.data).texts["test"]
    chosen = [text for text in texts if 2 <= len(network.encode(text)) <= MOST_EXPLAINED]
    rows = np.random.default_rng(0).permutation(len(chosen))[:num_texts]
    found: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
    for row in rows:
        for removal in REMOVALS:
            for name, one in network.explain(chosen[row], removal=removal).against.items():
                found.setdefault((removal, name), []).append((one.gain, float(one.gain > 0), one.ahead))
    return {key: np.array(scores) for key, scores in found.items()}, len(rows)


def table(seeds: list[Scores]) -> str:
    """Markdown: a row for each removal and method."""
    lines = ["| words are | explanation | points below random | standard error | texts below | orders beaten |"]
    lines.append("|---|---|---:|---:|---:|---:|")
    for removal, name in seeds[0]:
        own = [scores[removal, name] for scores in seeds]
        gains = [100 * float(one[:, 0].mean()) for one in own]
        error = mean(100 * float(one[:, 0].std(ddof=1)) / len(one) ** 0.5 for one in own)
        spread = f" ± {stdev(gains):.1f}" if len(gains) > 1 else ""
        below, ahead = (100 * mean(float(one[:, place].mean()) for one in own) for place in (1, 2))
        lines.append(
            f"| {removal} | {name.replace('_', ' ')} | {mean(gains):+.1f}{spread} | {error:.1f} | {below:.0f}% | {ahead:.0f}% |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faithfulness", description=__doc__.partition("\n")[0])
    parser.add_argument("--data", default="sst2")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--texts", type=int, default=150)
    parser.add_argument("--set", action="append", default=[], dest="changes", metavar="FIELD=VALUE")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = [
            weigh(train(asked.data, seed, asked.changes, Path(folder)), asked.texts) for seed in range(asked.seeds)
        ]
    print(
        f"{asked.data}, {asked.seeds} seeds, {found[0][1]} texts of the test set\n\n{table([one for one, _ in found])}"
    )


if __name__ == "__main__":
    main()
