"""How the weights of one direction of one layer start.

``uniform`` draws everything as torch does. The others draw matrices gate by gate, so that each gate is a layer of its
own, and start biases and peepholes at zero. Gains of layer normalisation start at one and its shifts at zero in any case.
Learned initial states start at zero (recurrent.py).

Shape letters: F features, H hidden.
"""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
from torch import Tensor, nn

from core.models.cells import Cell, Weights

_Draw = Callable[[Tensor, torch.Generator | None], object]


def _scaled_normal(block: Tensor, generator: torch.Generator | None) -> None:
    nn.init.normal_(block, std=1 / math.sqrt(block.shape[1]), generator=generator)


def _nearly_zero(block: Tensor, generator: torch.Generator | None) -> None:
    nn.init.normal_(block, std=0.001, generator=generator)


def _xavier(block: Tensor, generator: torch.Generator | None) -> None:
    nn.init.xavier_uniform_(block, generator=generator)


def _orthogonal(block: Tensor, generator: torch.Generator | None) -> None:
    nn.init.orthogonal_(block, generator=generator)


def _identity(block: Tensor, generator: torch.Generator | None) -> None:
    nn.init.eye_(block)


# How a gate's block of the input matrix (H, F) and of the recurrent matrix (H, H) is drawn.
_MATRICES: Mapping[str, tuple[_Draw, _Draw]] = MappingProxyType(
    {
        "xavier": (_xavier, _xavier),
        "orthogonal": (_xavier, _orthogonal),
        "identity": (_nearly_zero, _identity),
        "normal": (_scaled_normal, _scaled_normal),
    }
)
INITIALIZATIONS = ("uniform", *_MATRICES)


@torch.no_grad()
def initialize(
    name: str,
    cell: Cell,
    weights: Weights,
    hidden_size: int,
    forget_bias: float | None = None,
    generator: torch.Generator | None = None,
) -> None:
    """Sets the parameters of one direction of one layer, in place.

    Args:
        name: ``uniform`` (from [-1/sqrt(H), 1/sqrt(H)], as torch), ``xavier`` (both matrices), ``orthogonal``
            (recurrent blocks orthogonal, input blocks Xavier), ``identity`` (recurrent blocks the identity, input
            weights normal with standard deviation 0.001) or ``normal`` (standard deviation 1/sqrt of the columns).
            A cell without a recurrent matrix has its input blocks drawn the same way.
        cell: Whose parameters.
        weights: What ``cell.shapes`` names.
        hidden_size: H.
        forget_bias: The whole bias, both vectors together, of the gate that decides what is kept, as a pull towards
            keeping: a gate that replaces near 1 (of the minimal gated unit and the minGRU) gets its negative. None
            leaves the gate's bias as drawn.
        generator: Where numbers are drawn from; None for torch's own, which the whole process shares.

    Raises:
        ValueError: If there is no such initialisation, or a ``forget_bias`` for a cell without such a gate.

    Reference:
        Glorot and Bengio, 2010, "Understanding the difficulty of training deep feedforward neural networks"; Saxe et
        al., 2014, "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks"; Le et al.,
        2015, "A simple way to initialize recurrent networks of rectified linear units"; for the bias Jozefowicz et al.,
        2015, "An empirical exploration of recurrent network architectures".
    """
    if name not in INITIALIZATIONS:
        raise ValueError(f"initialization: expected one of {', '.join(INITIALIZATIONS)}, got {name!r}")
    bound = 1 / math.sqrt(hidden_size)
    for key, weight in weights.items():
        if key.startswith("norm_"):
            nn.init.constant_(weight, float(key.endswith("_weight")))
        elif name == "uniform":
            nn.init.uniform_(weight, -bound, bound, generator=generator)
        elif weight.dim() == 1:
            nn.init.zeros_(weight)
        else:
            draw = _MATRICES[name][key == "weight_hh"]
            for block in weight.split(hidden_size):
                draw(block, generator)
    if forget_bias is not None:
        _set_memory_bias(cell, weights, hidden_size, forget_bias)


def _set_memory_bias(cell: Cell, weights: Weights, hidden_size: int, value: float) -> None:
    if cell.memory_gate is None:
        raise ValueError(
            f"forget_bias: expected None for cell {cell.name}, which has no gate to forget by, got {value}"
        )
    gate, sign = cell.memory_gate
    first = cell.gates.index(gate) * hidden_size
    weights["bias_ih"][first : first + hidden_size] = sign * value
    if "bias_hh" in weights:
        weights["bias_hh"][first : first + hidden_size] = 0
