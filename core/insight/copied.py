"""The trained machine of the copy task that ships, and how well it and an LSTM copy by length.

`python -m core.insight.copied` trains and measures all of it again, in about four minutes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from core.insight.copying import ROWS, bits_right, lstm, machine, train
from core.models.neural_turing_machine import NeuralTuringMachine

STEPS, RATE = 400, 0.01
LSTM_STEPS = (400, 10_000)
SEEDS, SHIPPED = (0, 1, 2), 1
LENGTHS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 30, 31, 32, 33, 34, 36, 40)
_WEIGHTS = Path(__file__).with_name("copied.safetensors")
_MEASURED = Path(__file__).with_name("copied.json")


@dataclass(frozen=True)
class Measured:
    """The share of bits said again rightly, of 100 fresh sequences a length.

    Attributes:
        lengths: Vectors to copy.
        right: For each network and number of steps, such as "LSTM, 400 steps", a row for each of `SEEDS`.
        seconds: What training took on one core of a CPU, a number for each of `SEEDS`, by the same names.
    """

    lengths: Sequence[int]
    right: Mapping[str, Sequence[Sequence[float]]]
    seconds: Mapping[str, Sequence[float]]

    def at(self, network: str, length: int) -> list[float]:
        """What a network has at a length, a number for each seed."""
        return [row[self.lengths.index(length)] for row in self.right[network]]


@cache
def trained(rows: int = ROWS) -> NeuralTuringMachine:
    """The machine with the weights that ship; no weight knows how many rows the memory has."""
    network = machine(rows)
    network.load_state_dict(load_file(_WEIGHTS))
    return network.eval()


@cache
def measured() -> Measured:
    """What `write` has measured."""
    return Measured(**json.loads(_MEASURED.read_text(encoding="utf-8")))


def write() -> None:
    """Train both networks from every seed, measure them, and write the table and the machine's weights."""
    right: dict[str, list[list[float]]] = {}
    seconds: dict[str, list[float]] = {}
    torch.set_num_threads(1)
    for seed in SEEDS:
        for name, make, budgets in (("NTM", machine, (STEPS,)), ("LSTM", lstm, LSTM_STEPS)):
            for steps in budgets:
                torch.manual_seed(seed)
                network, began = make(), time.process_time()
                train(network, steps=steps, seed=seed, rate=RATE)
                took = round(time.process_time() - began, 1)
                found = [round(bits_right(network, length), 4) for length in LENGTHS]
                right.setdefault(f"{name}, {steps:,} steps", []).append(found)
                seconds.setdefault(f"{name}, {steps:,} steps", []).append(took)
                if (name, seed) == ("NTM", SHIPPED):
                    save_file(network.state_dict(), _WEIGHTS)
    _MEASURED.write_text(json.dumps({"lengths": LENGTHS, "right": right, "seconds": seconds}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
