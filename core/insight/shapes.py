"""What a network makes of one sequence, and its loss at each step that is asked.

Left out: which sequences there are (core.data.sources.digits), drawing (ui/learn/shapes.py).

Shape letters: T time, F features, H hidden, C classes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from core.models.class_losses import CLASS_LOSSES, shares_of
from core.models.inputs import Vectors
from core.models.network import StackNetwork
from core.models.stack import Stack
from core.models.tagger import Tagger


@dataclass(frozen=True)
class Read:
    """A sequence that was read.

    Attributes:
        states: After each step, (T, H).
        shares: Probabilities of the classes at each step, (T, C).
        losses: Of each step, (T,); NaN where nothing is asked.
        own: The part of each loss that is the right answer's, (T,); what is left is that of all others together.
    """

    states: np.ndarray
    shares: np.ndarray
    losses: np.ndarray
    own: np.ndarray


@torch.no_grad()
def read(network: StackNetwork, inputs: np.ndarray, answers: np.ndarray, loss: str) -> Read:
    """Run a network over one sequence.

    Args:
        inputs: (T, F) numbers.
        answers: Numbers of classes (T,), -1 where nothing is asked.
        loss: A key of `CLASS_LOSSES`.
    """
    network.eval()
    vectors = torch.from_numpy(np.ascontiguousarray(inputs)).float()[None]
    vectors = vectors.to(next(network.parameters()).device)
    hidden, _ = network.recurrent(vectors)
    scores, right = network.answer(hidden)[0].float().cpu(), torch.from_numpy(answers).long()
    losses = CLASS_LOSSES[loss](scores, right.clamp(min=0)).where(right >= 0, torch.nan)
    shares = shares_of(scores, loss)
    of_it = shares.gather(1, right.clamp(min=0)[:, None])[:, 0]
    own = {"squared": (1 - of_it) ** 2, "binary": -of_it.log()}.get(loss, losses)
    return Read(
        hidden[0].float().cpu().numpy(), shares.numpy(), losses.numpy(), own.where(right >= 0, torch.nan).numpy()
    )


def untrained(num_features: int, num_classes: int, hidden_size: int = 16, seed: int = 0) -> Tagger:
    """A simple network with weights drawn as torch draws them, from a generator of its own."""
    network = Tagger(Stack("rnn", hidden_size), Vectors(num_features), num_classes)
    generator = torch.Generator().manual_seed(seed)
    for weights in network.parameters():
        torch.nn.init.uniform_(weights, -(hidden_size**-0.5), hidden_size**-0.5, generator=generator)
    return network
