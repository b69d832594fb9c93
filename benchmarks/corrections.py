"""What ten corrections change: `python -m benchmarks.corrections [--data sst2] [--seeds 3] [--texts 10]`.

Each seed trains the quick preset in a process of its own, and is corrected with the first texts of the validation set that it
gets wrong, which are judged no more from then on. Printed a seed: how many of these are right afterwards, the accuracy on the
rest of the validation set before and after with the 95% interval of the difference, texts that turned right and wrong there, the
score on the test set before and after (no choice is made by it), and seconds of the second training.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from benchmarks.faithfulness import train
from core import load
from core.api import learn
from core.data.prepare import prepare


def first_wrong(run: Path, number: int) -> list[tuple[str, str]]:
    """Texts of the validation set that a run gets wrong, with their labels."""
    network = load(run, device="cpu")
    prepared = prepare(network.experiment.description.kind, network.experiment.data)
    texts = prepared.texts["validation"]
    labels = [prepared.classes[label] for label in prepared.labels["validation"]]
    said = [network.predict([text])[0]["label"] for text in texts]
    return [(text, label) for text, label, guess in zip(texts, labels, said, strict=True) if label != guess][:number]


def row(run: Path, child: Path) -> str:
    """A line of the table."""
    changes = json.loads((child / "changes.json").read_text(encoding="utf-8"))
    before, after = (json.loads((one / "result.json").read_text(encoding="utf-8")) for one in (run, child))
    right = sum(one["after"] == one["label"] for one in changes["rows"])
    found = changes["validation"]
    low, high = (100 * end for end in found["interval"])
    cells = (
        f"{right} of {len(changes['rows'])}",
        f"{found['before']:.3f}",
        f"{found['after']:.3f}",
        f"{low:+.1f} to {high:+.1f}",
        f"{found['turned_right']['count']}, {found['turned_wrong']['count']}",
        f"{before['test']['accuracy']:.3f}, {after['test']['accuracy']:.3f}",
        f"{after['steps']}",
        f"{after['seconds']:.1f}",
    )
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Train, correct and print the table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--data", default="sst2")
    asked.add_argument("--seeds", type=int, default=3)
    asked.add_argument("--texts", type=int, default=10)
    options = asked.parse_args()
    print("| seed | right now | before | after | interval, points | turned right, wrong | test | steps | s |")
    print("|---:|---|---:|---:|---|---|---|---:|---:|")
    with tempfile.TemporaryDirectory() as place:
        for seed in range(options.seeds):
            run = train(options.data, seed, [], Path(place))
            child = learn(run, first_wrong(run, options.texts), out=Path(place) / f"corrected-{seed}")
            print(f"| {seed} {row(run, child)}", flush=True)


if __name__ == "__main__":
    main()
