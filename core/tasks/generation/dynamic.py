"""A language model that goes on learning from the text it is judged on: dynamic evaluation.

Each segment is scored first, with weights that have never seen it, and learned from afterwards. So no token is told before
it has been asked, and the figure is an honest one; it answers another question than the plain reading does: how well does
the network know this text by the time it is in the middle of it.

Reference:
    Krause, Kahembwe, Murray and Renals, 2018, "Dynamic evaluation of neural sequence models", section 4; the idea is from
    Mikolov et al., 2010.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

MEASURED_BATCHES, MEASURED_ROWS = 64, 16  # segments of the training text by which steps are scaled
CHOOSING = 10_000  # tokens on which learning rate and decay are chosen
RATES, DECAYS = (5e-5, 1e-4, 2e-4), (0.0, 1e-3, 4e-3)
FLOOR = 1e-3  # of the mean size of a gradient: what hardly has one takes no wild steps


@dataclass(frozen=True)
class Adapting:
    """How weights go on learning while they read.

    Attributes:
        learning_rate: Of a step after each segment, along the gradient over its usual size.
        decay: Share by which weights return to the trained ones at each step; more where gradients usually are large.
        segment: Tokens that are scored and then learned from, at once.
    """

    learning_rate: float = 1e-4
    decay: float = 1e-3
    segment: int = 32


class DynamicReader:
    """Reads texts with a copy of a network that learns from them.

    Args:
        model: Gives logits (B, T, V) and a state for ids (B, T) and a state; stays as it is.
        training: (N,) ids of its training text, from which the usual size of each weight's gradient is measured.
        segment: Tokens of a segment there.
    """

    def __init__(self, model: nn.Module, training: np.ndarray, segment: int = 32):
        with torch.inference_mode(False):
            self._model = _without_dropout(deepcopy(model))
            self._weights: list[Tensor] = [weight for weight in self._model.parameters() if weight.requires_grad]
            self._trained = [weight.detach().clone() for weight in self._weights]
            self._device = self._weights[0].device
            usual = self._usual_gradients(training, segment)
        sizes = torch.stack([size.sum() for size in usual]).sum() / sum(size.numel() for size in usual)
        self._scales = [1 / (size + FLOOR * sizes) for size in usual]
        self._pulls = [size / sizes for size in usual]

    def _usual_gradients(self, training: np.ndarray, segment: int) -> list[Tensor]:
        """The root of the mean square of each weight's gradient, over segments from all over the training text."""
        length = min(segment, len(training) - 1)
        count = MEASURED_BATCHES * MEASURED_ROWS
        starts = np.linspace(0, len(training) - length - 1, count).astype(np.int64)
        squares = [torch.zeros_like(weight) for weight in self._weights]
        rows = torch.from_numpy(training.astype(np.int64)[starts[:, None] + np.arange(length + 1)]).to(self._device)
        for number in range(MEASURED_BATCHES):
            tokens = rows[number::MEASURED_BATCHES]
            gradients = self._learned(tokens, None)[2]
            torch._foreach_addcmul_(squares, gradients, gradients, value=1 / MEASURED_BATCHES)
        return [square.sqrt_() for square in squares]

    def _learned(
        self, tokens: Tensor, state: tuple[Tensor, ...] | None
    ) -> tuple[Tensor, tuple[Tensor, ...], tuple[Tensor, ...]]:
        """(B, T) nats of tokens (B, T + 1) after the first, the state, and the gradient of their mean in every weight."""
        with torch.enable_grad():
            logits, state = self._model(tokens[:, :-1], state)
            nats = F.cross_entropy(logits.flatten(0, 1).float(), tokens[:, 1:].flatten(), reduction="none")
            gradients = torch.autograd.grad(nats.mean(), self._weights)
        return nats.detach(), tuple(part.detach() for part in state), gradients

    def read(self, ids: np.ndarray, adapting: Adapting) -> np.ndarray:
        """(N - 1,) nats of each token after the first, float64, read from a state of zero and the trained weights."""
        with torch.inference_mode(False), torch.no_grad():
            torch._foreach_copy_(self._weights, self._trained)
            pulls = [(adapting.decay * pull).clamp_(max=1.0) for pull in self._pulls]
            tokens = torch.from_numpy(ids.astype(np.int64)).to(self._device)[None]
            read, state = [], None
            for at in range(0, len(ids) - 1, adapting.segment):
                nats, state, gradients = self._learned(tokens[:, at : at + adapting.segment + 1], state)
                read.append(nats)
                for weight, trained, pull in zip(self._weights, self._trained, pulls, strict=True):
                    weight.lerp_(trained, pull)
                torch._foreach_addcmul_(self._weights, gradients, self._scales, value=-adapting.learning_rate)
            return torch.cat(read).cpu().numpy().astype(np.float64)

    def choose(self, ids: np.ndarray) -> Adapting:
        """The learning rate, then the decay, with which a text (N,) costs least."""
        usual = Adapting()
        by_rate = {rate: self.read(ids, replace(usual, learning_rate=rate)).mean() for rate in RATES}
        rate = min(by_rate, key=lambda one: by_rate[one])
        by_decay = {usual.decay: by_rate[rate]} | {
            decay: self.read(ids, Adapting(rate, decay)).mean() for decay in DECAYS if decay != usual.decay
        }
        return Adapting(rate, min(by_decay, key=lambda one: by_decay[one]))

    def read_choosing(self, ids: np.ndarray) -> tuple[np.ndarray, Adapting]:
        """As `read`, with what is chosen on the text's own beginning; that is counted as it is read without any choice.

        So every token is scored by weights and settings that come from tokens before it.
        """
        chosen = self.choose(ids[: CHOOSING + 1])
        nats = self.read(ids, chosen)
        if chosen != Adapting():
            nats[:CHOOSING] = self.read(ids[: CHOOSING + 1], Adapting())
        return nats, chosen


def _without_dropout(model: nn.Module) -> nn.Module:
    """The network as in use, in the mode in which cuDNN gives gradients."""
    for module in model.modules():
        for name in ("p", "dropout", "weight_dropout", "word_dropout", "row_dropout"):
            if isinstance(getattr(module, name, None), float):
                setattr(module, name, 0.0)
    return model.train()
