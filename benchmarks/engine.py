"""How fast one training step is: ours, torch.nn in a hand-written loop, a Python loop over cells, and the products alone.

    python -m benchmarks.engine [--quick] [--json] [--cells gru lstm] [--hidden 128 256] [--batch 16 64]

A step is what training characters takes: embedding 64, one recurrent layer over 128 steps with the state carried and detached,
a linear layer to 65 characters, cross-entropy, backward, clipping by norm and a fused AdamW. The contenders do the same work
on the same batches; they take turns, round after round, and a ratio is the median over rounds of the other's time by ours
(above 1: ours is faster). The floor is the same step with nothing but the matrix products left of the recurrent layer,
multiplied as torch does ("floor") and as this project does ("packed").
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext

from core.config.machine import keep_freed_memory, set_thread_policy

set_thread_policy(os.environ)
keep_freed_memory()

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.models.cells import CELLS, build_cell
from core.models.inputs import Tokens
from core.models.language_model import LanguageModel
from core.models.products import Linear, Product, outer, product
from core.models.stack import Stack
from core.training.devices import has_bf16

NUM_STEPS, EMBEDDING, VOCAB = 128, 64, 65
ROUNDS, SECONDS_A_TURN = 7, 0.25
Step = Callable[[], object]


class TorchModel(nn.Module):
    """What a good engineer writes with torch.nn."""

    def __init__(self, cell: str, hidden_size: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(VOCAB, EMBEDDING)
        self.recurrent = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[cell](EMBEDDING, hidden_size, batch_first=True)
        self.output = nn.Linear(hidden_size, VOCAB)

    def forward(self, ids: Tensor, state: object = None) -> tuple[Tensor, object]:
        outputs, state = self.recurrent(self.embedding(ids), state)
        return self.output(outputs), state


class LoopModel(nn.Module):
    """A Python loop over the cell's equations, inputs projected at once and taken apart by unbind."""

    def __init__(self, cell: str, hidden_size: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(VOCAB, EMBEDDING)
        self.cell = build_cell(cell)
        shapes = self.cell.shapes(EMBEDDING, hidden_size)
        self.weights = nn.ParameterDict({name: nn.Parameter(torch.empty(shape)) for name, shape in shapes.items()})
        for weight in self.weights.values():
            nn.init.uniform_(weight, -(hidden_size**-0.5), hidden_size**-0.5)
        self.output = nn.Linear(hidden_size, VOCAB)
        self.hidden_size = hidden_size

    def forward(self, ids: Tensor, state: object = None) -> tuple[Tensor, object]:
        projected = self.cell.project(self.embedding(ids), self.weights)
        if state is None:
            zeros = projected.new_zeros(len(ids), self.hidden_size)
            state = (zeros,) * self.cell.num_states
        outputs = []
        for now in projected.unbind(1):
            state = self.cell.step(now, state, self.weights).state
            outputs.append(state[self.cell.output_place])
        return self.output(torch.stack(outputs, dim=1)), state


def training_step(model: nn.Module, batch_size: int, dtype: torch.dtype, device: torch.device) -> Step:
    """A function that does one training step of a model on a batch that stays."""
    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(VOCAB, (batch_size, NUM_STEPS + 1), generator=generator).to(device)
    model = model.to(device)
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW(parameters, lr=1e-3, fused=True)
    inputs, targets = ids[:, :-1].contiguous(), ids[:, 1:].flatten()
    carried: list[object] = [None]

    def step() -> None:
        context = torch.autocast(device.type, dtype=dtype) if dtype != torch.float32 else nullcontext()
        with context:
            logits, state = model(inputs, carried[0])
            loss = F.cross_entropy(logits.flatten(0, 1).float(), targets)
        carried[0] = tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()

    return step


class ProductsAlone(torch.autograd.Function):
    """The matrix products of a recurrent layer, forward and backward, with nothing between them."""

    @staticmethod
    def forward(ctx, inputs, weight_ih, weight_hh, hidden, packed):
        ctx.packed = packed
        ctx.save_for_backward(inputs, weight_ih, weight_hh, hidden)
        product(inputs, weight_ih) if packed else inputs @ weight_ih.t()
        if weight_hh is not None:
            times = Product(weight_hh, len(hidden)) if packed else lambda x: torch.mm(x, weight_hh.t())
            for _ in range(NUM_STEPS):
                times(hidden)
        return inputs.new_zeros(*inputs.shape[:2], hidden.shape[1])

    @staticmethod
    def backward(ctx, grad):
        inputs, weight_ih, weight_hh, hidden = ctx.saved_tensors
        gates = inputs.new_zeros(NUM_STEPS * len(hidden), len(weight_ih))
        every = inputs.new_zeros(NUM_STEPS * len(hidden), hidden.shape[1])
        sums = outer if ctx.packed else lambda left, right: left.t() @ right.reshape(-1, right.shape[-1])
        d_hh = None
        if weight_hh is not None:
            times = Product(weight_hh.t(), len(hidden)) if ctx.packed else lambda x: torch.mm(x, weight_hh)
            for now in gates.view(NUM_STEPS, len(hidden), -1).unbind(0):
                times(now)
            d_hh = sums(gates, every)
        d_inputs = product(gates, weight_ih.t()) if ctx.packed else gates @ weight_ih
        return d_inputs.view(inputs.shape), sums(gates, inputs), d_hh, None, None


class FloorModel(nn.Module):
    """The same network with nothing but the products left of its recurrent layer."""

    def __init__(self, cell: str, hidden_size: int, packed: bool) -> None:
        super().__init__()
        self.embedding, self.output = nn.Embedding(VOCAB, EMBEDDING), Linear(hidden_size, VOCAB)
        shapes = build_cell(cell).shapes(EMBEDDING, hidden_size)
        self.weights = nn.ParameterDict({name: nn.Parameter(torch.zeros(shape)) for name, shape in shapes.items()})
        self.hidden_size, self.packed = hidden_size, packed

    def forward(self, ids: Tensor, state: object = None) -> tuple[Tensor, tuple]:
        kind = ids.device.type
        dtype = torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else torch.float32
        weights = [
            self.weights[name].to(dtype) if name in self.weights else None for name in ("weight_ih", "weight_hh")
        ]
        hidden = torch.zeros(len(ids), self.hidden_size, dtype=dtype, device=ids.device)
        outputs = ProductsAlone.apply(self.embedding(ids).to(dtype), *weights, hidden, self.packed)
        return self.output(outputs), ()


def contenders(
    cell: str, hidden_size: int, batch_size: int, dtype: torch.dtype, device: torch.device
) -> dict[str, Step]:
    """The steps that take turns, by name; `fp32` is ours in single precision, where ours is not."""
    torch.manual_seed(0)
    stack = Stack(cell=cell, hidden_size=hidden_size)
    found = {"ours": training_step(LanguageModel(stack, Tokens(VOCAB, EMBEDDING), VOCAB), batch_size, dtype, device)}
    if dtype != torch.float32:
        found["fp32"] = training_step(
            LanguageModel(stack, Tokens(VOCAB, EMBEDDING), VOCAB), batch_size, torch.float32, device
        )
    if CELLS[cell]().kernel is not None:
        found["torch"] = training_step(TorchModel(cell, hidden_size), batch_size, dtype, device)
    found["loop"] = training_step(LoopModel(cell, hidden_size), batch_size, dtype, device)
    found["floor"] = training_step(FloorModel(cell, hidden_size, False), batch_size, dtype, device)
    found["packed"] = training_step(FloorModel(cell, hidden_size, True), batch_size, dtype, device)
    return found


def turn(step: Step, repeats: int, device: torch.device) -> float:
    """Milliseconds a step, over so many of them."""
    began = time.perf_counter()
    for _ in range(repeats):
        step()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return (time.perf_counter() - began) / repeats * 1e3


def race(steps: dict[str, Step], rounds: int, device: torch.device) -> dict[str, list[float]]:
    """Milliseconds a step of each contender in every round; they take turns within a round."""
    repeats = {}
    for name, step in steps.items():
        turn(step, 2, device)
        repeats[name] = max(1, min(50, round(SECONDS_A_TURN * 1e3 / turn(step, 1, device))))
    found: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            found[name].append(turn(step, repeats[name], device))
    return found


def measure(
    cells: list[str], sizes: list[int], batches: list[int], precisions: list[str], rounds: int, device: torch.device
) -> Iterator[dict]:
    """One record a configuration: milliseconds (least of all rounds), tokens per second, ratios (medians over rounds)."""
    for cell in cells:
        for batch_size in batches:
            for hidden_size in sizes:
                for precision in precisions:
                    dtype = {"fp32": torch.float32, "bf16": torch.bfloat16}[precision]
                    times = race(contenders(cell, hidden_size, batch_size, dtype, device), rounds, device)
                    ratios = {
                        name: statistics.median(theirs / ours for theirs, ours in zip(rest, times["ours"], strict=True))
                        for name, rest in times.items()
                        if name != "ours"
                    }
                    least = {name: min(values) for name, values in times.items()}
                    yield {
                        "cell": cell, "batch": batch_size, "hidden": hidden_size, "precision": precision,
                        "milliseconds": {name: round(value, 2) for name, value in least.items()},
                        "tokens_per_second": round(batch_size * NUM_STEPS / least["ours"] * 1e3),
                        "ratios": {name: round(value, 2) for name, value in ratios.items()},
                    }  # fmt: skip


def _line(record: dict) -> str:
    ratios, times = record["ratios"], record["milliseconds"]
    shown = [
        f"{ratios[name]:7.2f}" if name in ratios else "      -" for name in ("torch", "loop", "floor", "packed", "fp32")
    ]
    where = f"{record['cell']:<17}{record['batch']:>5}{record['hidden']:>7}  {record['precision']}"
    return f"{where}{times['ours']:>9.1f}{record['tokens_per_second']:>10,}" + "".join(shown)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a few configurations in under a minute")
    parser.add_argument("--json", action="store_true", help="one object a line")
    parser.add_argument("--cells", nargs="+", choices=list(CELLS))
    parser.add_argument("--hidden", nargs="+", type=int)
    parser.add_argument("--batch", nargs="+", type=int)
    parser.add_argument("--precision", nargs="+", choices=["fp32", "bf16"])
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if options.threads:
        torch.set_num_threads(options.threads)
    large = [1024, 2048] if device.type == "cuda" else []
    few = options.quick
    cells = options.cells or (["rnn", "lstm", "gru", "gru_reset_before"] if few else list(CELLS))
    sizes = options.hidden or ([128] if few else [64, 128, 256, 512, *large])
    batches = options.batch or ([64] if few else [16, 64])
    precisions = options.precision or ["fp32", *["bf16"] * has_bf16(device.type)]
    rounds = options.rounds or (3 if few else ROUNDS)
    if not options.json:
        name = torch.cuda.get_device_name() if device.type == "cuda" else f"CPU, {torch.get_num_threads()} threads"
        print(f"torch {torch.__version__} on {name}; others' time by ours, above 1 ours is faster")
        print("cell             batch hidden  type       ms  tokens/s  torch   loop  floor packed   fp32")
    for record in measure(cells, sizes, batches, precisions, rounds, device):
        print(json.dumps(record) if options.json else _line(record), flush=True)


if __name__ == "__main__":
    sys.exit(main())
