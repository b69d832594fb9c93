"""What reaches the last answer of networks with and without memory, and what each can answer from it.

The networks have not been trained: their answer alone is fitted, a linear one in closed form (least squares with a small
ridge), the same for all of them and in a few milliseconds. What a trained network does is claim F1.

Shape letters: N sequences, T time, F features, W window.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from core.data.made.sequences import delayed_recall, symbol_order
from core.models.feed_forward import FeedForward
from core.models.recurrent import Recurrent

NUM_SYMBOLS = 4
TAUGHT, TESTED, HIDDEN, RIDGE = 2_000, 1_000, 64, 1e-3
TASKS = {"recall": NUM_SYMBOLS, "order": 2}
"""Tasks, and how many answers each has."""


@dataclass(frozen=True)
class Reached:
    """One network at one sequence and at unseen ones.

    Attributes:
        norms: (T,) norm of the gradient with respect to each input of how far the right answer leads: its score less the mean
            of the others'.
        accuracy: Share of unseen sequences that its fitted answer gets right, 0 to 1.
        answer: Which answer it gives to the sequence.
    """

    norms: np.ndarray
    accuracy: float
    answer: int


def sequences(task: str, delay: int, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Ids (N, delay + 2) and answers (N,) of delayed recall, or of which of two symbols came first."""
    if task == "recall":
        return delayed_recall(delay, count, (31, seed), NUM_SYMBOLS)
    return symbol_order(delay + 2, count, (31, seed), NUM_SYMBOLS)


def num_ids(task: str) -> int:
    """How many different symbols a task has, F."""
    return 2 * NUM_SYMBOLS + 1 if task == "recall" else NUM_SYMBOLS + 2


def networks(task: str, window: int) -> dict[str, FeedForward | Recurrent]:
    """By name, networks with the same face: one step, a window of steps, and a recurrent one that starts orthogonal."""
    size = num_ids(task)
    with torch.device("meta"):  # nothing is drawn there
        recurrent = Recurrent("rnn", size, HIDDEN)
    recurrent = recurrent.to_empty(device="cpu")
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for name, weight in recurrent.named_parameters():
            if "weight_hh" in name:
                nn.init.orthogonal_(weight, generator=generator)
            else:
                weight.copy_(0.15 * torch.randn(weight.shape, generator=generator))
    return {"one step": FeedForward(size, 1, 0, 1), "window": FeedForward(size, 1, 0, window), "recurrent": recurrent}


def reached(network: FeedForward | Recurrent, task: str, delay: int, number: int) -> Reached:
    """What reaches the last step of a network at sequence `number`, and how often a linear answer to it is right."""
    taught, right = sequences(task, delay, TAUGHT, 1)
    weights = _fitted(_last(network, task, taught), right, TASKS[task])
    tested, truth = sequences(task, delay, TESTED, 2)
    accuracy = float((_answers(_last(network, task, tested), weights) == truth).mean())
    one, asked = sequences(task, delay, 20, 3)
    inputs = _vectors(task, one[number : number + 1]).requires_grad_()
    (gradient,) = torch.autograd.grad(lead(network, inputs, weights, int(asked[number])), inputs)
    answer = int(_answers(_last(network, task, one[number : number + 1]), weights)[0])
    return Reached(gradient[0].norm(dim=-1).numpy(), accuracy, answer)


def lead(network: FeedForward | Recurrent, inputs: Tensor, weights: np.ndarray, right: int) -> Tensor:
    """How far the right answer to inputs (1, T, F) leads: its score less the mean of the others', with weights (K + 1, C)."""
    others = np.delete(weights[:-1], right, axis=1).mean(axis=1)
    steered = torch.from_numpy(weights[:-1, right] - others)
    return network(inputs)[0][0, -1].double() @ steered + float(
        weights[-1, right] - np.delete(weights[-1], right).mean()
    )


def _vectors(task: str, ids: np.ndarray) -> Tensor:
    return torch.eye(num_ids(task))[torch.from_numpy(ids)]


@torch.no_grad()
def _last(network: FeedForward | Recurrent, task: str, ids: np.ndarray) -> np.ndarray:
    """Outputs at the last step, with a one for the bias: (N, K + 1)."""
    outputs = network(_vectors(task, ids))[0][:, -1].double().numpy()
    return np.hstack((outputs, np.ones((len(ids), 1))))


def _fitted(features: np.ndarray, answers: np.ndarray, classes: int) -> np.ndarray:
    """Weights (K + 1, C) of the linear answer with the least squared error."""
    gram = features.T @ features + RIDGE * np.eye(features.shape[1])
    return np.linalg.solve(gram, features.T @ np.eye(classes)[answers])


def _answers(features: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return (features @ weights).argmax(axis=1)
