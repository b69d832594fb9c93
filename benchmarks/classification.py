"""Classifiers beside TF-IDF: `python -m benchmarks.classification [--data ID ...] [--preset quick|standard] [--seeds 3]`.

Each training is a process of its own, from the preset as the page has it. Prints one row a set: the network's figures on the
test set as mean and standard deviation over the seeds, the simple methods' beside them, and minutes of the longest process.

With `--uneven` instead: a made set of five classes of 80, 10, 5, 3 and 2%, with each kind of class weights, and the expected
calibration error of the test set as trained and with the temperature that was found on the validation set.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SETS = {
    "sst2": "sentiment",
    "rt_polarity": "sentiment",
    "trec": "question_types",
    "sst3": "sentiment",
    "sst5": "sentiment",
}
SHARES = (0.80, 0.10, 0.05, 0.03, 0.02)
_WORDS, _HINTS, _NUM_TEXTS = 400, 30, 4_000
_BESIDE = ("bag_of_embeddings", "tfidf_logistic")
_OWN, _LONGEST = 0.16, 16  # how often a word of a text is one of its class, and words of a text


def train(
    page: str, data: str, preset: str, settings: Sequence[str], folder: Path
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Result and details of one training in a process of its own."""
    command = [sys.executable, "-m", "core", "train", page, "--data", data, "--preset", preset, "--json"]
    command += [part for setting in settings for part in ("--set", setting)]
    environment = {**os.environ, "UNROLL_RUNS_DIR": str(folder / "runs")}
    environment.setdefault("UNROLL_STATE_DIR", str(folder / "state"))
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr[-2_000:])
    result = json.loads(done.stdout.splitlines()[-1])
    return result, json.loads((folder / "runs" / result["run"] / "details.json").read_text(encoding="utf-8"))


def spread(values: Sequence[float]) -> str:
    """Mean and standard deviation over the seeds."""
    return f"{mean(values):.3f} ± {stdev(values):.3f}" if len(values) > 1 else f"{values[0]:.3f}"


def measure(names: Sequence[str], preset: str, seeds: int, settings: Sequence[str], folder: Path) -> None:
    """Print the table of sets, row by row."""
    print("| data | preset | validation | accuracy | macro F1 | bag of embeddings | TF-IDF | steps | minutes |")
    print(f"|{'---|' * 9}")
    for name in names:
        found = [
            train(SETS[name], name, preset, [f"training.seed={seed}", *settings], folder)[0] for seed in range(seeds)
        ]
        tests, others = [one["test"] for one in found], found[0]["baselines"]
        beside = [
            f"{others[one]['accuracy']:.3f}, {others[one]['macro_f1']:.3f}"
            for one in ("bag_of_embeddings", "tfidf_logistic")
        ]
        columns = [spread([one["validation"]["accuracy"] for one in found])]
        columns += [spread([test[metric] for test in tests]) for metric in ("accuracy", "macro_f1")]
        minutes = max(one["total_seconds"] for one in found) / 60
        print(
            f"| {' | '.join([name, preset, *columns, *beside, str(found[0]['steps'])])} | {minutes:.1f} |", flush=True
        )


def uneven_table(path: Path, seed: int = 0) -> None:
    """A table of texts of five classes, `SHARES` of them: one word of six is of the class, the others are everybody's."""
    draw = random.Random(seed)
    lines = ["text,label"]
    for place, share in enumerate(SHARES):
        own = [f"hint{place}x{number}" for number in range(_HINTS)]
        for _ in range(round(share * _NUM_TEXTS)):
            words = [
                draw.choice(own) if draw.random() < _OWN else f"word{int(draw.paretovariate(1.0)) % _WORDS}"
                for _ in range(draw.randint(3, _LONGEST))
            ]
            lines.append(f"{' '.join(words)},class {place}")
    draw.shuffle(lines[1:])
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def measure_uneven(preset: str, seeds: int, settings: Sequence[str], folder: Path) -> None:
    """Print the table of class weights."""
    path = folder / "uneven.csv"
    uneven_table(path)
    print(
        "| class weights | accuracy | macro F1 | error as trained | with temperature | majority, macro F1 | TF-IDF, macro F1 |"
    )
    print(f"|{'---|' * 7}")
    for kind in ("none", "balanced", "effective"):
        every = [f"training.class_weights={kind}", *settings]
        found = [
            train("sentiment", str(path), preset, [f"training.seed={seed}", *every], folder) for seed in range(seeds)
        ]
        columns = [spread([result["test"][metric] for result, _ in found]) for metric in ("accuracy", "macro_f1")]
        columns += [
            spread([details["calibration"][when]["error"] for _, details in found]) for when in ("before", "after")
        ]
        columns += [f"{found[0][0]['baselines'][name]['macro_f1']:.3f}" for name in ("majority", "tfidf_logistic")]
        print(f"| {' | '.join([kind, *columns])} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="*", default=[*SETS], choices=[*SETS])
    parser.add_argument("--preset", default="standard")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE")
    parser.add_argument("--uneven", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if given.uneven:
            measure_uneven(given.preset, given.seeds, given.set, Path(folder))
        else:
            measure(given.data, given.preset, given.seeds, given.set, Path(folder))


if __name__ == "__main__":
    main()
