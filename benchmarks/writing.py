"""How fast a language model writes, one text at a time: `python -m benchmarks.writing [--cells lstm gru] [--hidden 256]`.

Untrained networks of 65 characters, which are as fast as trained ones, on one thread. Characters a second through the
network's ordinary step and through `core.models.stepping`, in turns: medians over the rounds, and the median of their ratio.
Both draw at a temperature of 0.8 among all characters; the second also among the likeliest that reach 0.9, among the
likeliest ten, and with a penalty of repetition.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from statistics import median

os.environ["OMP_NUM_THREADS"] = "1"

import torch

from core.decoding import Step, generate
from core.models.cells import CELLS
from core.models.inputs import Tokens
from core.models.language_model import LanguageModel
from core.models.stack import Stack
from core.models.stepping import TokenSteps
from core.sampling import Sampling

CHARACTERS, ROUNDS = 2_000, 7
WAYS = {
    "plain": Sampling(0.8),
    "top_p 0.9": Sampling(0.8, top_p=0.9),
    "top_k 10": Sampling(0.8, top_k=10),
    "penalty 1.2": Sampling(0.8, repetition_penalty=1.2),
}


@torch.inference_mode()
def writer(model: LanguageModel, step: Step, sampling: Sampling) -> Callable[[int], float]:
    """A function that writes so many characters and gives how many a second."""
    logits, state = model(torch.zeros(1, 1, dtype=torch.int64))
    logits = logits[:, -1]

    @torch.inference_mode()
    def write(number: int) -> float:
        generator = torch.Generator().manual_seed(0)
        began = time.perf_counter()
        for ids in generate(step, logits, state, number, sampling, generator=generator, banned_ids=(0, 1, 2, 3)):
            int(ids)
        return number / (time.perf_counter() - began)

    return write


def main() -> int:
    """Print one row a network."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cells", nargs="+", choices=list(CELLS), default=["rnn", "lstm", "gru"])
    parser.add_argument("--hidden", nargs="+", type=int, default=[192, 256, 512])
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(f"| cell | hidden | ordinary step | {' | '.join(WAYS)} | times |\n|{'---|' * (4 + len(WAYS))}")
    for cell in options.cells:
        for hidden_size in options.hidden:
            torch.manual_seed(0)
            model = LanguageModel(Stack(cell=cell, hidden_size=hidden_size), Tokens(65, 64), 65).eval()
            with torch.inference_mode():
                steps = TokenSteps(model)
            writers = {name: writer(model, steps, sampling) for name, sampling in WAYS.items()}
            writers["ordinary"] = writer(model, model.step, WAYS["plain"])
            for write in writers.values():
                write(CHARACTERS // 10)
            rounds = [{name: write(CHARACTERS) for name, write in writers.items()} for _ in range(ROUNDS)]
            ordinary, *rest = (f"{median(one[name] for one in rounds):,.0f}" for name in ("ordinary", *WAYS))
            times = median(one["plain"] / one["ordinary"] for one in rounds)
            print(f"| `{cell}` | {hidden_size} | {ordinary} | {' | '.join(rest)} | {times:.1f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
